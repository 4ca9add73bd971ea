"""Exact arithmetic on amounts; nothing here ever rounds by a tolerance."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

WIDE = Context(prec=100)
"""Wide enough for any figure a damaged record may hold."""


def plain(amount: Decimal) -> str:
    """The amount for people: at least two decimals, no zeros behind what it needs."""
    whole, _, fraction = f"{amount:f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}" if fraction else whole


def unit(decimals: int) -> Decimal:
    """The smallest amount with that many decimals: 2 gives 0.01."""
    return Decimal(1).scaleb(-decimals)


def round_half_up(amount: Decimal, decimals: int) -> Decimal:
    """`amount` with `decimals` decimals, halves away from zero, as the shop rounds totals."""
    return amount.quantize(unit(decimals), ROUND_HALF_UP, context=WIDE)


def apportion(amounts: Sequence[Decimal], total: Decimal, decimals: int) -> tuple[Decimal, ...]:
    """The amounts rounded to `decimals` so that they add up to `total` exactly.

    Each is rounded down, then the missing units go to the largest remainders, the first of equals
    first; so each differs from its exact value by less than one unit. Raises ValueError if
    `total` is further away than rounding alone can explain, or has more decimals itself.
    """
    step = unit(decimals)
    floors = [amount.quantize(step, ROUND_FLOOR, context=WIDE) for amount in amounts]
    missing = (total - sum(floors, Decimal(0))) / step
    inexact = [index for index, amount in enumerate(amounts) if amount != floors[index]]
    if missing != int(missing) or not 0 <= missing <= len(inexact):
        raise ValueError(f"{total} is not what {len(amounts)} amounts can round to")
    by_remainder = sorted(inexact, key=lambda index: floors[index] - amounts[index])
    for index in by_remainder[: int(missing)]:
        floors[index] += step
    return tuple(floors)
