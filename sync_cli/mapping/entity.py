"""The mapping of one entity in one kind of system, loaded and ready to use."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from pydantic import ValidationError

from sync_cli.core.corrections import Correction, moved
from sync_cli.core.errors import ConfigError, Problem
from sync_cli.core.model import Record
from sync_cli.mapping.compiler import path_of
from sync_cli.mapping.correcting import given_by
from sync_cli.mapping.errors import (
    INVALID_FIELD,
    Fault,
    MappingErrors,
    Refused,
    Unreadable,
    Unresolved,
)
from sync_cli.mapping.merging import IsOurs, merged_meta, named_entries
from sync_cli.mapping.overlay import apply_overlay
from sync_cli.mapping.paths import compile_path
from sync_cli.mapping.read_compiler import ReadCompiler
from sync_cli.mapping.reading import Reader, mark_of
from sync_cli.mapping.rules import UNSET, Rule, Table
from sync_cli.mapping.shapes import RECORDS, plain_record
from sync_cli.mapping.source import Source, parse_source, short_name
from sync_cli.mapping.write_compiler import WriteCompiler
from sync_cli.mapping.writing import References, Writer, Writing

NO_REFERENCES: References = MappingProxyType({})
_VERSION_BYTES = 6


class EntityMapping(Struct, frozen=True, eq=False):
    """The rules between one kind of system and one canonical record.

    `version` is a short hash of the rules in effect, the overlay included: it moves when what they
    do may move. `needs` are the top-level fields of a raw record that reading uses.
    """

    entity: str
    system: str
    version: str
    file: str
    model: type[Record]
    rules_read: tuple[Rule, ...]
    rules_write: tuple[Rule, ...]
    parts: Mapping[str, tuple[Rule, ...]]
    tables: Mapping[str, Table]
    needs: frozenset[str]
    reader: Reader
    writer: Writer

    def read(
        self,
        data: Mapping[str, Any],
        *,
        id: str,
        birth: str = "",
        modified_at: datetime | None = None,
        label: str = "",
        corrections: Sequence[Correction] = (),
    ) -> Record:
        """The canonical record of a raw one; raises Unreadable with every field that does not fit.

        `label` names the record in problems; by default its entity and id. `corrections` stand in
        place of what the rules would read.
        """
        if not self.rules_read:
            raise ConfigError(f"{self.file} has no rules to read {self.entity} by.")
        reader = self.reader
        if corrections:
            name = label or self._label(id)
            if elsewhere := moved(self.entity, id, name, corrections, self.places(data)):
                raise Unreadable(elsewhere)
            reader = reader.corrected(given_by(self.model, corrections, name))
        try:
            fields = reader.read(data)
            fields["id"] = id
            fields["birth"] = birth
            if modified_at is not None:
                fields["modified_at"] = modified_at
            return self.model.model_validate(fields)
        except Refused as refused:
            name = label or self._label(id)
            raise Unreadable([one.problem(name) for one in refused.refusals]) from refused
        except ValidationError as error:
            raise Unreadable(self._model_problems(error, label or self._label(id))) from None

    def places(self, data: Mapping[str, Any]) -> dict[str, str]:
        """A mark of each entry of the record's lists, by its place, as in `lines[1]`.

        It is the entry's id, or a hash of it where it has none.
        """
        found = {}
        for rule in self.rules_read:
            entries = path_of(rule).get(data) if rule.each else ()
            for at, entry in enumerate(entries if isinstance(entries, list) else ()):
                found[f"{rule.to}[{at}]"] = mark_of(entry)
        return found

    def reading_only(self, fields: frozenset[str]) -> EntityMapping:
        """The same mapping, which reads only these canonical fields: cheaper, same `version`."""
        rules = tuple(rule for rule in self.rules_read if rule.to.partition(".")[0] in fields)
        return replace(
            self, rules_read=rules, needs=sources_of(rules), reader=self.reader.narrowed(fields)
        )

    def unread_lists(self, data: Mapping[str, Any], ending: str) -> list[str]:
        """The lists of a raw record that hold something and that no rule reads, by their names.

        Only names with this ending count.
        """
        unread = ((name, value) for name, value in data.items() if name not in self.needs)
        return sorted(
            name
            for name, value in unread
            if name.endswith(ending) and isinstance(value, list) and value
        )

    def targets_of(self, fields: frozenset[str]) -> frozenset[str]:
        """What write rules fill from these canonical fields: payload keys, "meta:key" of metadata.

        A rule that only asks for one of them in `when` counts too.
        """
        return frozenset(
            rule.payload_key for rule in self.rules_write if fields & sources_of([rule])
        )

    def writes(self, field: str) -> bool:
        """Whether any write rule, of the record or of a part, uses this canonical field."""
        return field in _written_fields(self)

    def rows_of(self, field: str, values: Iterable[str]) -> list[str]:
        """Which row of a table decided for each of these values of a canonical field, in words.

        Empty where no write rule takes that field through a table.
        """
        return [
            f"{value!r} is {table.entries[value]!r} (tables.{table.name}, {table.file})"
            for table in self.tables_of(field)
            for value in sorted(set(values))
            if value in table.entries
        ]

    def tables_of(self, field: str) -> list[Table]:
        """The tables that write rules, of the record or of a part, take a canonical field through.

        In the order of their names.
        """
        rules = [*self.rules_write, *(rule for part in self.parts.values() for rule in part)]
        names = {rule.table for rule in rules if rule.table and rule.path == field}
        return [self.tables[name] for name in sorted(names)]

    def write(
        self,
        record: Record,
        refs: References = NO_REFERENCES,
        *,
        without_owner: str = "",
    ) -> dict[str, Any]:
        """The payload of a canonical record; raises Unreadable, or else Unresolved.

        `refs` gives the target's id for (entity, source id). Rules whose owner is `without_owner`
        are left out: those are the target's own fields.
        """
        if not self.rules_write:
            raise ConfigError(f"{self.file} has no rules to write {self.entity} by.")
        if not isinstance(record, self.model):
            raise TypeError(
                f"{self.file} writes {self.model.__name__}, not {type(record).__name__}"
            )
        writing = Writing(refs, without_owner)
        try:
            payload = self.writer.write(plain_record(record), writing)
        except Refused as refused:
            name = self._label(record.id or record.birth)
            raise Unreadable([one.problem(name) for one in refused.refusals]) from refused
        if writing.missing:
            raise Unresolved(writing.missing)
        return payload

    def merged(
        self, payload: Mapping[str, Any], current: Mapping[str, Any], is_ours: IsOurs
    ) -> dict[str, Any]:
        """`payload` with the lists of its `merge` rules joined to those of the target's record.

        Entries of `current` with another value under the rule's field stay as they are, in front;
        one with the same value takes our fields and keeps its others. An entry that `is_ours` and
        whose value is not among those of `payload` is taken out.
        """
        by_key = {rule.to: rule.merge for rule in self.rules_write if rule.merge}
        return merged_meta(payload, current, by_key, is_ours)

    def entries(self, field: str, current: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """The entries of the target's record that stand where a `merge` rule puts the list `field`,
        those of others too: the name by which two of them are the same, and the entry."""
        rules = [rule for rule in self.rules_write if rule.merge and rule.path == field]
        return [each for rule in rules for each in named_entries(current, rule.to, rule.merge)]

    def merges(self, field: str) -> bool:
        """Whether a rule joins this list to what the target's record has."""
        return any(rule.merge and rule.path == field for rule in self.rules_write)

    def _label(self, id_: str) -> str:
        return f"{self.entity.replace('_', ' ').capitalize()} {id_}".strip()

    def _model_problems(self, error: ValidationError, record: str) -> list[Problem]:
        """What the model itself refuses, which the rules let through: never with the values."""
        problems = []
        for found in error.errors(include_url=False, include_context=False, include_input=False):
            name = ".".join(str(step) for step in found["loc"])
            message = f"the canonical field {name} does not fit: {found['msg']}"
            remedy = f"Correct the rules to {name} in {self.file}."
            problems.append(Problem(INVALID_FIELD, record, message, remedy, field=name))
        return problems


def load_mapping(path: Path, overlay: Path | None = None) -> EntityMapping:
    """The mapping in the file `path`, changed by the file `overlay`; raises MappingErrors."""
    changes = None if overlay is None else _read_file(overlay)
    return parse_mapping(
        _read_file(path),
        file=str(path),
        label=short_name(path),
        overlay=changes,
        overlay_file=str(overlay),
    )


def parse_mapping(
    text: str,
    *,
    file: str = "mapping.yaml",
    label: str = "",
    overlay: str | None = None,
    overlay_file: str = "overlay.yaml",
) -> EntityMapping:
    """The mapping written in `text`; raises MappingErrors with every error of both texts.

    `file` names the text in those errors, `label` (by default the same) in what rules say of
    themselves. The same texts are put together once in a process.
    """
    return _parsed(text, file, label or file, overlay, overlay_file)


@lru_cache(maxsize=64)
def _parsed(
    text: str, file: str, label: str, overlay: str | None, overlay_file: str
) -> EntityMapping:
    """See `parse_mapping`; a mapping is never changed, and whoever runs many commands in one
    process, as the selftest and the demo do, would wait longest for this."""
    faults: list[Fault] = []
    overlay_label = f"{label} (overlay)"
    source = parse_source(text, file, label, faults)
    if source is not None and overlay is not None:
        source = apply_overlay(source, overlay, overlay_file, overlay_label, faults)
    if source is None:
        raise MappingErrors(faults)
    mapping = _compile(source, {label: file, overlay_label: overlay_file}, faults)
    if faults:
        raise MappingErrors(faults)
    return mapping


def _read_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is no UTF-8 text"
        raise MappingErrors([Fault(str(path), 1, f"cannot be read: {reason}")]) from error


def _compile(source: Source, files: Mapping[str, str], faults: list[Fault]) -> EntityMapping:
    model = RECORDS[source.record]
    reader = ReadCompiler(source, files, faults).reader(source.read, model)
    writer = WriteCompiler(source, files, faults).writer(source.write, model)
    return EntityMapping(
        entity=source.entity,
        system=source.system,
        version=_version(source),
        file=source.label,
        model=model,
        rules_read=source.read,
        rules_write=source.write,
        parts=source.parts,
        tables=source.tables,
        needs=frozenset() if faults else sources_of(source.read),
        reader=reader,
        writer=writer,
    )


@lru_cache(maxsize=64)
def _written_fields(mapping: EntityMapping) -> frozenset[str]:
    """The canonical fields that any write rule uses; asked for each document."""
    parts = (rule for part in mapping.parts.values() for rule in part)
    return sources_of([*mapping.rules_write, *parts])


def sources_of(rules: Sequence[Rule]) -> frozenset[str]:
    """The top-level fields that these rules read, their conditions included."""
    paths = [path_of(rule) for rule in rules if rule.value is UNSET]
    paths += [compile_path(rule.when) for rule in rules if rule.when]
    return frozenset(root for path in paths for root in path.roots)


def _version(source: Source) -> str:
    """A hash of all that decides what the rules do; not of descriptions and line numbers."""
    meaning = {
        "entity": [source.entity, source.system, source.record, source.version],
        "tables": {name: [table.entries, table.default] for name, table in source.tables.items()},
        "parts": {name: _meanings(rules) for name, rules in source.parts.items()},
        "read": _meanings(source.read),
        "write": _meanings(source.write),
    }
    text = json.dumps(meaning, sort_keys=True, default=repr)
    return blake2b(text.encode(), digest_size=_VERSION_BYTES).hexdigest()


def _meanings(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    return [rule.meaning() for rule in rules]
