"""Mappings tried on real records: only read, from both systems, without lock and without state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime, timedelta
from itertools import chain, islice

from msgspec import Struct

from sync_cli.admin.mapping_files import InForce
from sync_cli.connectors.base import Connector, Raw
from sync_cli.core.errors import ConfigError
from sync_cli.flows.connecting import open_erp, open_shop
from sync_cli.flows.journey_steps import Setting
from sync_cli.flows.journey_table import ENTITIES
from sync_cli.flows.read_only import ReadOnly
from sync_cli.flows.systems import SHOP
from sync_cli.mapping.entity import EntityMapping
from sync_cli.mapping.errors import Unreadable
from sync_cli.mapping.mapping_set import MappingSet
from sync_cli.mapping.survey import Finding, Hint, Survey, Troubles

RECENT = timedelta(days=30)
"""Records changed in this time are looked at first."""


class Sides(Struct, frozen=True):
    """Both systems, opened only to be read, and what their records are carried with."""

    force: InForce
    shop: Connector
    erp: Connector
    setting: Setting

    def of(self, role: str) -> Connector:
        """The system in that role."""
        return self.shop if role == SHOP else self.erp


@contextmanager
def sides(force: InForce, mappings: MappingSet | None = None) -> Iterator[Sides]:
    """Both systems; the shop is asked for the fields of `mappings` (those in force by default)."""
    with ExitStack() as stack:
        read = mappings or force.mappings
        shop = stack.enter_context(closing(open_shop(force.config, read, whole_products=True)))
        erp = stack.enter_context(closing(open_erp(force.config)))
        decimals = int(shop.identify().facts.get("decimals", "2"))
        setting = Setting(force.config, decimals, traits=erp.traits("order"))
        yield Sides(force, ReadOnly(shop), ReadOnly(erp), setting)


class Looked(Struct, frozen=True):
    """What came of looking at some records of one mapping; `to` is where they would be written."""

    system: str
    entity: str
    read: int
    findings: tuple[Finding, ...] = ()
    hints: tuple[Hint, ...] = ()
    to: str = ""


def look(opened: Sides, now: datetime, most: int) -> Iterator[Looked]:
    """Each kind of record that is read: at most `most` of them, read and carried on."""
    force = opened.force
    for role, kind in force.kinds.items():
        for mapping in force.mappings:
            if mapping.system == kind and mapping.rules_read:
                yield from _look(opened, role, mapping, now, most)


def _look(
    opened: Sides, role: str, mapping: EntityMapping, now: datetime, most: int
) -> Iterator[Looked]:
    try:
        raws = list(sample(opened.of(role), _entity(mapping), now, most))
    except ConfigError as error:
        why = Hint(mapping.file, f"these records cannot be listed. {error.sentence()}")
        yield Looked(mapping.system, mapping.entity, 0, hints=(why,))
        return
    yield _read(mapping, raws)
    yield from _carried(opened, role, mapping, raws)


def _entity(mapping: EntityMapping) -> str:
    return ENTITIES.get(mapping.entity, mapping.entity)


def sample(system: Connector, entity: str, now: datetime, most: int) -> Iterator[Raw]:
    """Up to `most` records: those changed recently, or the first of all where none was."""
    recent = list(islice(_changed(system, entity, now - RECENT), most))
    yield from recent or islice(_changed(system, entity, None), most)


def _changed(system: Connector, entity: str, since: datetime | None) -> Iterator[Raw]:
    return chain.from_iterable(page.records for page in system.changes(entity, since))


def _read(mapping: EntityMapping, raws: Sequence[Raw]) -> Looked:
    troubles, survey = Troubles(), Survey(mapping)
    for raw in raws:
        survey.look(raw.data)
        try:
            mapping.read(raw.data, id=raw.id, birth=raw.birth, modified_at=raw.modified_at)
        except Unreadable as error:
            troubles.add(_label(mapping.entity, raw), error.problems)
    hints = tuple(survey.hints()) if raws else ()
    return Looked(mapping.system, mapping.entity, len(raws), tuple(troubles.findings()), hints)


def _label(entity: str, raw: Raw) -> str:
    return f"{entity} {raw.data.get('number') or raw.id}"


def _carried(
    opened: Sides, role: str, mapping: EntityMapping, raws: Sequence[Raw]
) -> Iterator[Looked]:
    for way in opened.force.ways():
        if way.journey.source.role != role or way.source.entity != mapping.entity:
            continue
        troubles = Troubles()
        for raw in raws:
            carried = way.carry(raw, opened.setting)
            if carried.canonical is not None:
                troubles.add(_label(mapping.entity, raw), carried.problems)
        to = f"{way.target.system} {way.target.entity}"
        findings = tuple(troubles.findings())
        yield Looked(mapping.system, mapping.entity, len(raws), findings, to=to)
