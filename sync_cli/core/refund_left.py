"""What earlier refunds have left of an order: money by tax, pieces, what gift cards paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.core.credits import CreditLine
from sync_cli.core.gift_cards import GiftCards, is_gift_card, taken_off
from sync_cli.core.identity import lowest_first
from sync_cli.core.model import ZERO, LineKind, Order, OrderLine
from sync_cli.core.proof import Proven, items_of
from sync_cli.core.refund_records import Refund
from sync_cli.core.tax_shares import TaxShares

MOST_SUBSETS = 12
"""Of so many refunds at most it is searched which of them put their pieces back."""


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


class Left(Struct, frozen=True):
    """What earlier refunds have left of an order: money by tax key, pieces by item.

    `card` is what a line of the document takes off because gift cards paid it, as far as no credit
    note took it back. `beside` came back under taxes that were never charged, as of a refund that
    does not tell the taxes of its lines. `back` are the refunds whose pieces the shop has put back,
    by item.
    """

    shares: Mapping[str, Share]
    pieces: Mapping[str, Decimal]
    kinds: Mapping[str, LineKind]
    items: Mapping[str, OrderLine]
    card: Decimal = ZERO
    beside: Decimal = ZERO
    back: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def gross(self) -> Decimal:
        """What is left of all that was sold, before what gift cards paid."""
        return sum((share.gross for share in self.shares.values()), ZERO)

    @staticmethod
    def of(order: Order, proven: Proven, refunds: Sequence[Refund], gift_cards: GiftCards) -> Left:
        """All of the order."""
        items = {item.id: item for item in items_of(order)}
        kinds = {
            **{item.id: LineKind.PRODUCT for item in order.lines},
            **{item.id: LineKind.FEE for item in order.fees},
            **{item.id: LineKind.SHIPPING for item in order.shipping_lines},
        }
        pieces = {item.id: item.quantity for item in order.lines}
        back = {item.id: _put_back(item, refunds) for item in order.lines}
        shares, card = _shares(order, proven), taken_off(order, gift_cards)
        return Left(shares, pieces, kinds, items, card, back=back)

    def without(self, lines: Iterable[CreditLine]) -> Left:
        """What a credit of these lines leaves."""
        shares, pieces = dict(self.shares), dict(self.pieces)
        card, beside = self.card, self.beside
        for line in lines:
            known = shares.get(line.tax_key)
            if line.kind is LineKind.GIFT_CARD:
                card += line.net
            elif known is None:
                beside += line.net + line.tax
            else:
                net, tax = known.net - line.net, known.tax - line.tax
                shares[line.tax_key] = replace(known, net=net, tax=tax)
            if line.sold is not None and line.sold.id in pieces:
                pieces[line.sold.id] -= line.pieces
        return replace(self, shares=shares, pieces=pieces, card=card, beside=beside)


def _shares(order: Order, proven: Proven) -> dict[str, Share]:
    """The money that the order charged by tax key, without what gift cards paid.

    The rate is that of the unrounded amounts where there are.
    """
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
