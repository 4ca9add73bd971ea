"""A process killed at any instruction leaves a file in which all or nothing was stored."""

from __future__ import annotations

import os
import random
import signal
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from sync_cli.core.outcome import Audit
from sync_cli.state.store import State
from tests.state.state_examples import NOW, ROUTE, in_child, intent, settled

KILLS = 30
BATCH = 3
SECOND = timedelta(seconds=1)


def work_for_ever(path: Path, told: int) -> None:
    """Settle batch after batch, as a run does; each number told is a step behind it."""
    with State.open(path) as state:
        mark = state.watermark(ROUTE)
        done = 0 if mark is None else round((mark.at - NOW) / SECOND)
        for batch in count(done):
            ids = [str(batch * BATCH + number) for number in range(BATCH)]
            # One older record is written again: it has a fingerprint and a link to lose.
            again = [str(batch // 2 * BATCH)] if batch > 1 else []
            begun = state.begin([intent(id) for id in (*ids, *again)])
            os.write(told, b".")
            audit = Audit("create", "done")
            state.settle(ROUTE, 1, [settled(one, audit=audit) for one in begun], NOW)
            os.write(told, b".")
            state.set_watermark(ROUTE, NOW + (batch + 1) * SECOND, "", NOW)
            os.write(told, b".")


def kill_after(path: Path, steps: int) -> None:
    """Let a child work and kill it when it has told so many steps; it is in the midst of more."""
    listen, told = os.pipe()
    child = in_child(lambda: work_for_ever(path, told))
    os.close(told)
    for _ in range(steps):
        assert os.read(listen, 1) == b"."
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(listen)


def find_broken_promises(state: State) -> list[str]:
    """What must never be seen in the file, whenever its writer died."""
    queries = {
        "a fingerprint while its intent is open": "SELECT id FROM fingerprints WHERE id IN (SELECT"
        " id FROM intents WHERE closed_at IS NULL)",
        "a link without fingerprint, and no intent that erased it": "SELECT id FROM ends WHERE"
        " system = 'shop' AND id NOT IN (SELECT id FROM fingerprints)"
        " AND id NOT IN (SELECT id FROM intents WHERE closed_at IS NULL)",
        "a fingerprint without link": "SELECT id FROM fingerprints WHERE id NOT IN"
        " (SELECT id FROM ends WHERE system = 'shop')",
        "a thing with one end": "SELECT thing FROM ends GROUP BY thing HAVING count(*) <> 2",
        "a record that was applied and not noted": "SELECT id FROM fingerprints WHERE id NOT IN"
        " (SELECT id FROM audit) OR id NOT IN (SELECT id FROM facts)",
    }
    return [what for what, query in queries.items() if state.file.rows(query)]


@pytest.mark.scenario
def test_thirty_kills_break_no_promise(path: Path) -> None:
    chance = random.Random(20_260_301)
    settled_before = 0
    for _ in range(KILLS):
        kill_after(path, chance.randrange(10))
        with State.open(path) as state:
            assert state.file.rows("PRAGMA integrity_check") == [("ok",)]
            assert find_broken_promises(state) == []
            settled_now = state.count_links("order")
            assert settled_now >= settled_before
            assert settled_now % BATCH == 0
            settled_before = settled_now
            mark = state.watermark(ROUTE)
            passed = 0 if mark is None else round((mark.at - NOW) / SECOND) * BATCH
            assert passed <= settled_now <= passed + BATCH
            assert len(state.open_intents(ROUTE)) in (0, BATCH, BATCH + 1)
    assert settled_before > 0
