"""The WSGI middleware that lets the faults of `sync_cli.sandbox.faults` happen."""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import BytesIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sync_cli.sandbox.answer import Answer, carry_out, reason
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.faults import FaultRule, Faults
from sync_cli.sandbox.ledger import to_json
from sync_cli.sandbox.trouble import answer_of

CONTROL_PREFIX = "/_sandbox/"
CAPTCHA_PAGE = (
    "<!DOCTYPE html><html><head><title>One moment, please...</title></head><body>"
    "<h1>Checking that you are human</h1><form><div class='captcha'></div></form></body></html>"
)
PHP_WARNING = (
    "<br />\n<b>Warning</b>:  Undefined array key &quot;total&quot; in "
    "<b>/var/www/html/wp-content/plugins/some-plugin/orders.php</b> on line <b>112</b><br />\n"
)
ErrorBody = Callable[[int], object]


class ConnectionGone(ConnectionError):
    """The fault has taken the connection away: the server must not answer."""


def plain_error(status: int) -> object:
    """The JSON body of a faulty status where the side names none."""
    return {"code": "sandbox_fault", "message": reason(status), "data": {"status": status}}


class FaultyWire:
    """WSGI middleware: passes requests through, except those that a rule hits.

    Control routes are never hit. `error_body` makes the JSON of faulty statuses, `sleep` takes
    seconds.
    """

    def __init__(
        self,
        app: WSGIApplication,
        faults: Faults,
        clock: SandboxClock,
        error_body: ErrorBody = plain_error,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._app = app
        self._faults = faults
        self._clock = clock
        self._error_body = error_body
        self._sleep = sleep
        self._kinds: dict[str, Callable[[FaultRule, WSGIEnvironment], Answer]] = {
            "lost_before": self._lose_before,
            "lost_after": self._lose_after,
            "late": self._carry_out_late,
            "delay_commit": self._delay_commit,
            "status": self._refuse,
            "trouble": self._be_in_trouble,
            "status_after": self._carry_out_and_fail,
            "reset": self._reset,
            "html": self._show_captcha,
            "warning": self._warn,
            "truncate": self._truncate,
            "slow": self._answer_slowly,
            "no_auth": self._drop_auth,
            "clock_skew": self._skew,
            "edit": self._edit_after,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        rule = self._rule_for(environ)
        if rule is None:
            return self._app(environ, start_response)
        try:
            answer = self._kinds[rule.kind](rule, environ)
        finally:
            self._faults.finished()
        start_response(answer.status, list(answer.headers))
        return [answer.body]

    def _rule_for(self, environ: WSGIEnvironment) -> FaultRule | None:
        target: str = environ.get("RAW_URI") or environ["PATH_INFO"]
        if target.startswith(CONTROL_PREFIX):
            return None
        return self._faults.strike(environ["REQUEST_METHOD"], target, lambda: _body(environ))

    def _carry_out(self, environ: WSGIEnvironment) -> Answer:
        return carry_out(self._app, environ)

    def _lose_before(self, _rule: FaultRule, environ: WSGIEnvironment) -> Answer:
        return _close(environ)

    def _lose_after(self, _rule: FaultRule, environ: WSGIEnvironment) -> Answer:
        self._carry_out(environ)
        return _close(environ)

    def _carry_out_late(self, rule: FaultRule, environ: WSGIEnvironment) -> Answer:
        """This connection's own thread goes on without its client."""
        if rule.hold:
            self._sleep(rule.delay)
            _drop(environ)
        else:
            _drop(environ)
            self._sleep(rule.delay)
        self._carry_out(environ)
        raise ConnectionGone("closed before the request was carried out")

    def _delay_commit(self, rule: FaultRule, environ: WSGIEnvironment) -> Answer:
        self._sleep(rule.delay)
        return self._carry_out(environ)

    def _refuse(self, rule: FaultRule, _environ: WSGIEnvironment) -> Answer:
        return self._failure(rule, rule.status or 503)

    def _be_in_trouble(self, rule: FaultRule, environ: WSGIEnvironment) -> Answer:
        return answer_of(rule.trouble, environ)

    def _carry_out_and_fail(self, rule: FaultRule, environ: WSGIEnvironment) -> Answer:
        self._carry_out(environ)
        return self._failure(rule, rule.status or 500)

    def _reset(self, _rule: FaultRule, environ: WSGIEnvironment) -> Answer:
        return _reset_connection(environ)

    def _show_captcha(self, rule: FaultRule, _environ: WSGIEnvironment) -> Answer:
        return _page(rule.status or 202, CAPTCHA_PAGE)

    def _warn(self, _rule: FaultRule, environ: WSGIEnvironment) -> Answer:
        answer = self._carry_out(environ)
        return answer.with_body(PHP_WARNING.encode() + answer.body)

    def _truncate(self, _rule: FaultRule, environ: WSGIEnvironment) -> Answer:
        answer = self._carry_out(environ)
        return answer.with_body(answer.body[: len(answer.body) // 2])

    def _answer_slowly(self, rule: FaultRule, environ: WSGIEnvironment) -> Answer:
        answer = self._carry_out(environ)
        self._sleep(rule.delay)
        return answer

    def _drop_auth(self, _rule: FaultRule, environ: WSGIEnvironment) -> Answer:
        environ.pop("HTTP_AUTHORIZATION", None)
        return self._carry_out(environ)

    def _skew(self, rule: FaultRule, environ: WSGIEnvironment) -> Answer:
        self._clock.set_offset(rule.delay)
        return self._carry_out(environ)

    def _edit_after(self, rule: FaultRule, environ: WSGIEnvironment) -> Answer:
        answer = self._carry_out(environ)
        self._faults.run_edit(rule)
        return answer

    def _failure(self, rule: FaultRule, status: int) -> Answer:
        if rule.body == "json":
            body = to_json(self._error_body(status)).encode()
            answer = Answer(reason(status), (("Content-Type", "application/json"),), body)
        else:
            answer = _page(status, f"<html><body><h1>{reason(status)}</h1></body></html>")
        if rule.retry_after is None:
            return answer
        return answer.with_header("Retry-After", str(rule.retry_after))


def _body(environ: WSGIEnvironment) -> bytes:
    """The request's whole body, which the application can still read."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    return body


def _page(status: int, html: str) -> Answer:
    return Answer(reason(status), (("Content-Type", "text/html; charset=UTF-8"),), html.encode())


def _connection(environ: WSGIEnvironment) -> socket.socket:
    connection = environ.get("werkzeug.socket")
    if not isinstance(connection, socket.socket):
        raise TypeError("connections can only be dropped behind sync_cli.sandbox.server.serve")
    return connection


def _drop(environ: WSGIEnvironment) -> None:
    # the client may have gone first
    with suppress(OSError):
        _connection(environ).shutdown(socket.SHUT_RDWR)


def _close(environ: WSGIEnvironment) -> Answer:
    _drop(environ)
    raise ConnectionGone("closed without an answer by a fault")


def _reset_connection(environ: WSGIEnvironment) -> Answer:
    """Close with zero linger, which sends RST; detached, so that no FIN goes before it."""
    connection = _connection(environ)
    linger_none = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_none)
    os.close(connection.detach())
    raise ConnectionGone("reset by a fault")
