"""How a WordPress site in trouble answers, as recorded: maintenance, a dying plug-in, no database.

WordPress answers in JSON where the request asks for it (`Accept`, or a JSON body); the web server
before it never does.
"""

from __future__ import annotations

import json
from typing import Any, Literal, get_args
from wsgiref.types import WSGIEnvironment

from sync_cli.sandbox.answer import Answer, reason

Trouble = Literal["maintenance", "php_fatal", "database_down", "bad_gateway", "gateway_timeout"]
TROUBLES: tuple[Trouble, ...] = get_args(Trouble)
_HTML = ("Content-Type", "text/html; charset=UTF-8")
_JSON = ("Content-Type", "application/json; charset=UTF-8")
_NO_CACHE = ("Cache-Control", "no-cache, must-revalidate, max-age=0, no-store, private")
_RETRY_AFTER = ("Retry-After", "600")
_GATEWAY = {"bad_gateway": 502, "gateway_timeout": 504}
_MAINTENANCE = "Briefly unavailable for scheduled maintenance. Check back in a minute."
_CRITICAL = (
    "<p>There has been a critical error on this website.</p><p>"
    '<a href="https://wordpress.org/documentation/article/faq-troubleshooting/">'
    "Learn more about troubleshooting WordPress.</a></p>"
)
_UNCAUGHT: dict[str, Any] = {
    "type": 1,
    "message": "Uncaught Error: Call to undefined function some_function()",
    "file": "/var/www/html/wp-content/plugins/some-plugin/some-plugin.php",
    "line": 2,
}


def answer_of(trouble: Trouble, environ: WSGIEnvironment) -> Answer:
    """The answer to a request while the site is in this trouble; nothing was done."""
    status = _GATEWAY.get(trouble)
    if status is not None:
        return _gateway(status)
    if trouble == "database_down":
        return _page(500, "Database Error", "<h1>Error establishing a database connection</h1>")
    if trouble == "maintenance":
        answer = (
            _dying(503, "wp_die", _MAINTENANCE, {})
            if _wants_json(environ)
            else _page(503, "Maintenance", f"<h1>{_MAINTENANCE}</h1>")
        )
        return answer.with_header(*_RETRY_AFTER)
    if _wants_json(environ):
        return _dying(500, "internal_server_error", _CRITICAL, {"error": _UNCAUGHT})
    return _page(500, "WordPress &rsaquo; Error", _CRITICAL)


def _wants_json(environ: WSGIEnvironment) -> bool:
    return any(
        "application/json" in str(environ.get(name, "")) for name in ("HTTP_ACCEPT", "CONTENT_TYPE")
    )


def _dying(status: int, code: str, message: str, facts: dict[str, Any]) -> Answer:
    data = {"status": status, **facts}
    body = {"code": code, "message": message, "data": data, "additional_errors": []}
    return Answer(reason(status), (_JSON, _NO_CACHE), json.dumps(body).encode())


def _page(status: int, title: str, text: str) -> Answer:
    html = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>{text}</body></html>"
    return Answer(reason(status), (_HTML, _NO_CACHE), html.encode())


def _gateway(status: int) -> Answer:
    """The web server's own page: PHP is down, or did not answer in time."""
    title = {502: "502 Bad Gateway", 504: "504 Gateway Time-out"}[status]
    html = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1>"
        "</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
    return Answer(reason(status), (("Content-Type", "text/html"),), html.encode())
