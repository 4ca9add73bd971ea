"""What became of the records of a plan: each in one count, and only what was really done."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sync_cli.core.errors import Problem
from sync_cli.core.item import Candidate, Held, Item, Why
from sync_cli.core.outcome import Settlement
from sync_cli.core.plan import Adopt, Create, Defer, Operation, Reject, Skip, Update
from sync_cli.engine.counting import Counting

NOW = datetime(2026, 1, 5, tzinfo=UTC)
ITEM = Item("1", "Order 1")
PROBLEM = Problem("refused", "Order 1", "no", "Ask.")
REJECT, SKIP = Reject(ITEM, PROBLEM), Skip(ITEM, "unchanged")
ADOPT, UPDATE = Adopt(ITEM, Candidate("9")), Update(ITEM)


def settled(why: Why | None = None) -> Settlement:
    """What a call left behind: done, or held."""
    held = Held("orders", "1", why, NOW, 1, NOW, PROBLEM) if why else None
    return Settlement("1", held=held)


@pytest.mark.parametrize(
    ("operations", "settlements", "came_to"),
    [
        ([Create(ITEM)], [settled()], {"create": 1}),
        ([Create(ITEM)], [settled(Why.QUARANTINED)], {"held": 1}),
        ([Create(ITEM)], [settled(Why.IN_DOUBT)], {"held": 1}),
        ([Create(ITEM)], [settled(Why.DEFERRED)], {"defer": 1}),
        ([Create(ITEM)], [], {}),
        ([REJECT], [settled(Why.TASK)], {"held": 1}),
        ([Defer(ITEM, "wait", NOW)], [settled(Why.IN_DOUBT)], {"defer": 1}),
        ([ADOPT, UPDATE], [settled(), settled()], {"update": 1}),
        ([ADOPT, UPDATE], [settled()], {"adopt": 1}),
        ([ADOPT, UPDATE], [settled(), settled(Why.RETRY)], {"held": 1}),
        ([ADOPT, SKIP], [settled()], {"adopt": 1}),
        ([ADOPT, REJECT], [settled(Why.QUARANTINED), settled()], {"held": 1}),
    ],
)
def test_a_record_counts_once_by_what_came_of_it(
    operations: list[Operation], settlements: list[Settlement], came_to: dict[str, int]
) -> None:
    counting = Counting(operations)
    for settlement in settlements:
        counting.settle([settlement])
    assert counting.done() == came_to


@pytest.mark.parametrize(
    ("operations", "would"),
    [
        ([Create(ITEM)], "create"),
        ([ADOPT, UPDATE], "update"),
        ([ADOPT, SKIP], "adopt"),
        ([ADOPT, REJECT], "held"),
        ([REJECT], "held"),
    ],
)
def test_a_plan_counts_a_record_once_by_what_would_come_of_it(
    operations: list[Operation], would: str
) -> None:
    assert Counting(operations).planned() == {would: 1}


def test_what_a_person_dismissed_is_left_as_it_is() -> None:
    counting = Counting([REJECT])
    counting.leave("1")
    assert counting.done() == {"skip": 1}
