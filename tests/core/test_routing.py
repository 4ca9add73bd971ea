"""One order becomes several documents, and together they are the order to the last unit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.model import (
    Address,
    Document,
    DocumentLine,
    DocumentState,
    LineKind,
    Order,
    OrderLine,
)
from sync_cli.core.routing import (
    Routing,
    RoutingRule,
    Shared,
    joined,
    named_in_order,
    order_of,
    part_id,
    split,
)
from tests.core.shop_orders import NOON

CENTS = st.integers(-5_000, 50_000).map(lambda cents: Decimal(cents) / 100)
PARTS = {"1": "n", "2": "s"}
RULES = Routing(
    (
        RoutingRule("at", order={"billing.country": ("AT",)}),
        RoutingRule("acme", lines={"sku": ("AC-*", "ac?")}),
        RoutingRule("north", lines={"extra.warehouse": ("north",), "tax_class": ("",)}),
    ),
    rest="main",
)


def order(*lines: OrderLine, country: str = "DE") -> Order:
    nothing = dict.fromkeys(
        ("total", "total_tax", "cart_tax", "shipping_total", "shipping_tax"), Decimal(0)
    )
    return Order(ordered_at=NOON, lines=lines, billing=Address(country=country), **nothing)


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (OrderLine(sku="AC-7"), "acme"),
        (OrderLine(sku="ac-7"), "acme"),
        (OrderLine(sku="acx"), "acme"),
        (OrderLine(sku="BC-7"), "main"),
        (OrderLine(sku="B", extra={"warehouse": "North"}), "north"),
        (OrderLine(sku="B", extra={"warehouse": "north"}, tax_class="reduced"), "main"),
        (OrderLine(), "main"),
    ],
)
def test_the_first_rule_that_fits_a_line_names_its_part(line: OrderLine, part: str) -> None:
    assert RULES.parts_of(order(line)) == (part,)
    assert RULES.parts_of(order(line, country="AT")) == ("at",)


def test_without_rules_or_lines_there_is_one_part() -> None:
    assert Routing().parts_of(order(OrderLine(), OrderLine())) == ("", "")
    assert RULES.parts_of(order()) == ("main",)


@st.composite
def documents(draw: st.DrawFn) -> tuple[Document, tuple[str, ...]]:
    """A document whose amounts are whole cents, and the parts of its goods."""
    goods = draw(st.lists(st.tuples(CENTS, CENTS), min_size=1, max_size=6))
    others = draw(st.lists(st.tuples(CENTS, CENTS), max_size=4))
    lines = [
        DocumentLine(kind=LineKind.PRODUCT, net=n, tax=t, line_id=str(at))
        for at, (n, t) in enumerate(goods)
    ]
    lines += [DocumentLine(kind=LineKind.SHIPPING, net=n, tax=t) for n, t in others]
    document = Document(
        reference="WC-main-7",
        lines=tuple(lines),
        total=sum((line.gross for line in lines), Decimal(0)),
        total_tax=sum((line.tax for line in lines), Decimal(0)),
        prepaid=draw(st.none() | CENTS),
    )
    parts = draw(st.lists(st.sampled_from("abc"), min_size=len(goods), max_size=len(goods)))
    return document, tuple(parts)


@given(documents(), st.sampled_from(Shared))
def test_the_parts_are_the_order_to_the_cent(
    sample: tuple[Document, tuple[str, ...]], shared: Shared
) -> None:
    document, parts = sample
    names = named_in_order(parts)
    found = split(document, {str(at): part for at, part in enumerate(parts)}, names, 2, shared)
    assert tuple(found) == names
    if document.prepaid is not None:
        assert sum((one.prepaid or Decimal(0) for one in found.values()), Decimal(0)) == (
            document.prepaid
        )
    assert sum((one.total for one in found.values()), Decimal(0)) == document.total
    assert sum((one.total_tax for one in found.values()), Decimal(0)) == document.total_tax
    for part in found.values():
        assert part.total == sum((line.gross for line in part.lines), Decimal(0))
        assert part.total_tax == sum((line.tax for line in part.lines), Decimal(0))
        assert all(line.net == round(line.net, 2) and line.tax == round(line.tax, 2)
                   for line in part.lines)  # fmt: skip
    shipping = [line for one in found.values() for line in one.lines if line.kind == "shipping"]
    asked = [line for line in document.lines if line.kind == "shipping"]
    assert sum((line.net for line in shipping), Decimal(0)) == sum(
        (line.net for line in asked), Decimal(0)
    )
    goods = [line for one in found.values() for line in one.lines if line.kind == "product"]
    assert len(goods) == len(parts)


def test_shipping_is_shared_in_proportion_to_the_goods_or_goes_to_the_first_part() -> None:
    lines = [
        DocumentLine(kind=LineKind.PRODUCT, net=Decimal("20.00"), tax=Decimal("3.80"), line_id="1"),
        DocumentLine(kind=LineKind.PRODUCT, net=Decimal("10.00"), tax=Decimal("1.90"), line_id="2"),
        DocumentLine(kind=LineKind.SHIPPING, net=Decimal("4.90"), tax=Decimal("0.93")),
    ]
    document = Document(reference="R", lines=tuple(lines))
    shared = split(document, PARTS, ("n", "s"), 2, Shared.SHARED)
    assert [(one.lines[1].net, one.lines[1].tax) for one in shared.values()] == [
        (Decimal("3.27"), Decimal("0.62")),
        (Decimal("1.63"), Decimal("0.31")),
    ]
    first = split(document, PARTS, ("n", "s"), 2, Shared.FIRST)
    assert [len(one.lines) for one in first.values()] == [2, 1]
    assert [one.reference for one in first.values()] == ["R#n", "R#s"]


def test_a_discount_goes_to_the_goods_of_its_tax() -> None:
    lines = [
        DocumentLine(kind=LineKind.PRODUCT, net=Decimal("20.00"), tax_key="DE 19", line_id="1"),
        DocumentLine(kind=LineKind.PRODUCT, net=Decimal("10.00"), tax_key="DE 7", line_id="2"),
        DocumentLine(kind=LineKind.DISCOUNT, net=Decimal("-1.00"), tax_key="DE 7"),
    ]
    found = split(Document(reference="R", lines=tuple(lines)), PARTS, ("n", "s"), 2, Shared.FIRST)
    assert [one.total for one in found.values()] == [Decimal("20.00"), Decimal("9.00")]


def test_what_is_in_a_bundle_goes_where_the_bundle_goes() -> None:
    held = OrderLine(id="2", sku="AC-7", bundled_by="1")
    assert RULES.parts_of(order(OrderLine(id="1", sku="SET"), held)) == ("main", "main")


def test_a_part_has_a_name_from_which_its_order_is_known() -> None:
    assert (part_id("7", "north"), part_id("7", "")) == ("7#north", "7")
    assert (order_of("7#north"), order_of("7")) == ("7", "7")


@pytest.mark.parametrize(
    ("states", "together"),
    [
        (("shipped", "confirmed"), "confirmed"),
        (("shipped", "done"), "shipped"),
        (("cancelled", "done"), "done"),
        (("cancelled", "cancelled"), "cancelled"),
    ],
)
def test_several_documents_stand_where_the_last_of_them_stands(
    states: tuple[str, str], together: str
) -> None:
    documents = [Document(number=s[0], state=DocumentState(s), paid=True) for s in states]
    assert joined(documents).state == together
    assert joined(documents).number == f"{states[0][0]}, {states[1][0]}"


def test_an_order_is_paid_once_all_of_its_documents_are() -> None:
    one, other = Document(paid=True), Document(paid=False)
    assert joined([one, one]).paid is True
    assert joined([one, other]).paid is False
    assert joined([one, Document()]).paid is None


@pytest.mark.parametrize("shared", list(Shared))
@given(net=st.tuples(CENTS, CENTS).map(lambda two: tuple(map(abs, two))), share=st.integers(0, 100))
def test_no_part_falls_below_nothing_by_what_a_gift_card_paid(
    net: tuple[Decimal, Decimal], share: int, shared: Shared
) -> None:
    goods = [
        DocumentLine(kind=LineKind.PRODUCT, line_id="1", net=net[0], tax=net[0]),
        DocumentLine(kind=LineKind.PRODUCT, line_id="2", net=net[1]),
        DocumentLine(kind=LineKind.SHIPPING, line_id="9", net=Decimal("4.90")),
    ]
    paid = sum((line.gross for line in goods), Decimal(0)) * share / 100
    card = DocumentLine(kind=LineKind.GIFT_CARD, net=-paid.quantize(Decimal("0.01")))
    whole = Document(reference="W", lines=(card, *goods), ordered_at=NOON)
    parts = split(whole, PARTS, ("n", "s"), 2, shared)
    assert all(part.total >= 0 for part in parts.values())
    given_back = sum(
        (
            line.net
            for part in parts.values()
            for line in part.lines
            if line.kind is LineKind.GIFT_CARD
        ),
        Decimal(0),
    )
    assert given_back == card.net
