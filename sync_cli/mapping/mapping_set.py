"""All mappings of an installation: the shipped ones and the admin's own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from sync_cli.core.errors import ConfigError
from sync_cli.mapping.entity import EntityMapping, load_mapping
from sync_cli.mapping.errors import Fault, MappingErrors, did_you_mean

NO_MAPPINGS = frozenset({"profile.yaml", "live.yaml"})
"""Stand beside the mappings of a REST system and are none: they describe the system's calls, and
what `make live` makes there."""


class MappingSet(Struct, frozen=True):
    """The mappings by kind of system and entity; `left_out` are kinds that were not loaded."""

    mappings: Mapping[tuple[str, str], EntityMapping]
    left_out: frozenset[str] = frozenset()

    def of(self, system_kind: str, entity: str) -> EntityMapping:
        """The mapping of `entity` for a kind of system; raises ConfigError naming what exists."""
        found = self.mappings.get((system_kind, entity))
        if found is not None:
            return found
        entities = [name for system, name in self.mappings if system == system_kind]
        if not entities:
            systems = {system for system, _ in self.mappings}
            near = did_you_mean(system_kind, systems | self.left_out)
            raise ConfigError(f"There are no mappings for the kind of system {system_kind!r}{near}")
        near = did_you_mean(entity, entities)
        raise ConfigError(
            f"There is no mapping of {entity!r} for {system_kind}{near}",
            f"Write one: {system_kind}/{entity}.yaml in your folder of mappings.",
        )

    def has(self, system_kind: str, entity: str) -> bool:
        """Whether there are rules for `entity`: what a kind of system has none for, it has not."""
        return (system_kind, entity) in self.mappings

    def __iter__(self) -> Iterator[EntityMapping]:
        return iter(self.mappings.values())


def load_mappings(
    directory: Path, overlay_dir: Path | None = None, kinds: Collection[str] | None = None
) -> MappingSet:
    """All mappings below `directory`, one folder a kind of system, one file an entity.

    A file of the same name below `overlay_dir` changes the shipped one; any other is a mapping of
    its own. With `kinds` only these are loaded, because cron starts the program every minute.
    Raises MappingErrors with the errors of all files that are loaded.
    """
    faults: list[Fault] = []
    shipped = _files(directory, faults)
    own = _files(overlay_dir, faults) if overlay_dir is not None else {}
    mappings: dict[tuple[str, str], EntityMapping] = {}
    left_out: set[str] = set()
    for key in sorted({*shipped, *own}):
        if kinds is not None and key[0] not in kinds:
            left_out.add(key[0])
            continue
        path = shipped.get(key) or own[key]
        overlay = own.get(key) if key in shipped else None
        try:
            mappings[key] = _load(key, path, overlay)
        except MappingErrors as errors:
            faults.extend(errors.faults)
    if faults:
        raise MappingErrors(faults)
    return MappingSet(mappings, frozenset(left_out))


def _load(key: tuple[str, str], path: Path, overlay: Path | None) -> EntityMapping:
    mapping = load_mapping(path, overlay)
    if (mapping.system, mapping.entity) != key:
        says = f"system {mapping.system!r} and entity {mapping.entity!r}"
        message = f"the file says {says}, but its place says {key[0]!r} and {key[1]!r}"
        raise MappingErrors([Fault(str(path), 1, message)])
    return mapping


def _files(directory: Path, faults: list[Fault]) -> dict[tuple[str, str], Path]:
    """The mapping files below a folder by (kind of system, entity)."""
    if not directory.is_dir():
        faults.append(Fault(str(directory), 1, "there is no such folder of mappings"))
        return {}
    files: dict[tuple[str, str], Path] = {}
    for path in sorted(directory.glob("*/*")):
        if path.suffix == ".yml":
            faults.append(Fault(str(path), 1, "the name of a mapping file ends in .yaml"))
        elif path.suffix == ".yaml" and path.name not in NO_MAPPINGS:
            files[path.parent.name, path.stem] = path
    return files
