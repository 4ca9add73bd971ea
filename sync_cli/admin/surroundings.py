"""What a record stands on, or what follows it, read from the running systems for its preview."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from sync_cli.admin.mapping_live import Sides
from sync_cli.connectors.base import Raw
from sync_cli.core.back_records import Invoice, Shipment
from sync_cli.core.model import Document, Order, Record
from sync_cli.core.refund_records import Refund
from sync_cli.flows.journey_steps import Around
from sync_cli.flows.systems import ERP, SHOP
from sync_cli.mapping.errors import Unreadable

DOCUMENT, INVOICE, ORDER, REFUND, SHIPMENT = "document", "invoice", "order", "refund", "shipment"
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
        case Shipment(document=id) if id:
            return _followed(opened, id, with_document=True)
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
