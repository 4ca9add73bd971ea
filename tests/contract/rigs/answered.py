"""The connectors over HTTP before answers: what each of them means."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from sync_cli.connectors.base import Change, Connector, Draft, Result
from sync_cli.connectors.odoo.connector import Odoo
from sync_cli.connectors.odoo.wire import Login
from sync_cli.connectors.rest.connector import RestConnector
from sync_cli.connectors.rest.loading import load_profile
from sync_cli.connectors.woocommerce.connector import WooCommerce
from sync_cli.flows.connecting import mappings_folder
from tests.contract.answers import JSON, PAGES, Answer, Answered, Case, Meaning
from tests.contract.rigs.wires import Waits

M = Meaning


def _read(connector: Connector) -> object:
    return list(connector.fetch("order", ["1"]))


def _shop(status: int, code: str, data: Any = None) -> Answer:
    body = {"code": code, "message": "No.", "data": {"status": status} if data is None else data}
    return Answer(f"{status}, `{code}`", status, body, JSON)


def _open_shop(url: str) -> Connector:
    return WooCommerce(
        "shop", url, "ck_key", "cs_secret",
        pacing=Waits().pacing(), clock=lambda: datetime.now(UTC),
    )  # fmt: skip


def _write_products(connector: Connector) -> Sequence[Result]:
    numbers = range(1, 5)
    changes = [Change(str(number), {"regular_price": "1.00"}) for number in numbers]
    return list(connector.update("product", changes))


_OF_SHOPS = (
    Case(_shop(401, "woocommerce_rest_cannot_view"), M.ACCESS, M.NOT_SENT, M.ACCESS),
    Case(_shop(401, "woocommerce_rest_authentication_error"), M.ACCESS, M.NOT_SENT, M.ACCESS),
    Case(_shop(403, "woocommerce_rest_cannot_edit"), M.ACCESS, M.NOT_SENT, M.ACCESS),
    Case(_shop(404, "rest_no_route"), M.CONFIGURATION, M.NOT_SENT, M.CONFIGURATION),
    Case(_shop(400, "rest_invalid_param"), M.CONFIGURATION, M.RECORD),
    Case(_shop(413, "woocommerce_rest_request_entity_too_large"), M.CONFIGURATION, M.TOO_LARGE),
    Case(_shop(500, "internal_server_error"), M.DOWN, M.IN_DOUBT),
    Case(_shop(500, "some_plugin_error", 500), M.DOWN, M.RECORD),
    Case(
        Answer("200, an error in an item of a batch", 200,
               {"update": [{"id": number, "error": {"code": "x", "message": "No.",
                                                    "data": {"status": 400}}}
                           for number in range(1, 5)]}, JSON),
        M.CONFIGURATION, M.RECORD,
    ),
)  # fmt: skip


def _erp(status: int, code: str) -> Answer:
    body = {"error": {"code": code, "message": "No.", "field": None}}
    return Answer(f"{status}, `{code}`", status, body, JSON)


def _open_rest(url: str) -> Connector:
    profile = load_profile(mappings_folder() / "sandbox-erp" / "profile.yaml")
    return RestConnector("erp", url, profile, {"token": "secret"}, pacing=Waits().pacing())


def _make_customers(connector: Connector) -> Sequence[Result]:
    drafts = [Draft(f"C-{n}", {"reference": f"C-{n}", "name": "x"}) for n in range(1, 5)]
    return list(connector.create("customer", drafts))


_OF_PROFILES = (
    Case(_erp(401, "unauthorized"), M.ACCESS, M.NOT_SENT, M.ACCESS),
    Case(_erp(403, "forbidden"), M.ACCESS, M.NOT_SENT, M.ACCESS),
    Case(_erp(404, "not_found"), M.CONFIGURATION, M.RECORD),
    Case(_erp(400, "unknown_field"), M.CONFIGURATION, M.RECORD),
    Case(_erp(400, "some_new_code"), M.CONFIGURATION, M.RECORD),
    Case(_erp(500, "http_500"), M.DOWN, M.IN_DOUBT),
    Case(
        Answer("200, an error in an item of a batch", 200,
               {"results": [{"ok": False, "error": {"code": "required", "message": "No.",
                                                    "field": "name"}}] * 4}, JSON),
        M.CONFIGURATION, M.RECORD,
    ),
)  # fmt: skip


def _rpc(name: str, message: str) -> Answer:
    said = {"name": name, "message": message, "debug": "Traceback ..."}
    error = {"code": 200, "message": "Odoo Server Error", "data": said}
    return Answer(f"200, `{name}`", 200, {"jsonrpc": "2.0", "id": 1, "error": error}, JSON)


def _loaded(says: str, **result: Any) -> Answer:
    return Answer(says, 200, {"jsonrpc": "2.0", "id": 1, "result": result}, JSON)


def _messages(said: str) -> list[dict[str, Any]]:
    return [{"type": "error", "record": place, "message": said} for place in range(4)]


def _open_odoo(url: str) -> Connector:
    return Odoo(
        "erp", Login(url, "erp", "shopsync", "secret"),
        pacing=Waits().pacing(), clock=lambda: datetime.now(UTC),
    )  # fmt: skip


def _is_read_or_load(environ: WSGIEnvironment) -> bool:
    """Claims what is tried; the login and the look-up before a load go past."""
    body = environ["wsgi.input"].read()
    environ["wsgi.input"].seek(0)
    return b'"read"' in body or b'"load"' in body


def _logs_in(environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
    """Logs everybody in, and finds nothing."""
    logs_in = b'"authenticate"' in environ["wsgi.input"].read()
    start("200 OK", list(JSON.items()))
    return [json.dumps({"jsonrpc": "2.0", "id": 1, "result": 6 if logs_in else []}).encode()]


_DENIED = "You are not allowed to access 'Contact' (res.partner) records."
_FULL = "The Connection Pool Is Full"
_OF_ODOOS = (
    Case(_rpc("odoo.exceptions.AccessDenied", "Access Denied"), M.ACCESS, M.NOT_SENT, M.ACCESS),
    Case(_rpc("odoo.exceptions.AccessError", _DENIED), M.ACCESS, M.NOT_SENT, M.ACCESS),
    Case(_rpc("odoo.exceptions.UserError", "No."), M.CONFIGURATION, M.RECORD),
    Case(_rpc("odoo.exceptions.ValidationError", "No."), M.CONFIGURATION, M.RECORD),
    Case(
        _rpc("builtins.ValueError", "Invalid field 'x' on model 'res.partner'"),
        M.CONFIGURATION, M.NOT_SENT, M.CONFIGURATION,
    ),
    Case(
        _rpc("builtins.AttributeError", "The method 'x' does not exist on the model 'y'"),
        M.CONFIGURATION, M.NOT_SENT, M.CONFIGURATION,
    ),
    Case(
        _rpc("psycopg2.OperationalError", 'FATAL:  database "x" does not exist'),
        M.CONFIGURATION, M.NOT_SENT, M.CONFIGURATION,
    ),
    Case(_rpc("psycopg2.OperationalError", "server closed the connection"), M.DOWN, M.IN_DOUBT),
    Case(_rpc("psycopg2.pool.PoolError", _FULL), M.DOWN, M.NOT_SENT, M.DOWN),
    Case(
        _rpc("psycopg2.errors.SerializationFailure", "could not serialize access"),
        M.DOWN, M.NOT_SENT, M.DOWN,
    ),
    Case(
        _loaded("200, `ids: false` with a message for each record", ids=False,
                messages=_messages("No.")),
        M.CONFIGURATION, M.RECORD,
    ),
    Case(
        _loaded("200, `ids: false`, lost against another writer", ids=False,
                messages=_messages("could not serialize access due to concurrent update")),
        M.CONFIGURATION, M.RECORD,
    ),
    Case(
        _loaded("200, `ids: false`, a right is missing", ids=False, messages=_messages(_DENIED)),
        M.CONFIGURATION, M.NOT_SENT, M.ACCESS,
    ),
)  # fmt: skip

ANSWERED: Mapping[str, Answered] = {
    "woocommerce": Answered(_open_shop, _read, _write_products, (*PAGES, *_OF_SHOPS)),
    "rest": Answered(_open_rest, _read, _make_customers, (*PAGES, *_OF_PROFILES)),
    "odoo": Answered(
        _open_odoo, _read, _make_customers, (*PAGES, *_OF_ODOOS), _is_read_or_load, _logs_in
    ),
}
"""How each connector over HTTP meets answers, by its name; a new connector enters itself here."""
