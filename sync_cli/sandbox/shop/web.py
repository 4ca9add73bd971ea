"""The Flask application: one address space, every request checked and answered as by the shop."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, Request, Response, request

from sync_cli.sandbox.shop.arguments import check
from sync_cli.sandbox.shop.auth import (
    check_permission,
    known_key,
    not_allowed,
    sent_credentials,
)
from sync_cli.sandbox.shop.descriptions import described
from sync_cli.sandbox.shop.embedding import embedded
from sync_cli.sandbox.shop.errors import ShopError, no_route
from sync_cli.sandbox.shop.http import Answer, Call, api_link, trimmed
from sync_cli.sandbox.shop.records import Json
from sync_cli.sandbox.shop.routes import Route, find_route
from sync_cli.sandbox.shop.sent import read, read_query
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.system_api import index
from sync_cli.sandbox.shop.tracking_api import namespaces
from sync_cli.sandbox.shop.typed import typed

_ROOT = "/wp-json"
_PREFIX = f"{_ROOT}/wc/v3"
_BY_QUERY = "/wc/v3/"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_LONGEST_ADDRESS = 8190
_TOO_LONG = (
    "<html>\r\n<head><title>414 Request-URI Too Large</title></head>\r\n<body>\r\n"
    "<center><h1>414 Request-URI Too Large</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)
_NOT_FOUND = "<!DOCTYPE html>\n<html><head><title>Page not found</title></head><body></body></html>"
_NO_CACHE = "no-cache, must-revalidate, max-age=0, no-store, private"


def make_app(store: ShopStore) -> Flask:
    """The application that answers for `store`; it is also `app.extensions["shop"]`."""
    app = Flask("shop", static_folder=None)
    app.extensions["shop"] = store
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False

    def answer(path: str) -> Response:
        return _respond(store, request, path)

    for rule in (f"{_PREFIX}/<path:path>", "/<path:path>"):
        app.add_url_rule(rule, f"shop {rule}", answer, methods=_METHODS)
    app.add_url_rule("/", "shop front", lambda: answer(""), methods=_METHODS)
    return app


def _respond(store: ShopStore, sent: Request, path: str) -> Response:
    if len(sent.path) + len(sent.query_string) > _LONGEST_ADDRESS:
        return Response(_TOO_LONG, 414, content_type="text/html")
    if sent.path.rstrip("/") == _ROOT:
        return _json_response(store, index(store.settings, store.now()), 200, {})
    for namespace in namespaces(store.settings):
        below = f"{_ROOT}/{namespace}/"
        if sent.path.startswith(below):
            path = sent.path.removeprefix(below).strip("/")
            with store.lock:
                return _api(store, sent, path, find_route(path, store.settings, trackings=True))
    if not sent.path.startswith(f"{_PREFIX}/"):
        return _front(store, sent)
    path = path.strip("/")
    with store.lock:
        return _api(store, sent, path, find_route(path, store.settings))


def _front(store: ShopStore, sent: Request) -> Response:
    """Anything that is not the API: its address by query knows no keys, the rest is a page."""
    asked = sent.args.get("rest_route", "")
    if asked.startswith(_BY_QUERY):
        path = asked.removeprefix(_BY_QUERY).strip("/")
        with store.lock:
            return _api(store, sent, path, find_route(path, store.settings), keys=False)
    if asked or sent.path.startswith(f"{_ROOT}/"):
        error = no_route()
        return _json_response(store, error.body(), error.status, {})
    return Response(_NOT_FOUND, 404, content_type="text/html; charset=UTF-8")


def _api(
    store: ShopStore,
    sent: Request,
    path: str,
    found: tuple[Route, tuple[str, ...]] | None,
    *,
    keys: bool = True,
) -> Response:
    headers: dict[str, str] = {}
    try:
        answer, headers = _answer(store, sent, path, found, keys=keys)
    except ShopError as error:
        if found is not None and error.status != 401 and error.code != "rest_no_route":
            headers = {"Allow": found[0].allow}
        answer = Answer(error.body(), error.status)
    return _json_response(store, answer.body, answer.status, {**headers, **answer.headers})


def _answer(
    store: ShopStore,
    sent: Request,
    path: str,
    found: tuple[Route, tuple[str, ...]] | None,
    *,
    keys: bool,
) -> tuple[Answer, dict[str, str]]:
    query, asked = read_query(sent), _method(sent)
    credentials = sent_credentials(sent.headers.get("Authorization", ""), query) if keys else None
    key = known_key(store.settings, credentials, secure=sent.scheme == "https")
    if key is not None:
        check_permission(key, asked)
    if asked == "OPTIONS":
        return _described(store, found, with_key=key is not None)
    method = "GET" if asked == "HEAD" else asked
    if found is None or method not in found[0].handlers:
        raise no_route()
    route, parts = found
    brought = read(sent, method, query)
    query, body = brought.query, brought.values
    if not route.is_batch:
        check(route.path, method, query, body)
        body = typed(route.path, method, body)
    if key is None:
        raise not_allowed(method, single=route.is_single, batch=route.is_batch)
    numbers = _numbers(route, parts, body)
    words = tuple(part for part in parts if not part.isdecimal())
    for name in store.settings.ignored:
        query.pop(name, None)
    call = Call(store, method, path, query, body, numbers, words, brought.entries)
    answer = route.handlers[method](call)
    if not route.is_batch:
        answer.body = trimmed(answer.body, call.asked_names)
        answer.body = embedded(store, answer.body, call.query)
    return answer, {"Allow": route.allow}


def _described(
    store: ShopStore, found: tuple[Route, tuple[str, ...]] | None, *, with_key: bool
) -> tuple[Answer, dict[str, str]]:
    """The answer to OPTIONS, which anybody may ask; the header tells what the caller may do."""
    if found is None:
        return Answer([]), {}
    route = found[0]
    return Answer(described(store.settings, route)), {"Allow": route.allow} if with_key else {}


def _numbers(route: Route, parts: tuple[str, ...], body: Json) -> tuple[int, ...]:
    """The ids in the path; an id that the request brings goes before the last of them."""
    numbers = [int(part) for part in parts if part.isdecimal()]
    if route.is_single and numbers and str(body.get(route.last_name) or "").isdecimal():
        numbers[-1] = int(body[route.last_name])
    return tuple(numbers)


def _method(sent: Request) -> str:
    """The method meant: one named in the query or in a header goes before the one used."""
    named = sent.args.get("_method") or sent.headers.get("X-HTTP-Method-Override")
    return (named or sent.method).upper()


def _json_response(store: ShopStore, body: Any, status: int, headers: dict[str, str]) -> Response:
    text = json.dumps(body, separators=(",", ":"))
    response = Response(text, status, content_type="application/json; charset=UTF-8")
    response.headers["Link"] = api_link(store.settings)
    response.headers["Cache-Control"] = _NO_CACHE
    response.headers["X-Robots-Tag"] = "noindex"
    for name, value in headers.items():
        response.headers[name] = value
    return response
