"""The control routes under /_sandbox/, open to whoever runs the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from tests.sandbox.conftest import ErpSide


def get(erp: ErpSide, path: str, **params: str) -> Any:
    return requests.get(f"{erp.url}/_sandbox{path}", params=params, timeout=60).json()


def post(erp: ErpSide, path: str, body: object) -> requests.Response:
    return requests.post(f"{erp.url}/_sandbox{path}", json=body, timeout=60)


def test_the_ledger_shows_effects_all_or_of_one_kind(erp: ErpSide) -> None:
    erp.customer(reference="WC-shop-C1")
    erp.do("set_stock", sku="A-000001", on_hand=3)
    whole = get(erp, "/ledger")
    assert whole["side"] == "erp"
    assert [effect["what"] for effect in whole["effects"]] == ["customer.created", "stock.set"]
    assert [it["reference"] for it in get(erp, "/ledger", what="stock.set")["effects"]] == [
        "A-000001"
    ]


def test_the_state_holds_every_record(erp: ErpSide) -> None:
    draft = erp.draft(reference="WC-shop-7")
    state = get(erp, "/state")
    assert [order["reference"] for order in state["orders"]] == ["WC-shop-7"]
    assert [it["id"] for it in state["customers"]] == [draft["customer_id"]]
    assert len(state["products"]) == len(erp.store.products)
    assert len(state["stock"]) == sum(not it["main_article"] for it in state["products"])


def test_faults_are_added_counted_and_cleared(erp: ErpSide) -> None:
    rule = {"kind": "status", "methods": "GET", "path": "/info", "times": 1, "status": 429}
    added = post(erp, "/faults", rule)
    assert (added.status_code, added.json()) == (201, {"number": 1})
    assert [erp.call("GET", "/info", secret="x").status_code for _ in range(2)] == [429, 200]
    listed = get(erp, "/faults")
    assert listed["hits"] == 1
    assert [(it["kind"], it["methods"], it["hits"]) for it in listed["faults"]] == [
        ("status", ["GET"], 1)
    ]
    struck = [{"number": 1, "kind": "status", "method": "GET", "path": "/api/v1/info"}]
    assert listed["struck"] == struck
    requests.delete(f"{erp.url}/_sandbox/faults", timeout=60)
    assert get(erp, "/faults") == {"faults": [], "hits": 1, "struck": struck}


def test_control_routes_are_never_hit(erp: ErpSide) -> None:
    erp.hit("lost_before")
    assert get(erp, "/faults")["hits"] == 0


def test_the_clock_is_moved_frozen_and_let_go(erp: ErpSide) -> None:
    assert post(erp, "/clock", {"offset": 3600}).json()["offset"] == 3600
    frozen = post(erp, "/clock", {"offset": 0, "freeze": "2025-01-31T12:00:00Z", "advance": 5})
    assert frozen.json() == {"now": "2025-01-31T12:00:05.000Z", "offset": 0}
    assert get(erp, "/clock")["now"] == "2025-01-31T12:00:05.000Z"
    assert erp.call("GET", "/info").json()["now"] == "2025-01-31T12:00:05.000Z"
    assert post(erp, "/clock", {"freeze": None}).json()["now"] > "2025-02"
    stopped = post(erp, "/clock", {"freeze": True}).json()["now"]
    assert get(erp, "/clock")["now"] == stopped


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/faults", {"kind": "flood"}, "flood"),
        ("/faults", [], "object"),
        ("/clock", {"ofset": 1}, "ofset"),
        ("/clock", {"offset": "soon"}, "soon"),
        ("/clock", {"freeze": "2025-01-31T12:00:00"}, "zone"),
        ("/do/explode", {}, "explode"),
        ("/do/set_stock", {"sku": "A-000001"}, "on_hand"),
        ("/do/set_stock", {"sku": "nowhere", "on_hand": 1}, "nowhere"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(
    erp: ErpSide, path: str, body: object, said: str
) -> None:
    answer = post(erp, path, body)
    assert answer.status_code == 400
    assert said in answer.json()["error"]
