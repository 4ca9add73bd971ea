"""Why a difference is no drift yet: something is open for it, or it has only just moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sync_cli.core.item import Held
from sync_cli.state.store import State


def open_reasons(state: State, routes: Iterable[str], ids: Sequence[str]) -> dict[str, str]:
    """Why records of some routes wait, by their id: dismissed, held, or an answer is missing."""
    reasons: dict[str, str] = {}
    for route in routes:
        reasons |= dict.fromkeys(state.dismissed(route, ids), "a person dismissed it")
        for id, held in state.held_of(route, ids).items():
            reasons[id] = _held_reason(held)
        for id, intent in state.open_intents(route, ids).items():
            reasons[id] = f"the answer to an earlier {intent.step} is not known yet"
    return reasons


def shared_reasons(state: State) -> dict[str, str]:
    """What is said of all records that are held for the same, by what is said of one of them."""
    return {
        _held_reason(held): f"{held.why.word}: {held.problem.of_all()}" for held in state.held()
    }


def _held_reason(held: Held) -> str:
    return f"{held.why.word}: {held.problem.of_it()}"


def just_changed(at: datetime | None, clock: datetime, grace: timedelta, where: str) -> str:
    """That a record changed within `grace` before `clock`; "" if it did not.

    `where` is "shop" or "ERP", `clock` the time there.
    """
    if at is None or at <= clock - grace:
        return ""
    minutes = int((clock - at).total_seconds() // 60)
    return f"it changed {minutes} min ago in the {where}; the next run or the next report tells"
