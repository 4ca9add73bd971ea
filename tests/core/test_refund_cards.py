"""Refunds of orders that a gift card paid in part: its line comes back with all that was sold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync_cli.core.credits import Credit
from sync_cli.core.gift_cards import GiftCards, way_booked
from sync_cli.core.model import Order
from sync_cli.core.refunds import Mismatch
from tests.core.test_refunds import amounts, back, credit, item, note, refund, sold


def paid_by_card(**fields: Any) -> Order:
    """`sold`, of which a gift card paid 6.35."""
    made = sold()
    return made.model_copy(update={"total": Decimal("140.00"), **fields})


CARD_FEE = item("8", "-6.35", "0", gift_card=True)
CARDS: list[dict[str, Any]] = [{"gift_card_total": Decimal("6.35")}, {"fees": (CARD_FEE,)}]
ALL = [("DE 19 excl", "105.00", "19.95"), ("DE 7 excl", "20.00", "1.40")]


@pytest.mark.parametrize("fields", CARDS, ids=["besides", "as a fee"])
def test_all_that_was_paid_undoes_the_order_and_what_its_gift_card_paid(
    fields: dict[str, Any],
) -> None:
    made = refund("140.00")
    found = credit(paid_by_card(**fields), made)
    assert amounts(found) == [
        *(("adjustment", net, tax, key) for key, net, tax in ALL),
        ("gift_card", "-6.35", "0", "gift_card"),
    ]
    [*_, line] = note(sold(), made, found, None).lines
    assert (line.kind, line.text, line.product_key) == ("gift_card", "Gift card", "")


@pytest.mark.parametrize("fields", CARDS, ids=["besides", "as a fee"])
def test_a_part_of_what_was_paid_leaves_what_its_gift_card_paid(fields: dict[str, Any]) -> None:
    first, rest = refund("100.00", id="90"), refund("40.00", id="91")
    made = paid_by_card(**fields)
    assert {line.kind for line in credit(made, first, rest, of=first).lines} == {"adjustment"}
    both = [credit(made, first, rest, of=each) for each in (first, rest)]
    assert (sum(each.total for each in both), sum(each.total_tax for each in both)) == (
        Decimal("140.00"),
        Decimal("21.35"),
    )


@pytest.mark.parametrize("fields", CARDS, ids=["besides", "as a fee"])
def test_as_a_payment_what_the_gift_card_paid_stays_paid(fields: dict[str, Any]) -> None:
    found = credit(paid_by_card(**fields), refund("140.00"), gift_cards=GiftCards.PAYMENT)
    assert {line.kind for line in found.lines} == {"adjustment"}
    assert (found.total, found.total_tax) == (Decimal("140.00"), Decimal("20.42"))


def test_a_refunded_line_of_a_gift_card_is_one() -> None:
    lines = [back("1", "100.00", "19.00", pieces=3), back("2", "20.00", "1.40", "2", pieces=2)]
    made = refund("134.05", *lines)
    made = made.model_copy(update={"fees": (back("8", "-6.35", "0"),)})
    found = credit(paid_by_card(fees=(CARD_FEE,)), made)
    assert amounts(found)[-1] == ("gift_card", "-6.35", "0.00", "gift_card")
    assert found.total == Decimal("134.05")


FULL = (
    back("1", "100.00", "19.00", pieces=3),
    back("2", "20.00", "1.40", "2", pieces=2),
    back("3", "5.00", "0.95"),
)


def cleared(*credits: Credit) -> bool:
    """Whether nothing is left of the order's document."""
    card = sum(line.net for one in credits for line in one.lines if line.kind == "gift_card")
    tax = sum(one.total_tax for one in credits)
    return (card, tax) == (Decimal("-6.35"), Decimal("21.35"))


@pytest.mark.parametrize("mismatch", Mismatch)
def test_lines_of_all_that_was_sold_give_back_what_was_paid_and_the_card(
    mismatch: Mismatch,
) -> None:
    found = credit(paid_by_card(**CARDS[0]), refund("140.00", *FULL), mismatch=mismatch)
    assert cleared(found)
    assert [str(line.kind) for line in found.lines] == [*["product"] * 2, "shipping", "gift_card"]
    assert not found.adjusted


def test_lines_that_are_what_was_paid_take_the_card_back_once_all_pieces_are_back() -> None:
    lines = (back("1", "94.66", "17.99", pieces=3), *FULL[1:])
    assert cleared(credit(paid_by_card(**CARDS[0]), refund("140.00", *lines)))
    but_one = (back("1", "94.66", "17.99", pieces=2), *FULL[1:])
    assert not cleared(credit(paid_by_card(**CARDS[0]), refund("140.00", *but_one)))


def test_an_order_that_a_card_paid_alone_is_undone_by_a_refund_of_nothing() -> None:
    made = sold().model_copy(update={"total": Decimal(0), "gift_card_total": Decimal("146.35")})
    found = credit(made, refund("0.00", *FULL))
    assert (found.total, found.total_tax) == (Decimal(0), Decimal("21.35"))


def test_the_rest_after_a_line_that_does_not_tell_its_taxes_takes_the_card_back() -> None:
    first = refund("30.00", back("1", "30.00", "0"), id="90")
    rest = refund("110.00", id="91")
    found = credit(paid_by_card(**CARDS[0]), first, rest)
    assert found.total == Decimal("110.00")
    assert amounts(found)[-1] == ("gift_card", "-6.35", "0", "gift_card")


def test_taxes_of_many_decimals_are_no_reason_to_doubt_the_lines() -> None:
    made = sold().model_copy(
        update={
            "lines": (
                item("1", "43.54", "3.047800", "2", product_id="11", sku="A-11"),
                item("2", "5.24", "0.995600", product_id="12", sku="A-12"),
            ),
            "shipping_lines": (),
            "total": Decimal("51.82"),
            "total_tax": Decimal("4.04"),
            "cart_tax": Decimal("4.043400"),
            "shipping_total": Decimal(0),
            "shipping_tax": Decimal(0),
            "gift_card_total": Decimal(1),
        }
    )
    lines = (
        back("1", "43.54", "3.047800", "2", pieces=1),
        back("2", "5.24", "0.995600", pieces=1),
    )
    found = credit(made, refund("51.82", *lines), mismatch=Mismatch.HOLD)
    assert [str(line.kind) for line in found.lines] == ["product", "product", "gift_card"]
    assert (found.total, found.total_tax) == (Decimal("51.82"), Decimal("4.04"))


@pytest.mark.parametrize("is_known", [True, False], ids=["a run later", "in the same run"])
def test_of_a_card_that_came_back_in_part_the_rest_comes_back_with_the_rest(is_known: bool) -> None:
    lines = (back("1", "10.00", "1.90"),)
    first = refund("8.90", *lines, id="90").model_copy(update={"fees": (back("8", "-3.00", "0"),)})
    rest = refund("131.10", id="91")
    carded = {"90": Decimal("3.00")} if is_known else {}
    made = paid_by_card(fees=(CARD_FEE,))
    assert cleared(*(credit(made, first, rest, of=one, carded=carded) for one in (first, rest)))


def test_a_taker_with_lines_is_what_it_was_when_a_refund_before_it_is_gone() -> None:
    lines = (back("1", "66.39", "12.61", pieces=2), *FULL[1:])
    taker, anew = refund("100.00", *lines, id="91"), refund("40.00", id="92")
    carded = {"91": Decimal("6.35")}
    found = [
        credit(paid_by_card(**CARDS[0]), taker, anew, of=each, carded=carded)
        for each in (taker, anew)
    ]
    assert [str(line.kind) for line in found[0].lines] == [
        "product", "product", "shipping", "gift_card",
    ]  # fmt: skip
    assert cleared(*found)


def test_a_card_goes_back_with_the_credit_note_that_took_it_and_with_no_other() -> None:
    # a refund before it was deleted with its credit note, and made anew after it
    taker, anew = refund("40.00", id="90"), refund("100.00", id="91")
    found = [
        credit(paid_by_card(**CARDS[0]), taker, anew, of=each, carded={"90": Decimal("6.35")})
        for each in (taker, anew)
    ]
    assert cleared(*found)
    assert [any(line.kind == "gift_card" for line in one.lines) for one in found] == [True, False]


def test_as_a_payment_a_refunded_fee_of_a_gift_card_stays_a_fee() -> None:
    made = refund("140.00", *FULL).model_copy(update={"fees": (back("8", "-6.35", "0"),)})
    found = credit(paid_by_card(fees=(CARD_FEE,)), made, gift_cards=GiftCards.PAYMENT)
    assert ("fee", "-6.35", "0.00", "DE none") in amounts(found)


@pytest.mark.parametrize(
    ("total", "way"),
    [("140.00", GiftCards.LINE), ("146.35", GiftCards.PAYMENT), ("139.99", GiftCards.HOLD)],
)
def test_the_document_says_how_it_tells_what_a_card_paid(total: str, way: GiftCards) -> None:
    assert way_booked(paid_by_card(**CARDS[0]), Decimal(total), GiftCards.HOLD) is way
