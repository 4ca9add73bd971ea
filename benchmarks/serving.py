"""The sandbox as a process of its own, whose shop is as slow as a real one where that is asked.

A real shop on two cores works on two requests at a time, however many are sent; so does this one.
"""

from __future__ import annotations

import argparse
import json
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import islice
from pathlib import Path
from threading import BoundedSemaphore, Event, Lock
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sync_cli.sandbox.articles import Article, catalogue
from sync_cli.sandbox.embedded import Sandbox, start

CORES = 2
OWN = "/_benchmark/"
"""Paths that are no part of the pretend systems: they tell and do what the benchmarks need."""

Action = Callable[[Mapping[str, str]], object]


@dataclass(slots=True)
class Script:
    """The calls that both sides were asked, in order, for a bare loop to make again."""

    lines: list[str] = field(default_factory=list)
    is_kept: bool = False

    def keep(self, side: str, environ: WSGIEnvironment) -> None:
        """Note one call, and leave its body to be read once more."""
        if not self.is_kept:
            return
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = BytesIO(body)
        query = environ.get("QUERY_STRING", "")
        call = {
            "side": side,
            "method": environ["REQUEST_METHOD"],
            "target": environ["PATH_INFO"] + (f"?{query}" if query else ""),
            "body": body.decode(),
        }
        self.lines.append(json.dumps(call))


@dataclass(frozen=True, slots=True)
class Slowness:
    """How much longer a reading and a writing call takes than the sandbox needs, in seconds."""

    reading: float = 0.0
    writing: float = 0.0

    def of(self, method: str) -> float:
        """The seconds of a call."""
        return self.reading if method == "GET" else self.writing


class Counted:
    """WSGI middleware: counts the calls of one side by method and times the writing ones.

    A slow call keeps one of `CORES` busy for so much longer. `GET /_benchmark/NAME?...` does one
    of the `actions`; `counted` is always among them: it answers {"calls": {method: count},
    "writing": seconds from the first write's begin to the last one's end} and begins anew.
    """

    def __init__(
        self,
        app: WSGIApplication,
        side: str,
        slowness: Slowness,
        script: Script,
        actions: Mapping[str, Action],
    ) -> None:
        self._app = app
        self._side = side
        self._slowness = slowness
        self._script = script
        self._actions = {**actions, "counted": self._count_anew}
        self._free = BoundedSemaphore(CORES)
        self._lock = Lock()
        self._calls: Counter[str] = Counter()
        self._first = self._last = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(OWN):
            return self._act(environ, start_response)
        method = environ["REQUEST_METHOD"]
        with self._lock:
            self._calls[method] += 1
            self._script.keep(self._side, environ)
        seconds = self._slowness.of(method)
        if not seconds:
            return self._app(environ, start_response)
        begun = time.monotonic()
        with self._free:
            chunks = list(self._app(environ, start_response))
            time.sleep(seconds)
        if method != "GET":
            with self._lock:
                self._first, self._last = self._first or begun, time.monotonic()
        return chunks

    def _act(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        action = self._actions[environ["PATH_INFO"].removeprefix(OWN)]
        told = action(dict(parse_qsl(environ.get("QUERY_STRING", ""))))
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(told).encode()]

    def _count_anew(self, _query: Mapping[str, str]) -> object:
        with self._lock:
            counted = {"calls": dict(self._calls), "writing": self._last - self._first}
            self._calls.clear()
            self._first = self._last = 0.0
        return counted


def articles_of(size: int, *, simple: bool) -> list[Article]:
    """`size` articles of the sandbox's catalogue, or of those the ones without variations."""
    chosen = (each for each in catalogue(2 * size + 100) if _is_chosen(each, simple=simple))
    return list(islice(chosen, size))


def _is_chosen(article: Article, *, simple: bool) -> bool:
    """In both systems: an article that ends on the held list is no matter of speed."""
    chosen = article.in_shop and article.in_erp
    return chosen and (not simple or article.sku.startswith("A-"))


def _rename(sandbox: Sandbox) -> Action:
    """Gives every `each`-th article of the ERP the name and price that follow from `round`."""

    def rename(query: Mapping[str, str]) -> object:
        ids = [each.id for each in sandbox.erp_store.products][:: int(query["each"])]
        number = query["round"]
        for id in ids:
            changes = {"name": f"Article {id}, round {number}", "price": f"{10 + id % 90}.{number}"}
            sandbox.erp.do("edit_product", id=str(id), **changes)
        return len(ids)

    return rename


def _record(script: Script) -> Action:
    """Keeps the calls from now on, and begins anew; with `to` writes those kept so far there."""

    def record(query: Mapping[str, str]) -> object:
        lines, script.lines = script.lines, []
        script.is_kept = "to" not in query
        if "to" in query:
            Path(query["to"]).write_text("\n".join(lines), encoding="utf-8")
        return len(lines)

    return record


def _pass_time(sandbox: Sandbox) -> Action:
    """Lets so many `seconds` pass on both sides, whose clocks then are ahead of the machine's."""

    def pass_time(query: Mapping[str, str]) -> object:
        for side in (sandbox.shop, sandbox.erp):
            side.clock.advance(float(query["seconds"]))
        return None

    return pass_time


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM; one JSON line with addresses and keys says that both sides answer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, required=True)
    parser.add_argument("--orders", type=int, default=0)
    parser.add_argument("--simple", action="store_true", help="no variable products")
    parser.add_argument("--new", action="store_true", help="the shop has none of the articles")
    parser.add_argument("--read-seconds", type=float, default=0.0)
    parser.add_argument("--write-seconds", type=float, default=0.0)
    options = parser.parse_args(argv)
    ended = Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: ended.set())
    articles = articles_of(options.articles, simple=options.simple)
    if options.new:
        articles = [replace(article, in_shop=False) for article in articles]
    slowness = Slowness(options.read_seconds, options.write_seconds)
    script = Script()
    with start(articles=articles, orders=options.orders) as sandbox:
        actions = {
            "rename": _rename(sandbox),
            "record": _record(script),
            "pass_time": _pass_time(sandbox),
        }
        for side in (sandbox.shop, sandbox.erp):
            counted = Counted(side.app.wsgi_app, side.name, slowness, script, actions)
            side.app.wsgi_app = counted.__call__  # type: ignore[method-assign]
        ready = {
            "shop_url": sandbox.shop_url,
            "erp_url": sandbox.erp_url,
            "key": sandbox.consumer_key,
            "secret": sandbox.consumer_secret,
            "token": sandbox.erp_token,
        }
        print(json.dumps(ready), flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
