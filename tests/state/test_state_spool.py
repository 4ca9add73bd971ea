"""The spool: a catalogue of operations outside the memory."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from sync_cli.state.store import Spooled, State


def test_rows_come_back_in_the_order_asked_for(state: State) -> None:
    rows = [("30", "b"), ("20", ""), ("10", "b"), ("25", "a"), ("20", "")]
    with state.spool() as spool:
        for place, (key, parent) in enumerate(rows):
            spool.append(key, parent, ["update", place])
        assert len(spool) == 5
        assert list(spool) == [
            Spooled(key, parent, ("update", place)) for place, (key, parent) in enumerate(rows)
        ]
        assert [row.values[1] for row in spool.by_key()] == [2, 1, 4, 3, 0]
        assert [row.values[1] for row in spool.by_parent()] == [1, 4, 3, 2, 0]
        spool.append("1", "", [])
        assert [row.key for row in spool.by_key()] == ["1", "10", "20", "20", "25", "30"]


def test_it_tells_which_of_some_keys_it_has(state: State) -> None:
    with state.spool() as spool:
        assert spool.among(["1"]) == set()
        for key in ("1", "2", "2"):
            spool.append(key, "", ())
        assert spool.among(["2", "3", "1"]) == {"1", "2"}
        spool.append("3", "", ())
        assert spool.among(iter(["3", "4"])) == {"3"}
        spool.note(iter(["4", "5"]))
        assert spool.among(["4", "5", "6"]) == {"4", "5"}


def test_a_price_comes_back_as_the_decimal_it_was(state: State) -> None:
    values = ("Ä", 3, None, True, {"price": Decimal("10.00"), "lines": [Decimal("0.1")]})
    with state.spool() as spool:
        spool.append("1", "", values)
        (row,) = spool
    assert row.values == values
    assert str(row.values[4]["price"]) == "10.00"


def test_what_would_not_come_back_is_refused(state: State) -> None:
    with state.spool() as spool, pytest.raises(TypeError):
        spool.append("1", "", [object()])


def test_a_spool_has_no_name_so_that_nothing_stays_behind(state: State, path: Path) -> None:
    before = set(path.parent.iterdir())
    with state.spool() as spool:
        for number in range(2_000):
            spool.append(str(number), "", ["x" * 100])
        assert len(list(spool.by_key())) == 2_000
        assert set(path.parent.iterdir()) == before


def test_spools_do_not_see_each_other(state: State) -> None:
    with state.spool() as one, state.spool() as other:
        one.append("1", "", [])
        assert (len(list(one)), len(list(other))) == (1, 0)
