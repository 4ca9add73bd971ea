"""A whole HTTP answer, and how a WSGI application is brought to give one."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from wsgiref.types import WSGIApplication, WSGIEnvironment


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer as the application gave it; `status` is "200 OK"."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def with_body(self, body: bytes) -> Answer:
        """The same answer with another body and its right length."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != "content-length")
        return Answer(self.status, (*kept, ("Content-Length", str(len(body)))), body)

    def with_header(self, name: str, value: str) -> Answer:
        """The same answer with one more header."""
        return Answer(self.status, (*self.headers, (name, value)), self.body)


def carry_out(app: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Run the request and return its whole answer; passes on whatever the application raises."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _error: object = None, /) -> Any:
        started[:] = [(status, headers)]

    chunks = app(environ, start)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = started[0]
    return Answer(status, tuple(headers), body)


def reason(status: int) -> str:
    """The status line's text for a code: "503 Service Unavailable"."""
    return f"{status} {HTTPStatus(status).phrase}"
