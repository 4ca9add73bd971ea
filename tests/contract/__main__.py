"""`python -m tests.contract [RIG ...]`: try every promise, and write the table of results."""

from __future__ import annotations

import sys

from tests.contract.cells import BROKEN, KEPT, Table, cells_of, judge, put, save
from tests.contract.rigs import RIGS


def main(names: list[str]) -> int:
    """Print what is broken and a line of counts; 0 unless a promise is broken.

    With names only these rigs are tried, and only their columns are written.
    """
    found: Table = {}
    for name in names or RIGS:
        _try(name, found)
        save(name, found[name])
    columns = found.values()
    said = [words for column in columns for cells in column.values() for words in cells.values()]
    broken = sum(words.startswith(BROKEN) for words in said)
    kept = sum(words == KEPT for words in said)
    print(f"{kept} promises kept, {broken} broken, {len(said) - kept - broken} not applicable")
    return 1 if broken else 0


def _try(name: str, table: Table) -> None:
    with RIGS[name]() as rig:
        cells = list(cells_of(rig))
    for cell in cells:
        with RIGS[name]() as rig:
            said = judge(cell, rig)
        if said.startswith(BROKEN):
            print(f"{cell.name}: {said}")
        put(table, cell, said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
