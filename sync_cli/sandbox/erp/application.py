"""The pretend ERP's HTTP API under /api/v1."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from sync_cli.sandbox.answer import reason
from sync_cli.sandbox.clock import iso_milliseconds
from sync_cli.sandbox.control import mount_control
from sync_cli.sandbox.erp.actions import erp_actions
from sync_cli.sandbox.erp.credit_records import CREDIT_NOTE_FIELDS
from sync_cli.sandbox.erp.credits import (
    cancel_credit_notes,
    confirm_credit_notes,
    create_credit_notes,
)
from sync_cli.sandbox.erp.documents import (
    add_lines,
    cancel_orders,
    change_orders,
    confirm_orders,
    create_orders,
    delete_order,
)
from sync_cli.sandbox.erp.listing import list_page, read_list_request
from sync_cli.sandbox.erp.parties import create_customers, delete_customer, update_customers
from sync_cli.sandbox.erp.payment_records import PAYMENT_FIELDS
from sync_cli.sandbox.erp.payments import create_payments
from sync_cli.sandbox.erp.records import (
    CUSTOMER_FIELDS,
    ORDER_FIELDS,
    PRODUCT_FIELDS,
    SHIPMENT_FIELDS,
    STOCK_FIELDS,
    Fields,
    Json,
    as_json,
)
from sync_cli.sandbox.erp.refusals import ItemError, RequestError
from sync_cli.sandbox.erp.settings import ALL_RIGHTS
from sync_cli.sandbox.erp.shipping import ship_orders
from sync_cli.sandbox.erp.store import ErpStore
from sync_cli.sandbox.erp.table import Table
from sync_cli.sandbox.ledger import to_json

LARGEST_BATCH = 100
API = "/api/v1"


@dataclass(frozen=True)
class _Entity:
    """What the API offers of one table: its JSON fields and the keys to find it by.

    Reading it needs the right to read `of`, which is itself unless it is named.
    """

    name: str
    table: Table[Any]
    fields: Fields
    keys: tuple[str, ...]
    of: str = ""

    @property
    def right(self) -> str:
        return f"{self.of or self.name}:read"


def erp_app(store: ErpStore, tokens: Mapping[str, Iterable[str]]) -> Flask:
    """The ERP's API over this store, with the control routes.

    `tokens` gives each bearer token its rights (of ALL_RIGHTS; others raise ValueError). Serve it
    with the store's clock.
    """
    app = Flask("sandbox-erp", static_folder=None)
    api = Blueprint("erp", __name__, url_prefix=API)
    api.before_request(_token_check(tokens))
    api.get("/info")(lambda: _json(_info(store)))
    for entity in _entities(store):
        _offer_reading(api, store, entity)
    _offer_writing(api, store)
    _offer_deleting(api, store)
    app.register_blueprint(api)
    app.register_error_handler(RequestError, _refused)
    app.register_error_handler(HTTPException, _unknown)
    mount_control(
        app,
        clock=store.clock,
        ledger=store.ledger,
        state=store.state,
        actions=erp_actions(store),
        error_body=_error_body,
    )
    return app


def _entities(store: ErpStore) -> tuple[_Entity, ...]:
    return (
        _Entity("products", store.products, PRODUCT_FIELDS, ("sku", "barcode")),
        _Entity("stock", store.stock, STOCK_FIELDS, ()),
        _Entity("customers", store.customers, CUSTOMER_FIELDS, ("reference", "email")),
        _Entity("orders", store.orders, ORDER_FIELDS, ("reference", "number")),
        _Entity("shipments", store.shipments, SHIPMENT_FIELDS, ("order_id",), of="orders"),
        _Entity(
            "credit_notes",
            store.credit_notes,
            CREDIT_NOTE_FIELDS,
            ("reference", "order_id"),
            of="orders",
        ),
        _Entity("payments", store.payments, PAYMENT_FIELDS, ("reference", "order_id"), of="orders"),
    )


def _offer_reading(api: Blueprint, store: ErpStore, entity: _Entity) -> None:
    def list_() -> Response:
        _insist_on(entity.right)
        wanted = read_list_request(request.args, entity.fields)
        with store.lock:
            page = list_page(entity.table, entity.fields, wanted)
        return _json(page)

    def find() -> Response:
        _insist_on(entity.right)
        key, values = _read_find(entity)
        with store.lock:
            rows = {row.id: row for value in values for row in entity.table.find(key, value)}
            items = [as_json(rows[id], entity.fields) for id in sorted(rows)]
        return _json({"items": items})

    api.add_url_rule(f"/{entity.name}", f"list_{entity.name}", list_, methods=["GET"])
    if entity.keys:
        path = f"/{entity.name}/find"
        api.add_url_rule(path, f"find_{entity.name}", find, methods=["POST"])


def _offer_writing(api: Blueprint, store: ErpStore) -> None:
    def offer(
        path: str, method: str, right: str, list_name: str, run: Callable[[list[Any]], list[Json]]
    ) -> None:
        def answer() -> Response:
            _insist_on(right)
            return _json({"results": run(_read_batch(list_name))})

        api.add_url_rule(path, f"{method} {path}", answer, methods=[method])

    def ship() -> Response:
        _insist_on("orders:write")
        ids = _read_batch("ids", "tracking")
        return _json({"results": ship_orders(store, ids, _read_tracking())})

    offer("/customers", "POST", "customers:write", "items", lambda it: create_customers(store, it))
    offer("/customers", "PATCH", "customers:write", "items", lambda it: update_customers(store, it))
    offer("/orders", "POST", "orders:write", "items", lambda it: create_orders(store, it))
    offer("/orders", "PATCH", "orders:write", "items", lambda it: change_orders(store, it))
    offer("/orders/lines", "POST", "orders:write", "items", lambda it: add_lines(store, it))
    offer("/orders/confirm", "POST", "orders:confirm", "ids", lambda it: confirm_orders(store, it))
    offer("/orders/cancel", "POST", "orders:write", "ids", lambda it: cancel_orders(store, it))
    for path, right, name, act in (
        ("/credit_notes", "orders:write", "items", create_credit_notes),
        ("/credit_notes/confirm", "orders:confirm", "ids", confirm_credit_notes),
        ("/credit_notes/cancel", "orders:write", "ids", cancel_credit_notes),
        ("/payments", "orders:write", "items", create_payments),
    ):
        offer(path, "POST", right, name, partial(act, store))
    api.add_url_rule("/orders/ship", "ship", ship, methods=["POST"])


def _offer_deleting(api: Blueprint, store: ErpStore) -> None:
    """DELETE of one record by its id: 204, or why it stays."""

    def offer(name: str, delete: Callable[[ErpStore, object], None]) -> None:
        def answer(id: str) -> Response:
            _insist_on(f"{name}:write")
            try:
                delete(store, id)
            except ItemError as error:
                status = 404 if error.code == "not_found" else 409
                return _json({"error": error.as_json()}, status)
            return Response(status=204)

        api.add_url_rule(f"/{name}/<id>", f"delete {name}", answer, methods=["DELETE"])

    offer("customers", delete_customer)
    offer("orders", delete_order)


def _token_check(tokens: Mapping[str, Iterable[str]]) -> Callable[[], None]:
    """A check before each request that leaves the token's rights in `g.rights`."""
    rights_of = {token.encode(): frozenset(rights) for token, rights in tokens.items()}
    unknown = sorted(frozenset().union(*rights_of.values()) - set(ALL_RIGHTS))
    if unknown:
        raise ValueError(f"the ERP has no rights {unknown}; it has {ALL_RIGHTS}")

    def check() -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        offered = given.strip().encode("utf-8", "surrogateescape")
        for token, rights in rights_of.items():
            if scheme.lower() == "bearer" and hmac.compare_digest(token, offered):
                g.rights = rights
                return
        message = "send a valid token as Authorization: Bearer TOKEN"
        raise RequestError(401, "unauthorized", message)

    return check


def _insist_on(right: str) -> None:
    if right not in g.rights:
        raise RequestError(403, "forbidden", f"this token lacks the right {right}")


def _info(store: ErpStore) -> Json:
    settings = store.settings
    return {
        "product": "Sandbox ERP",
        "version": "1.0",
        "database": settings.database,
        "company": {
            "id": settings.company_id,
            "name": settings.company_name,
            "country": settings.country,
            "currency": settings.currency,
            "time_zone": settings.time_zone,
        },
        "environment": settings.environment,
        "now": iso_milliseconds(store.clock.now()),
        "rights": [right for right in ALL_RIGHTS if right in g.rights],
    }


def _read_body(*names: str) -> dict[str, Any]:
    """The request's JSON object, which may have these members only."""
    try:
        given = json.loads(request.get_data())
    except ValueError as error:
        raise RequestError(400, "invalid_json", f"the body is no JSON: {error}") from error
    if not isinstance(given, dict):
        raise RequestError(400, "invalid_json", "send a JSON object")
    for name in given:
        if name not in names:
            message = f"unknown member {name}; known are {', '.join(names)}"
            raise RequestError(400, "unknown_field", message, name)
    return given


def _read_batch(name: str, *others: str) -> list[Any]:
    given = _read_body(name, *others).get(name)
    if given is None:
        raise RequestError(400, "required", f"{name} is required", name)
    if not isinstance(given, list):
        raise RequestError(400, "invalid_value", f"{name} is a list", name)
    if len(given) > LARGEST_BATCH:
        message = f"{len(given)} are too many at once; send {LARGEST_BATCH} at most"
        raise RequestError(400, "too_many", message, name)
    return given


def _read_tracking() -> str | None:
    tracking = _read_body("ids", "tracking").get("tracking")
    if tracking is None or isinstance(tracking, str):
        return tracking
    raise RequestError(400, "invalid_value", "tracking is a text or null", "tracking")


def _read_find(entity: _Entity) -> tuple[str, list[str]]:
    key = _read_body("key", "values").get("key")
    if key not in entity.keys:
        message = f"{entity.name} are found by {' or '.join(entity.keys)}, not by {key!r}"
        raise RequestError(400, "invalid_parameter", message, "key")
    values = _read_batch("values", "key")
    if not all(isinstance(value, str) for value in values):
        raise RequestError(400, "invalid_value", "values are texts", "values")
    return key, values


def _refused(error: RequestError) -> Response:
    return _json({"error": error.as_json()}, error.status)


def _unknown(error: HTTPException) -> Response:
    """A path or method that the API does not have is not found; a bug of ours stays a 500."""
    if error.code in (404, 405):
        message = f"there is no {request.method} {request.path}"
        return _refused(RequestError(404, "not_found", message))
    return _json(_error_body(error.code or 500), error.code or 500)


def _error_body(status: int) -> Json:
    return {"error": {"code": f"http_{status}", "message": reason(status), "field": None}}


def _json(document: object, status: int = 200) -> Response:
    return Response(to_json(document), status, content_type="application/json")
