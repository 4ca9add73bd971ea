"""What each connector was shown to do: the results of the contract suite as tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tests.contract.answers import Answered
from tests.contract.cells import KEPT, Column, Table, load
from tests.contract.live.erps import ERPS
from tests.contract.live.settings import BEGINNING, MEANINGS
from tests.contract.promises import Promise, promises
from tests.contract.rigs.answered import ANSWERED
from tools.docs.markdown import code, table


def promises_kept() -> str:
    """Promise by promise, group by group: with which kinds of record each connector keeps it."""
    columns = load()
    groups: dict[str, list[Promise]] = defaultdict(list)
    for promise in promises():
        groups[promise.group].append(promise)
    heads = ["promise", *(code(rig) for rig in columns)]
    return "\n\n".join(
        f"### {group}\n\n{table(heads, (_row(each, columns) for each in told))}"
        for group, told in groups.items()
    )


def gaps() -> str:
    """What was not shown, by connector and kind of record, each with its reason."""
    rows = (
        (code(rig), record or "all", reason, ", ".join(names))
        for rig, column in load().items()
        for (record, reason), names in sorted(_reasons(column).items())
    )
    return table(("connector", "record", "why not", "promises"), rows)


def answers() -> str:
    """What each answer means to each connector over HTTP, for reading and for writing."""
    said = dict.fromkeys(case.answer.says for each in ANSWERED.values() for case in each.cases)
    heads = ["answer", *(code(name) for name in ANSWERED)]
    return table(
        heads, ([says, *(_meaning(each, says) for each in ANSWERED.values())] for says in said)
    )


def _meaning(answered: Answered, says: str) -> str:
    case = next((case for case in answered.cases if case.answer.says == says), None)
    if case is None:
        return "-"
    then = f", then {case.then}" if case.then else ""
    return f"{case.read} / {case.write}{then}"


def live_variables() -> str:
    """The variables that name the living systems of `make live`."""
    rows = ((code(BEGINNING + name), words) for name, words in MEANINGS.items())
    return table(("variable", "meaning"), rows)


def live_kinds() -> str:
    """The kinds of ERP that `make live` knows."""
    return ", ".join(code(kind) for kind in ERPS)


def _row(promise: Promise, columns: Table) -> list[str]:
    title = promise.name.replace("-", " ")
    cells = [_cell(column.get(promise.name, {})) for column in columns.values()]
    return [f"**{title}**: {promise.says}", *cells]


def _cell(said: dict[str, str]) -> str:
    kept = [record or "yes" for record, words in said.items() if words == KEPT]
    return ", ".join(kept) or "-"


def _reasons(column: Column) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, record, said in _said(column):
        if said != KEPT:
            found[record, said].append(name.replace("-", " "))
    return found


def _said(column: Column) -> Iterator[tuple[str, str, str]]:
    for name, cells in column.items():
        for record, said in cells.items():
            yield name, record, said
