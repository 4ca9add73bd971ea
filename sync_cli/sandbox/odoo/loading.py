"""`load`: rows of texts become records, all of them or none (FACTS 6a).

Bad values are found before anything is written; what is refused at writing is found in a second
pass, record by record. Each record has one row a line; its own cells stand in the first one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sync_cli.sandbox.odoo.records import Records
from sync_cli.sandbox.odoo.refusals import OdooError
from sync_cli.sandbox.odoo.schema import MODELS, Field
from sync_cli.sandbox.odoo.store import Row
from sync_cli.sandbox.odoo.values import number, read_moment

CONTEST = "could not serialize access due to concurrent update\n"
_MOST_ERRORS = 10
_TOO_MANY = (
    "Found more than 10 errors and more than one error per 10 records, interrupted to avoid"
    " showing too many errors."
)
Message = dict[str, Any]


class BadCell(Exception):
    """A cell that stands for no value of its field."""

    def __init__(self, message: str, **more: Any) -> None:
        super().__init__(message)
        self.more = more


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field, how a relation is named in it, and the list of lines that it is of."""

    path: str
    name: str
    by: str
    parent: str = ""

    @classmethod
    def of(cls, path: str, model: str) -> Column:
        """Read from a header such as `order_line/tax_id/.id`."""
        parts = path.split("/")
        lines = MODELS[model].fields.get(parts[0])
        if lines is not None and lines.kind == "one2many":
            return cls(path, parts[1], "/".join(parts[2:]), parts[0])
        return cls(path, parts[0], "/".join(parts[1:]))


@dataclass
class Given:
    """One record of the rows: its cells, and those of its lines."""

    first: int
    last: int
    own: Mapping[Column, Any]
    lines: list[tuple[str, Mapping[Column, Any]]] = field(default_factory=list)


class Loading:
    """One call of `load` on a model."""

    def __init__(self, records: Records, model: str, header: Sequence[str]) -> None:
        self._records = records
        self._model = model
        self._columns = [Column.of(path, model) for path in header]

    def load(self, data: Sequence[Sequence[Any]]) -> Row:
        """The ids in order, or false with messages and nothing written."""
        self._check_strings(data)
        given = self._split(data)
        if self._records.store.contests:
            self._records.store.contests -= 1
            return _refused(_messages((one, i, CONTEST) for i, one in enumerate(given)))
        errors, ready = [], []
        for index, one in enumerate(given):
            try:
                ready.append(self._values(one))
            except BadCell as bad:
                errors.append(_message(one, index, str(bad), **bad.more))
        if errors:
            return _refused(errors)
        return self._write(given, ready)

    def _check_strings(self, data: Sequence[Sequence[Any]]) -> None:
        """A number in a relation to many fails the whole call, and not in `messages`."""
        for place, column in enumerate(self._columns):
            model = self._model_of(column)
            known = MODELS[model].fields.get(column.name)
            if known is None or known.kind != "many2many":
                continue
            if any(not isinstance(row[place], str) for row in data):
                raise NumberInTags(type(data[0][place]).__name__)

    def _model_of(self, column: Column) -> str:
        if not column.parent:
            return self._model
        return MODELS[self._model].fields[column.parent].relation

    def _split(self, data: Sequence[Sequence[Any]]) -> list[Given]:
        """The records in the rows: a new one begins where a cell of its own is filled."""
        found: list[Given] = []
        for place, row in enumerate(data):
            cells = dict(zip(self._columns, row, strict=True))
            own = {column: cell for column, cell in cells.items() if not column.parent}
            if not found or any(cell not in ("", None, False) for cell in own.values()):
                found.append(Given(place, place, own))
            found[-1].last = place
            self._add_line(found[-1], cells)
        return found

    @staticmethod
    def _add_line(one: Given, cells: Mapping[Column, Any]) -> None:
        below: dict[str, dict[Column, Any]] = {}
        for column, cell in cells.items():
            if column.parent:
                below.setdefault(column.parent, {})[column] = cell
        for parent, line in below.items():
            if any(cell not in ("", None, False) for cell in line.values()):
                one.lines.append((parent, line))

    def _values(self, one: Given) -> tuple[Row, list[tuple[str, Row]]]:
        lines = []
        for parent, line in one.lines:
            label = MODELS[self._model].fields[parent].label
            model = MODELS[self._model].fields[parent].relation
            try:
                lines.append((parent, self._converted(model, line, f"{label}/")))
            except BadCell as bad:
                bad.more.setdefault("field", parent)
                bad.more.setdefault("field_name", label)
                raise
        return self._converted(self._model, one.own, ""), lines

    def _converted(self, model: str, cells: Mapping[Column, Any], within: str) -> Row:
        values: Row = {}
        for column, cell in cells.items():
            if column.name in ("id", ".id"):
                values[column.name] = cell
                continue
            known = MODELS[model].fields.get(column.name)
            if known is None:
                raise BadCell(f"Unknown field '{column.name}'")
            label = within + (known.label or column.name)
            values[column.name] = self._cell(known, column, cell, label)
        return values

    def _cell(self, known: Field, column: Column, cell: Any, label: str) -> Any:
        if cell in ("", None, False):
            return [] if known.kind == "many2many" else False
        if known.kind == "many2one":
            return self._one(known, column.by, str(cell), label)
        if known.kind == "many2many":
            return [self._one(known, column.by, part, label) for part in str(cell).split(",")]
        return self._simple(known, cell, label)

    def _simple(self, known: Field, cell: Any, label: str) -> Any:
        try:
            if known.kind in ("float", "integer"):
                return str(number(cell))
            if known.kind == "datetime":
                zone = self._records.context.get("tz") or self._records.user.zone or "UTC"
                return read_moment(str(cell), zone).strftime("%Y-%m-%d %H:%M:%S")
        except ValueError:
            what = "number" if known.kind != "datetime" else "valid datetime"
            said = f"'{cell}' does not seem to be a {what} for field '{label}'"
            raise BadCell(said) from None
        return str(cell) == "True" if known.kind == "boolean" else cell

    def _one(self, known: Field, by: str, cell: str, label: str) -> int:
        store = self._records.store
        if by == "id":
            model, id_ = store.external.get(cell, ("", 0))
            what = "external id"
        else:
            model, id_ = known.relation, int(cell) if cell.isdigit() else 0
            what = "database id"
        if model != known.relation or id_ not in store.table(known.relation):
            raise BadCell(
                f"No matching record found for {what} '{cell}' in field '{label}'",
                moreinfo=_possible(known.relation),
            )
        return id_

    def _write(
        self, given: Sequence[Given], ready: Sequence[tuple[Row, list[tuple[str, Row]]]]
    ) -> Row:
        """First all at once; if that is refused, record by record to find the culprits."""
        try:
            with self._records.store.savepoint():
                ids = [self._stored(values, lines) for values, lines in ready]
        except OdooError:
            return self._refusals(given, ready)
        return {"ids": ids, "messages": [], "nextrow": 0}

    def _refusals(
        self, given: Sequence[Given], ready: Sequence[tuple[Row, list[tuple[str, Row]]]]
    ) -> Row:
        errors: list[tuple[Given, int, str]] = []
        for index, (one, (values, lines)) in enumerate(zip(given, ready, strict=True)):
            try:
                with self._records.store.savepoint():
                    self._stored(values, lines)
                    raise _Enough
            except _Enough:
                continue
            except OdooError as error:
                errors.append((one, index, error.message))
        return _refused(_messages(errors))

    def _stored(self, values: Row, lines: Sequence[tuple[str, Row]]) -> int:
        return store_record(self._records, self._model, values, lines)


class _Enough(Exception):
    """A record was good; it is taken back again."""


class NumberInTags(OdooError):
    """Not in `messages`: the whole call fails."""

    name = "builtins.AttributeError"

    def __init__(self, kind: str) -> None:
        super().__init__(f"'{kind}' object has no attribute 'split'")


def store_record(
    records: Records, model: str, values: Row, lines: Sequence[tuple[str, Row]] = ()
) -> int:
    """Create or update one record and its lines by external or database ids; its id.

    Raises OdooError.
    """
    external, database = values.get("id") or "", values.get(".id") or ""
    plain = {name: value for name, value in values.items() if name not in ("id", ".id")}
    known = _known(records, model, str(external), str(database))
    if known is None:
        records.allow(model, "create")
        id_ = records.create(model, plain)
        if external:
            records.store.name(str(external), model, id_)
    else:
        records.allow(model, "write")
        id_ = known
        records.write(model, id_, plain, whole=True)
    for parent, line in lines:
        below = MODELS[model].fields[parent]
        store_record(records, below.relation, {**line, below.inverse: id_})
    return id_


def _known(records: Records, model: str, external: str, database: str) -> int | None:
    if database:
        return int(records.store.row(model, int(database))["id"])
    named, id_ = records.store.external.get(external, (model, 0))
    if named != model:
        raise OdooError(f"External id {external} belongs to {named}")
    return id_ if id_ in records.store.table(model) else None


def _refused(messages: list[Message]) -> Row:
    return {"ids": False, "messages": messages, "nextrow": 0}


def _message(one: Given, index: int, said: str, **more: Any) -> Message:
    rows = {"from": one.first, "to": one.last}
    return {"rows": rows, "type": "error", "record": index, "message": said, **more}


def _messages(errors: Any) -> list[Message]:
    """One for each error, after ten of them a warning that names no record (136)."""
    found = [_message(one, index, said) for one, index, said in errors]
    if len(found) <= _MOST_ERRORS:
        return found
    return [*found[:_MOST_ERRORS], {"type": "warning", "message": _TOO_MANY}]


def _possible(model: str) -> Row:
    return {
        "name": "Possible Values",
        "type": "ir.actions.act_window",
        "target": "new",
        "view_mode": "tree,form",
        "views": [[False, "list"], [False, "form"]],
        "context": {"create": False},
        "help": "See all possible values",
        "res_model": "ir.model.data",
        "domain": [["model", "=", model]],
    }
