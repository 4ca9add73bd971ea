"""The way back: what the ERP's documents say is written to the shop's orders, as metadata.

Document number and state, invoice, and every parcel, unless the shop keeps parcels as records of
their own. A PUT with an address or a line would
recalculate a paid order at today's tax rates (FACTS 7.8), so only metadata and notes are written
here; the status of the order has a route of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from sync_cli.connectors.base import Change, Json, Raw, batched
from sync_cli.core.back_records import Note, WriteBack, is_ours
from sync_cli.core.errors import IdentityError
from sync_cli.core.fingerprint import digest
from sync_cli.core.identity import Seal, read_seal, reference
from sync_cli.core.item import Intent, Item, Kind
from sync_cli.core.model import Order
from sync_cli.core.outcome import Settlement, Stage
from sync_cli.core.parcels import ParcelPlace
from sync_cli.core.plan import UNCHANGED, Operation, Reject, Skip, decide
from sync_cli.core.refusals import another_record
from sync_cli.core.shipping import invoiced, parcels
from sync_cli.engine.execute import Writer
from sync_cli.engine.gather import look_up, recall
from sync_cli.engine.reading import Reading, Window
from sync_cli.engine.route import Mode, Route
from sync_cli.flows.admission import backfilled
from sync_cli.flows.bookings import Booked, Bookings, booked_links, targets_of
from sync_cli.flows.followers import Followers
from sync_cli.flows.order_identity import check_own_seal
from sync_cli.flows.order_status import OrderStatus
from sync_cli.flows.parcel_place import place_of
from sync_cli.flows.parcels import ParcelFlow
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable

ORDER = "order"
NOTE = "note"
DUE_NOTES = 1000


class BackWriter(Writer):
    """Writes metadata of orders; the record's id is the shop order's id."""

    def change_of(self, item: Item) -> Change:
        """The change of the shop's order itself, not of its counterpart."""
        return Change(item.id, item.payload)

    def linked(
        self, item: Item, target: str, birth: str, operation: str, intent: Intent | None
    ) -> Settlement:
        """The metadata is there: the order is written back."""
        settlement = super().linked(item, target, birth, operation, intent)
        record = item.record
        facts = {}
        if isinstance(record, WriteBack):
            facts = {"number": record.number, "document_state": str(record.state)}
        stages = {Stage.WRITTEN_BACK: self.run.now()}
        return replace(settlement, ends=None, stages=stages, facts=facts)


class WriteBackFlow:
    """The routes erp.orders -> shop.orders: metadata with the seal, one private note, the status.

    What follows a document is read by its own watermark, and leads back to the document.
    """

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.run = systems.run
        self.settings = systems.config.orders
        self.route = _back_route(systems)
        self.notes = _note_route(systems)
        self.writer = BackWriter(self.run, self.route)
        self.followers = Followers(systems)
        self.bookings = Bookings(systems, self.followers)
        self.status = OrderStatus(systems, self.route, self.bookings)
        self.note_writer = Writer(self.run, self.notes)
        self.parcels: ParcelFlow | None = None
        self._in_metadata = False
        if self.settings.tracking:
            place = place_of(self.settings.parcels, systems.shop)
            self._in_metadata = place is ParcelPlace.META
            if not self._in_metadata:
                self.parcels = ParcelFlow(systems, self.route, self.bookings, place)

    def write_back(self) -> None:
        """Bring the shop's orders in step with their documents, window by window."""
        for window in Reading(self.run, self.route):
            self._write_back(window.records)
        for entity in self.followers.entities if not self.run.options.ids else ():
            route = _follower_route(self.route, entity)
            for window in Reading(self.run, route):
                self._write_back(self._documents_of(route, window))
        self._retry_notes()
        if self.parcels is not None:
            self.parcels.retry()
        self.status.carry_out()

    def _documents_of(self, route: Route, window: Window) -> list[Raw]:
        """The documents that a window of shipments or invoices belongs to."""
        self.run.tally.add(route.name, "read", len(window.records))
        documents: dict[str, None] = {}
        closed: list[Operation] = []
        for raw in window.records:
            item = Item(raw.id, f"{route.source_entity.capitalize()} {raw.id}")
            try:
                record = self.followers.read(route.source_entity, raw)
            except Unreadable as error:
                closed.append(Reject(item, error.problems[0].about(item.label)))
            else:
                closed.append(Skip(item, UNCHANGED))
                documents.update(dict.fromkeys(self.followers.documents_of(record)))
        Writer(self.run, route).carry_out(closed)
        linked = self.run.state.linked_targets(ORDER, SHOP, ERP, list(documents))
        return list(self.systems.erp.fetch(ORDER, list(linked))) if linked else []

    def tell(self, orders: Sequence[str]) -> None:
        """Tell these orders of their documents now, those that have one; no status is changed."""
        self._tell(self.bookings.of_orders(orders))

    def _write_back(self, documents: Sequence[Raw]) -> None:
        self.run.tally.add(self.route.name, "read", len(documents))
        ours = self.bookings.of(documents)
        known = {target for booked in ours for target in booked.targets}
        strangers = sum(raw.id not in known for raw in documents)
        self.run.tally.add(self.route.name, "skip", strangers)
        if not self.run.is_dry(self.route):
            self.bookings.remember(ours)
        self._tell(ours)
        self.status.note(ours)

    def _tell(self, ours: Sequence[Booked]) -> None:
        items = self._items(ours)
        afresh = self.run.options.afresh
        told = [item for item in items if self._is_told(item) and not afresh]
        left = items if afresh else [item for item in items if not self._is_told(item)]
        differing = self._checked(left)
        rules = self.route.rules(self.run.options)
        self.writer.carry_out([decide(i, rules, self.run.now()) for i in (*told, *differing)])
        known = [item for item in (*told, *differing) if not item.problem and not item.filtered]
        self._note(known)
        if self.parcels is not None:
            self.parcels.tell(ours)

    def _retry_notes(self) -> None:
        """Notes that failed before: their orders are looked at again."""
        if self.run.options.narrowed:
            return
        due = self.run.state.due(self.notes.name, self.run.now(), DUE_NOTES)
        for batch in batched(due, 100):
            items = self._items(self.bookings.of_orders(batch))
            self._note([item for item in items if not item.problem])

    def _items(self, ours: Sequence[Booked]) -> list[Item]:
        """Items of what is booked of shop orders, each with the shop order's id."""
        items = recall(self.run.state, self.route, [self._item(booked) for booked in ours])
        links = booked_links(self.run.state, [item.id for item in items])
        return [replace(item, link=links.get(item.id)) for item in items]

    @staticmethod
    def _is_told(item: Item) -> bool:
        applied = item.applied
        return applied is not None and applied.payload == item.fingerprint and not item.problem

    def _item(self, booked: Booked) -> Item:
        item = Item(
            id=booked.order,
            label=f"Order {booked.order}",
            mapping=self.systems.shop_mapping("write_back").version,
            reference=" ".join(booked.targets),
        )
        if booked.problem is not None:
            return replace(item, problem=booked.problem.about(item.label))
        back = self._back(booked)
        try:
            payload = self.systems.shop_mapping("write_back").write(back)
        except Unreadable as error:
            return replace(item, problem=error.problems[0].about(item.label))
        told = digest(back.model_dump(mode="json", exclude={"seal"}))
        return replace(item, record=back, payload=payload, fingerprint=told, content=told)

    def _back(self, booked: Booked) -> WriteBack:
        document, followed = booked.document, booked.followed
        invoice = invoiced(document, followed.invoices)
        return WriteBack(
            id=booked.order,
            number=document.number,
            state=document.state,
            invoice_number=invoice.number,
            invoice_date=invoice.date,
            invoice_link=invoice.link,
            parcels=parcels(document, followed.shipments) if self._in_metadata else (),
            seal=str(Seal(self.run.state.installation, self.run.number)),
        )

    def _checked(self, items: Sequence[Item]) -> list[Item]:
        """The items once the shop's orders were looked at: still the same orders, and sealed by us.

        Raises IdentityError if an order's id now belongs to another order.
        """
        if not items:
            return []
        births = booked_links(self.run.state, [item.id for item in items])
        orders = {raw.id: raw for raw in self.systems.shop.fetch(ORDER, list(births))}
        checked = []
        for item in items:
            raw = orders.get(item.id)
            if raw is None:
                gone = "it no longer exists in the shop"
                checked.append(replace(item, filtered=gone, link=None, intent=None))
                continue
            self._check_identity(item, raw, births[item.id].birth)
            item = replace(item, payload=self._joined(item.payload, raw))
            lost = self._is_told(item) and not self._holds(raw, item.payload)
            checked.append(replace(item, same=False) if lost else item)
        return checked

    def _holds(self, order: Raw, payload: Json) -> bool:
        """Whether the order tells of all parcels that are to be written, and of no others."""
        mapping = self.systems.shop_mapping("write_back")
        told = {name for name, _ in mapping.entries("parcels", payload)}
        return not told or told == {name for name, _ in mapping.entries("parcels", order.data)}

    def _joined(self, payload: Json, order: Raw) -> Mapping[str, object]:
        """The payload with the parcels that others put on the shop's order.

        Ours of which the ERP does not tell any more are gone from it.
        """
        return self.systems.shop_mapping("write_back").merged(payload, order.data, is_ours)

    def _check_identity(self, item: Item, raw: Raw, birth: str) -> None:
        if birth and raw.birth != birth:
            raise IdentityError(another_record(item.label, item.id, item.reference).sentence())
        try:
            order: Order = self.systems.order(raw)
        except Unreadable:
            return
        seal = read_seal(order.seal)
        if seal is not None:
            check_own_seal(self.run, seal, item.label)

    def _note(self, items: Sequence[Item]) -> None:
        """One private note an order, found again by the reference in its text."""
        if not self.settings.note or not items:
            return
        silent = backfilled(self.systems, [item.id for item in items])
        items = [item for item in items if item.id not in silent]
        notes = recall(self.run.state, self.notes, [self._note_item(item) for item in items])
        new = [item for item in notes if item.link is None]
        if not new:
            return
        found = look_up(self.run.state, self.notes, new)
        rules = self.notes.rules(self.run.options)
        self.note_writer.carry_out([decide(item, rules, self.run.now()) for item in found])

    def _note_item(self, item: Item) -> Item:
        name = reference(self.settings.reference, self.systems.config.shop, item.id)
        back = item.record
        number = back.number if isinstance(back, WriteBack) else ""
        note = Note(
            order_id=item.id,
            reference=name,
            text=f"ERP document {number} was made of this order. [{name}]",
        )
        payload = {**self.systems.shop_mapping(NOTE).write(note), "order_id": item.id}
        key = f"{item.id}:{name}"
        return Item(
            id=item.id,
            label=f"Note of order {item.id}",
            mapping=self.systems.shop_mapping(NOTE).version,
            reference=key,
            match=key,
            payload=payload,
            fingerprint=digest(payload),
            record=note,
        )


def _back_route(systems: Systems) -> Route:
    settings = systems.config.orders
    mode = settings.write_back if settings.mode is Mode.ON else settings.mode
    return Route(
        name="orders-back",
        entity=ORDER,
        source=systems.erp,
        target=systems.shop,
        source_entity=ORDER,
        target_entity=ORDER,
        source_role=SHOP,
        target_role=ERP,
        kind=Kind.MASTER,
        mode=mode,
        scope="1",
        buffer=systems.config.systems.erp.buffer,
        start_at=settings.start_at,
        source_ids=lambda orders: targets_of(systems.run.state, orders),
    )


def _follower_route(route: Route, entity: str) -> Route:
    """Reads shipments or invoices by their own watermark; what is held there is their own."""
    return replace(
        route, name=f"{entity}s-back", source_entity=entity, entity=entity, source_ids=list
    )


def _note_route(systems: Systems) -> Route:
    """Notes hang on the shop order's id; their other end is the note in the shop."""
    return replace(
        _back_route(systems),
        name="order-notes",
        entity=NOTE,
        target_entity=NOTE,
        source_role=ERP,
        target_role=SHOP,
        creates=True,
        updates=False,
        find_keys=("reference",),
    )
