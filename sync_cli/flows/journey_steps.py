"""The middle steps of journeys: from the canonical record of one side to that of the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.config import Config
from sync_cli.connectors.base import Traits
from sync_cli.core.back_records import Invoice, Shipment, WriteBack
from sync_cli.core.credit_notes import credit_note_of
from sync_cli.core.documents import DocumentRules, document_of, why_held
from sync_cli.core.identity import reference
from sync_cli.core.model import (
    ZERO,
    Customer,
    Disposition,
    Document,
    DocumentState,
    Order,
    OrderLine,
    OrderState,
)
from sync_cli.core.parcels import ParcelPlace
from sync_cli.core.products import Product, ProductStatus, StockLevel
from sync_cli.core.proof import Unproven, prove
from sync_cli.core.refund_records import CreditNote, Refund, RefundLine
from sync_cli.core.refunds import Unproven as UnprovenRefund
from sync_cli.core.refunds import prove_refund
from sync_cli.core.sellable import StockPolicy, sellable, units_there
from sync_cli.core.shipping import invoiced, parcels
from sync_cli.core.states import wanted_document_state
from sync_cli.flows.levels import left_out_because
from sync_cli.flows.order_customers import customer_key
from sync_cli.flows.order_documents import rules_of
from sync_cli.flows.products_payload import new_product
from sync_cli.mapping.errors import Unreadable

SEAL = "(installation:run)"
"""Stands for the seal, which only a run knows."""
NUMBER = "(document's number)"
"""Stands for the number of a document that nobody asked for."""
NO_CURRENCY = "XXX"
"""The currency of ISO 4217 that is none: that of an order nobody asked for."""
MANY_DIGITS = Traits(price_digits=6, quantity_digits=6)
"""Of an ERP that nobody asked: it can hold whatever a shop sells."""


def _one(_key: str) -> Decimal:
    return Decimal(1)


class Around(Struct, frozen=True):
    """What a record stands on, or what follows it, as far as it was asked for.

    A refund stands on its `order` and that order's other `refunds`, a shipment and an invoice on
    their `document`, which `shipments` and `invoices` follow; a shipment also on the shop's
    `order`, and on `articles`, by the ERP's ids.
    """

    order: Order | None = None
    refunds: tuple[Refund, ...] = ()
    document: Document | None = None
    shipments: tuple[Shipment, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    articles: Mapping[str, Product] = field(default_factory=dict)


class Setting(Struct, frozen=True):
    """What a record is carried with: the configuration, the shop's decimals, the unit factors.

    `traits` are those of the ERP's documents: how many digits its prices and quantities have.
    """

    config: Config
    decimals: int = 2
    factor: Callable[[str], Decimal] = _one
    traits: Traits = MANY_DIGITS
    around: Around = Around()

    @property
    def rules(self) -> DocumentRules:
        """How documents are to look; no system was asked for its time zone or its currency."""
        return rules_of(self.config.orders, self.config.orders.time_zone, "")


def document(order: Order, setting: Setting) -> Document:
    """The document that is made of an order; raises Unreadable if it does not add up."""
    orders = setting.config.orders
    proof = prove(order, setting.decimals)
    label = f"Order {order.number or order.id}"
    if isinstance(proof, Unproven):
        raise Unreadable([proof.as_problem(label)])
    held = why_held(order, setting.rules)
    if held is not None:
        raise Unreadable([held.about(label)])
    return document_of(
        order,
        proof,
        reference=reference(orders.reference, setting.config.shop, order.id),
        customer_key=customer_key(order, orders.guests.policy),
        wanted=wanted_document_state(order.state),
        unit_factor=setting.factor,
        rules=setting.rules,
    )


def credit_note(refund: Refund, setting: Setting) -> CreditNote:
    """The credit note that is made of a refund; raises Unreadable if it does not add up.

    Without its order it is taken for all that was sold.
    """
    config, order = setting.config, setting.around.order or order_of_its_own(refund)
    label = f"Refund {refund.id} of order {order.number}"
    proof = prove(order, setting.decimals)
    if isinstance(proof, Unproven):
        raise Unreadable([proof.as_problem(label)])
    others = [each for each in setting.around.refunds if each.id != refund.id]
    credit = prove_refund(
        order,
        proof,
        [*others, refund],
        refund.id,
        setting.decimals,
        mismatch=config.refunds.mismatch,
        gift_cards=config.orders.lines.gift_cards,
    )
    if isinstance(credit, UnprovenRefund):
        raise Unreadable([credit.as_problem(label)])
    own = Disposition(refund.disposition) if refund.disposition in list(Disposition) else None
    return credit_note_of(
        order,
        refund,
        credit,
        reference=reference(config.refunds.reference, config.shop, refund.id),
        customer_key=customer_key(order, config.orders.guests.policy),
        disposition=own or config.refunds.disposition.fixed,
        unit_factor=setting.factor,
        rules=setting.rules,
    )


def order_of_its_own(refund: Refund) -> Order:
    """An order that sold what the refund gives back, and nothing else."""
    lines = tuple(map(_sold, refund.lines))
    shipping_lines = tuple(map(_sold, refund.shipping_lines))
    fees = tuple(map(_sold, refund.fees))
    rest = refund.amount - _gross((*lines, *shipping_lines, *fees))
    if rest > 0:
        fees = (*fees, OrderLine(id="rest", name=refund.reason, total=rest))
    cart_tax = sum((line.total_tax for line in (*lines, *fees)), ZERO)
    shipping_tax = sum((line.total_tax for line in shipping_lines), ZERO)
    return Order(
        id=refund.order_id,
        number=refund.order_id,
        state=OrderState.COMPLETED,
        currency=NO_CURRENCY,
        ordered_at=refund.refunded_at,
        lines=lines,
        shipping_lines=shipping_lines,
        fees=fees,
        tax_rates=refund.tax_rates,
        total=_gross((*lines, *shipping_lines, *fees)),
        total_tax=cart_tax + shipping_tax,
        cart_tax=cart_tax,
        shipping_total=sum((line.total for line in shipping_lines), ZERO),
        shipping_tax=shipping_tax,
    )


def _sold(line: RefundLine) -> OrderLine:
    fields = {name: getattr(line, name) for name in OrderLine.model_fields}
    return OrderLine(**{**fields, "id": line.sold_line or line.id})


def _gross(lines: Sequence[OrderLine]) -> Decimal:
    return sum((line.total + line.total_tax for line in lines), ZERO)


def write_back(document: Document, setting: Setting) -> WriteBack:
    """What the shop's order is told of its document and of all that follows it."""
    around = setting.around
    invoice = invoiced(document, around.invoices)
    orders = setting.config.orders
    shown = orders.tracking and orders.parcels in (ParcelPlace.META, ParcelPlace.AUTO)
    return WriteBack(
        id=document.id,
        number=document.number,
        state=document.state,
        seal=SEAL,
        invoice_number=invoice.number,
        invoice_date=invoice.date,
        invoice_link=invoice.link,
        parcels=parcels(document, around.shipments) if shown else (),
    )


def parcels_back(shipment: Shipment, setting: Setting) -> WriteBack:
    """What the shop's order is told because of a shipment."""
    around = setting.around
    followed = (*(one for one in around.shipments if one.id != shipment.id), shipment)
    of = around.document or _unasked(shipment.document)
    return write_back(of, _with(setting, shipments=followed))


def invoice_back(invoice: Invoice, setting: Setting) -> WriteBack:
    """What the shop's order is told because of an invoice."""
    around = setting.around
    followed = (*(one for one in around.invoices if one.id != invoice.id), invoice)
    of = around.document or _unasked(next(iter(invoice.documents), ""))
    return write_back(of, _with(setting, invoices=followed))


def _with(
    setting: Setting,
    *,
    shipments: tuple[Shipment, ...] | None = None,
    invoices: tuple[Invoice, ...] | None = None,
) -> Setting:
    around = replace(
        setting.around,
        shipments=setting.around.shipments if shipments is None else shipments,
        invoices=setting.around.invoices if invoices is None else invoices,
    )
    return replace(setting, around=around)


def _unasked(id: str) -> Document:
    """A document of which no more is known than that it is there."""
    return Document(
        id=id, reference="", number=NUMBER, state=DocumentState.CONFIRMED, currency=NO_CURRENCY
    )


def customer(account: Customer, setting: Setting) -> Customer:
    """The ERP's customer that is made of an account."""
    template = setting.config.orders.customer_reference
    name = reference(template, setting.config.shop, account.id)
    return account.model_copy(update={"key": account.id, "reference": name})


def number(party: Customer, _setting: Setting) -> Customer:
    """What an account is told of its customer."""
    return Customer(id=party.id, number=party.number)


def product(article: Product, setting: Setting) -> Product:
    """The product of the shop that is made of an article."""
    return new_product(article, ProductStatus(setting.config.products.new_status))


def stock(level: StockLevel, setting: Setting) -> Product:
    """The product of the shop with the number that may be sold."""
    policy = _stock_policy(setting)
    units = units_there(level, policy)
    pieces = sellable(units or ZERO, level.unit_factor, ZERO, policy)
    return Product(id=level.id, sku=level.sku, stock=Decimal(pieces))


def stock_left_out(level: StockLevel, setting: Setting) -> str:
    """Why a stock row is not compared with the shop; "" if it is."""
    return left_out_because(level, units_there(level, _stock_policy(setting)))


def shipment_left_out(shipment: Shipment, _setting: Setting) -> str:
    """Why the shop's order is not told of a shipment; "" if it is."""
    if shipment.cancelled:
        return "it was cancelled"
    return "" if shipment.done else "its goods have not left yet"


def invoice_left_out(invoice: Invoice, _setting: Setting) -> str:
    """Why the shop's order is not told of an invoice; "" if it is."""
    return "" if invoice.posted else "it is not booked yet"


def _stock_policy(setting: Setting) -> StockPolicy:
    settings = setting.config.stock
    return StockPolicy(settings.basis, frozenset(settings.warehouses), settings.safety_stock)
