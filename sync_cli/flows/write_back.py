"""The way back: what the ERP's documents say is written to the shop's orders, as metadata.

A PUT with an address or a line would recalculate a paid order at today's tax rates (FACTS 7.8), so
only metadata and notes are written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sync_cli.connectors.base import Change, Raw, batched
from sync_cli.core.errors import IdentityError
from sync_cli.core.fingerprint import digest
from sync_cli.core.identity import Seal, read_seal, reference
from sync_cli.core.model import Document, Note, Order, WriteBack
from sync_cli.core.outcome import Settlement, Stage
from sync_cli.core.plan import Intent, Item, Kind, decide
from sync_cli.core.refusals import another_record
from sync_cli.engine.execute import Writer
from sync_cli.engine.gather import look_up, recall
from sync_cli.engine.reading import Reading, Window
from sync_cli.engine.route import Mode, Route
from sync_cli.flows.admission import backfilled
from sync_cli.flows.orders import check_own_seal
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
    """The routes erp.orders -> shop.orders: metadata with the seal, then one private note."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.run = systems.run
        self.settings = systems.config.orders
        self.route = _back_route(systems)
        self.notes = _note_route(systems)
        self.writer = BackWriter(self.run, self.route)
        self.note_writer = Writer(self.run, self.notes)

    def write_back(self) -> None:
        """Bring the shop's orders in step with their documents, window by window."""
        for window in Reading(self.run, self.route):
            self._write_back(window)
        self._retry_notes()

    def tell(self, orders: Sequence[str]) -> None:
        """Tell these orders of their documents now, those that have one."""
        documents = _document_ids(self.systems, orders)
        if documents:
            self._write_back(Window(tuple(self.systems.erp.fetch(ORDER, documents))))

    def _write_back(self, window: Window) -> None:
        self.run.tally.add(self.route.name, "read", len(window.records))
        items = self._items(window.records)
        told = [item for item in items if self._is_told(item)]
        differing = self._checked([item for item in items if not self._is_told(item)])
        rules = self.route.rules(self.run.options)
        self.writer.carry_out([decide(i, rules, self.run.now()) for i in (*told, *differing)])
        self._note([item for item in (*told, *differing) if not item.problem and not item.filtered])

    def _retry_notes(self) -> None:
        """Notes that failed before: their orders are looked at again."""
        if self.run.options.narrowed:
            return
        due = self.run.state.due(self.notes.name, self.run.now(), DUE_NOTES)
        for batch in batched(due, 100):
            raws = self.systems.erp.fetch(ORDER, self.route.source_ids(batch))
            self._note([item for item in self._items(list(raws)) if not item.problem])

    def _items(self, raws: Sequence[Raw]) -> list[Item]:
        """Items of the documents that belong to shop orders, keyed by the shop order's id."""
        orders = self.run.state.linked_targets(ORDER, SHOP, ERP, [raw.id for raw in raws])
        ours = [(orders[raw.id], raw) for raw in raws if raw.id in orders]
        self.run.tally.add(self.route.name, "skip", len(raws) - len(ours))
        return recall(self.run.state, self.route, [self._item(id, raw) for id, raw in ours])

    @staticmethod
    def _is_told(item: Item) -> bool:
        applied = item.applied
        return applied is not None and applied.payload == item.fingerprint and not item.problem

    def _item(self, order_id: str, raw: Raw) -> Item:
        item = Item(
            id=order_id,
            label=f"Order {order_id}",
            mapping=self.systems.shop_mapping("write_back").version,
            reference=raw.id,
        )
        try:
            document = self.systems.document(raw)
            back = self._back(order_id, document)
            payload = self.systems.shop_mapping("write_back").write(back)
        except Unreadable as error:
            return replace(item, problem=error.problems[0].about(item.label))
        told = digest([back.number, back.state, back.invoice_number])
        return replace(item, record=back, payload=payload, fingerprint=told, content=told)

    def _back(self, order_id: str, document: Document) -> WriteBack:
        return WriteBack(
            id=order_id,
            number=document.number,
            state=document.state,
            invoice_number=document.invoice_number,
            seal=str(Seal(self.run.state.installation, self.run.number)),
        )

    def _checked(self, items: Sequence[Item]) -> list[Item]:
        """The items once the shop's orders were looked at: still the same orders, and sealed by us.

        Raises IdentityError if an order's id now belongs to another order.
        """
        if not items:
            return []
        births = self.run.state.links(ORDER, SHOP, ERP, [item.id for item in items])
        orders = {raw.id: raw for raw in self.systems.shop.fetch(ORDER, list(births))}
        checked = []
        for item in items:
            raw = orders.get(item.id)
            if raw is None:
                gone = "it no longer exists in the shop"
                checked.append(replace(item, filtered=gone, link=None, intent=None))
                continue
            self._check_identity(item, raw, births[item.id].birth)
            checked.append(item)
        return checked

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
        source_ids=lambda orders: _document_ids(systems, orders),
    )


def _document_ids(systems: Systems, orders: Sequence[str]) -> list[str]:
    """The ERP documents of shop orders."""
    links = systems.run.state.links(ORDER, SHOP, ERP, orders)
    return [link.target for link in links.values()]


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
