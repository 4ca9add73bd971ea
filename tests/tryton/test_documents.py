"""Sales and refunds on a real Tryton: batches, repeats, half-made ones, states."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from sync_cli.connectors.base import Done, Draft, Failed, InDoubt, Result
from sync_cli.connectors.tryton.connector import Tryton
from sync_cli.core.errors import SystemDown
from sync_cli.sandbox.faults import FaultRule
from tests.contract.rigs.wires import Waits
from tests.tryton.town import HOME, Town, customer, shipping

ROUNDING = {"kind": "rounding", "quantity": "1", "net": "-0.01", "tax": "", "text": "Rundung"}


def made(erp: Tryton, *drafts: Draft, entity: str = "order") -> list[str]:
    """The ids of documents that must all be made."""
    results = list(erp.create(entity, drafts))
    assert all(isinstance(result, Done) for result in results), results
    return [result.id for result in results if isinstance(result, Done)]


def stored(erp: Tryton, id: str, entity: str = "order") -> Any:
    """The document as it is."""
    (raw,) = erp.fetch(entity, [id])
    return raw.data


def kinds(results: Iterable[Result]) -> list[str]:
    """What came of each."""
    return [type(result).__name__ for result in results]


def test_a_batch_of_twenty_orders_is_made_and_confirmed_in_four_writing_calls(
    town: Town, erp: Tryton
) -> None:
    drafts = [town.order() for _ in range(20)]
    made(erp, town.order())
    before = erp.calls()["write"]
    ids = made(erp, *drafts)
    assert kinds(erp.advance("order", ids, "confirmed")) == ["Done"] * 20
    assert erp.calls()["write"] - before == 3, "create, quote, confirm"
    found = erp.find("order", "reference", [draft.reference for draft in drafts])
    assert [raw.id for founds in found.values() for raw in founds] == ids
    assert {raw.data["total_amount"] for founds in found.values() for raw in founds} == {
        Decimal("195.76")
    }


def test_one_bad_order_splits_its_batch_only(town: Town, erp: Tryton) -> None:
    good = [town.order() for _ in range(7)]
    bad = town.order(lines=[{**town.goods(1), "quantity": "0.5"}])
    results = list(erp.create("order", [*good[:3], bad, *good[3:]]))
    assert kinds(results) == ["Done"] * 3 + ["Failed"] + ["Done"] * 4
    assert isinstance(results[3], Failed)
    assert results[3].problem.record == bad.reference


@pytest.mark.parametrize(
    ("changes", "what", "name"),
    [
        ({"currency": "XXX"}, "currency", "XXX"),
        ({"lines": [shipping("1.00", tax="MwSt 3%")]}, "tax", "MwSt 3%"),
        ({"invoice_address": {**HOME, "country": "ZZ"}}, "country", "ZZ"),
        ({"carrier": "Nobody"}, "carrier", "Nobody"),
        ({"payment_term": "Some day"}, "payment term", "Some day"),
        ({"warehouse": "south"}, "warehouse", "south"),
    ],
)
def test_a_name_that_tryton_does_not_know_is_named(
    town: Town, erp: Tryton, changes: dict[str, Any], what: str, name: str
) -> None:
    (result,) = erp.create("order", [town.order(**changes)])
    assert isinstance(result, Failed)
    assert result.problem.message == f"there is no {what} '{name}'"
    assert erp.calls()["write"] == 0


def test_a_sale_has_the_payment_term_of_the_table(town: Town, erp: Tryton) -> None:
    term = town.clerk.read("account.invoice.payment_term", [], "name")[0]
    (sale,) = made(erp, town.order(payment_term=term["name"]))
    (row,) = town.clerk.read("sale.sale", [["id", "=", int(sale)]], "payment_term")
    assert row["payment_term"] == term["id"]


@pytest.mark.parametrize(
    ("named", "code"),
    [("store", "STORE"), ("STORE", "STORE"), ("Store", "STORE"), ("main", "MAIN"), ("", "MAIN")],
)
def test_a_sale_leaves_from_the_warehouse_that_is_named(
    town: Town, erp: Tryton, named: str, code: str
) -> None:
    (sale,) = made(erp, town.order(warehouse=named))
    (row,) = town.clerk.read("sale.sale", [["id", "=", int(sale)]], "warehouse.code")
    assert row["warehouse."]["code"] == code


def test_what_tryton_computes_is_read_back(town: Town, erp: Tryton) -> None:
    """Three pieces of 6.66 with 7 % and shipping with 19 %: 19.98 + 1.40, 4.12 + 0.78."""
    goods = {**town.goods(3, "19.98"), "tax": "DE 7%"}
    (sale,) = made(erp, town.order(lines=[goods, shipping("4.12")]))
    data = stored(erp, sale)
    assert (data["untaxed_amount"], data["tax_amount"]) == (Decimal("24.10"), Decimal("2.18"))
    assert data["total_amount"] == Decimal("26.28")


def test_a_price_of_more_than_four_digits_still_makes_the_lines_total(
    town: Town, erp: Tryton
) -> None:
    (sale,) = made(erp, town.order(lines=[town.goods(7, "10.00")]))
    assert stored(erp, sale)["untaxed_amount"] == Decimal("10.00")


def test_a_half_made_sale_is_completed_once(town: Town, erp: Tryton) -> None:
    draft = town.order()
    (sale,) = made(erp, draft)
    whole = Draft(
        draft.reference,
        {**draft.payload, "lines": [*draft.payload["lines"], ROUNDING]},
        at=sale,
    )
    for _ in range(2):
        assert kinds(erp.create("order", [whole])) == ["Done"]
        assert stored(erp, sale)["total_amount"] == Decimal("195.75")
    assert kinds(erp.advance("order", [sale], "confirmed")) == ["Done"]
    (result,) = erp.create("order", [whole])
    assert isinstance(result, Failed)
    assert "drafts only" in result.problem.message


def test_a_quotation_can_be_completed_and_cancelled(town: Town, erp: Tryton) -> None:
    draft = town.order()
    (sale,) = made(erp, draft)
    town.clerk.call("model.sale.sale.quote", [int(sale)])
    assert stored(erp, sale)["standing"] == "quotation"
    lines = [*draft.payload["lines"], ROUNDING]
    whole = Draft(draft.reference, {**draft.payload, "lines": lines}, at=sale)
    assert kinds(erp.create("order", [whole])) == ["Done"]
    assert kinds(erp.advance("order", [sale], "cancelled")) == ["Done"]
    (raw,) = erp.find("order", "reference", [draft.reference])[draft.reference]
    assert "cancelled" in raw.marks


def test_a_sale_that_is_processed_cannot_be_cancelled(town: Town, erp: Tryton) -> None:
    (sale,) = made(erp, town.order())
    assert kinds(erp.advance("order", [sale], "confirmed")) == ["Done"]
    (result,) = erp.advance("order", [sale], "cancelled")
    assert isinstance(result, Failed)
    assert result.problem.code == "wrong-state"
    assert "processing" in result.problem.message


def test_a_reference_that_is_taken_names_its_holder(town: Town, erp: Tryton) -> None:
    draft = town.order()
    (sale,) = made(erp, draft)
    (result,) = erp.create("order", [draft])
    assert isinstance(result, Failed)
    assert result.problem.code == "duplicate-reference"
    assert (result.id, result.problem.transient) == (sale, True)


def test_an_address_is_used_again(town: Town, erp: Tryton) -> None:
    first, second = made(erp, town.order(), town.order())
    found = town.clerk.read(
        "sale.sale", [["id", "in", [int(first), int(second)]]], "invoice_address",
        "shipment_address",
    )  # fmt: skip
    assert len({row["invoice_address"] for row in found}) == 1
    assert len({row["shipment_address"] for row in found}) == 1
    assert found[0]["invoice_address"] != found[0]["shipment_address"]


@pytest.mark.parametrize(
    ("restocked", "articles", "returns"),
    [((True, True), 2, 1), ((False, False), 2, 0), ((True, False), 1, 1)],
)
def test_goods_that_do_not_come_back_are_not_waited_for(
    town: Town, erp: Tryton, restocked: tuple[bool, bool], articles: int, returns: int
) -> None:
    (sale,) = made(erp, town.order(lines=[town.goods(2)]))
    lines = [{**town.goods(-1, "-80.19"), "restock": comes} for comes in restocked]
    (refund,) = made(erp, town.order(origin=sale, lines=lines), entity="refund")
    assert kinds(erp.advance("refund", [refund], "confirmed")) == ["Done"]
    (found,) = town.clerk.read(
        "sale.sale", [["id", "=", int(refund)]], "lines.product", "shipment_returns", "total_amount"
    )
    assert len([line for line in found["lines."] if line["product"]]) == articles
    assert len(found["shipment_returns"]) == returns
    assert found["total_amount"] == Decimal("-190.85")


def test_a_refund_is_a_credit_note_and_no_order(town: Town, erp: Tryton) -> None:
    (sale,) = made(erp, town.order())
    assert kinds(erp.advance("order", [sale], "confirmed")) == ["Done"]
    back = town.order(origin=sale, lines=[town.goods(-1, "-80.19")])
    (refund,) = made(erp, back, entity="refund")
    assert kinds(erp.advance("refund", [refund], "confirmed")) == ["Done"]
    assert stored(erp, refund, "refund")["total_amount"] == Decimal("-95.43")
    assert list(erp.fetch("order", [refund])) == []
    assert [
        raw.id for raw in erp.find("refund", "reference", [back.reference])[back.reference]
    ] == [refund]
    town.bookkeeper.post(int(refund))
    assert stored(erp, refund, "refund")["invoice_number"]
    assert erp.find("invoice", "document", [refund])[refund] == ()


@pytest.mark.parametrize("entity", ["order", "customer"])
def test_what_is_sent_to_a_system_that_is_down_is_told_as_not_sent(town: Town, entity: str) -> None:
    drafts = [town.order() if entity == "order" else customer(town.mark()) for _ in range(3)]
    erp = town.open(pacing=Waits().pacing())
    town.wire.faults.add(FaultRule("status", status=503))
    assert kinds(erp.create(entity, drafts)) == ["NotSent"] * 3
    with pytest.raises(SystemDown, match="erp cannot be used now"):
        list(erp.fetch(entity, ["1"]))


def test_a_button_whose_answer_was_lost_is_judged_by_the_sale_itself(
    town: Town, erp: Tryton
) -> None:
    (sale,) = made(erp, town.order())
    town.wire.faults.add(FaultRule("lost_after", holds=r"sale\.sale\.quote", times=1))
    (result,) = erp.advance("order", [sale], "confirmed")
    assert isinstance(result, InDoubt)
    assert kinds(erp.advance("order", [sale], "confirmed")) == ["Done"]
