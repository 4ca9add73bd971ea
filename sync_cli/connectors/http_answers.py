"""What an answer means: success is 2xx, JSON and the expected shape; all else has its own fault.

Firewalls, captchas, login pages and PHP warnings come with any status, so the status alone says
little. No message here carries a query string, a header or a page's text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit, urlunsplit

from msgspec import Struct

from sync_cli.connectors.json_decimal import read_json
from sync_cli.core.errors import AccessDenied, Blocked, ConfigError, SyncError, SystemDown
from sync_cli.core.values import Discreet

Expected = type | Callable[[Any], bool]

_NOT_JSON = object()
_MESSAGE_LENGTH = 300
_HTML = re.compile(rb"\s*(<!doctype|<html|<head|<body)", re.IGNORECASE)
_PHP_MESSAGE = re.compile(rb"(warning|notice|deprecated|fatal error|parse error)(</b>)?:", re.I)
_CHALLENGE = re.compile(
    rb"captcha|cf-challenge|challenge-platform|just a moment|bot protection|firewall|wordfence"
    rb"|sucuri|access denied",
    re.IGNORECASE,
)
_DISPLAY_ERRORS = "Switch off display_errors in the PHP settings of the server."
_UNBLOCK = (
    "Let the firewall or security plug-in of the server pass requests of this machine to the API."
)


class CallFault(Exception):
    """One call failed; the connector that made it makes a result of this."""


class RequestRefused(CallFault):
    """The application refused this one request, in JSON; nothing was done.

    `body` is the whole answer; `code`, `message` and `data` are its keys of these names.
    """

    def __init__(self, status: int, code: str, message: str, data: Any, body: Any = None) -> None:
        super().__init__(f"{message} (HTTP {status}, {code})")
        self.status = status
        self.code = code
        self.message = message
        self.data = data
        self.body = body


class AnswerLost(CallFault):
    """A writing call was sent and no answer can be trusted: it is in doubt.

    `fault` is what the next call would meet, if the whole system seems to be in trouble.
    """

    def __init__(self, why: str, fault: SyncError | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.fault = fault


class CallNotSent(CallFault):
    """A writing call certainly had no effect, because of `fault`."""

    def __init__(self, why: str, fault: SyncError) -> None:
        super().__init__(why)
        self.why = why
        self.fault = fault


class Passing(Exception):
    """A fault that time may mend; `doubtful` claims that the call may have had its effect.

    `again` is set by whoever knows whether this call may be made once more.
    """

    def __init__(
        self,
        why: str,
        *,
        doubtful: bool,
        status: int | None = None,
        timed_out: bool = False,
        retry_after: float | None = None,
        remedy: str = "",
    ) -> None:
        super().__init__(why)
        self.why = why
        self.doubtful = doubtful
        self.status = status
        self.timed_out = timed_out
        self.retry_after = retry_after
        self.remedy = remedy
        self.again = False


class Received(Discreet, Struct, frozen=True):
    """An answer as it came over the wire; `call` names what was asked ("GET /orders")."""

    hidden: ClassVar[frozenset[str]] = frozenset({"url", "headers", "body"})

    system: str
    call: str
    url: str
    write: bool
    status: int
    headers: Mapping[str, str]
    body: bytes


class Refusal(Discreet, Struct, frozen=True):
    """The application's own "no", in JSON: `body` is the whole of it, `data` its key "data"."""

    hidden: ClassVar[frozenset[str]] = frozenset({"data", "body"})

    system: str
    call: str
    write: bool
    status: int
    code: str
    message: str
    data: Any
    body: Any
    retry_after: float | None = None


Refine = Callable[[Refusal], Exception | None]
"""A connector's own reading of a refusal: what to raise, or None for the usual.

It may return a SyncError (the system's fault), RequestRefused (this request's own),
AnswerLost or Passing.
"""


Refuses = Callable[[Any], bool]
"""Whether the JSON of an answer with a status of success is a refusal all the same."""


RefinePage = Callable[[Received], Exception | None]
"""A connector's own reading of an error page that is no JSON, like `Refine`."""


def accepted(
    received: Received,
    expect: Expected,
    refine: Refine,
    refuses: Refuses | None = None,
    refine_page: RefinePage | None = None,
) -> Any:
    """The JSON of a successful answer of the expected shape; raises what it means otherwise."""
    data = _json(received.body)
    if 200 <= received.status < 300:
        if refuses is not None and data is not _NOT_JSON and refuses(data):
            refusal = _refusal(received, data)
            raise refine(refusal) or refused(refusal)
        return _expected(received, data, expect)
    if 300 <= received.status < 400:
        raise _redirected(received)
    if data is not _NOT_JSON and data is not None:
        refusal = _refusal(received, data)
        raise refine(refusal) or _refused(refusal)
    raise (refine_page(received) if refine_page is not None else None) or _page(received)


def moment_of(headers: Mapping[str, str]) -> datetime | None:
    """The Date header as aware UTC, None where there is none or it cannot be read."""
    return _moment_of(headers.get("Date") or "")


@lru_cache(maxsize=16)
def _moment_of(date: str) -> datetime | None:
    """A server names the same second in many answers."""
    try:
        moment = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """The seconds of the Retry-After header; a date there is taken from the answer's own Date."""
    given = headers.get("Retry-After")
    if not given:
        return None
    if given.strip().isdigit():
        return float(given)
    until, now = _moment_of(given), moment_of(headers)
    return (
        max(0.0, (until - now).total_seconds()) if until is not None and now is not None else None
    )


def plain(text: str) -> str:
    """A server's message without tags, on one line, and not longer than a sentence or two."""
    words = re.sub(r"<[^>]*>", " ", text).split()
    line = " ".join(words)
    return line if len(line) <= _MESSAGE_LENGTH else line[: _MESSAGE_LENGTH - 1] + "…"


def _json(body: bytes) -> Any:
    if not body.strip():
        return None
    try:
        return read_json(body)
    except ValueError:
        return _NOT_JSON


def _expected(received: Received, data: Any, expect: Expected) -> Any:
    if data is _NOT_JSON:
        raise _unreadable(received)
    fits = isinstance(data, expect) if isinstance(expect, type) else expect(data)
    if fits:
        return data
    if data is None:
        raise Passing("an empty answer", doubtful=True, status=received.status)
    raise _in_doubt(
        received,
        ConfigError(
            f"{received.system} answered {received.call} with JSON of another shape than expected.",
            "Check the address, and whether a plug-in changes the answers of the API.",
        ),
    )


def _unreadable(received: Received) -> Exception:
    """A success without JSON: a captcha page, a PHP warning before it, or a broken-off answer."""
    if _HTML.match(received.body):
        return _in_doubt(received, _blocked(received))
    if _PHP_MESSAGE.search(received.body[:2000]):
        message = f"{received.system} answered {received.call} with a PHP message before the JSON."
        return _in_doubt(received, ConfigError(message, _DISPLAY_ERRORS))
    return Passing("an answer that is no whole JSON", doubtful=True, status=received.status)


def _in_doubt(received: Received, fault: SyncError) -> Exception:
    """The fault, but for a writing call that may have been carried out behind such an answer.

    A firewall stands before every call; a plug-in's warning may concern this one alone.
    """
    if not received.write:
        return fault
    return AnswerLost(fault.sentence(), fault if isinstance(fault, Blocked) else None)


def _blocked(received: Received) -> Blocked:
    return Blocked(
        received.system,
        f"{received.system} answered {received.call} with a web page instead of data"
        f" (HTTP {received.status}): a firewall or captcha stands before it.",
        _UNBLOCK,
        status=received.status,
    )


def _redirected(received: Received) -> SyncError:
    """Redirects are not followed: the credentials would not go along, a POST would become a GET."""
    there = urlsplit(urljoin(received.url, received.headers.get("Location", "")))
    asked = urlsplit(received.url)
    target = urlunsplit((there.scheme, there.netloc, there.path, "", ""))
    if not there.path.rstrip("/").endswith(asked.path.rstrip("/").rsplit("/", 1)[-1]):
        return Blocked(
            received.system,
            f"{received.system} sends {received.call} on to another page, {target}"
            f" (HTTP {received.status}).",
            _UNBLOCK,
            status=received.status,
        )
    return ConfigError(
        f"{received.system} has moved: it sends {received.call} on to {target}"
        f" (HTTP {received.status}).",
        "Write the new address as `url` of this system.",
    )


def _refusal(received: Received, body: Any) -> Refusal:
    fields = body if isinstance(body, dict) else {}
    return Refusal(
        system=received.system,
        call=received.call,
        write=received.write,
        status=received.status,
        code=str(fields.get("code", "")),
        message=plain(str(fields.get("message") or fields.get("error") or "")),
        data=fields.get("data"),
        body=body,
        retry_after=retry_after_of(received.headers),
    )


def _refused(refusal: Refusal) -> Exception:
    status = refusal.status
    if status in (401, 403):
        return access_denied(refusal)
    if status == 429 or (status == 503 and refusal.retry_after is not None):
        return _busy(status, refusal.retry_after)
    if status >= 500:
        return Passing(f"HTTP {status} {refusal.code}".rstrip(), doubtful=True, status=status)
    return refused(refusal)


def access_denied(refusal: Refusal) -> AccessDenied:
    """The usual sentence for a 401 or 403 of the application itself."""
    said = f": {refusal.message}" if refusal.message else ""
    return AccessDenied(
        refusal.system,
        f"{refusal.system} refuses {refusal.call} (HTTP {refusal.status}){said}",
        "Check the credentials and their rights.",
        status=refusal.status,
    )


def refused(refusal: Refusal) -> RequestRefused:
    """The refusal as this one request's own fault."""
    said = refusal.message or f"HTTP {refusal.status}"
    return RequestRefused(refusal.status, refusal.code, said, refusal.data, refusal.body)


def _busy(status: int, retry_after: float | None) -> Passing:
    """Refused before anything was done."""
    said = "is in maintenance or overloaded" if status == 503 else "wants fewer requests"
    return Passing(
        f"it {said} (HTTP {status})", doubtful=False, status=status, retry_after=retry_after
    )


def _page(received: Received) -> Exception:
    """The meaning of an error page that is no JSON: it comes from what stands before the system."""
    status, retry_after = received.status, retry_after_of(received.headers)
    challenge = "cf-mitigated" in received.headers or _CHALLENGE.search(received.body)
    if status == 429 or (status == 503 and retry_after is not None):
        return _busy(status, retry_after)
    if status >= 500 and not challenge:
        return Passing(f"an error page (HTTP {status})", doubtful=True, status=status)
    if status in (408, 425):
        return Passing(f"HTTP {status}", doubtful=True, status=status, timed_out=True)
    if status in (413, 414):
        return RequestRefused(status, "too-large", "The request is too large for the server", None)
    if status == 404:
        return _wrong_address(received)
    if status == 401:
        return _front_door(received)
    return _in_doubt(received, _blocked(received))


def _wrong_address(received: Received) -> ConfigError:
    parts = urlsplit(received.url)
    address = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    return ConfigError(
        f"{received.system} has no page {address} (HTTP 404, no JSON).",
        "Check `url`; the API may be switched off or moved.",
    )


def _front_door(received: Received) -> AccessDenied:
    return AccessDenied(
        received.system,
        f"The web server before {received.system} asks for a password of its own (HTTP 401).",
        "Take the API out of the password protection of the web server.",
        status=401,
    )


def down(system: str, call: str, passing: Passing, not_before: datetime | None) -> SystemDown:
    """The sentence for a fault that did not pass."""
    until = f" until {not_before:%Y-%m-%d %H:%M:%S} UTC" if not_before is not None else ""
    return SystemDown(
        system,
        f"{system} cannot be used now{until}: {call}: {passing.why}.",
        passing.remedy or "It is tried again with the next run; if it stays, ask its host.",
        status=passing.status,
        not_before=not_before,
    )
