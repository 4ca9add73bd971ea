"""The proof of a refund: what it gives back is exactly its amount, under the order's own taxes.

The shop takes any amount with any lines (FACTS 8.3), so the amount is the truth. Lines that fit the
order carry what they say; what is left over becomes one adjustment, a line for each tax that is
left of the order. Together the refunds of an order never exceed it. One that takes all that is
left undoes the order: what a gift card paid comes back too, where a line of its own took it off.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.core.credits import Credit, CreditLine
from sync_cli.core.errors import Problem
from sync_cli.core.gift_cards import TAX_KEY, GiftCards, is_gift_card
from sync_cli.core.model import ZERO, LineKind, Order, OrderLine
from sync_cli.core.money import apportion, round_half_up
from sync_cli.core.proof import Claim, Proven
from sync_cli.core.refund_left import Left, Share
from sync_cli.core.refund_records import Refund, RefundLine
from sync_cli.core.tax_shares import TaxShare, TaxShares


class Mismatch(StrEnum):
    """What to do with a refund whose lines are not its amount."""

    ADJUST = "adjust"
    HOLD = "hold"


class Unproven(Struct, frozen=True):
    """The refund cannot be credited as it is; `claim` is the arithmetic that fails."""

    claim: Claim
    code: str
    remedy: str

    def as_problem(self, record: str) -> Problem:
        """The arithmetic in words, for the held list."""
        return Problem(
            self.code, record, f"it does not add up: {self.claim}", self.remedy, "shop", "amount"
        )


def prove_refund(
    order: Order,
    proven: Proven,
    refunds: Iterable[Refund],
    refund_id: str,
    decimals: int,
    *,
    mismatch: Mismatch = Mismatch.ADJUST,
    elsewhere: Decimal = ZERO,
    gift_cards: GiftCards = GiftCards.LINE,
    carded: Collection[str] = (),
) -> Credit | Unproven:
    """What the refund `refund_id` of `order` gives back; see `prove_refunds`."""
    refunds = tuple(refunds)
    for refund, found in prove_refunds(
        order,
        proven,
        refunds,
        decimals,
        mismatch=mismatch,
        elsewhere=elsewhere,
        gift_cards=gift_cards,
        carded=carded,
    ):
        if refund.id == refund_id:
            return found
    raise LookupError(f"refund {refund_id} is none of order {order.id}")


def prove_refunds(
    order: Order,
    proven: Proven,
    refunds: Iterable[Refund],
    decimals: int,
    *,
    mismatch: Mismatch = Mismatch.ADJUST,
    elsewhere: Decimal = ZERO,
    gift_cards: GiftCards = GiftCards.LINE,
    carded: Collection[str] = (),
) -> Iterator[tuple[Refund, Credit | Unproven]]:
    """What each refund of `order` gives back after those that came before it, in order of time.

    `proven` is the proof of the order, `refunds` are all of it in the shop, `decimals` the shop's
    number of decimals. `elsewhere` was credited for refunds that the shop no longer has.
    `gift_cards` says how the order's document tells what they paid; `carded` are the refunds whose
    credit notes took the line of it back already: where there is one, no other does.
    """
    refunds = sorted(refunds, key=_in_time)
    left = Left.of(order, proven, refunds, gift_cards)
    given = elsewhere
    for refund in refunds:
        # One below zero is never credited: it leaves no room for others.
        given += max(refund.amount, ZERO)
        trouble = _unsound(order, refund, given, decimals)
        if trouble is not None:
            yield refund, trouble
            continue
        credit = _Crediting(order, refund, left, decimals, gift_cards, carded).credit()
        is_held = credit.adjusted and mismatch is Mismatch.HOLD
        yield refund, _held(refund, credit) if is_held else credit
        left = left.without(credit.lines)


def _in_time(refund: Refund) -> tuple[datetime, tuple[int, str]]:
    return refund.refunded_at, (int(refund.id), "") if refund.id.isdigit() else (0, refund.id)


def _unsound(order: Order, refund: Refund, given: Decimal, decimals: int) -> Unproven | None:
    """Why no credit note may be made of it, whatever its lines say."""
    rounded = round_half_up(refund.amount, decimals)
    if refund.amount < 0 or refund.amount != rounded:
        return Unproven(
            Claim("amount = whole units, not below zero", refund.amount, max(rounded, ZERO)),
            "refund-amount",
            "Delete the refund in the shop and make it anew.",
        )
    if given > order.total:
        return Unproven(
            Claim("all refunds together are no more than the order", order.total, given),
            "refund-exceeds",
            "Correct the refunds in the shop, and cancel credit notes of refunds that were deleted;"
            " then run `sync-cli held retry`.",
        )
    return None


def _held(refund: Refund, credit: Credit) -> Unproven:
    return Unproven(
        Claim("amount = its lines", refund.amount, refund.amount - credit.adjusted),
        "refund-lines",
        "Delete the refund in the shop and make it anew with lines that add up, or allow"
        " adjustments with `refunds.mismatch: adjust`.",
    )


class _Crediting(Struct, frozen=True):
    """One refund on its way to a credit."""

    order: Order
    refund: Refund
    left: Left
    decimals: int
    gift_cards: GiftCards
    carded: Collection[str]

    def credit(self) -> Credit:
        """The lines that fit, one adjustment for what they do not account for, and of a refund that
        undoes the order the line of its gift card."""
        lines = self._fitting()
        try:
            exact = [amount for line in lines for amount in (line.net, line.tax)]
            amounts = apportion(exact, self.refund.amount, self.decimals)
        except ValueError:
            return self._adjusted([self._rounded(line) for line in lines])
        pairs = zip(lines, amounts[::2], amounts[1::2], strict=True)
        found = tuple(replace(line, net=net, tax=tax) for line, net, tax in pairs)
        return Credit((*found, *self._paid_by_card(self.left.without(found))))

    def _paid_by_card(self, left: Left) -> list[CreditLine]:
        """What a gift card paid of goods that are all back, and its line: together nothing."""
        if left.gross != left.card or any(left.pieces.values()) or not self._may_take(left):
            return []
        return [*self._whole(left), self._card(left)]

    def _may_take(self, left: Left) -> bool:
        """Whether the line of a gift card is there, and no other refund took it back."""
        return bool(left.card) and (not self.carded or self.refund.id in self.carded)

    def _rounded(self, line: CreditLine) -> CreditLine:
        net = round_half_up(line.net, self.decimals)
        return replace(line, net=net, tax=round_half_up(line.tax, self.decimals))

    def _adjusted(self, lines: list[CreditLine]) -> Credit:
        stated = sum((line.net + line.tax for line in lines), ZERO)
        rest = self.refund.amount - stated
        left = self.left.without(lines)
        if rest == -left.card and not left.gross and self._may_take(left):
            return Credit((*lines, self._card(left)))
        if rest < 0:
            # Lines that give more than the amount are not believed: their pieces alone count.
            lines = [replace(line, net=ZERO, tax=ZERO) for line in lines if line.pieces]
            return Credit((*lines, *self._split(self.refund.amount, self.left)), rest)
        return Credit((*lines, *self._split(rest, left)), rest)

    def _split(self, amount: Decimal, left: Left) -> list[CreditLine]:
        """The amount over the taxes that are left of the order, in proportion, to the cent; with
        the line of a gift card where it is all that is left."""
        if self._may_take(left) and (self.carded or amount == left.gross - left.card):
            return [*self._shared(amount + left.card, left), self._card(left)]
        return self._shared(amount, left)

    def _card(self, left: Left) -> CreditLine:
        return CreditLine(LineKind.GIFT_CARD, -left.card, ZERO, TAX_KEY)

    def _whole(self, left: Left) -> list[CreditLine]:
        parts = [self._part(key, share, share.gross) for key, share in left.shares.items()]
        return [part for part in parts if part.net or part.tax]

    def _shared(self, amount: Decimal, left: Left) -> list[CreditLine]:
        if amount == left.gross:
            return self._whole(left)
        shares = {key: share for key, share in left.shares.items() if share.gross > 0}
        whole = sum((share.gross for share in shares.values()), ZERO)
        if not whole:
            key = f"{self.order.shipping.country or self.order.billing.country} none".strip()
            return [CreditLine(LineKind.ADJUSTMENT, amount, ZERO, key)]
        exact = [amount * share.gross / whole for share in shares.values()]
        grosses = apportion(exact, amount, self.decimals)
        split = zip(shares.items(), grosses, strict=True)
        return [self._part(key, share, gross) for (key, share), gross in split if gross]

    def _part(self, key: str, share: Share, gross: Decimal) -> CreditLine:
        """All that is left under a tax with just its tax, a part of it at the order's rate."""
        tax = share.tax
        if gross != share.gross:
            tax = round_half_up(gross * share.rate, self.decimals)
        return CreditLine(LineKind.ADJUSTMENT, gross - tax, tax, key, share.tax_class)

    def _fitting(self) -> list[CreditLine]:
        """The refund's lines that name an item of the order and no more pieces than are left."""
        taxes = TaxShares(self.order, self.decimals)
        refund = self.refund
        taken: dict[str, Decimal] = {}
        lines = []
        for line in (*refund.lines, *refund.fees, *refund.shipping_lines):
            sold = self.left.items.get(line.sold_line)
            pieces = taken.get(line.sold_line, ZERO) + line.quantity
            if sold is None or not ZERO <= pieces <= self.left.pieces.get(sold.id, ZERO):
                continue
            taken[sold.id] = pieces
            if not (line.total or line.total_tax or line.quantity):
                continue
            if self._is_card(sold):
                if self._may_take(self.left):
                    lines.append(CreditLine(LineKind.GIFT_CARD, line.total, ZERO, TAX_KEY))
                continue
            is_goods = self.left.kinds[sold.id] is LineKind.PRODUCT
            shares = (taxes.whole(line),) if is_goods else taxes.of(line)
            lines += [self._line(line, sold, share) for share in shares]
        return lines

    def _is_card(self, sold: OrderLine) -> bool:
        return self.gift_cards is not GiftCards.PAYMENT and is_gift_card(sold)

    def _line(self, line: RefundLine, sold: OrderLine, share: TaxShare) -> CreditLine:
        kind = self.left.kinds[sold.id]
        if kind is LineKind.PRODUCT and not (line.quantity and sold.product_key):
            kind = LineKind.ADJUSTMENT
        return CreditLine(
            kind,
            share.net,
            share.tax,
            share.tax_key,
            tax_class=sold.tax_class or share.tax_class,
            pieces=line.quantity,
            restocked=self.refund.id in self.left.back.get(sold.id, frozenset()),
            sold=sold,
        )
