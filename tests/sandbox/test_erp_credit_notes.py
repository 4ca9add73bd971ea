"""Credit notes of the pretend ERP: drafts, proof against the order, and goods that come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sync_cli.sandbox.erp.actions import erp_actions

if TYPE_CHECKING:
    from tests.sandbox.conftest import ErpSide


def sold(erp: ErpSide, pieces: str = "3") -> dict[str, Any]:
    """A confirmed order of one article at 11.90 a piece."""
    [customer] = erp.results("POST", "/customers", {"items": [{"name": "E. Muster"}]})
    product = next(row for row in erp.store.stock if row.stocked).product
    net, tax = f"{10 * int(pieces)}.00", f"{19 * int(pieces) / 10:.2f}"
    line = {
        "kind": "product",
        "product_id": str(product.id),
        "quantity": pieces,
        "net": net,
        "tax": tax,
    }
    order = {
        "reference": "WC-main-1",
        "customer_id": customer["item"]["id"],
        "ordered_at": "2026-01-05T08:00:00Z",
        "currency": "EUR",
        "lines": [line],
    }
    [made] = erp.results("POST", "/orders", {"items": [order]})
    [confirmed] = erp.results("POST", "/orders/confirm", {"ids": [made["item"]["id"]]})
    item: dict[str, Any] = confirmed["item"]
    return item


def note(order: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """One piece given back."""
    line = {**order["lines"][0], "quantity": "1", "net": "10.00", "tax": "1.90", "restock": True}
    return {
        "reference": "WC-main-R9",
        "order_id": order["id"],
        "refunded_at": "2026-01-06T08:00:00Z",
        "currency": "EUR",
        "disposition": "restock",
        "lines": [line],
        **fields,
    }


def made(erp: ErpSide, *notes: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of creating them."""
    return erp.results("POST", "/credit_notes", {"items": list(notes)})


def confirmed(erp: ErpSide, *notes: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of confirming them once they were created."""
    ids = [each["item"]["id"] for each in made(erp, *notes)]
    return erp.results("POST", "/credit_notes/confirm", {"ids": ids})


def on_hand(erp: ErpSide, order: dict[str, Any]) -> str:
    """Pieces of the order's article in MAIN."""
    stock = erp.store.stock.get(int(order["lines"][0]["product_id"]))
    assert stock is not None
    return str(stock.shelf("MAIN").on_hand)


def test_a_credit_note_is_a_draft_and_then_booked_and_its_pieces_are_back(erp: ErpSide) -> None:
    order = sold(erp)
    before = int(on_hand(erp, order))
    [draft] = made(erp, note(order))
    assert (draft["item"]["state"], draft["item"]["total"]) == ("draft", "11.90")
    assert int(on_hand(erp, order)) == before
    [booked] = erp.results("POST", "/credit_notes/confirm", {"ids": [draft["item"]["id"]]})
    assert booked["item"]["state"] == "confirmed"
    assert booked["item"]["restocked_at"] is not None
    assert int(on_hand(erp, order)) == before + 1
    effects = [effect["what"] for effect in erp.ledger.effects() if "credit_note" in effect["what"]]
    assert effects == ["credit_note.created", "credit_note.confirmed"]


def test_where_people_put_goods_back_each_checkpoint_is_theirs(erp: ErpSide) -> None:
    erp.store.settings.returns_by_hand = True
    order = sold(erp)
    before = int(on_hand(erp, order))
    [booked] = confirmed(erp, note(order))
    assert (booked["item"]["restocked_at"], int(on_hand(erp, order))) == (None, before)
    act = erp_actions(erp.store)["return"]
    for checkpoint in ("received", "inspected", "restocked"):
        stored = act(checkpoint=checkpoint, reference="WC-main-R9")
        assert stored[f"{checkpoint}_at"] is not None
    assert int(on_hand(erp, order)) == before + 1
    with pytest.raises(ValueError, match="restocked"):
        act(checkpoint="restocked", reference="WC-main-R9")


def test_credit_notes_never_give_back_more_than_the_order(erp: ErpSide) -> None:
    order = sold(erp, "1")
    more = note(order, reference="WC-main-R10")
    first, second = confirmed(erp, note(order), more)
    assert first["ok"]
    assert (second["ok"], second["error"]["code"]) == (False, "over_credited")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"order_id": "999"}, "not_found"),
        ({"currency": "USD"}, "invalid_currency"),
        ({"disposition": "eat"}, "invalid_value"),
        ({"lines": []}, "required"),
        ({"refunded_at": "yesterday"}, "invalid_value"),
        ({"price": "1"}, "unknown_field"),
    ],
)
def test_a_credit_note_that_cannot_be_is_refused(
    erp: ErpSide, wrong: dict[str, Any], code: str
) -> None:
    [result] = made(erp, note(sold(erp), **wrong))
    assert (result["ok"], result["error"]["code"]) == (False, code)
    assert len(erp.store.credit_notes) == 0


def test_nothing_is_given_back_of_an_order_that_is_not_sold(erp: ErpSide) -> None:
    order = sold(erp)
    erp.results("POST", "/orders/cancel", {"ids": [order["id"]]})
    [result] = made(erp, note(order))
    assert result["error"]["code"] == "invalid_order"


def test_where_references_are_unique_a_second_one_is_refused(erp: ErpSide) -> None:
    erp.store.settings.unique_references = True
    order = sold(erp)
    first, second = made(erp, note(order)), made(erp, note(order))
    assert second[0]["error"] == {**second[0]["error"], "id": first[0]["item"]["id"]}
    assert second[0]["error"]["code"] == "duplicate_reference"


def test_a_booked_credit_note_is_not_cancelled_by_the_api_but_by_people(erp: ErpSide) -> None:
    order = sold(erp)
    [booked] = confirmed(erp, note(order))
    [result] = erp.results("POST", "/credit_notes/cancel", {"ids": [booked["item"]["id"]]})
    assert result["error"]["code"] == "not_cancellable"
    assert erp_actions(erp.store)["void_credit"](reference="WC-main-R9")["state"] == "cancelled"


def test_credit_notes_are_listed_by_change_and_found_by_reference_and_order(erp: ErpSide) -> None:
    order = sold(erp)
    [booked] = confirmed(erp, note(order))
    id = booked["item"]["id"]
    listed = erp.call("GET", "/credit_notes", changed_since="2000-01-01T00:00:00Z").json()
    assert [row["id"] for row in listed["items"]] == [id]
    for key, value in (("reference", "WC-main-R9"), ("order_id", order["id"])):
        found = erp.call("POST", "/credit_notes/find", {"key": key, "values": [value]}).json()
        assert [row["id"] for row in found["items"]] == [id]


def test_the_bookkeeper_makes_a_credit_note_without_a_reference(erp: ErpSide) -> None:
    order = sold(erp)
    stored = erp_actions(erp.store)["credit"](order=order["id"], amount="5.00", tax="0.80")
    assert (stored["reference"], stored["state"], stored["total"]) == (None, "confirmed", "5.00")
