"""The proof of a refund: what it gives back is exactly its amount, under the order's own taxes.

The shop takes any amount with any lines (FACTS 8.3), so the amount is the truth. Lines that fit the
order carry what they say; what is left over becomes one adjustment, a line for each tax that is
left of the order. Together the refunds of an order never exceed it. One that takes all that is
left undoes the order: what a gift card paid comes back too, where a line of its own took it off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import combinations

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.core.errors import Problem
from sync_cli.core.gift_cards import TAX_KEY, GiftCards, is_gift_card, taken_off
from sync_cli.core.identity import lowest_first
from sync_cli.core.model import ZERO, LineKind, Order, OrderLine
from sync_cli.core.money import apportion, plain, round_half_up
from sync_cli.core.proof import Claim, Proven, items_of
from sync_cli.core.refund_records import Refund, RefundLine
from sync_cli.core.tax_shares import TaxShare, TaxShares

MOST_SUBSETS = 12
"""Of so many refunds at most it is searched which of them put their pieces back."""


class Mismatch(StrEnum):
    """What to do with a refund whose lines are not its amount."""

    ADJUST = "adjust"
    HOLD = "hold"


class Share(Struct, frozen=True):
    """What an order charged, or what is left of it, under one tax.

    `net` and `tax` are in the shop's decimals; `rate` is the tax in one unit of gross.
    """

    net: Decimal
    tax: Decimal
    rate: Decimal
    tax_class: str = ""

    @property
    def gross(self) -> Decimal:
        """Net and tax."""
        return self.net + self.tax


class CreditLine(Struct, frozen=True):
    """One line of a credit note: `sold` is the order's item, None for an adjustment.

    `pieces` come back; `restocked` claims that the shop has put them back already.
    """

    kind: LineKind
    net: Decimal
    tax: Decimal
    tax_key: str
    tax_class: str = ""
    pieces: Decimal = ZERO
    restocked: bool = False
    sold: OrderLine | None = None


class Credit(Struct, frozen=True):
    """A proven refund: its lines add up to its amount. `adjusted` is what no line accounted for."""

    lines: tuple[CreditLine, ...]
    adjusted: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """What the customer gets back."""
        return sum((line.net + line.tax for line in self.lines), ZERO)

    @property
    def total_tax(self) -> Decimal:
        """The tax in it."""
        return sum((line.tax for line in self.lines), ZERO)


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
) -> Iterator[tuple[Refund, Credit | Unproven]]:
    """What each refund of `order` gives back after those that came before it, in order of time.

    `proven` is the proof of the order, `refunds` are all of it in the shop, `decimals` the shop's
    number of decimals. `elsewhere` was credited for refunds that the shop no longer has.
    `gift_cards` says how the order's document tells what they paid.
    """
    refunds = sorted(refunds, key=_in_time)
    left = _Left.of(order, proven, refunds, gift_cards)
    given = elsewhere
    for refund in refunds:
        # One below zero is never credited: it leaves no room for others.
        given += max(refund.amount, ZERO)
        trouble = _unsound(order, refund, given, decimals)
        if trouble is not None:
            yield refund, trouble
            continue
        credit = _Crediting(order, refund, left, decimals).credit()
        is_held = credit.adjusted and mismatch is Mismatch.HOLD
        yield refund, _held(refund, credit) if is_held else credit
        left = left.without(credit)


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


class _Left(Struct, frozen=True):
    """What earlier refunds have left of an order: money by tax key, pieces by item.

    `back` are the refunds whose pieces the shop has put back, by item.
    """

    shares: Mapping[str, Share]
    pieces: Mapping[str, Decimal]
    kinds: Mapping[str, LineKind]
    items: Mapping[str, OrderLine]
    back: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @staticmethod
    def of(order: Order, proven: Proven, refunds: Sequence[Refund], gift_cards: GiftCards) -> _Left:
        """All of the order."""
        items = {item.id: item for item in items_of(order)}
        kinds = {
            **{item.id: LineKind.PRODUCT for item in order.lines},
            **{item.id: LineKind.FEE for item in order.fees},
            **{item.id: LineKind.SHIPPING for item in order.shipping_lines},
        }
        pieces = {item.id: item.quantity for item in order.lines}
        back = {item.id: _put_back(item, refunds) for item in order.lines}
        return _Left(_shares(order, proven, gift_cards), pieces, kinds, items, back)

    def without(self, credit: Credit) -> _Left:
        """What a credit leaves."""
        shares, pieces = dict(self.shares), dict(self.pieces)
        for line in credit.lines:
            known = shares.get(line.tax_key)
            if known is not None:
                net, tax = known.net - line.net, known.tax - line.tax
                shares[line.tax_key] = replace(known, net=net, tax=tax)
            if line.sold is not None and line.sold.id in pieces:
                pieces[line.sold.id] -= line.pieces
        return replace(self, shares=shares, pieces=pieces)


def _shares(order: Order, proven: Proven, gift_cards: GiftCards) -> dict[str, Share]:
    """The money of the order's document by tax key, what gift cards paid under one of their own.

    The rate is that of the unrounded amounts where there are.
    """
    found = _sold_shares(order, proven)
    paid = taken_off(order, gift_cards)
    return {**found, TAX_KEY: Share(-paid, ZERO, ZERO)} if paid else found


def _sold_shares(order: Order, proven: Proven) -> dict[str, Share]:
    taxes = TaxShares(order, proven.decimals)
    sums: defaultdict[str, list[Decimal]] = defaultdict(lambda: [ZERO] * 4)
    classes: dict[str, str] = {}
    for at, (item, net, tax) in enumerate(
        zip(items_of(order), proven.nets, proven.taxes, strict=True)
    ):
        if is_gift_card(item):
            continue
        exact = sum((each.total for each in item.taxes if each.total is not None), ZERO)
        charged = item.model_copy(update={"total_tax": exact if item.taxes else tax})
        is_goods = at < len(order.lines)
        booked = item.model_copy(update={"total": net, "total_tax": tax})
        parts = (
            [(0, [taxes.whole(booked)]), (2, [taxes.whole(charged)])]
            if is_goods
            else [(0, taxes.booked(item, net, tax)), (2, taxes.of(charged))]
        )
        for place, shares in parts:
            for share in shares:
                sums[share.tax_key][place] += share.net
                sums[share.tax_key][place + 1] += share.tax
                classes.setdefault(share.tax_key, share.tax_class)
    return {
        key: Share(net, tax, tax_exact / gross if (gross := net_exact + tax_exact) else ZERO, kind)
        for (key, (net, tax, net_exact, tax_exact)), kind in zip(
            sums.items(), classes.values(), strict=True
        )
    }


def _put_back(item: OrderLine, refunds: Sequence[Refund]) -> frozenset[str]:
    """The refunds whose pieces of this item the shop has put back; none where it cannot be told.

    The shop counts on the item how many pieces came back in all, and on no refund.
    """
    pieces = {
        refund.id: count
        for refund in refunds
        if (
            count := sum(
                (line.quantity for line in refund.lines if line.sold_line == item.id), ZERO
            )
        )
        > 0
    }
    if item.restocked >= sum(pieces.values(), ZERO):
        return frozenset(pieces)
    if not item.restocked or len(pieces) > MOST_SUBSETS:
        return frozenset()
    fitting = [
        frozenset(chosen)
        for size in range(1, len(pieces))
        for chosen in combinations(lowest_first(pieces), size)
        if sum((pieces[id] for id in chosen), ZERO) == item.restocked
    ]
    return fitting[0] if len(fitting) == 1 else frozenset()


class _Crediting(Struct, frozen=True):
    """One refund on its way to a credit."""

    order: Order
    refund: Refund
    left: _Left
    decimals: int

    def credit(self) -> Credit:
        """The lines that fit, and one adjustment for what they do not account for."""
        lines = self._fitting()
        try:
            exact = [amount for line in lines for amount in (line.net, line.tax)]
            amounts = apportion(exact, self.refund.amount, self.decimals)
        except ValueError:
            return self._adjusted([self._rounded(line) for line in lines])
        pairs = zip(lines, amounts[::2], amounts[1::2], strict=True)
        return Credit(tuple(replace(line, net=net, tax=tax) for line, net, tax in pairs))

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
        left = self.left.without(Credit(tuple(lines)))
        return Credit((*lines, *self._split(rest, left)), rest)

    def _split(self, amount: Decimal, left: _Left) -> list[CreditLine]:
        """The amount over the taxes that are left of the order, in proportion, to the cent."""
        if amount == sum((share.gross for share in left.shares.values()), ZERO):
            parts = [self._part(key, share, share.gross) for key, share in left.shares.items()]
            return [part for part in parts if part.net or part.tax]
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
        kind = LineKind.GIFT_CARD if key == TAX_KEY else LineKind.ADJUSTMENT
        return CreditLine(kind, gross - tax, tax, key, share.tax_class)

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
            is_goods = self.left.kinds[sold.id] is LineKind.PRODUCT
            shares = (taxes.whole(line),) if is_goods else taxes.of(line)
            lines += [self._line(line, sold, share) for share in shares]
        return lines

    def _line(self, line: RefundLine, sold: OrderLine, share: TaxShare) -> CreditLine:
        kind = self.left.kinds[sold.id]
        tax_key = share.tax_key
        if kind is LineKind.PRODUCT and not (line.quantity and sold.product_key):
            kind = LineKind.ADJUSTMENT
        elif kind is LineKind.FEE and is_gift_card(sold):
            kind, tax_key = LineKind.GIFT_CARD, TAX_KEY
        return CreditLine(
            kind,
            share.net,
            share.tax,
            tax_key,
            tax_class=sold.tax_class or share.tax_class,
            pieces=line.quantity,
            restocked=self.refund.id in self.left.back.get(sold.id, frozenset()),
            sold=sold,
        )


def said(credit: Credit) -> str:
    """In words what no line accounted for, "" if the lines are the amount."""
    if not credit.adjusted:
        return ""
    if credit.adjusted < 0:
        return f"its lines give {plain(-credit.adjusted)} more than its amount"
    return f"its lines give {plain(credit.adjusted)} less than its amount"
