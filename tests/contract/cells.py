"""The table of results: connector x promise x kind of record, as the suite finds it.

It is committed, a file a rig in `results`, so that the documentation can show it; the suite fails
where it and the table disagree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.contract.promises import Broken, Promise, promises
from tests.contract.rig import CannotShow, Rig, Subject

FOLDER = Path(__file__).parent / "results"
KEPT = "kept"
BROKEN = "broken"
Column = dict[str, dict[str, str]]
"""Promise -> kind of record ("" for the whole system) -> "kept", or why it cannot be shown."""
Table = dict[str, Column]
"""The columns by rig."""


@dataclass(frozen=True)
class Cell:
    """One promise, on one rig, with one kind of record; `lack` says why it cannot be shown."""

    rig: str
    promise: Promise
    entity: str
    lack: str

    @property
    def record(self) -> str:
        """The kind of record as the table names it: none for what the system as a whole keeps."""
        return "" if self.promise.once else self.entity

    @property
    def name(self) -> str:
        """Rig, promise and kind of record: "rest-find-compares-exactly-order"."""
        return "-".join(part for part in (self.rig, self.promise.name, self.record) if part)


def cells_of(rig: Rig) -> Iterator[Cell]:
    """Every cell of a rig, those that it cannot show among them."""
    for promise in promises():
        for subject in _subjects(rig, promise):
            yield Cell(rig.name, promise, subject.entity, rig.lack(subject, promise.needs))


def _subjects(rig: Rig, promise: Promise) -> list[Subject]:
    """All kinds of record; of a system's own promise the first with which it can be shown."""
    if not promise.once:
        return list(rig.subjects)
    able = [subject for subject in rig.subjects if not rig.lack(subject, promise.needs)]
    return (able or list(rig.subjects))[:1]


def judge(cell: Cell, rig: Rig) -> str:
    """Try a cell: "kept", why it cannot be shown, or "broken: " and how."""
    if cell.lack:
        return cell.lack
    subject = next(each for each in rig.subjects if each.entity == cell.entity)
    try:
        cell.promise.keep(rig, subject)
    except CannotShow as reason:
        return str(reason)
    except Broken as broken:
        return f"{BROKEN}: {broken}"
    finally:
        rig.heal()
    return KEPT


def put(table: Table, cell: Cell, said: str) -> None:
    """Enter a result."""
    table.setdefault(cell.rig, {}).setdefault(cell.promise.name, {})[cell.record] = said


def at(table: Table, cell: Cell) -> str:
    """The result that the table has for a cell, "" if none."""
    return table.get(cell.rig, {}).get(cell.promise.name, {}).get(cell.record, "")


def load() -> Table:
    """The committed table; the fake that ships comes last."""
    paths = sorted(FOLDER.glob("*.json"), key=lambda path: (path.stem == "memory", path.stem))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def save(rig: str, column: Column) -> None:
    """Write one rig's column to be committed."""
    text = json.dumps(column, indent=1, ensure_ascii=False)
    (FOLDER / f"{rig}.json").write_text(f"{text}\n", encoding="utf-8")
