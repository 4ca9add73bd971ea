"""The journeys of records, without any system: from what one side holds to what the other is sent.

The flows do the same with links, plans and states around it. Here a single record is carried
through the mappings, to look at it, to try a mapping on it, or to draw the way of its fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from sync_cli.config import Config
from sync_cli.connectors.base import Raw
from sync_cli.core.errors import Problem
from sync_cli.core.model import Document, Order, Record
from sync_cli.core.values import Discreet
from sync_cli.flows.journey_steps import Setting
from sync_cli.flows.journey_table import JOURNEYS, Journey
from sync_cli.flows.order_documents import OwnNames, in_digits
from sync_cli.flows.order_problems import unread_lines
from sync_cli.flows.systems import ERP, SHOP
from sync_cli.mapping.entity import EntityMapping
from sync_cli.mapping.errors import Unreadable
from sync_cli.mapping.mapping_set import MappingSet


class Carried(Discreet, Struct, frozen=True):
    """One record on its journey, as far as it came; `problems` say why not further.

    `left_out` says why a run would leave it out.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"payload"})

    raw: Raw
    canonical: Record | None = None
    translated: Record | None = None
    payload: Mapping[str, Any] | None = None
    problems: tuple[Problem, ...] = ()
    left_out: str = ""


def kinds_of(config: Config) -> dict[str, str]:
    """The folders of rules by role."""
    systems = config.systems
    return {SHOP: systems.shop.mapping_folder, ERP: systems.erp.mapping_folder}


class Way(Struct, frozen=True):
    """A journey with the two mappings that it takes in one configuration."""

    journey: Journey
    source: EntityMapping
    target: EntityMapping

    def carry(
        self, raw: Raw, setting: Setting, refs: Mapping[tuple[str, str], str] | None = None
    ) -> Carried:
        """The record as far as it comes; `refs` are the target's ids, our own names without it."""
        canonical = translated = None
        try:
            canonical = self.read(raw)
            self._refuse_unread(raw)
            left_out = self.journey.left_out(canonical, setting)
            if left_out:
                return Carried(raw, canonical, left_out=left_out)
            translated = self.fitted(self.journey.translate(canonical, setting), setting)
            names = OwnNames() if refs is None else refs
            return Carried(raw, canonical, translated, self.target.write(translated, names))
        except Unreadable as error:
            return Carried(raw, canonical, translated, problems=error.problems)

    def fitted(self, record: Record, setting: Setting) -> Record:
        """A document as the ERP can hold it, others as they are; raises Unreadable."""
        if not isinstance(record, Document):
            return record
        how = setting.config.orders.unit_prices
        found = in_digits(record, self.target, setting.traits, setting.decimals, how)
        if isinstance(found, Problem):
            raise Unreadable([found.about(f"Order {record.order_number}")])
        return found

    def read(self, raw: Raw) -> Record:
        """The canonical record; raises Unreadable."""
        return self.source.read(
            raw.data, id=raw.id, birth=raw.birth, modified_at=raw.modified_at, label=self.label(raw)
        )

    def _refuse_unread(self, raw: Raw) -> None:
        """Raise Unreadable for an order with lines of a kind that no rule reads."""
        unread = unread_lines(self.source, raw, self.label(raw)) if self._is_of_orders else None
        if unread is not None:
            raise Unreadable([unread])

    @property
    def _is_of_orders(self) -> bool:
        return self.source.model is Order

    def label(self, raw: Raw) -> str:
        """What people call the record."""
        return f"{self.journey.name.capitalize()} {raw.data.get('number') or raw.id}"


def ways(kinds: Mapping[str, str], mappings: MappingSet) -> list[Way]:
    """The journeys for which there are mappings, by the folders of rules of each role."""
    found = []
    for journey in JOURNEYS:
        source = (kinds[journey.source.role], journey.source.mapping)
        target = (kinds[journey.target.role], journey.target.mapping)
        if mappings.has(*source) and mappings.has(*target):
            found.append(Way(journey, mappings.of(*source), mappings.of(*target)))
    return found
