"""What Tryton's errors mean: over JSON-RPC they come with HTTP 200, others as web pages (FACTS 1).

| answer | meaning |
|---|---|
| `UserError` to a reading call; "not allowed" to a writing one | access: a right is missing |
| `UserError` to a writing call | the record's own fault |
| `UserWarning` | a question: nothing was done, the record waits for a person |
| `ConcurrencyException` | somebody else was faster: again later |
| any other error to a reading call | configuration: a field or module is not there |
| 401 | the session ended, or wrong credentials |
| 429 of its own, at the login | too many wrong passwords: five minutes' rest |
| 503 "parser stack overflow" | the batch is too large |
| 404, 503 "doesn't exist" | configuration: no such database |
| any other 503 of its own | busy: nothing was done, again later |
"""

from __future__ import annotations

from typing import Any

from sync_cli.connectors.http_answers import Passing, Received, Refusal, RequestRefused
from sync_cli.core.errors import AccessDenied, ConfigError

SESSION_OVER = "session-over"
TOO_MANY_LOGINS = "too-many-logins"
TOO_LARGE = "too-large"
QUESTION = "UserWarning"
REFUSED = "UserError"
OVERTAKEN = "ConcurrencyException"
FAULT = "fault"

_NOT_ALLOWED = "You are not allowed to"
_SHUT_OUT = b"exceeded an allotted request count"
_OWN_PAGE = b"<title>503 Service Unavailable</title>"
_RIGHTS = "Give the user of sync-cli the groups that docs/tryton.md names."


def is_refusal(data: Any) -> bool:
    """Whether the JSON of an answer is an error."""
    return isinstance(data, dict) and bool(data.get("error"))


def read_refusal(refusal: Refusal) -> Exception:
    """What an error over JSON-RPC means."""
    error = refusal.body.get("error") if isinstance(refusal.body, dict) else None
    kind, words = _parts(error)
    said = " ".join(word for word in words if word) or "it was refused without a reason"
    if kind == REFUSED and (not refusal.write or said.startswith(_NOT_ALLOWED)):
        return AccessDenied(
            refusal.system, f"{refusal.system} refuses {refusal.call}: {said}", _RIGHTS
        )
    if kind in (REFUSED, OVERTAKEN):
        return RequestRefused(refusal.status, kind, said, None)
    if kind == QUESTION:
        return RequestRefused(refusal.status, kind, " ".join(words[1:]).strip(), words[0])
    if refusal.write:
        return RequestRefused(refusal.status, FAULT, kind, None)
    return ConfigError(
        f"{refusal.system} failed at {refusal.call}: {kind}.",
        "A field or a model that sync-cli reads is not there: activate the modules that"
        " docs/tryton.md names; after an update of Tryton compare its version with that page.",
    )


def read_page(received: Received) -> Exception | None:
    """What an error page of Tryton means; None for pages that are not its own."""
    if received.status == 401:
        return RequestRefused(401, SESSION_OVER, "the session has ended", None)
    if received.status == 429 and _SHUT_OUT in received.body:
        return RequestRefused(429, TOO_MANY_LOGINS, "too many wrong passwords", None)
    if received.status == 404:
        return ConfigError(
            f"{received.system} has no such database, or no Tryton answers there (HTTP 404).",
            "Check `url` and `database` in the configuration.",
        )
    if received.status != 503 or _OWN_PAGE not in received.body:
        return None
    if b"parser stack overflow" in received.body:
        return RequestRefused(503, TOO_LARGE, "the batch is too large for its database", None)
    if b"exist!" in received.body:
        return ConfigError(
            f"{received.system} has no such database (HTTP 503).",
            "Correct `database` in the configuration.",
        )
    return Passing("its database is busy (HTTP 503)", doubtful=False, status=503)


def _parts(error: Any) -> tuple[str, list[str]]:
    """The type of an error and its texts."""
    if not isinstance(error, list) or not error:
        return str(error), []
    texts = error[1] if len(error) > 1 and isinstance(error[1], list) else []
    return str(error[0]), [str(text) for text in texts if isinstance(text, str)]
