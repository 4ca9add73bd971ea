"""Rounding and apportioning, exact to the smallest unit."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.money import apportion, round_half_up, unit

AMOUNTS = st.lists(st.decimals(-1000, 1000, places=6), max_size=12)
DECIMALS = st.sampled_from([0, 2, 3])


@pytest.mark.parametrize(
    ("decimals", "smallest"), [(0, "1"), (2, "0.01"), (3, "0.001"), (6, "0.000001")]
)
def test_the_smallest_amount(decimals: int, smallest: str) -> None:
    assert unit(decimals) == Decimal(smallest)


@pytest.mark.parametrize(
    ("amount", "decimals", "rounded"),
    [
        ("0.005", 2, "0.01"),
        ("0.004999", 2, "0.00"),
        ("-0.005", 2, "-0.01"),
        ("2.675", 2, "2.68"),
        ("24.5", 0, "25"),
        ("0.0005", 3, "0.001"),
        ("1", 2, "1.00"),
    ],
)
def test_halves_are_rounded_away_from_zero(amount: str, decimals: int, rounded: str) -> None:
    assert str(round_half_up(Decimal(amount), decimals)) == rounded


@given(AMOUNTS, DECIMALS)
def test_parts_add_up_to_the_total_and_none_is_a_unit_off(
    amounts: list[Decimal], decimals: int
) -> None:
    total = round_half_up(sum(amounts, Decimal(0)), decimals)
    parts = apportion(amounts, total, decimals)
    assert sum(parts, Decimal(0)) == total
    for part, amount in zip(parts, amounts, strict=True):
        assert abs(part - amount) < unit(decimals)
        assert part == part.quantize(unit(decimals), ROUND_DOWN)


@given(AMOUNTS, DECIMALS)
def test_amounts_that_need_no_rounding_stay_as_they_are(
    amounts: list[Decimal], decimals: int
) -> None:
    whole = [amount.quantize(unit(decimals), ROUND_HALF_UP) for amount in amounts]
    assert list(apportion(whole, sum(whole, Decimal(0)), decimals)) == whole


@given(AMOUNTS, DECIMALS, st.sampled_from([-1, 1]))
def test_a_total_that_rounding_does_not_explain_is_refused(
    amounts: list[Decimal], decimals: int, sign: int
) -> None:
    far = sign * unit(decimals) * (len(amounts) + 1)
    total = round_half_up(sum(amounts, Decimal(0)), decimals) + far
    with pytest.raises(ValueError, match=f"not what {len(amounts)} amounts can round to"):
        apportion(amounts, total, decimals)


def test_the_missing_units_go_to_the_largest_remainders_and_of_equals_to_the_first() -> None:
    amounts = [Decimal("0.333"), Decimal("0.337"), Decimal("0.333"), Decimal("0.337")]
    assert apportion(amounts, Decimal("1.34"), 2) == tuple(
        map(Decimal, ("0.33", "0.34", "0.33", "0.34"))
    )
    assert apportion(amounts, Decimal("1.35"), 2) == tuple(
        map(Decimal, ("0.34", "0.34", "0.33", "0.34"))
    )


def test_a_total_with_more_decimals_than_its_parts_may_have_is_refused() -> None:
    with pytest.raises(ValueError, match="can round to"):
        apportion([Decimal("1.005")], Decimal("1.005"), 2)


def test_nothing_adds_up_to_nothing() -> None:
    assert apportion([], Decimal(0), 2) == ()
    with pytest.raises(ValueError, match="not what 0 amounts"):
        apportion([], Decimal("0.01"), 2)
