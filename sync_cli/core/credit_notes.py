"""From a proven refund to the credit note that an ERP is to hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from sync_cli.core.credits import Credit, CreditLine
from sync_cli.core.currencies import rate_of
from sync_cli.core.documents import DocumentRules, day_of
from sync_cli.core.gift_cards import TEXT
from sync_cli.core.model import Disposition, DocumentLine, DocumentState, LineKind, Order
from sync_cli.core.refund_records import CreditNote, Refund

ADJUSTMENT_TEXT = "Refund"


def credit_note_of(
    order: Order,
    refund: Refund,
    credit: Credit,
    *,
    reference: str,
    customer_key: str,
    disposition: Disposition | None,
    unit_factor: Callable[[str], Decimal],
    rules: DocumentRules,
) -> CreditNote:
    """The credit note with whole-line amounts in the shop's decimals, adding up to the refund.

    `disposition` says what becomes of all pieces; None: those that the shop put back go back in
    the ERP too, and the others do not come back. `unit_factor` gives the ERP units of one shop
    piece for a product key.
    """
    lines = tuple(_line(line, refund, disposition, unit_factor) for line in credit.lines)
    return CreditNote(
        reference=reference,
        birth=reference,
        order_id=order.id,
        order_number=order.number,
        state=DocumentState.CONFIRMED,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
        exchange_rate=rate_of(order, rules.own_currency),
        ordered_at=refund.refunded_at,
        ordered_on=day_of(refund.refunded_at, rules.zone),
        customer_key=customer_key,
        vat_id=order.vat_id,
        billing=order.billing,
        shipping=order.shipping,
        lines=lines,
        total=credit.total,
        total_tax=credit.total_tax,
        payment_method=order.payment_method,
        payment_title=order.payment_title,
        transaction_id=order.transaction_id,
        reason=refund.reason,
        note=refund.reason,
        disposition=_of_all(line.disposition for line in lines),
        authorised_at=refund.authorised_at,
        received_at=refund.received_at,
        inspected_at=refund.inspected_at,
        extra=refund.extra,
    )


def _line(
    line: CreditLine,
    refund: Refund,
    disposition: Disposition | None,
    unit_factor: Callable[[str], Decimal],
) -> DocumentLine:
    sold = line.sold
    text = sold.name if sold is not None else refund.reason or ADJUSTMENT_TEXT
    text = TEXT if line.kind is LineKind.GIFT_CARD else text
    if line.kind is not LineKind.PRODUCT or sold is None:
        return DocumentLine(
            kind=line.kind,
            text=text,
            net=line.net,
            tax=line.tax,
            tax_class=line.tax_class,
            tax_key=line.tax_key,
            line_id=sold.id if sold is not None else "",
        )
    return DocumentLine(
        kind=line.kind,
        product_key=sold.product_key,
        sku=sold.sku,
        text=text,
        quantity=line.pieces * unit_factor(sold.product_key),
        net=line.net,
        tax=line.tax,
        tax_class=line.tax_class,
        tax_key=line.tax_key,
        line_id=sold.id,
        disposition=disposition or _as_shop(line),
    )


def _as_shop(line: CreditLine) -> Disposition:
    return Disposition.RESTOCK if line.restocked else Disposition.NONE


def _of_all(dispositions: Iterable[Disposition]) -> Disposition:
    """What becomes of the goods as a whole: the first that is anything at all."""
    return next((each for each in dispositions if each is not Disposition.NONE), Disposition.NONE)
