"""From a proven shop order to the sales document that an ERP is to hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from sync_cli.core.model import (
    Document,
    DocumentLine,
    DocumentState,
    LineKind,
    Order,
    OrderLine,
)
from sync_cli.core.proof import Proven
from sync_cli.core.tax_shares import TaxShare, TaxShares
from sync_cli.core.taxes import TaxKeys


def document_of(
    order: Order,
    proven: Proven,
    *,
    reference: str,
    customer_key: str,
    wanted: DocumentState,
    unit_factor: Callable[[str], Decimal],
) -> Document:
    """The document with whole-line amounts in the shop's decimals, adding up to the order's total.

    `unit_factor` gives the ERP units of one shop piece for a product key.
    """
    amounts = iter(zip(proven.nets, proven.taxes, strict=True))
    taxes, shares = TaxKeys(order), TaxShares(order, proven.decimals)
    lines = [_product_line(line, *next(amounts), taxes, unit_factor) for line in order.lines]
    for kind, items in ((LineKind.FEE, order.fees), (LineKind.SHIPPING, order.shipping_lines)):
        for item in items:
            parts = shares.booked(item, *next(amounts))
            lines += [_money_line(kind, item, part) for part in parts]
    return Document(
        reference=reference,
        birth=reference,
        order_number=order.number,
        state=wanted,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
        ordered_at=order.ordered_at,
        customer_key=customer_key,
        vat_id=order.vat_id,
        billing=order.billing,
        shipping=order.shipping,
        lines=tuple(lines),
        total=order.total,
        total_tax=order.total_tax,
        payment_method=order.payment_method,
        payment_title=order.payment_title,
        transaction_id=order.transaction_id,
        shipping_method=order.shipping_lines[0].method if order.shipping_lines else "",
        note=order.customer_note,
        extra=order.extra,
    )


def pieces_of(document: Document) -> dict[str, Decimal]:
    """The pieces of the shop in the document, by product key."""
    pieces: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in document.lines:
        if line.product_key and line.pieces:
            pieces[line.product_key] += line.pieces
    return dict(pieces)


def _product_line(
    line: OrderLine,
    net: Decimal,
    tax: Decimal,
    taxes: TaxKeys,
    unit_factor: Callable[[str], Decimal],
) -> DocumentLine:
    return DocumentLine(
        kind=LineKind.PRODUCT,
        product_key=line.product_key,
        sku=line.sku,
        text=line.name,
        quantity=line.quantity * unit_factor(line.product_key),
        pieces=line.quantity,
        net=net,
        tax=tax,
        tax_class=line.tax_class,
        tax_key=taxes.of(line),
        line_id=line.id,
    )


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
    )
