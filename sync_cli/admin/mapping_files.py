"""The mappings in force and their documents: the sheet, and pictures of the data flow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.config import Config
from sync_cli.config_file import load_config
from sync_cli.core.errors import ConfigError
from sync_cli.flows.connecting import mappings_folder, shipped
from sync_cli.flows.journey_steps import Setting
from sync_cli.flows.journeys import Way, kinds_of, ways
from sync_cli.flows.systems import ERP, SHOP
from sync_cli.flows.tracing import carried_fields
from sync_cli.mapping.entity import EntityMapping
from sync_cli.mapping.errors import did_you_mean
from sync_cli.mapping.flow import Flow, Lane, field_flow, overview
from sync_cli.mapping.mapping_set import MappingSet, load_mappings
from sync_cli.mapping.sheet import Row, sheet

EXAMPLE = "config.example.yaml"
DOCUMENT = "document"


class InForce(Struct, frozen=True):
    """A configuration and the mappings that count under it, the overlay included.

    `kinds` are the folders of rules by role: those of the configuration, or others to look at.
    """

    config: Config
    mappings: MappingSet
    kinds: Mapping[str, str]

    def used(self) -> list[EntityMapping]:
        """The mappings of the two systems."""
        return [one for one in self.mappings if one.system in self.kinds.values()]

    def ways(self) -> list[Way]:
        """The journeys between them."""
        return ways(self.kinds, self.mappings)


def in_force(config: Path, default: Path) -> InForce:
    """What counts under the configuration; raises MappingErrors, ConfigError.

    Where there is no configuration yet, at the `default` place, the example's counts.
    """
    loaded = _example() if config == default and not config.exists() else load_config(config)
    return _force(loaded, loaded.mappings)


def _force(config: Config, overlays: Path | None) -> InForce:
    return InForce(config, load_mappings(mappings_folder(), overlays), kinds_of(config))


def both(config: Path, default: Path, other: Path | None) -> tuple[InForce, InForce]:
    """Two sides to compare: what is in force, and with the overlays in `other` instead.

    Without `other` what is shipped, and what is in force. Raises MappingErrors, ConfigError.
    """
    force = in_force(config, default)
    if other is not None:
        return force, _force(force.config, other)
    if force.config.mappings is None:
        raise ConfigError(
            "The configuration names no mappings of your own, so there is nothing to compare.",
            "Name a folder of overlays: `sync-cli mapping diff FOLDER`.",
        )
    return _force(force.config, None), force


def as_shipped() -> list[InForce]:
    """The shipped mappings, once for each ERP whose documents they describe."""
    config, mappings = _example(), load_mappings(mappings_folder())
    shop = kinds_of(config)[SHOP]
    erps = [one.system for one in mappings if one.entity == DOCUMENT]
    return [InForce(config, mappings, {SHOP: shop, ERP: erp}) for erp in erps]


def _example() -> Config:
    return load_config(shipped(EXAMPLE))


def sheet_of(force: InForce, entity: str = "") -> list[Row]:
    """The sheet of the configured systems; raises ConfigError for an entity that has no rules."""
    mappings = [one for one in force.used() if entity in ("", one.entity)]
    if not mappings:
        known = {one.entity for one in force.used()}
        raise ConfigError(f"There is no mapping of {entity!r}{did_you_mean(entity, known)}")
    return sheet(mappings)


def count_rules(force: InForce) -> tuple[int, int]:
    """How many mapping files and how many rules count, those of all systems."""
    return len(force.mappings.mappings), len(sheet(force.mappings))


def picture(force: InForce, journey: str = "") -> Flow:
    """The fields of one journey, or all journeys at a glance; raises ConfigError."""
    if not journey:
        return glance(force)
    return fields_of(force, way_of(force, journey))


def way_of(force: InForce, journey: str) -> Way:
    """The journey of that name; raises ConfigError naming the known ones."""
    known = {way.journey.name: way for way in force.ways()}
    if journey not in known:
        near = did_you_mean(journey, known)
        raise ConfigError(f"No records of kind {journey!r} are carried here{near}")
    return known[journey]


def fields_of(force: InForce, way: Way) -> Flow:
    """Field by field, from one system to the other."""
    carried = None
    if way.source.model is not way.target.model:
        carried = carried_fields(way, Setting(force.config))
    source, target = way.journey.source, way.journey.target
    title = f"{way.journey.name.capitalize()}: from the {source.role} to the {target.role}"
    return field_flow(title, way.source, way.target, carried)


def glance(force: InForce) -> Flow:
    """All journeys between shop and ERP."""
    shop, erp = force.kinds[SHOP], force.kinds[ERP]
    ways = force.ways()
    lanes = [_lane(way) for way in ways]
    often = Counter(lane.canonical for lane in lanes)
    named = [
        replace(lane, canonical=f"{lane.canonical} ({way.journey.name})")
        if often[lane.canonical] > 1
        else lane
        for lane, way in zip(lanes, ways, strict=True)
    ]
    return overview("The data flow", (shop, "canonical", erp), named)


def _lane(way: Way) -> Lane:
    to_right = way.journey.source.role == SHOP
    models = list(dict.fromkeys([way.source.model.__name__, way.target.model.__name__]))
    first, last = way.source.entity, way.target.entity
    left, right = (first, last) if to_right else (last, first)
    fields = sum(not row.is_group for row in sheet([way.target]) if row.direction == "write")
    arrow = " → " if to_right else " ← "
    names = arrow.join(models if to_right else reversed(models))
    if len(models) == 1:
        names = way.journey.name.replace("_", " ").capitalize()
    return Lane(left, names, right, to_right, f"{fields} fields" if fields > 1 else "1 field")
