"""The connectors over HTTP before answers: what each of them means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sync_cli.connectors.base import Change, Connector, Draft, Result
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

ANSWERED: Mapping[str, Answered] = {
    "woocommerce": Answered(_open_shop, _read, _write_products, (*PAGES, *_OF_SHOPS)),
    "rest": Answered(_open_rest, _read, _make_customers, (*PAGES, *_OF_PROFILES)),
}
"""How each connector over HTTP meets answers, by its name; a new connector enters itself here."""
