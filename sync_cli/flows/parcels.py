"""Parcels that the shop keeps as records of their own: fulfilments, or a tracking plug-in's.

Each parcel is made once. Before anything is made the order's list is read, and what is there under
our mark or under its tracking number is taken over; what others entered is never changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.connectors.base import Failed, Result, batched
from sync_cli.core.back_records import PackedLine, PackedParcel
from sync_cli.core.errors import IdentityError, Problem
from sync_cli.core.fingerprint import digest
from sync_cli.core.item import Candidate, Intent, Item, Kind, Target
from sync_cli.core.model import Order
from sync_cli.core.outcome import Settlement
from sync_cli.core.parcels import Packed, ParcelPlace, Room, There, matching, shipped_on
from sync_cli.core.plan import Adopt, Create, Operation, Update, decide
from sync_cli.core.refusals import another_record
from sync_cli.engine.execute import Writer
from sync_cli.engine.gather import recall
from sync_cli.engine.route import Route
from sync_cli.flows.admission import backfilled
from sync_cli.flows.bookings import Booked, Bookings, booked_links
from sync_cli.flows.order_documents import document_rules
from sync_cli.flows.parcel_place import ENTITIES, offers
from sync_cli.flows.parcel_problems import differs, no_room, not_offered
from sync_cli.flows.parcels_sent import parcels_there, sent_parcels
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable

ORDER = "order"
PARCELS = "parcels"
DUE = 1000
AT_ONCE = 100
WAITS = "another parcel of its order is to be written first"
TAKEN_BACK = "the ERP takes it back"


class Case(Struct, frozen=True):
    """One parcel under way."""

    order: str
    parcel: Packed
    item: Item


class ParcelWriter(Writer):
    """Makes and corrects parcels in the shop."""

    def _do(self, operations: Sequence[Operation]) -> None:
        """Pieces are given up before they are claimed anew; those that were not are not claimed."""
        first = [op for op in operations if isinstance(op, Update)]
        super()._do(first)
        full = {_order_of(op.item.id) for op in first if self.desk.holds(op.item.id)}
        rest = [op for op in operations if not isinstance(op, Update)]
        waits = [op for op in rest if isinstance(op, Create) and _order_of(op.item.id) in full]
        now = self.run.now()
        self.desk.settle([self.desk.put_off(op.item, WAITS, now) for op in waits])
        super()._do([op for op in rest if op not in waits])

    def settlement_of(
        self, item: Item, intent: Intent, result: Result, operation: str
    ) -> Settlement:
        """One that was made and says something else is linked: it must not be made again."""
        settlement = super().settlement_of(item, intent, result, operation)
        if isinstance(result, Failed) and result.id:
            return replace(settlement, ends=self.ends(item, result.id, result.id))
        return settlement

    def linked(
        self, item: Item, target: str, birth: str, operation: str, intent: Intent | None
    ) -> Settlement:
        """A record that is taken over and says something else counts as not written yet."""
        settlement = super().linked(item, target, birth, operation, intent)
        stale = operation == "adopt" and item.same is False
        return replace(settlement, applied=None) if stale else settlement


class ParcelFlow:
    """The route erp parcels -> shop parcels, in one `place` that is not the order's metadata."""

    def __init__(
        self, systems: Systems, back: Route, bookings: Bookings, place: ParcelPlace
    ) -> None:
        self.systems = systems
        self.run = systems.run
        self.place = place
        self.bookings = bookings
        self.entity = ENTITIES[place]
        self.mapping = systems.shop_mapping(self.entity)
        self.route = _route(systems, back, self.entity)
        self.writer = ParcelWriter(self.run, self.route)
        self.rules = self.route.rules(self.run.options)
        self.zone = document_rules(systems).zone
        # A document and its shipment both lead to a parcel: once a run is enough.
        self._seen: set[str] = set()

    def tell(self, ours: Sequence[Booked]) -> set[str]:
        """Tell the shop of the parcels of these orders, of each once; the ids of all of them.

        Orders that came by a backfill are left alone: nobody gets a mail because of them.
        """
        silent = backfilled(self.systems, [booked.order for booked in ours])
        cases = self._cases([b for b in ours if b.problem is None and b.order not in silent])
        items = recall(self.run.state, self.route, [case.item for case in cases])
        cases = [replace(case, item=item) for case, item in zip(cases, items, strict=True)]
        afresh = self.run.options.afresh
        told = [case for case in cases if _is_told(case.item) and not afresh]
        left = cases if afresh else [case for case in cases if not _is_told(case.item)]
        new = [case for case in left if case.item.id not in self._seen]
        self._seen.update(case.item.id for case in new)
        new = self.writer.desk.due(new, lambda case: case.item)
        looked_at = self._looked_at(new)
        taken_over = self._carry_out([*told, *looked_at])
        self._bring_up_to_date([case for case in looked_at if case.item.id in taken_over])
        return {case.item.id for case in cases}

    def retry(self) -> None:
        """The parcels that wait and are due: their orders are looked at again."""
        if self.run.options.narrowed:
            return
        due = self.run.state.due(self.route.name, self.run.now(), DUE)
        orders = list(dict.fromkeys(map(_order_of, due)))
        for batch in batched(orders, AT_ONCE):
            ours = self.bookings.of_orders(batch)
            told = self.tell(ours)
            known = {booked.order for booked in ours if booked.problem is None}
            self._let_go([id for id in due if _order_of(id) in known and id not in told])

    def _let_go(self, ids: Sequence[str]) -> None:
        """Parcels that wait and that the ERP tells of no more: there is nothing left to do."""
        held = self.run.state.held_of(self.route.name, ids)
        gone = [Item(id, one.label, filtered=TAKEN_BACK) for id, one in held.items()]
        items = recall(self.run.state, self.route, gone)
        now = self.run.now()
        self.writer.carry_out([decide(replace(i, link=None), self.rules, now) for i in items])

    def _carry_out(self, cases: Sequence[Case]) -> set[str]:
        """Decide and do; the ids of the parcels that are taken over."""
        operations = [decide(case.item, self.rules, self.run.now()) for case in cases]
        self.writer.carry_out(operations)
        return {op.item.id for op in operations if isinstance(op, Adopt)}

    def _bring_up_to_date(self, taken_over: Sequence[Case]) -> None:
        """Parcels of ours that were found and say something else are written, once linked.

        They come from a call whose answer was lost, or from before the state file was lost.
        """
        stale = [case for case in taken_over if case.item.same is False]
        if stale and not self.run.is_dry(self.route):
            items = recall(self.run.state, self.route, [case.item for case in stale])
            self._carry_out(
                [replace(case, item=item) for case, item in zip(stale, items, strict=True)]
            )

    # What the ERP says

    def _cases(self, ours: Sequence[Booked]) -> list[Case]:
        sent = [(one.document, one.followed.shipments) for one in ours]
        found = sent_parcels(self.systems, self.place, sent)
        return [
            self._case(booked.order, parcel)
            for booked, parcels in zip(ours, found, strict=True)
            for parcel in parcels
        ]

    def _case(self, order: str, parcel: Packed) -> Case:
        said = f"Parcel {parcel.number}" if parcel.number else f"Parcel {parcel.place}"
        told = digest([parcel.place] if self.place is ParcelPlace.PLUGIN else parcel.facts)
        name = f"{order}:{parcel.place}"
        item = Item(
            id=name,
            label=f"{said} of order {order}",
            mapping=self.mapping.version,
            reference=name,
            match=name,
            fingerprint=told,
            content=told,
            facts={ORDER: order, "number": parcel.number},
        )
        return Case(order, parcel, item)

    # What the shop has

    def _looked_at(self, new: Sequence[Case]) -> list[Case]:
        """The parcels to tell, once the shop's orders and their own lists were read."""
        if not new:
            return []
        if not offers(self.systems.shop, self.entity):
            return [_but(case, problem=not_offered(self.place)) for case in new]
        orders = self._orders(list(dict.fromkeys(case.order for case in new)))
        known_orders = [order for order, one in orders.items() if isinstance(one, Order)]
        there = parcels_there(self.systems, self.entity, known_orders)
        looked_at: list[Case] = []
        for order in dict.fromkeys(case.order for case in new):
            own = [case for case in new if case.order == order]
            shop = orders.get(order)
            known = there.get(order, [])
            unread = next((one for one in (shop, known) if isinstance(one, Problem)), None)
            if unread is not None:
                looked_at += [_but(case, problem=unread.about(case.item.label)) for case in own]
            elif isinstance(shop, Order) and isinstance(known, list):
                looked_at += self._compared(own, shop, known)
            else:
                gone = "its order no longer exists in the shop"
                looked_at += [_but(case, filtered=gone, link=None, intent=None) for case in own]
        return looked_at

    def _orders(self, ids: Sequence[str]) -> dict[str, Order | Problem]:
        """The shop's orders, or why one cannot be read.

        Raises IdentityError if an order's id now belongs to another order.
        """
        births = booked_links(self.run.state, ids)
        found: dict[str, Order | Problem] = {}
        for raw in self.systems.shop.fetch(ORDER, list(births)):
            link = births[raw.id]
            if link.birth and raw.birth != link.birth:
                label = f"Order {raw.id}"
                raise IdentityError(another_record(label, raw.id, link.target).sentence())
            try:
                found[raw.id] = self.systems.order(raw)
            except Unreadable as error:
                found[raw.id] = error.problems[0]
        return found

    def _compared(self, own: Sequence[Case], order: Order, there: Sequence[There]) -> list[Case]:
        """The parcels of one order, each with what the shop has of it and what is to be written."""
        matches = self._matches(own, there)
        rewritten = {one.id for one in matches.values() if one is not None and one.is_ours}
        taken = [line for one in there if one.id not in rewritten for line in one.parcel.lines]
        room = Room(order, taken)
        return [self._with_match(case, matches[case.item.id], room) for case in own]

    def _matches(self, own: Sequence[Case], there: Sequence[There]) -> dict[str, There | None]:
        """What the shop has of each parcel; one of its records stands for one parcel alone."""
        linked = self.run.state.linked_targets(self.entity, ERP, SHOP, [one.id for one in there])
        free = [one for one in there if one.id not in linked]
        matches: dict[str, There | None] = {}
        for case in own:
            link = case.item.link
            found = (
                matching(case.parcel, there, link.target) if link else matching(case.parcel, free)
            )
            matches[case.item.id] = found
            free = [one for one in free if one is not found]
        return matches

    def _with_match(self, case: Case, there: There | None, room: Room) -> Case:
        item = case.item
        if item.link is not None and there is None:
            # One that was told and deleted since stays away; somebody who names the order hears it.
            stays_away = _is_told(item) and not self.run.options.ids
            return case if stays_away else _but(case, target=Target(gone=True))
        if there is not None and not there.is_ours:
            return self._of_others(case, there)
        lines = room.take(case.parcel) if self.place is ParcelPlace.FULFILLMENTS else ()
        if self.place is ParcelPlace.FULFILLMENTS and not lines:
            return _but(case, problem=no_room(item.label))
        record = self._record(case, lines)
        try:
            payload = self.mapping.write(record)
        except Unreadable as error:
            return _but(case, problem=error.problems[0].about(item.label))
        case = _but(case, record=record, payload=payload)
        if there is None:
            return case
        same = _holds(there, record)
        if item.link is not None:
            return case if same else _but(case, same=False)
        return _but(case, candidates=_only(there), same=None if same else False)

    def _of_others(self, case: Case, there: There) -> Case:
        """A parcel that somebody else entered under this number: linked, never written."""
        if case.item.link is not None and there.parcel.number != case.parcel.number:
            return _but(case, problem=differs(self.place).about(case.item.label))
        if case.item.link is not None:
            return _but(case, same=True)
        return _but(case, candidates=_only(there))

    def _record(self, case: Case, lines: tuple[PackedLine, ...]) -> PackedParcel:
        parcel = case.parcel
        return PackedParcel(
            order_id=case.order,
            place=parcel.place,
            number=parcel.number,
            carrier=parcel.carrier,
            link=parcel.link,
            shipped_on=shipped_on(parcel, self.zone),
            lines=lines,
        )


def _holds(there: There, record: PackedParcel) -> bool:
    """Whether the shop's parcel says what is to be written, where that can be read back."""
    return (there.parcel.number, there.parcel.lines) == (record.number, record.lines)


def _order_of(id: str) -> str:
    return id.partition(":")[0]


def _but(case: Case, **changes: object) -> Case:
    return replace(case, item=replace(case.item, **changes))


def _only(there: There) -> tuple[Candidate, ...]:
    return (Candidate(there.id, there.id),)


def _is_told(item: Item) -> bool:
    applied = item.applied
    return item.link is not None and applied is not None and applied.payload == item.fingerprint


def _route(systems: Systems, back: Route, entity: str) -> Route:
    return Route(
        name=PARCELS,
        entity=entity,
        source=systems.erp,
        target=systems.shop,
        source_entity=entity,
        target_entity=entity,
        source_role=ERP,
        target_role=SHOP,
        kind=Kind.MASTER,
        mode=back.mode,
        buffer=back.buffer,
        start_at=back.start_at,
        creates=True,
    )
