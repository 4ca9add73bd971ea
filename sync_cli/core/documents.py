"""From a proven shop order to the sales document that an ERP is to hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from msgspec import Struct

from sync_cli.core.bundles import Bundles, mixed_taxes, stood_for, without_article
from sync_cli.core.coupons import Coupons, with_discount_lines
from sync_cli.core.currencies import rate_missing, rate_of
from sync_cli.core.errors import Problem
from sync_cli.core.gift_cards import (
    GiftCards,
    booked_by_hand,
    gift_card_line,
    is_gift_card,
    paid_by_gift_card,
)
from sync_cli.core.model import (
    ZERO,
    Document,
    DocumentLine,
    DocumentState,
    LineKind,
    Order,
    OrderLine,
)
from sync_cli.core.money import plain, round_half_up
from sync_cli.core.proof import Proven
from sync_cli.core.tax_shares import TaxShare, TaxShares
from sync_cli.core.taxes import TaxKeys

GONE = "gone"
"""The product key of what stands for products that the shop has deleted."""


class DocumentRules(Struct, frozen=True):
    """How documents are to look, by the merchant's configuration.

    `deposits` claims that orders over a mere deposit are booked as they are, `catch_all` that an
    article stands for products that the shop has deleted. Days are those in `zone`. `own_currency`
    is that of the ERP's books; with `rate_required` no order in another one goes over without rate.
    """

    coupons: Coupons = Coupons.NET
    bundles: Bundles = Bundles.LINES
    gift_cards: GiftCards = GiftCards.LINE
    deposits: bool = False
    catch_all: bool = False
    zone: tzinfo = UTC
    own_currency: str = ""
    rate_required: bool = False

    def key_of(self, line: OrderLine) -> str:
        """The key of the article that a line goes over under."""
        return line.product_key or (GONE if self.catch_all else "")


def why_held(order: Order, rules: DocumentRules) -> Problem | None:
    """Why no document may be made of a proven order by itself."""
    return (
        booked_by_hand(order, rules.gift_cards)
        or mixed_taxes(order, rules.bundles)
        or (None if rules.deposits else _deposit(order))
        or (rate_missing(order, rules.own_currency) if rules.rate_required else None)
    )


def document_of(
    order: Order,
    proven: Proven,
    *,
    reference: str,
    customer_key: str,
    wanted: DocumentState,
    unit_factor: Callable[[str], Decimal],
    rules: DocumentRules,
) -> Document:
    """The document with whole-line amounts in the shop's decimals, adding up to the order's total.

    `unit_factor` gives the ERP units of one shop piece for a product key. Ask `why_held` before.
    """
    cards = paid_by_gift_card(order)
    as_payment = rules.gift_cards is GiftCards.PAYMENT
    lines = list(_lines(order, proven, unit_factor, rules))
    if cards and not as_payment:
        lines.append(gift_card_line(cards))
    return Document(
        reference=reference,
        birth=reference,
        order_number=order.number,
        state=wanted,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
        exchange_rate=rate_of(order, rules.own_currency),
        ordered_at=order.ordered_at,
        ordered_on=day_of(order.ordered_at, rules.zone),
        customer_key=customer_key,
        vat_id=order.vat_id,
        billing=order.billing,
        shipping=order.shipping,
        lines=tuple(lines),
        total=order.total + cards if as_payment else order.total,
        total_tax=order.total_tax,
        prepaid=cards if as_payment and cards else None,
        bundled=_bundled(order, rules),
        payment_method=order.payment_method,
        payment_title=order.payment_title,
        transaction_id=order.transaction_id,
        shipping_method=shipping_method_of(order),
        note=order.customer_note,
        extra=order.extra,
    )


def shipping_method_of(order: Order) -> str:
    """How the order is sent; of several ways all, as "flat_rate+express": a table names what it
    means, and none is left out."""
    methods = (line.method for line in order.shipping_lines)
    return "+".join(dict.fromkeys(method for method in methods if method))


def day_of(moment: datetime, zone: tzinfo) -> str:
    """The day of a moment in a time zone, as 2026-01-31."""
    return moment.astimezone(zone).date().isoformat()


def total_of(order: Order, rules: DocumentRules) -> Decimal:
    """What the order's document is over."""
    paid = paid_by_gift_card(order) if rules.gift_cards is GiftCards.PAYMENT else ZERO
    return order.total + paid


def pieces_of(document: Document) -> dict[str, Decimal]:
    """The pieces of the shop in the document, by product key."""
    pieces: defaultdict[str, Decimal] = defaultdict(Decimal, document.bundled)
    for line in document.lines:
        if line.product_key and line.pieces:
            pieces[line.product_key] += line.pieces
    return dict(pieces)


def holds_pieces(known: str, now: Mapping[str, Decimal]) -> bool:
    """Whether a document with the pieces `known` ("11:2 12:1") may be over those of `now`.

    What products that the shop has deleted meanwhile were is not asked, only how many pieces. True
    where none are known.
    """
    left = {key: Decimal(count) for key, _, count in (one.partition(":") for one in known.split())}
    if not left:
        return True
    still = {key: count for key, count in now.items() if key != GONE}
    same = all(left.pop(key, ZERO) == count for key, count in still.items())
    return same and sum(left.values(), ZERO) == now.get(GONE, ZERO)


def _lines(
    order: Order, proven: Proven, unit_factor: Callable[[str], Decimal], rules: DocumentRules
) -> Iterator[DocumentLine]:
    amounts = iter(zip(proven.nets, proven.taxes, strict=True))
    taxes, shares = TaxKeys(order), TaxShares(order, proven.decimals)
    listed = rules.coupons is not Coupons.NET
    goods = []
    for line in order.lines:
        made = _product_line(line, *next(amounts), taxes, rules.key_of(line), unit_factor)
        goods.append(_with_list_price(made, line, proven.decimals) if listed else made)
    goods = stood_for(order, goods, rules.bundles)
    yield from with_discount_lines(goods, order.coupons) if rules.coupons is Coupons.LINE else goods
    for kind, items in ((LineKind.FEE, order.fees), (LineKind.SHIPPING, order.shipping_lines)):
        for item in items:
            parts = shares.booked(item, *next(amounts))
            if not is_gift_card(item):
                yield from (_money_line(kind, item, part) for part in parts)


def _product_line(
    line: OrderLine,
    net: Decimal,
    tax: Decimal,
    taxes: TaxKeys,
    product_key: str,
    unit_factor: Callable[[str], Decimal],
) -> DocumentLine:
    return DocumentLine(
        kind=LineKind.PRODUCT,
        product_key=product_key,
        sku=line.sku,
        text=line.name,
        quantity=line.quantity * unit_factor(product_key),
        pieces=line.quantity,
        net=net,
        tax=tax,
        tax_class=line.tax_class,
        tax_key=taxes.of(line),
        line_id=line.id,
        extra=line.extra,
    )


def _with_list_price(made: DocumentLine, line: OrderLine, decimals: int) -> DocumentLine:
    """The line with its amounts before coupons, where it cost more then."""
    if line.subtotal is None or line.subtotal_tax is None:
        return made
    net, tax = (round_half_up(each, decimals) for each in (line.subtotal, line.subtotal_tax))
    if net + tax <= made.gross or net < made.net:
        return made
    return made.model_copy(update={"list_net": net, "list_tax": tax})


def _money_line(kind: LineKind, line: OrderLine, share: TaxShare) -> DocumentLine:
    return DocumentLine(
        kind=kind,
        text=line.name,
        net=share.net,
        tax=share.tax,
        tax_class=share.tax_class,
        tax_key=share.tax_key,
        sku=line.sku,
        line_id=line.id,
        extra=line.extra,
    )


def _bundled(order: Order, rules: DocumentRules) -> dict[str, Decimal]:
    left_out = without_article(order, rules.bundles)
    pieces: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in order.lines:
        if line.id in left_out and (key := rules.key_of(line)):
            pieces[key] += line.quantity
    return dict(pieces)


def _deposit(order: Order) -> Problem | None:
    """The first line that is but a deposit on its goods."""
    for number, line in enumerate(order.lines, start=1):
        if line.full_amount is not None and line.full_amount > line.total:
            return Problem(
                "deposit",
                "",
                f"line {number} ({line.name}) is a deposit of {plain(line.total)} on"
                f" {plain(line.full_amount)}: the rest comes in another order",
                "Book it in the ERP by hand and run `sync-cli held dismiss`, or set"
                " orders.lines.deposits to book.",
                field="full_amount",
            )
    return None
