"""What an answer of a system means, by connector: configuration, access, down, blocked, a record.

Each answer comes from a server of a few lines that gives it to every request. The tables are data:
they are tested, and the documentation is generated from them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from sync_cli.connectors.base import Connector, Done, Failed, NotSent, Result
from sync_cli.core.errors import AccessDenied, Blocked, ConfigError, SyncError, SystemDown
from sync_cli.sandbox.server import serve


class Meaning(StrEnum):
    """What a connector makes of an answer."""

    FINE = "fine"
    RECORD = "that record"
    CONFIGURATION = "configuration"
    ACCESS = "access"
    BLOCKED = "blocked"
    DOWN = "down"
    TOO_LARGE = "too large"
    NOT_SENT = "not sent"
    IN_DOUBT = "in doubt"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a system, in words and on the wire; a body that is no text is JSON."""

    says: str
    status: int
    body: Any = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def bytes(self) -> bytes:
        """The body on the wire."""
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


@dataclass(frozen=True, slots=True)
class Case:
    """An answer, and what it means for a reading and for a writing call.

    After a write that is in doubt or not sent, `then` is what the next call raises, if it does.
    """

    answer: Answer
    read: Meaning
    write: Meaning
    then: Meaning | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """One connector before answers: how it is opened at an address, reads, and writes four records.

    `app` stands behind the answers where a connector must first get somewhere, such as through a
    login: it gets the requests that `is_meant` does not claim.
    """

    open: Callable[[str], Connector]
    read: Callable[[Connector], object]
    write: Callable[[Connector], Sequence[Result]]
    cases: Sequence[Case]
    is_meant: Callable[[WSGIEnvironment], bool] = lambda _environ: True
    app: Callable[[WSGIEnvironment, StartResponse], Any] | None = None


HTML = {"Content-Type": "text/html; charset=UTF-8"}
JSON = {"Content-Type": "application/json"}
CAPTCHA = "<!DOCTYPE html><html><body>Just a moment... <div class='captcha'></div></body></html>"
ERROR_PAGE = "<html><body><h1>Something went wrong</h1></body></html>"
MAINTENANCE = "<html><body>Briefly unavailable for scheduled maintenance.</body></html>"

M = Meaning
PAGES: Sequence[Case] = (
    Case(Answer("502, a page of the web server", 502, ERROR_PAGE, HTML), M.DOWN, M.IN_DOUBT),
    Case(Answer("500, a page", 500, ERROR_PAGE, HTML), M.DOWN, M.IN_DOUBT),
    Case(Answer("504, a page of the proxy", 504, ERROR_PAGE, HTML), M.DOWN, M.IN_DOUBT),
    Case(
        Answer("503, maintenance, come again in ten minutes", 503, MAINTENANCE,
               {**HTML, "Retry-After": "600"}),
        M.DOWN, M.NOT_SENT, M.DOWN,
    ),
    Case(
        Answer("429, too many requests, come again in ten minutes", 429, "",
               {"Retry-After": "600"}),
        M.DOWN, M.NOT_SENT, M.DOWN,
    ),
    Case(
        Answer("202, a page with a captcha", 202, CAPTCHA, HTML), M.BLOCKED, M.IN_DOUBT, M.BLOCKED
    ),
    Case(Answer("403, a page of a firewall", 403, CAPTCHA, HTML), M.BLOCKED, M.IN_DOUBT, M.BLOCKED),
    Case(
        Answer("401, a page: a password of the web server", 401, ERROR_PAGE, HTML),
        M.ACCESS, M.NOT_SENT, M.ACCESS,
    ),
    Case(
        Answer("404, a page: a wrong address", 404, ERROR_PAGE, HTML),
        M.CONFIGURATION, M.NOT_SENT, M.CONFIGURATION,
    ),
    Case(
        Answer("301, to another host", 301, "", {"Location": "https://new.example{path}"}),
        M.CONFIGURATION, M.NOT_SENT, M.CONFIGURATION,
    ),
    Case(
        Answer("302, to a page to log in", 302, "", {"Location": "https://new.example/login"}),
        M.BLOCKED, M.NOT_SENT, M.BLOCKED,
    ),
    Case(
        Answer("200, a PHP warning before the JSON", 200, "<br />\n<b>Warning</b>: x\n[]", HTML),
        M.CONFIGURATION, M.IN_DOUBT,
    ),
    Case(Answer("200, JSON that ends in the middle", 200, '[{"id": 1, "na', JSON), M.DOWN,
         M.IN_DOUBT),
    Case(Answer("200, empty", 200), M.DOWN, M.IN_DOUBT),
    Case(Answer("200, JSON of another shape", 200, {"hello": "world"}, JSON), M.CONFIGURATION,
         M.IN_DOUBT),
    Case(Answer("413, too large", 413, ERROR_PAGE, HTML), M.CONFIGURATION, M.TOO_LARGE),
)  # fmt: skip
"""Answers of whatever stands before a system; every connector over HTTP meets them."""


class Canned:
    """A server's application that gives one answer, and remembers how long the bodies were."""

    def __init__(self, answered: Answered, answer: Answer) -> None:
        self._answered, self._answer = answered, answer
        self.lengths: list[int] = []

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Any:
        behind = self._answered.app
        if behind is not None and not self._answered.is_meant(environ):
            return behind(environ, start)
        self.lengths.append(int(environ.get("CONTENT_LENGTH") or 0))
        status = f"{self._answer.status} {HTTPStatus(self._answer.status).phrase}"
        path = environ["PATH_INFO"]
        headers = self._answer.headers.items()
        start(status, [(name, value.replace("{path}", path)) for name, value in headers])
        return [self._answer.bytes]


def reading(answered: Answered, answer: Answer) -> Meaning:
    """What the connector makes of the answer to a reading call."""
    with serve(Canned(answered, answer)) as server, closing(answered.open(server.url)) as connector:
        return _raised(lambda: answered.read(connector)) or Meaning.FINE


def writing(answered: Answered, answer: Answer) -> tuple[Meaning, Meaning | None]:
    """What the connector makes of the answer to a writing call, and what the next call raises."""
    canned = Canned(answered, answer)
    results: list[Result] = []
    with serve(canned) as server, closing(answered.open(server.url)) as connector:
        raised = _raised(lambda: results.extend(answered.write(connector)))
        if raised is not None:
            return raised, None
        if answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and _shrank(canned.lengths):
            return Meaning.TOO_LARGE, None
        if all(isinstance(result, Failed) for result in results):
            return Meaning.RECORD, None
        if any(isinstance(result, Done | Failed) for result in results):
            return Meaning.FINE, None
        unsent = all(isinstance(result, NotSent) for result in results)
        said = Meaning.NOT_SENT if unsent else Meaning.IN_DOUBT
        return said, _raised(lambda: answered.write(connector))


def _shrank(lengths: Sequence[int]) -> bool:
    return len(lengths) > 1 and min(lengths) < lengths[0]


def _raised(ask: Callable[[], object]) -> Meaning | None:
    """What a fault of the whole system that is raised means."""
    try:
        ask()
    except AccessDenied:
        return Meaning.ACCESS
    except Blocked:
        return Meaning.BLOCKED
    except SystemDown:
        return Meaning.DOWN
    except ConfigError:
        return Meaning.CONFIGURATION
    except SyncError as fault:
        raise AssertionError(f"no class for {type(fault).__name__}: {fault}") from fault
    return None
