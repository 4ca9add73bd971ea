"""Every connector keeps every promise of the protocol that its rig can show."""

from __future__ import annotations

import pytest

from tests.contract.cells import KEPT, Cell, Table, at, cells_of, judge, load, put
from tests.contract.promises import promises
from tests.contract.rigs import RIGS


def _cells() -> list[Cell]:
    """All cells of all rigs, the ones that cannot be shown too."""
    found: list[Cell] = []
    for opened in RIGS.values():
        with opened() as rig:
            found += cells_of(rig)
    return found


CELLS = _cells()
TABLE = load()
MEND = "`make contract` writes the table in tests/contract/results anew"


@pytest.mark.parametrize(
    "cell", [pytest.param(cell, id=cell.name) for cell in CELLS if not cell.lack]
)
def test_the_promise_is_kept(cell: Cell) -> None:
    with RIGS[cell.rig]() as rig:
        said = judge(cell, rig)
    assert said == KEPT
    assert at(TABLE, cell) == KEPT, MEND


def test_what_cannot_be_shown_is_listed_by_name_and_nothing_else_is() -> None:
    expected: Table = {}
    for cell in CELLS:
        put(expected, cell, cell.lack or KEPT)
    assert expected == TABLE, MEND


def test_promises_have_names_of_their_own_and_say_what_they_are() -> None:
    names = [promise.name for promise in promises()]
    assert len(set(names)) == len(names)
    assert all(promise.says.endswith(".") for promise in promises())
