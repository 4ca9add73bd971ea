"""What follows a sales document in the ERP: its shipments and invoices, where they are records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field

from sync_cli.connectors.base import Raw
from sync_cli.core.back_records import Invoice, Shipment
from sync_cli.core.errors import Problem
from sync_cli.core.model import Record
from sync_cli.flows.systems import Systems
from sync_cli.mapping.errors import Unreadable

SHIPMENT = "shipment"
INVOICE = "invoice"
DOCUMENT = "document"


class Followed(Struct):
    """The shipments and invoices of one document, and the first of them that is unreadable."""

    shipments: list[Shipment] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    problem: Problem | None = None


class Followers:
    """Asks the ERP for what follows its documents; an ERP without rules for it has none."""

    def __init__(self, systems: Systems) -> None:
        self._systems = systems
        self.entities = tuple(
            entity
            for entity in (SHIPMENT, INVOICE)
            if systems.mappings.has(systems.erp_kind, entity)
        )

    def of(self, documents: Sequence[str]) -> Mapping[str, Followed]:
        """What follows each of these documents; one call an entity and batch."""
        found: defaultdict[str, Followed] = defaultdict(Followed)
        for entity in self.entities if documents else ():
            for document, raws in self._systems.erp.find(entity, DOCUMENT, documents).items():
                for raw in raws:
                    self._put(found[document], entity, raw)
        return found

    def read(self, entity: str, raw: Raw) -> Record:
        """A shipment or an invoice as canonical record. Raises Unreadable."""
        return self._systems.erp_record(entity, raw)

    def documents_of(self, record: Record) -> Iterator[str]:
        """The ids of the documents that a shipment or an invoice belongs to."""
        match record:
            case Shipment(document=document):
                yield from filter(None, (document,))
            case Invoice(documents=documents):
                yield from documents

    def _put(self, followed: Followed, entity: str, raw: Raw) -> None:
        try:
            record = self.read(entity, raw)
        except Unreadable as error:
            followed.problem = followed.problem or error.problems[0]
            return
        match record:
            case Shipment():
                followed.shipments.append(record)
            case Invoice():
                followed.invoices.append(record)
