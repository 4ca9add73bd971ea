"""What another mapping would write otherwise: its rules, and the payloads of real records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.admin.mapping_files import InForce, way_of
from sync_cli.admin.mapping_live import Sides, sample, sides
from sync_cli.connectors.base import Raw
from sync_cli.core.errors import ConfigError
from sync_cli.core.privacy import masked
from sync_cli.flows.journey_steps import Setting
from sync_cli.flows.journeys import Carried, Way
from sync_cli.mapping.changes import (
    FieldChange,
    RuleChange,
    flattened,
    payload_changes,
    rule_changes,
)
from sync_cli.mapping.mapping_set import MappingSet


class RecordChange(Struct, frozen=True):
    """One record whose payload another mapping would write otherwise, or can no longer write.

    Values that may say something of a person are masked unless that was asked for.
    """

    label: str
    fields: tuple[FieldChange, ...]
    before: str = ""
    after: str = ""


class JourneyChange(Struct, frozen=True):
    """What another mapping would change for the records of one journey.

    `unwritten` counts those that neither mapping can write, `why` says it of the first of them.
    """

    journey: str
    looked_at: int
    records: tuple[RecordChange, ...]
    unwritten: int = 0
    why: str = ""


class Difference(Struct, frozen=True):
    """All that differs between two sets of mappings."""

    rules: tuple[RuleChange, ...]
    journeys: tuple[JourneyChange, ...] = field(default=())


Records = Callable[[Way], Sequence[Raw]]
"""Gives the records to try a journey on."""


def live_records(opened: Sides, now: datetime, most: int) -> Records:
    """Records of the running systems."""

    def records(way: Way) -> Sequence[Raw]:
        source = way.journey.source
        return list(sample(opened.of(source.role), source.entity, now, most))

    return records


def compare(
    before: InForce,
    after: InForce,
    now: datetime,
    most: int,
    *,
    recorded: Path | None = None,
    of: str = "order",
    rules_only: bool = False,
    unmasked: bool = False,
) -> Difference:
    """What `after` would write otherwise, over recorded records of one journey, or over live ones.

    The live shop is asked for the fields that either mapping reads. Raises SyncError.
    """
    if rules_only:
        return Difference(tuple(rule_changes(before.mappings, after.mappings)))
    if recorded is not None:
        way_of(before, of)
        tried = recorded_records(recorded, of)
        return differences(before, after, Setting(before.config), tried, unmasked=unmasked)
    with sides(before, _joined(before.mappings, after.mappings)) as opened:
        tried = live_records(opened, now, most)
        return differences(before, after, opened.setting, tried, unmasked=unmasked)


def _joined(before: MappingSet, after: MappingSet) -> MappingSet:
    """Mappings that need the fields of both: only fit to say what to read."""
    joined = dict(before.mappings)
    for key, mapping in after.mappings.items():
        known = joined.get(key)
        needs = mapping.needs if known is None else mapping.needs | known.needs
        joined[key] = replace(mapping, needs=needs)
    return MappingSet(joined)


def recorded_records(place: Path, journey: str) -> Records:
    """Records of one journey out of JSON files: single ones, lists, or recorded exchanges.

    Raises ConfigError where there are none, or a file is no JSON.
    """
    files = sorted(place.rglob("*.json")) if place.is_dir() else [place]
    found = [raw for path in files for raw in _recorded(path)]
    if not found:
        raise ConfigError(f"There are no recorded records in {place}.")
    return lambda way: found if way.journey.name == journey else ()


def _recorded(path: Path) -> Iterator[Raw]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read as JSON: {error}") from None
    if isinstance(data, dict) and isinstance(data.get("response"), dict):
        data = data["response"].get("body")
    for record in data if isinstance(data, list) else [data]:
        if isinstance(record, dict) and "id" in record:
            yield Raw(str(record["id"]), record)


def differences(
    before: InForce,
    after: InForce,
    setting: Setting,
    records: Records,
    *,
    unmasked: bool = False,
) -> Difference:
    """What `after` would write otherwise than `before`, over these records.

    Only journeys whose mappings differ are tried.
    """
    rules = rule_changes(before.mappings, after.mappings)
    changed = {(change.system, change.entity) for change in rules}
    journeys = []
    now = {way.journey.name: way for way in after.ways()}
    for old in before.ways():
        new = now.get(old.journey.name)
        ends = {(one.system, one.entity) for one in (old.source, old.target)}
        if new is not None and ends & changed:
            journeys.append(_compared(old, new, setting, records(old), unmasked=unmasked))
    return Difference(tuple(rules), tuple(journeys))


def _compared(
    old: Way, new: Way, setting: Setting, raws: Sequence[Raw], *, unmasked: bool
) -> JourneyChange:
    found, unwritten = [], []
    for raw in raws:
        before, after = old.carry(raw, setting), new.carry(raw, setting)
        if before.payload is None and after.payload is None:
            unwritten.append(after.left_out or _said(after))
        change = _change(old.label(raw), before, after, unmasked=unmasked)
        if change is not None:
            found.append(change)
    why = next(iter(unwritten), "")
    return JourneyChange(old.journey.name, len(raws), tuple(found), len(unwritten), why)


def _said(carried: Carried) -> str:
    return " ".join(problem.sentence() for problem in carried.problems)


def _change(label: str, before: Carried, after: Carried, *, unmasked: bool) -> RecordChange | None:
    said = [_said(before), _said(after)]
    if before.payload is None or after.payload is None:
        return None if said[0] == said[1] else RecordChange(label, (), said[0], said[1])
    fields = payload_changes(before.payload, after.payload)
    if not unmasked:
        hidden = [flattened(masked(payload)) for payload in (before.payload, after.payload)]
        fields = [
            FieldChange(change.field, *(values.get(change.field) for values in hidden))
            for change in fields
        ]
    return RecordChange(label, tuple(fields)) if fields else None
