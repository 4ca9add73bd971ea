"""The proof that a shop order's parts add up to its total, and to the document made of it.

The identities are those found true in 384 of 384 orders of a real shop (FACTS section 13, point
3): with tax rounded per line, or at the subtotal. An order does not name its mode, so whichever
fits proves it. There is no tolerance. Only an item's `total` and `total_tax` are looked at, as
read with six decimals; `subtotal` and `taxes[]` follow other rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from sync_cli.core.errors import Problem
from sync_cli.core.model import ZERO, Order, OrderLine
from sync_cli.core.money import apportion, plain, round_half_up


class Rounding(StrEnum):
    """When the shop rounded the tax of this order."""

    PER_LINE = "per line"
    AT_SUBTOTAL = "at subtotal"


class Proven(Struct, frozen=True):
    """The order adds up under `rounding`.

    `nets` and `taxes` are the amounts of lines, fees and shipping lines, in this order, rounded to
    the shop's `decimals` so that together they are the order's total to the cent, and what gift
    cards paid.
    """

    rounding: Rounding
    decimals: int
    nets: tuple[Decimal, ...]
    taxes: tuple[Decimal, ...]


class Claim(Struct, frozen=True):
    """One identity: what should be equal, with both figures."""

    what: str
    stated: Decimal
    computed: Decimal

    @property
    def holds(self) -> bool:
        """Whether both figures are the same."""
        return self.stated == self.computed

    def __str__(self) -> str:
        sign = "=" if self.holds else "≠"
        return f"{self.what}: {plain(self.stated)} {sign} {plain(self.computed)}"


class Unproven(Struct, frozen=True):
    """The order does not add up; `claims` is the arithmetic, false claims among it."""

    claims: tuple[Claim, ...]

    def as_problem(self, record: str) -> Problem:
        """The arithmetic in words, for the held list."""
        wrong = "; ".join(str(claim) for claim in self.claims if not claim.holds)
        return Problem(
            "order-unproven",
            record,
            f"its parts do not add up to its total: {wrong}",
            "Open the order in the shop and recalculate it, or correct the line that is wrong;"
            " then run `sync-cli held retry`. It stays out of the ERP until the sums agree.",
            system="shop",
            field="total",
        )


def prove(order: Order, decimals: int) -> Proven | Unproven:
    """Whether `order` adds up, exactly; `decimals` is the shop's number of decimals."""
    common = _common_claims(order, decimals)
    totals = {rounding: _total_claim(order, decimals, rounding) for rounding in Rounding}
    if all(claim.holds for claim in common):
        for rounding, claim in totals.items():
            if claim.holds:
                return _proven(order, decimals, rounding)
    return Unproven((*common, *_false_totals(totals.values())))


def items_of(order: Order) -> tuple[OrderLine, ...]:
    """All items that carry money: lines, fees, shipping lines."""
    return (*order.lines, *order.fees, *order.shipping_lines)


def _common_claims(order: Order, decimals: int) -> tuple[Claim, ...]:
    goods = (*order.lines, *order.fees)
    taxes = order.cart_tax + order.shipping_tax
    shipping = [round_half_up(line.total, decimals) for line in order.shipping_lines]
    return (
        Claim("tax of the goods = tax of lines and fees", order.cart_tax, _taxes(goods)),
        Claim(
            "tax of the shipping = tax of the shipping lines",
            order.shipping_tax,
            _taxes(order.shipping_lines),
        ),
        Claim("total tax = both, rounded", order.total_tax, round_half_up(taxes, decimals)),
        Claim("shipping = shipping lines, each rounded", order.shipping_total, _sum(shipping)),
    )


def _total_claim(order: Order, decimals: int, rounding: Rounding) -> Claim:
    lines = _sum(_line_nets(order, decimals, rounding))
    fees = _sum(fee.total for fee in order.fees)
    exact = lines + fees + order.shipping_total + order.cart_tax + order.shipping_tax
    amounts = (lines, fees, order.shipping_total, order.cart_tax, order.shipping_tax)
    parts = " + ".join(map(plain, amounts))
    cards = order.paid_by_gift_card
    paid = f", less {plain(cards)} by gift card" if cards else ""
    what = f"total (tax rounded {rounding}; {parts}{paid})"
    return Claim(what, order.total, round_half_up(exact, decimals) - cards)


def _false_totals(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Nothing when one total fits (then another claim is the false one), else both attempts."""
    attempts = tuple(claims)
    return () if any(claim.holds for claim in attempts) else attempts


def _line_nets(order: Order, decimals: int, rounding: Rounding) -> list[Decimal]:
    match rounding:
        case Rounding.PER_LINE:
            return [round_half_up(line.total, decimals) for line in order.lines]
        case Rounding.AT_SUBTOTAL:
            return [line.total for line in order.lines]


def _proven(order: Order, decimals: int, rounding: Rounding) -> Proven | Unproven:
    nets = [
        *_line_nets(order, decimals, rounding),
        *(fee.total for fee in order.fees),
        *(round_half_up(line.total, decimals) for line in order.shipping_lines),
    ]
    taxes = [line.total_tax for line in items_of(order)]
    goods = order.total + order.paid_by_gift_card
    try:
        return Proven(
            rounding,
            decimals,
            apportion(nets, goods - order.total_tax, decimals),
            apportion(taxes, order.total_tax, decimals),
        )
    except ValueError:
        # Halves below zero round away from it: the total may be a unit off all parts in units.
        whole = round_half_up(_sum(nets), decimals) + order.total_tax
        return Unproven((Claim("total = parts in whole units", goods, whole),))


def _taxes(lines: Iterable[OrderLine]) -> Decimal:
    return _sum(line.total_tax for line in lines)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
