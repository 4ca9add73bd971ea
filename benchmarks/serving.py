"""The sandbox as a process of its own, whose shop is as slow as a real one where that is asked.

A real shop on two cores works on two requests at a time, however many are sent; so does this one.
"""

from __future__ import annotations

import argparse
import json
import signal
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from threading import BoundedSemaphore, Event, Lock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sync_cli.sandbox.articles import Article, catalogue
from sync_cli.sandbox.embedded import start

CORES = 2
COUNTED = "/_benchmark/counted"


class Counted:
    """WSGI middleware: counts the calls by method and times the writing ones.

    `GET /_benchmark/counted` answers {"calls": {method: count}, "writing": seconds from the
    first write's begin to the last one's end} and begins anew. With `write_seconds` each writing
    call keeps one of `CORES` busy for so much longer.
    """

    def __init__(self, app: WSGIApplication, write_seconds: float = 0.0) -> None:
        self._app = app
        self._write_seconds = write_seconds
        self._free = BoundedSemaphore(CORES)
        self._lock = Lock()
        self._calls: Counter[str] = Counter()
        self._first = self._last = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == COUNTED:
            return self._tell(start_response)
        method = environ["REQUEST_METHOD"]
        with self._lock:
            self._calls[method] += 1
        if not self._write_seconds or method == "GET":
            return self._app(environ, start_response)
        begun = time.monotonic()
        with self._free:
            chunks = list(self._app(environ, start_response))
            time.sleep(self._write_seconds)
        with self._lock:
            self._first, self._last = self._first or begun, time.monotonic()
        return chunks

    def _tell(self, start_response: StartResponse) -> Iterable[bytes]:
        with self._lock:
            counted = {"calls": dict(self._calls), "writing": self._last - self._first}
            self._calls.clear()
            self._first = self._last = 0.0
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(counted).encode()]


def articles_of(size: int, *, simple: bool) -> list[Article]:
    """`size` articles of the sandbox's catalogue, or of those the ones without variations."""
    chosen = (each for each in catalogue(2 * size + 100) if _is_chosen(each, simple=simple))
    return list(islice(chosen, size))


def _is_chosen(article: Article, *, simple: bool) -> bool:
    """In both systems: an article that ends on the held list is no matter of speed."""
    chosen = article.in_shop and article.in_erp
    return chosen and (not simple or article.sku.startswith("A-"))


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM; one JSON line with addresses and keys says that both sides answer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, required=True)
    parser.add_argument("--orders", type=int, default=0)
    parser.add_argument("--simple", action="store_true")
    parser.add_argument("--write-seconds", type=float, default=0.0)
    options = parser.parse_args(argv)
    ended = Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: ended.set())
    articles = articles_of(options.articles, simple=options.simple)
    with start(articles=articles, orders=options.orders) as sandbox:
        for side, seconds in ((sandbox.shop, options.write_seconds), (sandbox.erp, 0.0)):
            counted = Counted(side.app.wsgi_app, seconds)
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
