"""What the ERP sent off for orders of the shop: read whole for a first sight, by name for a second.

Documents are found by our reference, deliveries by their document; neither by what the state file
remembers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import groupby

from msgspec import Struct, field

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.back_records import Parcel, Shipment
from sync_cli.core.model import Document, DocumentState
from sync_cli.core.routing import joined, order_of
from sync_cli.flows.followers import DOCUMENT, SHIPMENT
from sync_cli.flows.reconcile_trust import SideCount
from sync_cli.flows.systems import Systems
from sync_cli.mapping.errors import Unreadable
from sync_cli.state.spool import Spool, Spooled

ORDER = "order"
AT_ONCE = 100


class Delivered(Struct):
    """What is sent off of one document, or of all documents of an order: `reference` is ours.

    `trouble` says why a record of it cannot be read, `dates` are when its records last changed.
    """

    reference: str
    id: str = ""
    document: Document = field(default_factory=Document)
    shipments: list[Shipment] = field(default_factory=list)
    trouble: str = ""
    dates: list[datetime] = field(default_factory=list)


class Deliveries:
    """Reads the ERP's documents with our reference, and what was sent off of each.

    `unread` are deliveries that no rule can read, each with its reason.
    """

    def __init__(self, systems: Systems, pattern: re.Pattern[str]) -> None:
        self.unread: dict[str, str] = {}
        self._systems = systems
        self._pattern = pattern
        self._has_shipments = systems.mappings.has(systems.erp_kind, SHIPMENT)

    # All of them, for a first sight

    def since(self, since: datetime, count: SideCount) -> Iterator[Delivered]:
        """Each document that changed at or after `since`, with those of its deliveries that did.

        Nothing is in it but what a first sight needs. A document that did not change comes if one
        of its deliveries did.
        """
        with closing(self._systems.run.state.spool()) as spool:
            self._read_documents(spool, since, count)
            if self._has_shipments:
                self._read_shipments(spool, since)
            found = (_of_rows(id, rows) for id, rows in groupby(spool.by_key(), lambda r: r.key))
            for batch in batched(found, AT_ONCE):
                known = [one for one in batch if one.reference]
                strays = {one.id: one for one in batch if not one.reference}
                yield from (*known, *self._with_documents(strays))

    def _read_documents(self, spool: Spool, since: datetime, count: SideCount) -> None:
        for page in self._systems.erp.changes(ORDER, since):
            for raw in page.records:
                name, document, trouble = self._document(raw)
                if not self._pattern.fullmatch(order_of(name)):
                    continue
                count.read += 1
                if trouble:
                    count.spoiled(trouble)
                stands = (document.state, *document.tracking)
                spool.append(raw.id, ORDER, (name, trouble, *stands))

    def _read_shipments(self, spool: Spool, since: datetime) -> None:
        for page in self._systems.erp.changes(SHIPMENT, since):
            for raw in page.records:
                shipment, trouble = self._shipment(raw)
                if trouble:
                    self.unread[raw.id] = trouble
                elif shipment.document:
                    gone = not shipment.done or shipment.cancelled
                    numbers = [] if gone else [one.number for one in shipment.parcels]
                    spool.append(shipment.document, SHIPMENT, (raw.id, not gone, *numbers))

    def _with_documents(self, strays: Mapping[str, Delivered]) -> Iterator[Delivered]:
        """Deliveries whose document did not change: most are of documents that are not ours."""
        asked = self._systems.erp.fetch(ORDER, list(strays)) if strays else ()
        for raw in asked:
            name, document, trouble = self._document(raw)
            if self._pattern.fullmatch(order_of(name)):
                one = strays[raw.id]
                one.reference, one.document, one.trouble = name, document, trouble
                yield one

    # By name, for a second

    def named(self, names: Mapping[str, Sequence[str]]) -> dict[str, Delivered]:
        """What is sent off of orders: by the order's reference, given those of its documents."""
        wholes = {each: whole for whole, own in names.items() for each in own}
        found = self._systems.erp.find(ORDER, "reference", list(wholes)) if wholes else {}
        raws = {whole: [raw for each in own for raw in found.get(each, ())]
                for whole, own in names.items()}  # fmt: skip
        every = [raw.id for own in raws.values() for raw in own]
        ask = bool(every) and self._has_shipments
        shipments = self._systems.erp.find(SHIPMENT, DOCUMENT, every) if ask else {}
        return {
            whole: self._together(whole, own, [s for raw in own for s in shipments.get(raw.id, ())])
            for whole, own in raws.items()
            if own
        }

    def _together(
        self, reference: str, documents: Sequence[Raw], shipments: Sequence[Raw]
    ) -> Delivered:
        """The documents of one order as one, as the way back reads them."""
        one = Delivered(reference, " ".join(raw.id for raw in documents))
        read = [self._document(raw) for raw in documents]
        one.document = joined([document for _, document, _ in read])
        sent = [self._shipment(raw) for raw in shipments]
        one.shipments = [shipment for shipment, trouble in sent if not trouble]
        troubles = [*(trouble for *_, trouble in read), *(trouble for _, trouble in sent)]
        one.trouble = next(filter(None, troubles), "")
        dates = (raw.modified_at for raw in (*documents, *shipments))
        one.dates = [at for at in dates if at is not None]
        return one

    def _document(self, raw: Raw) -> tuple[str, Document, str]:
        """A document's reference, the document, and why it cannot be read."""
        try:
            document = self._systems.delivered_document(raw)
        except Unreadable as error:
            return raw.birth, Document(), error.problems[0].sentence()
        return document.reference, document, ""

    def _shipment(self, raw: Raw) -> tuple[Shipment, str]:
        try:
            shipment = self._systems.erp_record(SHIPMENT, raw)
        except Unreadable as error:
            return Shipment(), error.problems[0].sentence()
        assert isinstance(shipment, Shipment)
        return shipment, ""


def _of_rows(id: str, rows: Iterable[Spooled]) -> Delivered:
    """What was spooled of one document; of a record read twice the later reading."""
    one = Delivered("", id)
    shipments: dict[str, Shipment] = {}
    for row in rows:
        name, said, *values = row.values
        if row.parent == ORDER:
            one.reference, one.trouble = name, said
            state, *tracking = values
            one.document = Document(state=DocumentState(state), tracking=tuple(tracking))
        else:
            parcels = tuple(Parcel(number=number) for number in values)
            shipments[name] = Shipment(id=name, done=bool(said), parcels=parcels)
    one.shipments = list(shipments.values())
    return one
