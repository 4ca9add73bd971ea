"""A refund becomes a credit of exactly its amount, or is held; never more than the order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.credit_notes import credit_note_of
from sync_cli.core.credits import Credit, said
from sync_cli.core.documents import DocumentRules
from sync_cli.core.model import Disposition, LineKind, LineTax, Order, OrderLine, TaxRate
from sync_cli.core.money import round_half_up, unit
from sync_cli.core.proof import Proven, items_of, prove
from sync_cli.core.refund_records import CreditNote, Refund, RefundLine
from sync_cli.core.refunds import Mismatch, Unproven, prove_refund
from sync_cli.flows.connecting import mappings_folder
from sync_cli.mapping.mapping_set import load_mappings
from tests.core.shop_orders import NOON, RECORDINGS, as_order, order, sandbox_orders

READ = load_mappings(mappings_folder()).of("woocommerce", "refund")
RATES = (
    TaxRate(id="1", code="DE-MWST 19%-1", percent=Decimal(19)),
    TaxRate(id="2", code="DE-MWST 7%-1", percent=Decimal(7)),
)


def item(id: str, total: str, tax: str, rate: str = "1", **facts: Any) -> OrderLine:
    """One item of an order, taxed under one rate."""
    taxes = (LineTax(rate_id=rate, total=Decimal(tax)),)
    amounts = {"total": Decimal(total), "total_tax": Decimal(tax), "taxes": taxes}
    return OrderLine(id=id, name=f"item {id}", **amounts, **facts)


def back(sold: str, total: str, tax: str, rate: str = "1", pieces: int = 0) -> RefundLine:
    """What a refund gives back of the item `sold`."""
    taxes = (LineTax(rate_id=rate, total=Decimal(tax)),) if Decimal(tax) else ()
    return RefundLine(
        id=f"r{sold}",
        sold_line=sold,
        quantity=Decimal(pieces),
        total=Decimal(total),
        total_tax=Decimal(tax),
        taxes=taxes,
    )


def refund(amount: str, *lines: RefundLine, id: str = "90", **facts: Any) -> Refund:
    """A refund of order 1, the higher its id the later."""
    at = NOON + timedelta(minutes=int(id))
    return Refund(id=id, order_id="1", amount=Decimal(amount), refunded_at=at, lines=lines, **facts)


def sold(**facts: Any) -> Order:
    """Three pieces at 19 %, two at 7 %, and the shipping: 100.00 + 20.00 + 5.00 net."""
    lines = [
        item("1", "100.00", "19.00", quantity=Decimal(3), product_id="11", sku="A-11", **facts),
        item("2", "20.00", "1.40", "2", quantity=Decimal(2), product_id="12", sku="A-12"),
    ]
    made = order(
        lines,
        shipping=[item("3", "5.00", "0.95")],
        total="146.35",
        total_tax="21.35",
        cart_tax="20.40",
        shipping_total="5.00",
        shipping_tax="0.95",
    )
    address = made.billing.model_copy(update={"country": "DE"})
    return made.model_copy(update={"tax_rates": RATES, "billing": address})


def credit(made: Order, *refunds: Refund, of: Refund | None = None, **how: Any) -> Credit:
    """The credit of the last refund, or of `of`; it must be proven."""
    found = judged(made, *refunds, of=of, **how)
    assert isinstance(found, Credit), found.as_problem("Refund").sentence()
    return found


def judged(
    made: Order, *refunds: Refund, of: Refund | None = None, decimals: int = 2, **how: Any
) -> Credit | Unproven:
    """What the proof says of the last refund, or of `of`."""
    proof = prove(made, decimals)
    assert isinstance(proof, Proven)
    return prove_refund(made, proof, refunds, (of or refunds[-1]).id, decimals, **how)


def amounts(found: Credit) -> list[tuple[str, str, str, str]]:
    """The lines as kind, net, tax and tax key."""
    return [(str(it.kind), str(it.net), str(it.tax), it.tax_key) for it in found.lines]


def note(made: Order, of: Refund, found: Credit, disposition: Disposition | None) -> CreditNote:
    """The credit note of a proven refund; each piece is ten ERP units."""
    return credit_note_of(
        made,
        of,
        found,
        reference="WC-main-R90",
        customer_key="7",
        disposition=disposition,
        unit_factor=lambda _key: Decimal(10),
        rules=DocumentRules(),
    )


# What a refund may be


def test_a_refund_of_pieces_takes_back_the_line_it_names() -> None:
    made = refund("39.67", back("1", "33.34", "6.33", pieces=1))
    found = credit(sold(), made)
    assert amounts(found) == [("product", "33.34", "6.33", "DE 19 excl")]
    assert found.lines[0].pieces == 1
    assert not found.adjusted


def test_refund_by_amount_only_is_split_over_the_taxes_of_the_order() -> None:
    found = credit(sold(), refund("10.00"))
    assert amounts(found) == [
        ("adjustment", "7.18", "1.36", "DE 19 excl"),
        ("adjustment", "1.36", "0.10", "DE 7 excl"),
    ]
    assert (found.total, found.adjusted) == (Decimal("10.00"), Decimal("10.00"))


def test_an_order_of_one_tax_has_one_adjustment_line() -> None:
    made = order([item("1", "10.00", "1.90")], total="11.90", total_tax="1.90")
    made = made.model_copy(update={"tax_rates": RATES})
    assert amounts(credit(made, refund("5.00"))) == [("adjustment", "4.20", "0.80", "DE 19 excl")]


def test_a_refund_of_the_shipping_alone() -> None:
    made = refund("5.95").model_copy(update={"shipping_lines": (back("3", "5.00", "0.95"),)})
    assert amounts(credit(sold(), made)) == [("shipping", "5.00", "0.95", "DE 19 excl")]


def test_a_refund_of_the_tax_alone() -> None:
    found = credit(sold(), refund("19.00", back("1", "0.00", "19.00")))
    assert amounts(found) == [("adjustment", "0.00", "19.00", "DE 19 excl")]


def test_money_for_a_line_without_its_pieces_takes_no_article_back() -> None:
    [line] = credit(sold(), refund("11.90", back("1", "10.00", "1.90"))).lines
    assert line.kind is LineKind.ADJUSTMENT
    assert not line.pieces


def test_a_full_refund_without_lines_takes_back_each_tax_of_the_order_to_the_cent() -> None:
    found = credit(sold(), refund("146.35"))
    assert amounts(found) == [
        ("adjustment", "105.00", "19.95", "DE 19 excl"),
        ("adjustment", "20.00", "1.40", "DE 7 excl"),
    ]


def test_the_rest_after_other_refunds_is_split_over_what_is_left() -> None:
    first = refund("119.00", back("1", "100.00", "19.00", pieces=3), id="90")
    rest = refund("27.35", id="91")
    assert amounts(credit(sold(), first, rest)) == [
        ("adjustment", "5.00", "0.95", "DE 19 excl"),
        ("adjustment", "20.00", "1.40", "DE 7 excl"),
    ]


# The amount is the truth


def test_lines_below_the_amount_are_completed_by_an_adjustment() -> None:
    found = credit(sold(), refund("50.00", back("1", "33.34", "6.33", pieces=1)))
    assert amounts(found)[0] == ("product", "33.34", "6.33", "DE 19 excl")
    assert (found.total, found.adjusted) == (Decimal("50.00"), Decimal("10.33"))
    assert said(found) == "its lines give 10.33 less than its amount"


def test_lines_above_the_amount_are_not_believed_but_their_pieces_come_back() -> None:
    found = credit(sold(), refund("1.00", back("1", "33.34", "6.33", pieces=1)))
    [pieces, *adjustment] = found.lines
    assert pieces.kind is LineKind.PRODUCT
    assert [pieces.net, pieces.tax, pieces.pieces] == [0, 0, 1]
    assert sum(line.net + line.tax for line in adjustment) == Decimal("1.00")
    assert said(found) == "its lines give 38.67 more than its amount"


def test_a_line_that_is_not_of_the_order_is_an_adjustment() -> None:
    found = credit(sold(), refund("5.00", back("77", "4.20", "0.80", pieces=1)))
    assert {line.kind for line in found.lines} == {LineKind.ADJUSTMENT}
    assert (found.total, found.adjusted) == (Decimal("5.00"), Decimal("5.00"))


def test_more_pieces_than_were_sold_take_no_article_back() -> None:
    found = credit(sold(), refund("119.00", back("1", "100.00", "19.00", pieces=4)))
    assert {line.kind for line in found.lines} == {LineKind.ADJUSTMENT}


def test_pieces_come_back_once_over_all_refunds() -> None:
    first = refund("10.00", back("1", "8.40", "1.60", pieces=2), id="90")
    second = refund("10.00", back("1", "8.40", "1.60", pieces=2), id="91")
    assert [line.pieces for line in credit(sold(), first).lines] == [2]
    assert sum(line.pieces for line in credit(sold(), first, second).lines) == 0


def test_lines_with_more_decimals_are_rounded_so_that_they_are_the_amount() -> None:
    lines = [back("1", "33.333333", "6.333333", pieces=1), back("2", "10.000000", "0.700000", "2")]
    found = credit(sold(), refund("50.37", *lines))
    assert [found.total, found.adjusted] == [Decimal("50.37"), 0]
    assert all(line.net == round_half_up(line.net, 2) for line in found.lines)


@pytest.mark.parametrize("lines", [(), (back("1", "10.00", "1.90"),)], ids=["none", "too little"])
def test_a_refund_whose_lines_are_not_its_amount_is_held_where_the_setting_says_so(
    lines: Sequence[RefundLine],
) -> None:
    found = judged(sold(), refund("20.00", *lines), mismatch=Mismatch.HOLD)
    assert isinstance(found, Unproven)
    sentence = found.as_problem("Refund 90").sentence()
    assert "amount = its lines: 20.00 ≠ " in sentence
    assert "refunds.mismatch" in sentence


def test_refund_one_cent_above_its_order_is_held() -> None:
    found = judged(sold(), refund("146.36"))
    assert isinstance(found, Unproven)
    assert "146.35 ≠ 146.36" in found.as_problem("Refund 90").sentence()


def test_all_refunds_together_never_exceed_the_order() -> None:
    first, second, third = (refund("50.00", id=id) for id in ("90", "91", "92"))
    assert isinstance(judged(sold(), first, second, third), Unproven)
    assert isinstance(judged(sold(), first, second, third, of=second), Credit)


def test_what_was_credited_for_deleted_refunds_counts_too() -> None:
    assert isinstance(judged(sold(), refund("100.00"), elsewhere=Decimal("46.35")), Credit)
    assert isinstance(judged(sold(), refund("100.00"), elsewhere=Decimal("46.36")), Unproven)


@pytest.mark.parametrize("amount", ["-1.00", "1.005"])
def test_an_amount_that_is_none_is_held(amount: str) -> None:
    assert isinstance(judged(sold(), refund(amount)), Unproven)


def test_refund_tax_comes_from_the_stored_line_taxes() -> None:
    """The order's own rate, as its unrounded taxes tell it, and not the one of today."""
    lines = [item("1", "0.93", "0.065100", "2")]
    made = order(lines, total="1.00", total_tax="0.07")
    made = made.model_copy(
        update={"lines": (lines[0].model_copy(update={"total_tax": Decimal("0.07")}),)}
    )
    assert [line.tax for line in credit(made, refund("0.50")).lines] == [Decimal("0.03")]


# The credit note


def test_the_credit_note_says_order_refund_reason_and_pieces_in_erp_units() -> None:
    made = refund("39.67", back("1", "33.34", "6.33", pieces=1), reason="Too small")
    found = note(sold(), made, credit(sold(), made), Disposition.REPAIR)
    [line] = found.lines
    assert (found.order_id, found.reason, found.total) == ("1", "Too small", Decimal("39.67"))
    assert line.quantity == 10
    assert (line.line_id, line.sku) == ("1", "A-11")
    assert (line.disposition, found.disposition) == (Disposition.REPAIR, Disposition.REPAIR)


@pytest.mark.parametrize(
    ("restocked", "disposition"), [(1, Disposition.RESTOCK), (0, Disposition.NONE)]
)
def test_pieces_go_back_where_the_shop_has_put_them_back(
    restocked: int, disposition: Disposition
) -> None:
    made = refund("39.67", back("1", "33.34", "6.33", pieces=1))
    order = sold(restocked=Decimal(restocked))
    assert note(order, made, credit(order, made), None).disposition is disposition


@pytest.mark.parametrize(
    ("restocked", "first", "second"), [(3, True, True), (2, False, True), (1, True, False)]
)
def test_which_of_several_refunds_put_its_pieces_back_is_reckoned(
    restocked: int, first: bool, second: bool
) -> None:
    made = sold(restocked=Decimal(restocked))
    one = refund("39.67", back("1", "33.34", "6.33", pieces=1), id="90")
    two = refund("79.34", back("1", "66.67", "12.67", pieces=2), id="91")
    restocks = [credit(made, one, two, of=each).lines[0].restocked for each in (one, two)]
    assert restocks == [first, second]


# What real shops and the sandbox send


def recorded(name: str) -> dict[str, Any]:
    """The body of a recorded answer."""
    text = (RECORDINGS / f"{name}.json").read_text(encoding="utf-8")
    body: dict[str, Any] = json.loads(text, parse_float=Decimal)["response"]["body"]
    return body


def recorded_refund(name: str, order_id: int) -> Refund:
    """A refund as recorded, of this order."""
    data = {**recorded(name), "parent_id": order_id}
    made = READ.read(data, id=str(data["id"]), birth=data["date_created_gmt"])
    assert isinstance(made, Refund)
    return made


@pytest.mark.parametrize("names", [["tax-incl-line-refund-2-one-of-three"]])
def test_a_recorded_refund_of_one_piece_of_three(names: list[str]) -> None:
    made = as_order(recorded("tax-incl-line-refund-1-order"))
    found = credit(made, *(recorded_refund(name, 471) for name in names))
    assert [found.total, found.adjusted] == [Decimal("0.99"), 0]
    assert [str(line.kind) for line in found.lines] == ["product"]


RECORDED_REFUNDS = [
    "refund-create-partial-line",
    "refund-create-shipping-only",
    "refund-create-amount-only",
    "refund-create-amount-lines-mismatch",
    "refund-create-rest",
]


def test_the_recorded_life_of_an_order_with_five_refunds_ends_at_nothing_left() -> None:
    made = as_order(recorded("order-after-partial-refund"))
    refunds = [recorded_refund(name, int(made.id)) for name in RECORDED_REFUNDS]
    credits = [credit(made, *refunds, of=each) for each in refunds]
    assert sum(found.total for found in credits) == made.total
    assert [found.total for found in credits] == [each.amount for each in refunds]
    assert [str(line.kind) for line in credits[0].lines] == ["product"]
    assert credits[0].lines[0].restocked


# Any refund is proven or held


def test_a_refund_below_zero_leaves_no_room_for_others() -> None:
    made = ORDERS[0]
    amounts = (str(made.total), "-0.01", "0.01")
    refunds = [refund(amount, id=str(90 + at)) for at, amount in enumerate(amounts)]
    found = [judged(made, *refunds, of=each, mismatch=Mismatch.ADJUST) for each in refunds]
    assert [isinstance(one, Unproven) for one in found] == [False, True, True]


ORDERS = [
    each
    for settings in ({}, {"prices_include_tax": True}, {"round_at_subtotal": True})
    for each in sandbox_orders(**settings)
    if isinstance(prove(each, 2), Proven) and each.total > 0
]
CENTS = st.integers(-200, 20000).map(lambda cents: Decimal(cents) * unit(2))


@st.composite
def refunded(draw: st.DrawFn) -> tuple[Order, list[Refund]]:
    """An order and refunds of it, sensible ones and wild ones."""
    made = draw(st.sampled_from(ORDERS))
    count = draw(st.integers(1, 4))
    return made, [_drawn(draw, made, str(90 + number)) for number in range(count)]


def _drawn(draw: st.DrawFn, made: Order, id: str) -> Refund:
    lines = [
        RefundLine(
            id=f"{id}{sold.id}",
            sold_line=sold.id if draw(st.integers(0, 9)) else "999999",
            quantity=Decimal(draw(st.integers(0, 3))),
            total=share * sold.total,
            total_tax=share * sold.total_tax,
            taxes=sold.taxes,
        )
        for sold in draw(st.lists(st.sampled_from(items_of(made)), max_size=3))
        for share in [draw(st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.333333")]))]
    ]
    stated = sum((line.total + line.total_tax for line in lines), Decimal(0))
    sums = [round_half_up(stated, 2), made.total, round_half_up(made.total / 3, 2)]
    return refund(str(draw(st.sampled_from(sums) | CENTS)), *lines, id=id)


@given(refunded(), st.sampled_from(Mismatch))
def test_any_generated_refund_is_proven_or_held_and_never_sent_wrong(
    case: tuple[Order, list[Refund]], mismatch: Mismatch
) -> None:
    made, refunds = case
    given_back = Decimal(0)
    for each in refunds:
        found = judged(made, *refunds, of=each, mismatch=mismatch)
        if isinstance(found, Unproven):
            assert not found.claim.holds
            continue
        given_back += found.total
        assert found.total == each.amount
        assert given_back <= made.total
        assert all(a == round_half_up(a, 2) for it in found.lines for a in (it.net, it.tax))
        assert mismatch is Mismatch.ADJUST or not found.adjusted
        document = note(made, each, found, None)
        assert sum(line.gross for line in document.lines) == document.total == each.amount
        assert sum(line.tax for line in document.lines) == document.total_tax


@given(st.sampled_from(ORDERS), st.lists(st.integers(1, 99), max_size=4))
def test_refunds_without_lines_that_take_all_back_take_back_each_tax_exactly(
    made: Order, percents: list[int]
) -> None:
    refunds, left = [], made.total
    for number, percent in enumerate(percents):
        amount = round_half_up(left * percent / 100, 2)
        left -= amount
        refunds.append(refund(str(amount), id=str(90 + number)))
    refunds.append(refund(str(left), id="99"))
    credits = [credit(made, *refunds, of=each) for each in refunds]
    assert sum(found.total for found in credits) == made.total
    assert sum(found.total_tax for found in credits) == made.total_tax
