"""The proof of a refund: what it gives back is exactly its amount, under the order's own taxes.

The shop takes any amount with any lines (FACTS 8.3), so the amount is the truth. Lines that fit the
order carry what they say; what is left over becomes one adjustment, a line for each tax that is
left of the order. Together the refunds of an order never exceed it. One that takes all that is
left undoes the order: what a gift card paid comes back too, where a line of its own took it off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    carded: Mapping[str, Decimal] | None = None,
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
    carded: Mapping[str, Decimal] | None = None,
) -> Iterator[tuple[Refund, Credit | Unproven]]:
    """What each refund of `order` gives back after those that came before it, in order of time.

    `proven` is the proof of the order, `refunds` are all of it in the shop, `decimals` the shop's
    number of decimals. `elsewhere` was credited for refunds that the shop no longer has.
    `gift_cards` says how the order's document tells what they paid; `carded` is how much
    of that line the credit notes of refunds took back already, by the refund: no other does.
    """
    refunds = sorted(refunds, key=_in_time)
    carded = carded or {}
    left = Left.of(order, proven, refunds, gift_cards)
    left = replace(left, card=max(ZERO, left.card - sum(carded.values(), ZERO)))
    given = elsewhere
    for refund in refunds:
        # One below zero is never credited: it leaves no room for others.
        given += max(refund.amount, ZERO)
        trouble = _unsound(order, refund, given, decimals)
        if trouble is not None:
            yield refund, trouble
            continue
        took = carded.get(refund.id)
        own = left if took is None else replace(left, card=took)
        is_card_line = gift_cards is not GiftCards.PAYMENT
        crediting = _Crediting(order, refund, own, decimals, is_card_line, took is not None)
        credit = crediting.credit()
        is_held = credit.adjusted and mismatch is Mismatch.HOLD
        yield refund, _held(refund, credit) if is_held else credit
        own = own.without(credit.lines)
        left = own if took is None else replace(own, card=left.card)


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
    """One refund on its way to a credit.

    `is_card_line` claims that gift cards are told by a line of the document, `took_card` that the
    credit note of this refund took of it what `left` says.
    """

    order: Order
    refund: Refund
    left: Left
    decimals: int
    is_card_line: bool
    took_card: bool

    def credit(self) -> Credit:
        """The lines that fit, one adjustment for what they do not account for, and of a refund that
        undoes the order the line of its gift card."""
        lines = self._fitting()
        found = self._adding_up(lines, self.refund.amount)
        if found is not None:
            return Credit((*found, *self._paid_by_card(self.left.without(found))))
        if card := self.left.without(lines).card:
            found = self._adding_up(lines, self.refund.amount + card)
            left = self.left.without(found or ())
            if found is not None and (self.took_card or not left.gross):
                return Credit((*found, self._card(left)))
        return self._adjusted([self._rounded(line) for line in lines])

    def _adding_up(self, lines: list[CreditLine], amount: Decimal) -> list[CreditLine] | None:
        """The lines rounded so that they are the amount, None if it is more than rounding."""
        exact = [each for line in lines for each in (line.net, line.tax)]
        try:
            amounts = apportion(exact, amount, self.decimals)
        except ValueError:
            return None
        pairs = zip(lines, amounts[::2], amounts[1::2], strict=True)
        return [replace(line, net=net, tax=tax) for line, net, tax in pairs]

    def _paid_by_card(self, left: Left) -> list[CreditLine]:
        """What a gift card paid of goods that are all back, and its line: together nothing."""
        is_rest = left.gross == left.card and not any(left.pieces.values())
        if not left.card or not (self.took_card or is_rest):
            return []
        return [*self._shared(left.card, left), self._card(left)]

    def _rounded(self, line: CreditLine) -> CreditLine:
        net = round_half_up(line.net, self.decimals)
        return replace(line, net=net, tax=round_half_up(line.tax, self.decimals))

    def _adjusted(self, lines: list[CreditLine]) -> Credit:
        stated = sum((line.net + line.tax for line in lines), ZERO)
        rest = self.refund.amount - stated
        if rest < 0:
            # Lines that give more than the amount are not believed: their pieces alone count.
            lines = [replace(line, net=ZERO, tax=ZERO) for line in lines if line.pieces]
            return Credit((*lines, *self._split(self.refund.amount, self.left)), rest)
        return Credit((*lines, *self._split(rest, self.left.without(lines))), rest)

    def _split(self, amount: Decimal, left: Left) -> list[CreditLine]:
        """The amount over the taxes that are left of the order, in proportion, to the cent; with
        the line of a gift card where it is all that is left."""
        is_rest = amount == left.gross - left.beside - left.card
        if left.card and (self.took_card or is_rest):
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
            if self.is_card_line and is_gift_card(sold):
                if self.left.card:
                    lines.append(CreditLine(LineKind.GIFT_CARD, line.total, ZERO, TAX_KEY))
                continue
            is_goods = self.left.kinds[sold.id] is LineKind.PRODUCT
            shares = (taxes.whole(line),) if is_goods else taxes.of(line)
            lines += [self._line(line, sold, share) for share in shares]
        return lines

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
