"""How many pieces the shop may offer."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.products import StockLevel, WarehouseLevel
from sync_cli.core.sellable import (
    Basis,
    StockPolicy,
    missing_warehouses,
    sellable,
    units_there,
)

PLAIN = StockPolicy()


def level(**shelves: tuple[int, int]) -> StockLevel:
    """A row with (on hand, demand) in each warehouse."""
    return StockLevel(
        id="9",
        warehouses=tuple(
            WarehouseLevel(code=code, on_hand=Decimal(on_hand), demand=Decimal(demand))
            for code, (on_hand, demand) in shelves.items()
        ),
    )


TWO = level(MAIN=(10, 3), STORE=(5, 1))


@pytest.mark.parametrize(
    ("policy", "units"),
    [
        pytest.param(StockPolicy(), 11, id="on hand less demand, everywhere"),
        pytest.param(StockPolicy(Basis.PHYSICAL), 15, id="on hand alone"),
        pytest.param(StockPolicy(warehouses=frozenset({"STORE"})), 4, id="one warehouse"),
        pytest.param(StockPolicy(warehouses=frozenset({"STORE", "FAR"})), 4, id="one is unknown"),
        pytest.param(StockPolicy(warehouses=frozenset({"FAR"})), None, id="all are unknown"),
        pytest.param(StockPolicy(safety=Decimal(5)), 11, id="safety is in pieces, not in units"),
    ],
)
def test_units_that_count(policy: StockPolicy, units: int | None) -> None:
    assert units_there(TWO, policy) == units


def test_a_row_without_warehouses_says_nothing_and_is_not_zero() -> None:
    assert units_there(StockLevel(id="9"), PLAIN) is None


def test_demand_may_pass_what_is_there() -> None:
    assert units_there(level(MAIN=(2, 7)), PLAIN) == -5


@pytest.mark.parametrize(
    ("units", "factor", "unseen", "safety", "pieces"),
    [
        (10, 1, 0, 0, 10),
        (10, 1, 3, 0, 7),
        (10, 1, 3, 2, 5),
        (13, 6, 0, 0, 2),
        (13, 6, 1, 0, 1),
        (5, 6, 0, 0, 0),
        (10, 1, 11, 0, 0),
        (-5, 1, 0, 0, 0),
        (0, 1, 0, 0, 0),
        ("2.5", 1, 0, 0, 2),
        ("10", "0.5", 0, 0, 20),
        (10, 1, 0, "0.5", 9),
        (10, 1, 0, 100, 0),
        (7, 3, 0, 0, 2),
    ],
)
def test_pieces_for_the_shop(
    units: object, factor: object, unseen: object, safety: object, pieces: int
) -> None:
    policy = StockPolicy(safety=Decimal(str(safety)))
    offered = sellable(Decimal(str(units)), Decimal(str(factor)), Decimal(str(unseen)), policy)
    assert (offered, type(offered)) == (pieces, int)


UNITS = st.decimals(-1000, 100_000, places=3)
FACTORS = st.decimals("0.001", 1000, places=3).filter(lambda factor: factor > 0)
PIECES = st.integers(0, 500).map(Decimal)


@given(UNITS, FACTORS, PIECES, PIECES)
def test_never_more_than_is_there_less_what_is_sold_and_kept_back(
    units: Decimal, factor: Decimal, unseen: Decimal, safety: Decimal
) -> None:
    offered = sellable(units, factor, unseen, StockPolicy(safety=safety))
    assert offered >= 0
    if offered:
        assert (offered + unseen + safety) * factor <= units


@given(UNITS, FACTORS, PIECES, PIECES)
def test_never_a_whole_piece_less_than_it_could_be(
    units: Decimal, factor: Decimal, unseen: Decimal, safety: Decimal
) -> None:
    offered = sellable(units, factor, unseen, StockPolicy(safety=safety))
    assert (offered + 1 + unseen + safety) * factor > units


@given(UNITS, FACTORS, PIECES, PIECES)
def test_one_more_sale_never_raises_the_offer(
    units: Decimal, factor: Decimal, unseen: Decimal, safety: Decimal
) -> None:
    policy = StockPolicy(safety=safety)
    assert sellable(units, factor, unseen + 1, policy) <= sellable(units, factor, unseen, policy)


def test_chosen_warehouses_that_a_row_does_not_name() -> None:
    chosen = StockPolicy(warehouses=frozenset({"MAIN", "FAR"}))
    assert missing_warehouses(TWO, chosen) == {"FAR"}
    assert not missing_warehouses(TWO, PLAIN)
