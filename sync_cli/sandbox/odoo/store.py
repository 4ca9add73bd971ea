"""The rows of the pretend Odoo, in memory: transactions with one date, numbers, external ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from threading import RLock
from typing import Any

from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.odoo.refusals import MissingError
from sync_cli.sandbox.odoo.schema import MODELS

Row = dict[str, Any]
Undo = Callable[[], object]
_INDEXED: Mapping[str, tuple[str, ...]] = {
    "sale.order.line": ("order_id",), "account.move.line": ("move_id",),
    "stock.picking": ("sale_id",), "stock.move": ("picking_id", "sale_line_id", "product_id"),
    "stock.quant": ("product_id",), "res.partner": ("parent_id",),
    "sale.order": ("client_order_ref",), "product.product": ("product_tmpl_id",),
}  # fmt: skip
_EMPTY: Mapping[str, Any] = {
    "boolean": False, "float": Decimal(0), "integer": 0, "many2many": (), "one2many": (),
}  # fmt: skip


class OdooStore:
    """All tables of one database; thread-safe by `transaction`.

    `write_date` is the time at which a transaction began, as in PostgreSQL, so that a slow one
    becomes visible with an earlier date. Numbers that a failed transaction took stay taken.
    `locks` is the setting that locks orders when they are confirmed.
    """

    def __init__(self, clock: SandboxClock, ledger: Ledger) -> None:
        self.clock = clock
        self.ledger = ledger
        self.tables: dict[str, dict[int, Row]] = {name: {} for name in MODELS}
        self.external: dict[str, tuple[str, int]] = {}
        self.contests = 0
        self.locks = False
        self._numbers: dict[str, int] = {}
        self._lock = RLock()
        self._began: datetime | None = None
        self._undo: list[Undo] = []
        self._index: dict[tuple[str, str, Any], set[int]] = {}
        self._effects: list[tuple[str, str, str, dict[str, Any]]] = []

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that happens inside is kept, or nothing of it."""
        with self._lock:
            if self._began is not None:
                yield
                return
            self._began = self.clock.now()
            try:
                with self.savepoint():
                    yield
                self._tell()
            finally:
                self._began = None
                self._undo.clear()
                self._effects.clear()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what happened inside if it raises."""
        mark, told = len(self._undo), len(self._effects)
        try:
            yield
        except BaseException:
            while len(self._undo) > mark:
                self._undo.pop()()
            del self._effects[told:]
            raise

    @contextmanager
    def dated(self, moment: datetime) -> Iterator[None]:
        """Whatever is written inside carries this date."""
        outer, self._began = self._began, moment
        try:
            yield
        finally:
            self._began = outer

    @property
    def now(self) -> datetime:
        """The date of the running transaction."""
        return self._began or self.clock.now()

    def effect(self, what: str, id_: int, reference: str = "", **facts: Any) -> None:
        """Note something for the ledger; told once the transaction is kept."""
        self._effects.append((what, str(id_), reference, facts))

    def table(self, model: str) -> dict[int, Row]:
        """The rows of a model by id."""
        return self.tables[model]

    def row(self, model: str, id_: int) -> Row:
        """One row. Raises MissingError."""
        found = self.tables[model].get(id_)
        if found is None:
            raise MissingError(
                f"Record does not exist or has been deleted.\n(Record: {model}({id_},), User: 6)"
            )
        return found

    def where(self, model: str, name: str, value: Any) -> list[Row]:
        """The rows whose field `name` has this value, by id."""
        table = self.tables[model]
        if name in _INDEXED.get(model, ()):
            return [table[id_] for id_ in sorted(self._index.get((model, name, value), ()))]
        return [row for row in table.values() if row.get(name) == value]

    def insert(self, model: str, values: Mapping[str, Any], id_: int | None = None) -> int:
        """Add a row of plain values; fields that are not given are empty."""
        number = self.number(model) if id_ is None else id_
        self._numbers[model] = max(self._numbers.get(model, 0), number)
        fields = MODELS[model].fields
        blank = {
            name: _EMPTY.get(field.kind)
            for name, field in fields.items()
            if not field.computed and not field.via and field.kind != "one2many"
        }
        row = {**blank, **values, "id": number, "create_date": self.now, "write_date": self.now}
        if "active" in fields:
            row.setdefault("active", True)
            row["active"] = values.get("active", True)
        self.tables[model][number] = row
        self._enter(model, row)
        self._undo.append(lambda: self._drop(model, number))
        return number

    def change(self, model: str, id_: int, values: Mapping[str, Any]) -> None:
        """Write plain values to a row and move its date, though they may be the same."""
        row = self.row(model, id_)
        before = {name: row.get(name) for name in (*values, "write_date")}
        self._rewrite(model, row, {**values, "write_date": self.now})
        self._undo.append(lambda: self._rewrite(model, row, before))

    def remove(self, model: str, id_: int) -> None:
        """Delete a row; nothing remains of it."""
        row = self._drop(model, id_)
        self._undo.append(lambda: self._bring_back(model, row))

    def name(self, external: str, model: str, id_: int) -> None:
        """Give a record an external id."""
        self.external[external] = (model, id_)
        self._undo.append(lambda: self.external.pop(external, None))
        module, _, name = external.partition(".")
        row = {"module": module, "name": name, "model": model, "res_id": id_}
        self.insert("ir.model.data", row)

    def number(self, sequence: str) -> int:
        """The next number of a sequence; never given twice, whatever becomes of it."""
        self._numbers[sequence] = self._numbers.get(sequence, 0) + 1
        return self._numbers[sequence]

    def start_numbers(self, sequence: str, last: int) -> None:
        """Let the numbers of a sequence go on behind `last`."""
        self._numbers[sequence] = last

    def _enter(self, model: str, row: Row) -> None:
        for name in _INDEXED.get(model, ()):
            self._index.setdefault((model, name, row.get(name)), set()).add(row["id"])

    def _leave(self, model: str, row: Row) -> None:
        for name in _INDEXED.get(model, ()):
            self._index[(model, name, row.get(name))].discard(row["id"])

    def _rewrite(self, model: str, row: Row, values: Mapping[str, Any]) -> None:
        self._leave(model, row)
        row.update(values)
        self._enter(model, row)

    def _drop(self, model: str, id_: int) -> Row:
        row = self.tables[model].pop(id_)
        self._leave(model, row)
        return row

    def _bring_back(self, model: str, row: Row) -> None:
        self.tables[model][row["id"]] = row
        self._enter(model, row)

    def _tell(self) -> None:
        for what, id_, reference, facts in self._effects:
            self.ledger.record(what, id_, reference, **facts)
