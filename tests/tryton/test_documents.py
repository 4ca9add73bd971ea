"""Sales and refunds on a real Tryton: batches, repeats, half-made ones, states."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from sync_cli.connectors.base import Change, Done, Draft, Failed, InDoubt, Result
from sync_cli.connectors.tryton.connector import Tryton
from sync_cli.core.errors import SystemDown
from sync_cli.sandbox.faults import FaultRule
from sync_cli.sandbox.tryton.client import Refused
from sync_cli.sandbox.tryton.seed import SYNC_USER
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


def test_a_credit_note_takes_the_line_of_a_gift_card_back(town: Town, erp: Tryton) -> None:
    card = {**shipping("-20.00", ""), "kind": "gift_card"}
    (sale,) = made(erp, town.order(lines=[shipping("50.00"), card]))
    lines = [
        {**shipping("-50.00"), "kind": "adjustment", "quantity": "-1"},
        {**card, "net": "20.00", "quantity": "-1"},
    ]
    (refund,) = made(erp, town.order(origin=sale, lines=lines), entity="refund")
    assert kinds(erp.advance("refund", [refund], "confirmed")) == ["Done"]
    found = stored(erp, refund, "refund")
    assert (found["total_amount"], found["tax_amount"]) == (Decimal("-39.50"), Decimal("-9.50"))


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


def test_drafts_in_another_currency_tell_the_rate_that_tryton_converts_them_by(
    town: Town, erp: Tryton
) -> None:
    """How much of it one euro buys on the day of the sale, as Tryton itself would convert."""
    clerk = town.clerk
    (euro,) = clerk.read("currency.currency", [["code", "=", "EUR"]], "rate")
    rates = [{"date": date(2026, 11, 1), "rate": euro["rate"] * Decimal("1.2")},
             {"date": date(2026, 11, 22), "rate": euro["rate"] * Decimal("1.3")}]  # fmt: skip
    values = {"name": "Dollar", "symbol": "$", "code": "USD", "rates": [["create", rates]]}
    clerk.call("model.currency.currency.create", [values])
    before, dollars, euros = made(
        erp,
        town.order(currency="USD", sale_date="2026-10-01"),
        town.order(currency="USD"),
        town.order(),
    )
    assert stored(erp, before)["exchange_rate"] == 0, "there is no rate of that day"
    assert stored(erp, dollars)["exchange_rate"] == Decimal("1.2")
    assert stored(erp, euros)["exchange_rate"] is None
    assert kinds(erp.advance("order", [dollars], "confirmed")) == ["Done"]
    assert stored(erp, dollars)["exchange_rate"] is None


@pytest.mark.parametrize(
    ("pieces", "before", "net", "percent"),
    [(2, "160.38", "144.34", "0.1000"), (3, "30.00", "20.00", "0.3333"), (1, "8.00", "0", "1")],
)
def test_a_percentage_is_what_tryton_computes_of_both_prices(
    town: Town, erp: Tryton, pieces: int, before: str, net: str, percent: str
) -> None:
    """What is paid decides about the total, whatever the percentage is (075)."""
    goods = {**town.goods(pieces, net), "net": net, "discount": "1", "net_before": before}
    (sale,) = made(erp, town.order(lines=[goods]))
    (row,) = town.clerk.read(
        "sale.line", [["sale", "=", int(sale)]], "base_price", "discount_rate", "amount"
    )
    assert row["base_price"] * pieces == Decimal(before)
    assert row["discount_rate"] == Decimal(percent)
    assert row["amount"] == Decimal(net) == stored(erp, sale)["untaxed_amount"]


def test_a_percentage_without_the_module_names_it_and_the_other_ways(town: Town) -> None:
    erp = town.open()
    vars(erp._house)["modules"] = frozenset({"web_shop"})
    goods = {**town.goods(1), "discount": "10", "net_before": "89.10"}
    (result,) = erp.create("order", [town.order(lines=[goods])])
    assert isinstance(result, Failed)
    sentence = result.problem.sentence()
    assert "Tryton keeps none without its module sale_discount" in sentence
    assert "set orders.lines.coupons to net or line" in sentence
    erp.close()


# Edits of a sale that was made


def change(erp: Tryton, sale: str, **fields: Any) -> Result:
    """What comes of one late edit."""
    (result,) = erp.update("order", [Change(sale, fields)])
    return result


@pytest.mark.parametrize("buttons", [[], ["quote"], ["quote", "confirm"]])
def test_the_comment_of_a_sale_is_written_however_far_it_is(
    town: Town, erp: Tryton, buttons: list[str]
) -> None:
    (sale,) = made(erp, town.order())
    for button in buttons:
        town.clerk.call(f"model.sale.sale.{button}", [int(sale)])
    before = stored(erp, sale)
    assert kinds([change(erp, sale, comment="Bitte klingeln")]) == ["Done"]
    after = stored(erp, sale)
    assert after["comment"] == "Bitte klingeln"
    assert {name for name in after if after[name] != before[name]} == {
        "comment",
        "last_modified_at",
    }
    assert kinds([change(erp, sale, comment="")]) == ["Done"]
    assert not stored(erp, sale)["comment"]


def test_many_comments_are_one_call(town: Town, erp: Tryton) -> None:
    ids = made(erp, *(town.order() for _ in range(5)))
    before = erp.calls()["write"]
    results = erp.update("order", [Change(id, {"comment": f"ring {id}"}) for id in ids])
    assert kinds(results) == ["Done"] * 5
    assert erp.calls()["write"] - before == 1
    assert [stored(erp, id)["comment"] for id in ids] == [f"ring {id}" for id in ids]


@pytest.mark.parametrize("name", ["shipment_address", "lines", "payment_term", "sale_date"])
def test_of_a_sale_that_was_made_nothing_else_is_written(
    town: Town, erp: Tryton, name: str
) -> None:
    (sale,) = made(erp, town.order())
    result = change(erp, sale, **{name: "x", "comment": "ring"})
    assert isinstance(result, Failed)
    assert result.problem.message == f"{name} is never changed in a sale that was made"
    assert not stored(erp, sale)["comment"]


def test_a_processed_sale_refuses_addresses_and_lines_itself(town: Town, erp: Tryton) -> None:
    """Why they are no edits: the server refuses them, on a waiting shipment too."""
    (sale,) = made(erp, town.order())
    assert kinds(erp.advance("order", [sale], "confirmed")) == ["Done"]
    user = town.client(SYNC_USER)
    (row,) = user.read("sale.sale", [["id", "=", int(sale)]], "invoice_address", "lines")
    (shipment,) = user.read("stock.shipment.out", [["moves.sale", "=", int(sale)]], "state")
    address = row["invoice_address"]
    for model, id, values in (
        ("sale.sale", int(sale), {"shipment_address": address}),
        ("sale.line", row["lines"][0], {"quantity": 1.0}),
        ("stock.shipment.out", shipment["id"], {"delivery_address": address}),
    ):
        with pytest.raises(Refused, match="You are not allowed to modify the field"):
            user.call(f"model.{model}.write", [id], values)


def test_a_cancelled_sale_takes_no_edit(town: Town, erp: Tryton) -> None:
    (sale,) = made(erp, town.order())
    assert kinds(erp.advance("order", [sale], "cancelled")) == ["Done"]
    result = change(erp, sale, comment="ring")
    assert isinstance(result, Failed)
    assert result.problem.message == "it is cancelled"


def test_a_withdrawn_draft_is_made_anew_and_stays_there_under_another_web_id(
    town: Town, erp: Tryton
) -> None:
    """A cancelled sale keeps its web id, which nobody else may have (FACTS 6)."""
    draft = town.order()
    (first,) = made(erp, draft)
    assert kinds(erp.advance("order", [first], "cancelled")) == ["Done"]
    (second,) = made(erp, replace(draft, payload={**draft.payload, "lines": [town.goods(1)]}))
    assert second != first
    assert stored(erp, second)["web_id"] == draft.reference
    gone = stored(erp, first)
    assert (gone["state"], gone["web_id"]) == ("cancelled", f"{draft.reference}~{first}")
    assert [
        raw.id for raw in erp.find("order", "reference", [draft.reference])[draft.reference]
    ] == [second]


def test_a_withdrawn_draft_among_others_holds_up_none(town: Town, erp: Tryton) -> None:
    drafts = [town.order() for _ in range(4)]
    (first,) = made(erp, drafts[2])
    assert kinds(erp.advance("order", [first], "cancelled")) == ["Done"]
    assert len(set(made(erp, *drafts))) == 4


@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        (FaultRule("lost_after", holds=r"sale\.sale\.write", times=1), "Done"),
        (FaultRule("lost_after", holds=r"sale\.sale\.create", every=2, times=1), "InDoubt"),
    ],
)
def test_making_room_and_making_anew_can_be_cut_off(
    town: Town, erp: Tryton, rule: FaultRule, outcome: str
) -> None:
    """The first create is the one that is refused."""
    draft = town.order()
    (first,) = made(erp, draft)
    assert kinds(erp.advance("order", [first], "cancelled")) == ["Done"]
    town.wire.faults.add(rule)
    assert kinds(erp.create("order", [draft])) == [outcome]
    town.wire.faults.clear()
    found = erp.find("order", "reference", [draft.reference])[draft.reference]
    assert [raw.data["state"] for raw in found] == ["draft"]
