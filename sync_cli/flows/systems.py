"""What a flow works with: the systems, their mappings and the run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from msgspec import Struct

from sync_cli.config import Config
from sync_cli.connectors.base import Connector, Identity, Raw
from sync_cli.core.corrections import Correction
from sync_cli.core.model import Customer, Document, Order, Record
from sync_cli.core.products import Product, StockLevel
from sync_cli.core.refund_records import CreditNote, Refund
from sync_cli.engine.run import Run
from sync_cli.mapping.entity import EntityMapping
from sync_cli.mapping.errors import Refused
from sync_cli.mapping.mapping_set import MappingSet
from sync_cli.mapping.reading import Reader

R = TypeVar("R", bound=Record)

SHOP = "shop"
ERP = "erp"
LEAN = frozenset({"sku", "name", "kind", "parent_id", "main_article", "archived"})
"""What stock and orders need of any product; 200,000 of them pass in a night."""
LEAN_IN_SHOP = LEAN | {"holder", "stock"}
LEAN_DOCUMENT = frozenset({"number", "reference", "state", "tracking"})
LEAN_IN_ERP = LEAN | {"unit_factor"}


class Systems(Struct, frozen=True):
    """Both sides of a flow, and how to read and write their records.

    `shop_kind` and `erp_kind` name the folders of rules. `shop_identity` and
    `erp_identity` were asked at the start of the run; the former's clock is the shop's clock then.
    """

    run: Run
    config: Config
    shop: Connector
    erp: Connector
    mappings: MappingSet
    shop_kind: str
    erp_kind: str
    shop_identity: Identity
    erp_identity: Identity

    def shop_mapping(self, entity: str) -> EntityMapping:
        """The shop's rules for `entity`."""
        return self.mappings.of(self.shop_kind, entity)

    def erp_mapping(self, entity: str) -> EntityMapping:
        """The ERP's rules for `entity`."""
        return self.mappings.of(self.erp_kind, entity)

    @property
    def decimals(self) -> int:
        """The number of decimals the shop rounds to today."""
        return int(self.shop_identity.facts.get("decimals", "2"))

    def order(self, raw: Raw, corrections: Sequence[Correction] | None = None) -> Order:
        """A shop order as canonical record. Raises Unreadable.

        `corrections` are laid over it in place of those that people laid over it.
        """
        label = f"Order {raw.data.get('number') or raw.id}"
        return _as(Order, self._corrected("order", raw, label, corrections))

    def refund(self, raw: Raw, corrections: Sequence[Correction] | None = None) -> Refund:
        """A shop refund as canonical record, as `order` reads orders. Raises Unreadable."""
        return _as(Refund, self._corrected("refund", raw, f"Refund {raw.id}", corrections))

    def _corrected(
        self, entity: str, raw: Raw, label: str, corrections: Sequence[Correction] | None
    ) -> Record:
        """A shop record with corrections; None: those that people laid over it."""
        if corrections is None:
            corrections = self.corrections(entity, raw)
        return _read(self.shop_mapping(entity), raw, label, corrections)

    def corrections(self, entity: str, raw: Raw) -> tuple[Correction, ...]:
        """What people laid over this very shop record, not over another that had its id before."""
        known = self.run.state.corrections(entity, raw.id)
        return tuple(one for one in known if one.is_for(raw.birth))

    def ordered_at(self, raw: Raw) -> datetime | None:
        """When a shop order was placed (aware UTC); None if that cannot be read."""
        try:
            return when_ordered(self.shop_mapping("order")).read(raw.data).get("ordered_at")
        except Refused:
            return None

    def shop_product(self, raw: Raw) -> Product:
        """What stock and orders need of a shop product or variation. Raises Unreadable."""
        mapping = lean_mapping(self.shop_mapping("product"), LEAN_IN_SHOP)
        return _as(Product, _read(mapping, raw, f"Product {raw.id}"))

    def whole_shop_product(self, raw: Raw) -> Product:
        """A shop product or variation with all its fields. Raises Unreadable."""
        return _as(Product, _read(self.shop_mapping("product"), raw, f"Product {raw.id}"))

    def shop_customer(self, raw: Raw) -> Customer:
        """A shop customer as canonical record. Raises Unreadable."""
        return _as(Customer, _read(self.shop_mapping("customer"), raw, f"Customer {raw.id}"))

    def erp_customer(self, raw: Raw) -> Customer:
        """An ERP customer as canonical record. Raises Unreadable."""
        return _as(
            Customer, _read(self.erp_mapping("customer"), raw, f"Customer {raw.id} of the ERP")
        )

    def document(self, raw: Raw) -> Document:
        """An ERP sales document as canonical record. Raises Unreadable."""
        return _as(Document, _read(self.erp_mapping("document"), raw, f"Document {raw.id}"))

    def delivered_document(self, raw: Raw) -> Document:
        """What a comparison of parcels needs of an ERP sales document. Raises Unreadable."""
        mapping = lean_mapping(self.erp_mapping("document"), LEAN_DOCUMENT)
        return _as(Document, _read(mapping, raw, f"Document {raw.id}"))

    def credit_note(self, raw: Raw) -> CreditNote:
        """An ERP credit note as canonical record. Raises Unreadable."""
        return _as(CreditNote, _read(self.erp_mapping("credit_note"), raw, f"Credit note {raw.id}"))

    def erp_record(self, entity: str, raw: Raw) -> Record:
        """Any other record of the ERP, such as a shipment, as canonical one. Raises Unreadable."""
        return _read(self.erp_mapping(entity), raw, f"{entity.capitalize()} {raw.id}")

    def erp_product(self, raw: Raw) -> Product:
        """What stock and orders need of an ERP article. Raises Unreadable."""
        mapping = lean_mapping(self.erp_mapping("product"), LEAN_IN_ERP)
        return _as(Product, _read(mapping, raw, f"Article {raw.id}"))

    def whole_erp_product(self, raw: Raw) -> Product:
        """An ERP article with all its fields. Raises Unreadable."""
        return _as(Product, _read(self.erp_mapping("product"), raw, f"Article {raw.id}"))

    def stock_level(self, raw: Raw) -> StockLevel:
        """An ERP stock row as canonical record. Raises Unreadable."""
        return _as(StockLevel, _read(self.erp_mapping("stock"), raw, f"Article {raw.id}"))


@lru_cache(maxsize=8)
def lean_mapping(mapping: EntityMapping, fields: frozenset[str]) -> EntityMapping:
    """The mapping that reads only these fields, put together once."""
    return mapping.reading_only(fields)


@lru_cache(maxsize=8)
def when_ordered(mapping: EntityMapping) -> Reader:
    """What reads nothing of an order but when it was placed, put together once."""
    return mapping.reader.narrowed(frozenset({"ordered_at"}))


def _read(
    mapping: EntityMapping, raw: Raw, label: str, corrections: Sequence[Correction] = ()
) -> Record:
    return mapping.read(
        raw.data,
        id=raw.id,
        birth=raw.birth,
        modified_at=raw.modified_at,
        label=label,
        corrections=corrections,
    )


def _as(kind: type[R], record: Record) -> R:
    if not isinstance(record, kind):
        raise TypeError(f"a mapping made {type(record).__name__} where {kind.__name__} was asked")
    return record
