"""Payments of the pretend ERP: booked at once, found again, refused where they do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.test_erp_credit_notes import sold

if TYPE_CHECKING:
    from tests.sandbox.conftest import ErpSide


def payment(order: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The whole order, paid by card."""
    return {
        "reference": "WC-main-P1",
        "order_id": order["id"],
        "amount": order["total"],
        "currency": "EUR",
        "paid_at": "2026-01-05T08:00:01Z",
        "journal": "CARD",
        "transaction_id": "tr_1",
        **fields,
    }


def booked(erp: ErpSide, *payments: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of booking them."""
    return erp.results("POST", "/payments", {"items": list(payments)})


def paid(erp: ErpSide, order: dict[str, Any]) -> bool:
    """What the books say of the order."""
    found = erp.store.orders.get(int(order["id"]))
    assert found is not None
    return found.paid


def test_a_payment_is_booked_found_again_and_the_order_is_paid(erp: ErpSide) -> None:
    order = sold(erp)
    [result] = booked(erp, payment(order))
    assert result["item"]["number"] == "P00001"
    assert paid(erp, order)
    wanted = {"key": "reference", "values": ["WC-main-P1", "WC-main-P2"]}
    [found] = erp.call("POST", "/payments/find", wanted).json()["items"]
    assert found == result["item"]
    assert erp.items("/payments") == [found]


def test_an_order_that_is_paid_in_part_is_not_paid_yet(erp: ErpSide) -> None:
    order = sold(erp)
    booked(erp, payment(order, amount="10.00"))
    assert not paid(erp, order)
    booked(erp, payment(order, amount="25.70", reference="WC-main-P2"))
    assert paid(erp, order)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"order_id": "99999"}, "not_found"),
        ({"amount": "0.00"}, "invalid_value"),
        ({"amount": "ten"}, "invalid_value"),
        ({"currency": "USD"}, "invalid_currency"),
        ({"journal": "SHELLS"}, "invalid_journal"),
        ({"journal": ""}, "required"),
        ({"paid_at": "yesterday"}, "invalid_value"),
        ({"colour": "red"}, "unknown_field"),
    ],
)
def test_a_payment_that_does_not_fit_is_refused(
    erp: ErpSide, fields: dict[str, Any], code: str
) -> None:
    order = sold(erp)
    [result] = booked(erp, payment(order, **fields))
    assert (result["ok"], result["error"]["code"]) == (False, code)
    assert not paid(erp, order)


def test_nothing_is_paid_on_a_draft(erp: ErpSide) -> None:
    order = sold(erp)
    found = erp.store.orders.get(int(order["id"]))
    assert found is not None
    found.state = "draft"
    [result] = booked(erp, payment(order))
    assert result["error"]["code"] == "invalid_order"


@pytest.mark.parametrize("unique", [True, False])
def test_a_second_payment_of_one_reference_is_refused_where_references_are_unique(
    erp: ErpSide, unique: bool
) -> None:
    erp.store.settings.unique_references = unique
    order = sold(erp)
    first, second = booked(erp, payment(order), payment(order))
    assert first["ok"]
    assert second["ok"] is not unique
