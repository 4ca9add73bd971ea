"""Coupons, bundles and gift cards: however lines are told, together they stay what they were."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.bundles import Bundled, Bundles, stood_for, without_article
from sync_cli.core.coupons import percent_off, with_discount_lines
from sync_cli.core.currencies import rate_of
from sync_cli.core.documents import shipping_method_of
from sync_cli.core.gift_cards import is_gift_card, paid_by_gift_card
from sync_cli.core.model import (
    Document,
    DocumentLine,
    GiftCard,
    LineKind,
    Order,
    OrderLine,
)
from sync_cli.core.unit_prices import Digits, UnitPrices, with_unit_prices
from tests.core.shop_orders import NOON, line, order

cents = st.integers(-50_000, 50_000).map(lambda units: Decimal(units) / 100)
amounts = st.integers(0, 99_999).map(lambda units: Decimal(units) / 100)


@st.composite
def goods(draw: st.DrawFn) -> tuple[Order, list[DocumentLine]]:
    """Lines of which some hold others together, in whatever order, even in circles."""
    count = draw(st.integers(1, 6))
    ids = [str(number) for number in range(1, count + 1)]
    sold = [
        OrderLine(id=id, product_id=id, bundled_by=draw(st.sampled_from(["", "", "99", *ids])))
        for id in ids
    ]
    lines = []
    for each in sold:
        net, tax = draw(amounts), draw(amounts)
        listed = draw(st.booleans())
        more = {"list_net": net + draw(amounts), "list_tax": tax} if listed else {}
        key = draw(st.sampled_from(["DE 19 excl", "DE 7 excl"]))
        made = DocumentLine(kind=LineKind.PRODUCT, product_key=each.id, net=net, tax=tax, **more)
        lines.append(made.model_copy(update={"tax_key": key, "line_id": each.id}))
    whole = order([line("0", "0")], total="0", total_tax="0")
    return whole.model_copy(update={"lines": tuple(sold)}), lines


def sums(lines: list[DocumentLine]) -> tuple[Decimal, Decimal]:
    return (
        sum((one.net for one in lines), Decimal(0)),
        sum((one.tax for one in lines), Decimal(0)),
    )


@given(goods(), st.sampled_from(list(Bundles)))
def test_a_bundle_costs_the_same_whatever_stands_for_it(
    made: tuple[Order, list[DocumentLine]], how: Bundles
) -> None:
    whole, lines = made
    told = stood_for(whole, lines, how)
    assert sums(told) == sums(lines)
    left_out = without_article(whole, how)
    assert not [one for one in told if one.kind is LineKind.PRODUCT and one.line_id in left_out]


@given(goods())
def test_no_line_holds_itself_together(made: tuple[Order, list[DocumentLine]]) -> None:
    whole, _ = made
    bundled = Bundled(whole.lines)
    for each in whole.lines:
        container = bundled.container(each)
        assert container is None or container.id != each.id


def test_a_bundle_in_a_bundle_is_held_by_the_outermost() -> None:
    lines = [
        OrderLine(id="1", cart_key="a"),
        OrderLine(id="2", bundle_key="a", cart_key="b"),
        OrderLine(id="3", bundle_key="b"),
    ]
    bundled = Bundled(lines)
    assert [getattr(bundled.container(each), "id", "") for each in lines] == ["", "1", "1"]


@given(goods())
def test_discount_lines_take_off_what_was_taken_off(
    made: tuple[Order, list[DocumentLine]],
) -> None:
    _, lines = made
    told = with_discount_lines(lines, ["welcome"])
    assert sums(told) == sums(lines)
    discounts = [one for one in told if one.kind is LineKind.DISCOUNT]
    assert all(one.net <= 0 for one in discounts)
    assert len({one.tax_key for one in discounts}) == len(discounts)


@given(amounts, amounts)
def test_a_percentage_gives_exactly_what_was_paid_or_there_is_none(
    before: Decimal, after: Decimal
) -> None:
    percent = percent_off(before, after, 2)
    if percent is not None:
        assert round(before * (100 - percent) / 100 - after, 4).copy_abs() <= Decimal("0.005")
        assert percent == percent.quantize(Decimal("0.01"))


@given(amounts, st.integers(1, 99), st.integers(1, 9))
def test_a_line_at_its_list_price_is_its_amount_to_the_cent(
    listed: Decimal, percent: int, pieces: int
) -> None:
    """Price times pieces less the percentage, rounded as an ERP does, is what was paid."""
    before = listed * pieces
    paid = (before * (100 - percent) / 100).quantize(Decimal("0.01"))
    one = DocumentLine(
        kind=LineKind.PRODUCT,
        quantity=Decimal(pieces),
        net=paid,
        list_net=before,
        list_tax=Decimal(0),
    )
    made = with_unit_prices(Document(lines=(one,)), Digits(2, 2), UnitPrices.SPLIT, gross=False)
    assert isinstance(made, Document)
    for each in made.lines:
        assert each.unit_price is not None
        exact = each.unit_price * each.quantity * (100 - (each.discount or 0)) / 100
        assert abs(exact - each.net) < Decimal("0.005")
    assert sum(each.net for each in made.lines) == paid


# Gift cards


def with_fee(fee: OrderLine, **fields: object) -> Order:
    made = order([line("10", "1.90")], fees=[fee], total="6.90", total_tax="1.90")
    return made.model_copy(update=fields)


@pytest.mark.parametrize(
    ("fee", "is_card"),
    [
        (line("-5.00", "0", gift_card=True), True),
        (line("-5.00", "0"), False),
        (line("-5.00", "-0.95", gift_card=True), False),
        (line("5.00", "0", gift_card=True), False),
    ],
    ids=["a gift card", "not called one", "it lowers the tax", "above zero"],
)
def test_a_fee_is_a_gift_card_only_where_it_lowers_no_tax(fee: OrderLine, is_card: bool) -> None:
    assert is_gift_card(fee) is is_card
    assert paid_by_gift_card(with_fee(fee)) == (Decimal("5.00") if is_card else 0)


def test_cards_of_all_plug_ins_are_added_up() -> None:
    cards = (GiftCard(amount=Decimal("1.50")), GiftCard(amount=Decimal(2)))
    made = with_fee(line("0", "0"), gift_cards=cards, gift_card_total=Decimal(3))
    assert paid_by_gift_card(made) == Decimal("6.50")


# Rates


@pytest.mark.parametrize(
    ("fields", "own", "rate"),
    [
        ({"currency": "EUR", "exchange_rate": Decimal(2)}, "EUR", None),
        ({"currency": "USD", "exchange_rate": Decimal("1.1")}, "EUR", Decimal("1.1")),
        ({"currency": "USD", "inverse_rate": Decimal("0.8")}, "EUR", Decimal("1.25")),
        ({"currency": "USD", "exchange_rate": Decimal(0)}, "EUR", None),
        (
            {"currency": "USD", "exchange_rate": Decimal(2), "base_currency": "GBP"},
            "EUR",
            None,
        ),
    ],
    ids=["its own currency", "said", "the other way round", "zero", "of another currency"],
)
def test_a_rate_is_the_orders_own_or_none(
    fields: dict[str, object], own: str, rate: Decimal | None
) -> None:
    made = order([line("10", "0")], total="10", total_tax="0").model_copy(update=fields)
    assert made.ordered_at == NOON
    assert rate_of(made, own) == rate


# Shipping


@pytest.mark.parametrize(
    ("methods", "told"),
    [
        ([], ""),
        (["flat_rate"], "flat_rate"),
        (["flat_rate", "flat_rate"], "flat_rate"),
        (["flat_rate", "express"], "flat_rate+express"),
        (["", "express"], "express"),
    ],
)
def test_every_way_of_shipping_is_told(methods: list[str], told: str) -> None:
    shipping = [line("1", "0", method=method) for method in methods]
    whole = order([line("10", "0")], shipping=shipping, total="10", total_tax="0")
    assert shipping_method_of(whole) == told
