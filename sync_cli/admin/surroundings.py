"""What a record stands on, or what follows it, read from the running systems for its preview."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from msgspec.structs import replace

from sync_cli.admin.mapping_live import Sides
from sync_cli.connectors.base import Raw
from sync_cli.core.back_records import Invoice, Shipment
from sync_cli.core.drift_orders import reference_pattern
from sync_cli.core.model import Document, Order, Record
from sync_cli.core.products import Product
from sync_cli.core.refund_records import Refund
from sync_cli.core.routing import order_of
from sync_cli.flows.journey_steps import Around
from sync_cli.flows.systems import ERP, SHOP
from sync_cli.mapping.errors import Unreadable

DOCUMENT, INVOICE, ORDER, REFUND, SHIPMENT = "document", "invoice", "order", "refund", "shipment"
PRODUCT = "product"
R = TypeVar("R", bound=Record)


def around(opened: Sides, record: Record) -> Around:
    """The records that a run would read besides `record`; those that cannot be read are absent."""
    match record:
        case Refund(order_id=order_id):
            orders = _read(opened, SHOP, ORDER, Order, opened.shop.fetch(ORDER, [order_id]))
            found = opened.shop.find(REFUND, ORDER, [order_id]).get(order_id, ())
            refunds = _read(opened, SHOP, REFUND, Refund, found)
            return Around(order=next(iter(orders), None), refunds=tuple(refunds))
        case Document(id=id):
            return _followed(opened, id)
        case Shipment(document=id, lines=lines) if id:
            followed = _followed(opened, id, with_document=True)
            articles = _articles(opened, [line.product_id for line in lines if line.product_id])
            return replace(followed, order=_order(opened, followed.document), articles=articles)
        case Invoice(documents=(id, *_)):
            return _followed(opened, id, with_document=True)
        case _:
            return Around()


def _followed(opened: Sides, id: str, *, with_document: bool = False) -> Around:
    """All that follows a document of the ERP, and that document."""
    raws = opened.erp.fetch(ORDER, [id]) if with_document else ()
    documents = _read(opened, ERP, DOCUMENT, Document, raws)
    return Around(
        document=next(iter(documents), None),
        shipments=tuple(_of_document(opened, SHIPMENT, Shipment, id)),
        invoices=tuple(_of_document(opened, INVOICE, Invoice, id)),
    )


def _order(opened: Sides, document: Document | None) -> Order | None:
    """The shop's order that a document of ours was made of."""
    config = opened.force.config
    pattern = reference_pattern(config.orders.reference, config.shop)
    named = pattern.fullmatch(order_of(document.reference)) if document is not None else None
    if named is None:
        return None
    raws = opened.shop.fetch(ORDER, [named[1]])
    return next(iter(_read(opened, SHOP, ORDER, Order, raws)), None)


def _articles(opened: Sides, ids: list[str]) -> dict[str, Product]:
    """The ERP's articles with these ids."""
    found = opened.erp.fetch(PRODUCT, list(dict.fromkeys(ids))) if ids else ()
    return {one.id: one for one in _read(opened, ERP, PRODUCT, Product, found)}


def _of_document(opened: Sides, entity: str, kind: type[R], id: str) -> list[R]:
    if not opened.force.mappings.has(opened.force.kinds[ERP], entity):
        return []
    found = opened.erp.find(entity, DOCUMENT, [id]).get(id, ())
    return _read(opened, ERP, entity, kind, found)


def _read(opened: Sides, role: str, entity: str, kind: type[R], raws: Iterable[Raw]) -> list[R]:
    mapping = opened.force.mappings.of(opened.force.kinds[role], entity)
    records = []
    for raw in raws:
        try:
            record = mapping.read(raw.data, id=raw.id, birth=raw.birth)
        except Unreadable:
            continue
        if isinstance(record, kind):
            records.append(record)
    return records
