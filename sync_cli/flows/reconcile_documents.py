"""Compares records of the shop that have documents of their own in the ERP."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from sync_cli.connectors.base import Raw
from sync_cli.core.drift import ERP, SHOP
from sync_cli.core.drift_orders import ErpDocument
from sync_cli.core.routing import order_of, part_id
from sync_cli.flows.reconcile_pairs import Pair, PairComparison, UnderWay
from sync_cli.flows.under_way import open_reasons
from sync_cli.state.spool import Spool

Ours = TypeVar("Ours")
Theirs = TypeVar("Theirs", bound=ErpDocument)


class DocumentComparison(PairComparison[Ours, Theirs], Generic[Ours, Theirs]):
    """Finds the drifts between records and the documents that carry their reference."""

    @abstractmethod
    def read_theirs(self, raw: Raw) -> tuple[str, Theirs | None, str]:
        """The document's reference, the document, and why it cannot be read."""

    def read_erp(self, spool: Spool) -> None:
        """All documents that changed, those with our reference kept."""
        for page in self.systems.erp.changes(self.subject.entity, self.since):
            for raw in page.records:
                name, document, trouble = self.read_theirs(raw)
                whole = order_of(name)
                if not self.pattern.fullmatch(whole):
                    continue
                self.in_erp.read += 1
                if trouble:
                    self.in_erp.spoiled(trouble)
                row = () if document is None else self.their_row(document)
                spool.append(whole, ERP, (raw.id, *row))

    def pairs(self, ids: Mapping[str, str]) -> list[Pair[Ours, Theirs]]:
        """These records and their documents, read again by name."""
        entity = self.subject.entity
        shop_clock = self.systems.shop.identify().clock
        erp_clock = self.systems.erp.identify().clock
        asked = self.systems.shop.fetch(self.subject.shop_entity, list(ids.values()))
        raws = {raw.id: raw for raw in asked}
        names = self.names_of(ids)
        every = [each for of_one in names.values() for each in of_one]
        found = self.systems.erp.find(entity, "reference", every)
        pairs = []
        for name, id in ids.items():
            raw = raws.get(id)
            ours, trouble = self.read_ours(raw) if raw is not None else (None, "")
            moved = self.moved(raw, shop_clock, "shop")
            documents = []
            for each in (each for own in names[name] for each in found.get(own, ())):
                _, document, wrong = self.read_theirs(each)
                trouble = trouble or wrong
                moved = moved or self.moved(each, erp_clock, "ERP")
                documents += [document] if document is not None else []
            pairs.append(Pair(name, ours, tuple(documents), trouble, moved))
        return pairs

    def under_way(self, ids: Sequence[str]) -> UnderWay:
        """What the state file knows of these records now, of one in parts of all of them."""
        parts = self.parts_of(ids)
        wholes = {part_id(id, part): id for id, names in parts.items() for part in names}
        known = open_reasons(self.state, (self.subject.route,), [*ids, *wholes])
        reasons = {wholes.get(id, id): why for id, why in known.items()}
        own = {id: why for id, why in known.items() if id not in wholes}
        entity = self.subject.entity
        several = self.state.parts(entity, SHOP, ERP, ids)
        links = {id: ", ".join(one.target for one in of.values()) for id, of in several.items()}
        whole = {id: one.target for id, one in self.state.links(entity, SHOP, ERP, ids).items()}
        return UnderWay({**reasons, **own}, {**links, **whole})
