"""A price of one piece in the ERP's digits gives the line's amount exactly, and loses no piece."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.errors import Problem
from sync_cli.core.model import Document, DocumentLine, LineKind
from sync_cli.core.money import round_half_up
from sync_cli.core.unit_prices import Digits, UnitPrices, with_unit_prices, wrong_quantity

TWO = Digits(price=2, amount=2)


def document(net: str, tax: str, quantity: str) -> Document:
    line = DocumentLine(
        kind=LineKind.PRODUCT,
        product_key="11",
        text="Cup",
        quantity=Decimal(quantity),
        net=Decimal(net),
        tax=Decimal(tax),
    )
    return Document(lines=(line,))


def priced(made: Document, digits: Digits = TWO, how: str = "split", **facts: bool) -> Document:
    result = with_unit_prices(made, digits, UnitPrices(how), **{"gross": False, **facts})
    assert isinstance(result, Document)
    return result


def shown(made: Document) -> list[tuple[str, str]]:
    return [(f"{line.quantity.normalize():f}", f"{line.unit_price}") for line in made.lines]


@pytest.mark.parametrize(
    ("net", "quantity", "digits", "lines"),
    [
        ("20.00", "2", TWO, [("2", "10.00")]),
        ("10.00", "3", TWO, [("2", "3.33"), ("1", "3.34")]),
        ("10.00", "3", Digits(4, 2), [("3", "3.3333")]),
        ("0.01", "3", TWO, [("2", "0"), ("1", "0.01")]),
        ("-10.00", "3", TWO, [("1", "-3.34"), ("2", "-3.33")]),
        ("10.00", "12", TWO, [("8", "0.83"), ("4", "0.84")]),
        ("0.00", "7", TWO, [("7", "0")]),
        ("10.01", "2.5", TWO, [("1.5", "4.00"), ("1", "4.01")]),
        ("100", "3", Digits(0, 0), [("2", "33"), ("1", "34")]),
        ("20.551", "2", Digits(3, 3), [("1", "10.275"), ("1", "10.276")]),
    ],
)
def test_a_line_is_split_where_no_price_fits(
    net: str, quantity: str, digits: Digits, lines: list[tuple[str, str]]
) -> None:
    assert shown(priced(document(net, "0", quantity), digits)) == lines


def test_prices_that_include_tax_are_gross_and_net_and_tax_go_along() -> None:
    made = priced(document("8.40", "1.60", "3"), gross=True)
    assert shown(made) == [("2", "3.33"), ("1", "3.34")]
    assert [(line.net, line.tax) for line in made.lines] == [
        (Decimal("5.59"), Decimal("1.07")),
        (Decimal("2.81"), Decimal("0.53")),
    ]


def test_single_keeps_the_quantity_in_the_text() -> None:
    [line] = priced(document("10.00", "1.90", "3"), how="single").lines
    assert (line.quantity, str(line.unit_price), line.text) == (Decimal(1), "10.00", "3 x Cup")


def test_hold_says_what_does_not_fit() -> None:
    problem = with_unit_prices(document("10.00", "0", "3"), TWO, UnitPrices.HOLD, gross=False)
    assert isinstance(problem, Problem)
    assert "line 1 (Cup): 10.00 for 3 pieces is no price of one piece with 2 decimals" in (
        problem.sentence()
    )


@pytest.mark.parametrize(
    ("net", "quantity", "digits"),
    [("10.00", "0", TWO), ("20.551", "1", Digits(2, 3))],
)
def test_what_the_digits_cannot_hold_is_never_rounded_away(
    net: str, quantity: str, digits: Digits
) -> None:
    for how in UnitPrices:
        problem = with_unit_prices(document(net, "0", quantity), digits, how, gross=False)
        assert isinstance(problem, Problem)
        assert problem.code == "no-unit-price"


@pytest.mark.parametrize(("quantity", "held"), [("2", False), ("2.5", False), ("2.55", True)])
def test_a_quantity_that_the_erp_cannot_hold_is_told(quantity: str, held: bool) -> None:
    problem = wrong_quantity(document("10.00", "0", quantity), 1)
    assert (problem is not None) is held
    if problem is not None:
        assert f"the quantity {quantity} has more decimals" in problem.sentence()


PIECES = st.integers(1, 5000).map(Decimal)
CENTS = st.integers(-100_000, 100_000).map(lambda cents: Decimal(cents).scaleb(-2))


@given(
    net=CENTS,
    tax=CENTS,
    quantity=PIECES | PIECES.map(lambda pieces: pieces / 100),
    digits=st.builds(Digits, st.integers(0, 6), st.just(2)),
    gross=st.booleans(),
    how=st.sampled_from(UnitPrices),
)  # fmt: skip
def test_whatever_is_priced_keeps_its_money_and_its_pieces(
    net: Decimal, tax: Decimal, quantity: Decimal, digits: Digits, gross: bool, how: UnitPrices
) -> None:
    made = document(str(net), str(tax), str(quantity))
    result = with_unit_prices(made, digits, how, gross=gross)
    if isinstance(result, Problem):
        return
    assert sum(line.net for line in result.lines) == net
    assert sum(line.tax for line in result.lines) == tax
    for line in result.lines:
        assert line.unit_price is not None
        exponent = line.unit_price.as_tuple().exponent
        assert isinstance(exponent, int)
        assert -exponent <= digits.price
        amount = line.gross if gross else line.net
        assert round_half_up(line.unit_price * line.quantity, 2) == amount
    if how is UnitPrices.SPLIT:
        assert sum(line.quantity for line in result.lines) == quantity


@given(net=CENTS, tax=CENTS, quantity=st.integers(1, 5000))
def test_whole_pieces_in_cents_can_always_be_split(
    net: Decimal, tax: Decimal, quantity: int
) -> None:
    priced(document(str(net), str(tax), str(quantity)))
