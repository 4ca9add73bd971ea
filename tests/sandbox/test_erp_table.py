"""The ERP's tables against a plain list that is searched from front to end."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.sandbox.erp.table import ChangeTree, Table, folded


@dataclass
class Row:
    id: int
    changed_at: int
    name: str = ""


times = st.integers(min_value=0, max_value=9)


@given(
    rows=st.lists(times, max_size=40),
    touches=st.lists(st.tuples(st.integers(0, 39), times), max_size=20),
    dropped=st.integers(0, 10),
    since=st.none() | times,
    after=st.none() | st.integers(0, 90),
    limit=st.integers(1, 50),
)
def test_a_page_is_what_a_full_search_would_find(
    rows: list[int],
    touches: list[tuple[int, int]],
    dropped: int,
    since: int | None,
    after: int | None,
    limit: int,
) -> None:
    plain = [Row(2 * at + 1, changed_at) for at, changed_at in enumerate(rows)]
    table: Table[Row] = Table()
    for row in plain:
        table.append(row)
    for at, changed_at in touches:
        if at < len(plain):
            plain[at].changed_at = changed_at
            table.changed(plain[at])
    kept = plain[: max(0, len(plain) - dropped)]
    assert table.drop_last(dropped) == plain[len(kept) :]
    expected = [
        row
        for row in kept
        if (after is None or row.id > after) and (since is None or row.changed_at >= since)
    ]
    assert table.page(after, since, limit) == expected[:limit]


@pytest.mark.parametrize("size", range(8))
def test_every_pattern_of_changes_is_walked_right_from_every_start(size: int) -> None:
    for pattern in product((0, 1), repeat=size):
        tree = ChangeTree()
        for position, changed_at in enumerate(pattern):
            tree.put(position, changed_at)
        for start in range(size + 1):
            changed = [at for at in range(start, size) if pattern[at]]
            assert list(tree.changed(1, start)) == changed


def test_ids_only_ascend() -> None:
    table: Table[Row] = Table()
    table.append(Row(2, 0))
    with pytest.raises(ValueError, match="2"):
        table.append(Row(2, 0))
    with pytest.raises(LookupError, match="7"):
        table.changed(Row(7, 0))


def test_a_changed_key_is_found_under_its_new_value_only() -> None:
    table: Table[Row] = Table(name=lambda row: row.name)
    row = Row(1, 0, "old")
    table.append(row)
    table.rekey(row, lambda: setattr(row, "name", "new"))
    assert (table.find("name", "old"), table.find("name", "NEW")) == ([], [row])
    table.drop_last(1)
    assert table.find("name", "new") == []


@pytest.mark.parametrize(
    ("text", "same"),
    [("Café", "CAFE"), ("GRÜN", "grun"), ("Straße", "STRASSE"), (" a ", "A"), ("ＡＢ", "ab")],
)
def test_texts_that_a_database_takes_for_equal(text: str, same: str) -> None:
    assert folded(text) == folded(same)
