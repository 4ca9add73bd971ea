"""Compares the shop's records with the ERP's documents of them, found by their reference alone.

Both sides are spooled and joined on the disk. What seems to differ is read again by name, together
with what the state file says is under way, before a word is said about it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import groupby
from typing import Any, Generic, TypeVar

from msgspec import Struct, field

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.drift import ERP, SHOP, Drift, Waiting
from sync_cli.core.drift_orders import reference_pattern
from sync_cli.core.findings import Findings
from sync_cli.core.identity import reference
from sync_cli.core.parts import Part
from sync_cli.core.routing import part_id
from sync_cli.flows.allotment import PARTS
from sync_cli.flows.reconcile_trust import Memory, SideCount
from sync_cli.flows.systems import Systems
from sync_cli.flows.under_way import just_changed
from sync_cli.state.spool import Spool, Spooled

LOOK_AGAIN = 100
MEANWHILE = "it was transferred while this report was made; the next one tells"

Row = tuple[object, ...]
Ours = TypeVar("Ours")
Theirs = TypeVar("Theirs")


class Pair(Struct, Generic[Ours, Theirs], frozen=True):
    """One record of the shop and the documents with its reference; either may be absent.

    `trouble` says why a record of it cannot be read, `moved` why it may still be moving.
    """

    reference: str
    ours: Ours | None = None
    documents: tuple[Theirs, ...] = ()
    trouble: str = ""
    moved: str = ""


class UnderWay(Struct, frozen=True):
    """What the state file knows of some records at one moment, by the shop's id."""

    reasons: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    def link(self, id: str) -> str:
        """The document that belongs to the record, of one in parts all of them; "" if none is
        known."""
        return self.links.get(id, "")


class Subject(Struct, frozen=True):
    """What is compared: its part of the report, its words, its entity and the route it goes by.

    `of` is the shop's entity that it is read from, "" if it is one of its own there.
    """

    part: Part
    label: str
    plural: str
    documents: str
    entity: str
    route: str
    template: str
    of: str = ""

    @property
    def shop_entity(self) -> str:
        """What is read in the shop."""
        return self.of or self.entity


class PairComparison(ABC, Generic[Ours, Theirs]):
    """Finds the drifts between records and documents that changed at or after `since`."""

    def __init__(
        self,
        systems: Systems,
        findings: Findings,
        since: datetime,
        subject: Subject,
        *,
        windowed: bool,
    ) -> None:
        self.systems = systems
        self.state = systems.run.state
        self.findings = findings
        self.subject = subject
        self.since = since
        self.windowed = windowed
        self.grace = systems.config.reconcile.grace
        self.pattern = reference_pattern(subject.template, systems.config.shop)
        self.in_shop = SideCount(f"{subject.plural} of the shop")
        self.in_erp = SideCount(f"{subject.documents} of the ERP with our reference")

    def compare(self, memory: Memory) -> None:
        """Read both sides, join them, and look again at what differs."""
        with closing(self.state.spool()) as spool:
            self._read_shop(spool)
            self.read_erp(spool)
            if self._is_doubtful(memory):
                return
            for batch in batched(self._suspects(spool), LOOK_AGAIN):
                self._look_again(batch)
        self.findings.compared(self.subject.part)

    # What a kind of record says of itself

    @abstractmethod
    def read_ours(self, raw: Raw) -> tuple[Ours | None, str]:
        """The shop's record as far as it is compared, or why it cannot be read."""

    @abstractmethod
    def read_erp(self, spool: Spool) -> None:
        """Put the ERP's side into the spool, each record under the reference of its order."""

    @abstractmethod
    def our_row(self, ours: Ours) -> Row:
        """The record as spooled; its id is not in it."""

    @abstractmethod
    def their_row(self, document: Theirs) -> Row:
        """The document as spooled; its id is not in it."""

    @abstractmethod
    def ours_from(self, id: str, values: Sequence[Any]) -> Ours:
        """The record that was spooled."""

    @abstractmethod
    def theirs_from(self, id: str, values: Sequence[Any]) -> Theirs:
        """The document that was spooled."""

    @abstractmethod
    def pairs(self, ids: Mapping[str, str]) -> list[Pair[Ours, Theirs]]:
        """These records, by reference, read again on both sides."""

    @abstractmethod
    def under_way(self, ids: Sequence[str]) -> UnderWay:
        """What the state file knows of these records now."""

    @abstractmethod
    def drifts(self, pair: Pair[Ours, Theirs], link: str = "") -> tuple[Drift, ...]:
        """Where both sides disagree; `link` is the document that the sync knows."""

    def seems_in_step(self, pair: Pair[Ours, Theirs]) -> bool:
        """Whether both sides agree at first sight, so that they need no second look."""
        return not self.drifts(pair)

    @abstractmethod
    def amount_of(self, pair: Pair[Ours, Theirs]) -> None:
        """Count both sides of what was compared."""

    def label_of(self, ours: Ours | None, id: str) -> str:
        """The record as people call it."""
        del ours
        return f"{self.subject.label} {id}"

    def set_aside(self, pair: Pair[Ours, Theirs]) -> str:
        """Why a pair is not compared, although its sides differ; "" if it is."""
        del pair
        return ""

    def looked_at(self, pairs: list[Pair[Ours, Theirs]]) -> list[Pair[Ours, Theirs]]:
        """The pairs of a second look, with what only that look can know of them."""
        return pairs

    def names_of(self, ids: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
        """The references of all documents of each record, by its own reference: of one in parts
        those of its parts too."""
        parts = self.parts_of(ids.values())
        return {
            name: (name, *(part_id(name, part) for part in parts.get(id, ())))
            for name, id in ids.items()
        }

    def parts_of(self, ids: Iterable[str]) -> dict[str, list[str]]:
        """What these records were divided into, by id; one that is whole is absent."""
        facts = self.state.facts(self.subject.entity, ids)
        return {id: told[PARTS].split() for id, told in facts.items() if told.get(PARTS)}

    # The first pass

    def _is_doubtful(self, memory: Memory) -> bool:
        """Whether a side must not be believed; a window has no size that could shrink."""
        if self.windowed:
            memory = Memory(self.systems.run, "", accept=True)
        doubts = [memory.doubts(side) for side in (self.in_shop, self.in_erp)]
        known = self.state.recent_links(self.subject.entity, ERP, 1)
        if not self.in_erp.read and not memory.accept and known:
            doubts.append(_NO_DOCUMENTS.format(documents=self.subject.documents))
        for doubt in filter(None, doubts):
            self.findings.doubt(f"{self.subject.plural.capitalize()} were not compared: {doubt}")
        if any(doubts):
            return True
        if not self.windowed:
            memory.keep(self.in_shop, self.in_erp)
        return False

    def _read_shop(self, spool: Spool) -> None:
        for page in self.systems.shop.changes(self.subject.shop_entity, self.since):
            for raw in page.records:
                self.in_shop.read += 1
                ours, trouble = self.read_ours(raw)
                if trouble:
                    self.in_shop.spoiled(trouble)
                row = () if ours is None else self.our_row(ours)
                spool.append(self._reference(raw.id), SHOP, (raw.id, *row))

    def _suspects(self, spool: Spool) -> Iterator[str]:
        """References whose two sides differ at first sight; all others are counted."""
        for name, rows in groupby(spool.by_key(), key=lambda row: row.key):
            pair = self._pair(name, rows)
            if not pair.trouble and self.seems_in_step(pair):
                self.amount_of(pair)
            elif reason := self.set_aside(pair):
                self.findings.leave_out(reason)
            else:
                yield name

    def _pair(self, name: str, rows: Iterable[Spooled]) -> Pair[Ours, Theirs]:
        """What was spooled of one reference; of a record read twice the later reading."""
        ours: Ours | None = None
        documents: dict[str, Theirs] = {}
        trouble = ""
        for row in rows:
            id, *values = row.values
            if not values:
                trouble = "unreadable"
            elif row.parent == SHOP:
                ours = self.ours_from(id, values)
            else:
                documents[id] = self.theirs_from(id, values)
        return Pair(name, ours, tuple(documents.values()), trouble)

    # The second look

    def _look_again(self, names: Sequence[str]) -> None:
        """Read these records and documents again, and what is under way before and after."""
        ids = {name: self._id(name) for name in names}
        before = self.under_way(list(ids.values()))
        pairs = self.looked_at(self.pairs(ids))
        after = self.under_way(list(ids.values()))
        for pair in pairs:
            self.judge(pair, ids[pair.reference], before, after)

    def judge(self, pair: Pair[Ours, Theirs], id: str, before: UnderWay, after: UnderWay) -> None:
        """Tell what differs, or why that is no drift."""
        self.amount_of(pair)
        link = after.link(id)
        drifts = self.drifts(pair, link)
        if not drifts and not pair.trouble:
            return
        reason = (
            after.reasons.get(id)
            or before.reasons.get(id)
            or pair.trouble
            or (MEANWHILE if before.link(id) != link else "")
            or pair.moved
        )
        if reason:
            label = self.label_of(pair.ours, id)
            self.findings.wait(Waiting(self.subject.part, id, label, reason))
            return
        for drift in drifts:
            self.findings.drift(drift)

    def moved(self, raw: Raw | None, clock: datetime, where: str) -> str:
        """Why a record that has just changed is not judged yet."""
        return just_changed(raw.modified_at if raw else None, clock, self.grace, where)

    def _reference(self, id: str) -> str:
        return reference(self.subject.template, self.systems.config.shop, id)

    def _id(self, name: str) -> str:
        match = self.pattern.fullmatch(name)
        return match[1] if match else ""


_NO_DOCUMENTS = (
    "the ERP has none of the {documents} that were made for this shop. Find out first: was it"
    " restored, or is it another database?"
)
