"""Compares the parcels that the ERP sent off with those that the shop's orders tell of.

Where the shop's parcels stand in the metadata of its orders, the lists of both sides are enough for
a first sight. Fulfilments stand in no list of many orders: they are asked for order by order, but
only of those of which something was sent off or told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.back_records import PackedLine, is_ours
from sync_cli.core.drift import ERP, SHOP, Drift, Waiting
from sync_cli.core.drift_parcels import Sent, ShopParcels, Shown, compare_parcels, pairs_of
from sync_cli.core.errors import Problem
from sync_cli.core.findings import Findings
from sync_cli.core.model import Order
from sync_cli.core.parcels import Packed, ParcelPlace, Room, There
from sync_cli.core.parts import Part
from sync_cli.core.routing import order_of
from sync_cli.flows.admission import backfilled
from sync_cli.flows.bookings import ORDERS, booked_links
from sync_cli.flows.parcel_place import ENTITIES, offers, place_of
from sync_cli.flows.parcel_problems import not_offered
from sync_cli.flows.parcels import ORDER, PARCELS
from sync_cli.flows.parcels_sent import parcels_there, sent_parcels, tidy
from sync_cli.flows.reconcile_deliveries import AT_ONCE, Delivered, Deliveries
from sync_cli.flows.reconcile_pairs import MEANWHILE, Pair, PairComparison, Row, Subject, UnderWay
from sync_cli.flows.reconcile_trust import Memory, SideCount
from sync_cli.flows.systems import Systems
from sync_cli.flows.under_way import just_changed, open_reasons
from sync_cli.mapping.errors import Unreadable
from sync_cli.state.spool import Spool

BACK = "orders-back"
FIELD = "parcels"
NO_LIST = "Parcels are not compared: the mapping `write_back` puts no list of them into the orders."
NOT_TOLD = "orders of a backfill, of whose parcels the shop is told nothing"


class ErpParcels(Struct, frozen=True):
    """What the ERP sent off of an order or of one of its documents; `id` names these documents.

    `told` are parcels of which the sync has told the shop, by their names.
    """

    id: str
    sent: tuple[Sent, ...] = ()
    told: tuple[str, ...] = ()


class ParcelComparison(PairComparison[ShopParcels, ErpParcels]):
    """Finds the drifts between the parcels of orders, documents and deliveries changed since."""

    def __init__(
        self, systems: Systems, findings: Findings, since: datetime, *, windowed: bool
    ) -> None:
        subject = Subject(
            part=Part.PARCELS,
            label="Parcels of order",
            plural="parcels",
            documents="documents",
            entity=ORDER,
            route=BACK,
            template=systems.config.orders.reference,
        )
        super().__init__(systems, findings, since, subject, windowed=windowed)
        self.in_shop = SideCount("orders of the shop that were asked for their parcels")
        self.in_erp = SideCount("documents of the ERP that were asked for their deliveries")
        self.place = place_of(systems.config.orders.parcels, systems.shop)
        self.entity = ENTITIES.get(self.place, "")
        self.mapping = systems.shop_mapping("write_back")
        self.deliveries = Deliveries(systems, self.pattern)

    def compare(self, memory: Memory) -> None:
        """As for all pairs, unless the shop has no place for parcels."""
        if self.place is ParcelPlace.META and not self.mapping.merges(FIELD):
            self.systems.run.watcher.note(NO_LIST)
        elif self.entity and not offers(self.systems.shop, self.entity):
            why = not_offered(self.place).about("The shop").sentence()
            self.findings.doubt(f"Parcels were not compared. {why}")
        else:
            super().compare(memory)

    # The first sight

    def read_ours(self, raw: Raw) -> tuple[ShopParcels | None, str]:
        """What the order tells of parcels in its metadata, or why it cannot be read."""
        number = str(raw.data.get("number") or "")
        if self.place is ParcelPlace.FULFILLMENTS:
            return ShopParcels(raw.id, number, unread=True), ""
        shown = tuple(
            Shown("", tidy(name), tidy(name), ours=is_ours(name, entry))
            for name, entry in self.mapping.entries(FIELD, raw.data)
        )
        return ShopParcels(raw.id, number, shown, kept=self.place is ParcelPlace.META), ""

    def our_row(self, ours: ShopParcels) -> Row:
        """The order as spooled."""
        shown = [[one.name, one.ours] for one in ours.shown]
        return (ours.number, ours.unread, ours.kept, shown)

    def ours_from(self, id: str, values: Sequence[Any]) -> ShopParcels:
        """The order that was spooled."""
        number, unread, kept, shown = values
        found = tuple(Shown("", name, name, ours=own) for name, own in shown)
        return ShopParcels(id, number, found, unread=unread, kept=kept)

    def their_row(self, document: ErpParcels) -> Row:
        """What a document sent off, as spooled."""
        return ([one.name for one in document.sent], document.told)

    def theirs_from(self, id: str, values: Sequence[Any]) -> ErpParcels:
        """What was spooled of a document."""
        names, told = values
        return ErpParcels(id, tuple(Sent(name, name) for name in names), tuple(told))

    def read_erp(self, spool: Spool) -> None:
        """Documents with their deliveries, and the parcels of which the shop was told."""
        for batch in batched(self.deliveries.since(self.since, self.in_erp), AT_ONCE):
            for one, sent in zip(batch, self._sent(batch), strict=True):
                row = () if one.trouble else self.their_row(ErpParcels(one.id, sent))
                spool.append(order_of(one.reference), ERP, (one.id, *row))
        told = self.state.all_links(self.entity, ERP) if self.entity else ()
        for link in told:
            order, sign, name = link.partition(":")
            known = ErpParcels(f"{sign}{name}", told=(name,))
            spool.append(self._reference(order), ERP, (known.id, *self.their_row(known)))
        for id, why in self.deliveries.unread.items():
            self.findings.wait(Waiting(Part.PARCELS, id, f"Delivery {id} of the ERP", why))

    def _sent(self, batch: Sequence[Delivered]) -> list[tuple[Sent, ...]]:
        found = sent_parcels(self.systems, self.place, [(b.document, b.shipments) for b in batch])
        return [tuple(Sent(tidy(p.place), tidy(p.number)) for p in parcels) for parcels in found]

    def seems_in_step(self, pair: Pair[ShopParcels, ErpParcels]) -> bool:
        """Whether the lists of both sides agree; what stands in none of them is looked up."""
        if pair.ours is None:
            return not any(one.sent for one in pair.documents)
        if pair.ours.unread:
            return not any(one.sent or one.told for one in pair.documents)
        return not self.drifts(pair)

    def set_aside(self, pair: Pair[ShopParcels, ErpParcels]) -> str:
        """An order that came by a backfill, where its customer could get a mail."""
        ours = pair.ours
        silent = self.entity and ours is not None and backfilled(self.systems, [ours.id])
        return NOT_TOLD if silent else ""

    # The second look

    def pairs(self, ids: Mapping[str, str]) -> list[Pair[ShopParcels, ErpParcels]]:
        """These orders, their documents and deliveries, and what the shop has of each."""
        shop_clock = self.systems.shop.identify().clock
        erp_clock = self.systems.erp.identify().clock
        delivered = self.deliveries.named(self.names_of(ids))
        found = list(delivered.values())
        told = [(one.document, one.shipments) for one in found]
        packed = dict(zip(delivered, sent_parcels(self.systems, self.place, told), strict=True))
        made = self._made(
            f"{ids[name]}:{one.place}" for name, parcels in packed.items() for one in parcels
        )
        raws = {raw.id: raw for raw in self.systems.shop.fetch(ORDER, list(ids.values()))}
        there = parcels_there(self.systems, self.entity, list(raws)) if self.entity else {}
        pairs = []
        for name, id in ids.items():
            raw, one = raws.get(id), delivered.get(name)
            known = there.get(id, [])
            pair: Pair[ShopParcels, ErpParcels] = Pair(name)
            if raw is not None:
                pair = self._read_again(pair, raw, packed.get(name, ()), known, made)
            dates = one.dates if one is not None else []
            moved = self.moved(raw, shop_clock, "shop") or just_changed(
                max(dates, default=None), erp_clock, self.grace, "ERP"
            )
            trouble = pair.trouble or (one.trouble if one is not None else "")
            pairs.append(replace(pair, trouble=trouble, moved=moved))
        return pairs

    def _read_again(
        self,
        pair: Pair[ShopParcels, ErpParcels],
        raw: Raw,
        packed: Sequence[Packed],
        there: list[There] | Problem,
        made: Mapping[str, str],
    ) -> Pair[ShopParcels, ErpParcels]:
        """An order that is there, with all its parcels of both sides."""
        ours, trouble = self.read_ours(raw)
        lines: Mapping[str, tuple[PackedLine, ...]] = {}
        if isinstance(there, Problem):
            trouble = trouble or there.about(f"Parcels of order {raw.id}").sentence()
        elif ours is not None and self.entity:
            ours = replace(ours, shown=tuple(self._shown(there)), unread=False)
            if self.place is ParcelPlace.FULFILLMENTS:
                try:
                    lines = _lines_of(self.systems.order(raw), packed, there)
                except Unreadable as error:
                    trouble = trouble or error.problems[0].sentence()
        sent = tuple(
            Sent(
                tidy(p.place),
                tidy(p.number),
                lines.get(p.place),
                made.get(f"{raw.id}:{p.place}", ""),
            )
            for p in packed
        )
        return replace(pair, ours=ours, documents=(ErpParcels("", sent),), trouble=trouble)

    def _shown(self, there: Sequence[There]) -> Iterator[Shown]:
        """The shop's parcels: of a plug-in ours are those that are linked, for it keeps no mark."""
        linked = self.state.linked_targets(self.entity, ERP, SHOP, [one.id for one in there])
        for one in there:
            number, known = tidy(one.parcel.number), linked.get(one.id, "").partition(":")[2]
            if self.place is ParcelPlace.PLUGIN:
                yield Shown(one.id, number, number, ours=bool(known))
            else:
                name = one.parcel.place or known
                yield Shown(one.id, name, number, ours=one.is_ours, lines=one.parcel.lines)

    def _made(self, names: Iterable[str]) -> dict[str, str]:
        """The shop's ids of these parcels, as far as the sync knows them."""
        if not self.entity:
            return {}
        links = self.state.links(self.entity, ERP, SHOP, list(names))
        return {name: link.target for name, link in links.items()}

    def under_way(self, ids: Sequence[str]) -> UnderWay:
        """Why these orders are not told of at all: their documents are not known as theirs yet."""
        reasons = open_reasons(self.state, (BACK,), ids)
        unknown = [id for id in ids if id not in booked_links(self.state, ids)]
        return UnderWay({**reasons, **open_reasons(self.state, (ORDERS,), unknown)})

    def judge(
        self,
        pair: Pair[ShopParcels, ErpParcels],
        id: str,
        before: UnderWay,
        after: UnderWay,
    ) -> None:
        """Tell each parcel that differs, or why it is no drift."""
        self.amount_of(pair)
        drifts = self.drifts(pair)
        reason = after.reasons.get(id) or before.reasons.get(id) or pair.trouble or pair.moved
        if reason and (drifts or pair.trouble):
            self.findings.wait(Waiting(Part.PARCELS, id, self.label_of(pair.ours, id), reason))
            return
        names = [drift.id for drift in drifts]
        waits = open_reasons(self.state, (PARCELS,), names) if names and self.entity else {}
        unmade = [f"{id}:{one.name}" for one in _sent_of(pair) if not one.made]
        made = self._made(unmade)
        for drift in drifts:
            meanwhile = MEANWHILE if drift.id in made else ""
            if why := waits.get(drift.id) or meanwhile:
                self.findings.wait(Waiting(Part.PARCELS, drift.id, drift.label, why))
            else:
                self.findings.drift(drift)

    # What both looks share

    def drifts(self, pair: Pair[ShopParcels, ErpParcels], link: str = "") -> tuple[Drift, ...]:
        """Where an order's parcels and its deliveries disagree."""
        del link
        return compare_parcels(_known(pair), _sent_of(pair)) if pair.ours is not None else ()

    def amount_of(self, pair: Pair[ShopParcels, ErpParcels]) -> None:
        """The parcels of both sides; those of others are not counted."""
        if pair.ours is None:
            return
        matches, unsent = pairs_of(_known(pair), _sent_of(pair))
        for _ in matches:
            self.findings.count(Part.PARCELS, ERP)
        for _ in (*(one for _, found in matches for one in found), *unsent):
            self.findings.count(Part.PARCELS, SHOP)

    def label_of(self, ours: ShopParcels | None, id: str) -> str:
        """The order's parcels as people call them."""
        return ours.label if ours is not None else super().label_of(ours, id)


def _sent_of(pair: Pair[ShopParcels, ErpParcels]) -> tuple[Sent, ...]:
    """Each parcel once, though several documents tell of it."""
    sent = {each.name: each for one in pair.documents for each in one.sent}
    return tuple(sent.values())


def _known(pair: Pair[ShopParcels, ErpParcels]) -> ShopParcels:
    """The order with those entries marked as ours of which the sync has told the shop."""
    assert pair.ours is not None
    told = {name for one in pair.documents for name in one.told}
    shown = [one if one.name not in told else replace(one, ours=True) for one in pair.ours.shown]
    return replace(pair.ours, shown=tuple(shown))


def _lines_of(
    order: Order, packed: Sequence[Packed], there: Sequence[There]
) -> dict[str, tuple[PackedLine, ...]]:
    """The pieces that each parcel must hold, once those that stay as they are have theirs."""
    ours = {one.place for one in packed}
    taken = [ln for one in there if one.parcel.place not in ours for ln in one.parcel.lines]
    room = Room(order, taken)
    return {one.place: room.take(one) for one in packed}
