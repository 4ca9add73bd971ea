"""The guard stops a plan that would change far more than usual, and no other."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.errors import ExitCode, GuardTripped
from sync_cli.core.guard import DEFAULT_LIMITS, Guard, Harm, Limit

CHANGES = st.lists(
    st.tuples(
        st.sampled_from(list(Harm)), st.sampled_from(["1", "2", "12", "21"]), st.integers(0, 30)
    ),
    min_size=1,
    unique=True,
    max_size=8,
)
STRICT = {harm: Limit(Decimal(0), 0) for harm in Harm}


def guard_of(changes: list[tuple[Harm, str, int]]) -> Guard:
    """A guard without any tolerance that has seen these changes."""
    guard = Guard(STRICT, looked_at=len(changes))
    for harm, key, value in changes:
        guard.count(harm, key, value)
    return guard


def trips(guard: Guard, accepted: str = "") -> bool:
    """Whether the guard stops the plan."""
    try:
        guard.judge("stock", accepted)
    except GuardTripped:
        return True
    return False


@pytest.mark.parametrize(
    ("count", "looked_at", "allowed"),
    [
        (0, 0, True),
        (20, 0, True),
        (20, 20, True),
        (21, 100, False),
        (21, 209, False),
        (21, 210, True),
        (100, 1000, True),
        (101, 1000, False),
    ],
)
def test_a_tenth_may_drop_to_zero_and_twenty_in_any_case(
    count: int, looked_at: int, allowed: bool
) -> None:
    assert DEFAULT_LIMITS[Harm.ZERO].allows(count, looked_at) is allowed
    guard = Guard(looked_at=looked_at)
    for number in range(count):
        guard.count(Harm.ZERO, str(number), 0)
    assert trips(guard) is not allowed


@pytest.mark.parametrize("harm", list(Harm))
def test_every_kind_of_harm_has_a_default_limit_that_can_be_passed(harm: Harm) -> None:
    least = DEFAULT_LIMITS[harm].least
    guard = Guard(looked_at=least)
    for number in range(3 * least):
        guard.count(harm, str(number), 0)
    with pytest.raises(GuardTripped, match=f"{3 * least}"):
        guard.judge("stock")


def test_the_stop_says_what_would_happen_and_how_to_let_it() -> None:
    guard = guard_of([(Harm.ZERO, "1", 0), (Harm.OVERWRITE, "1", 0), (Harm.OVERWRITE, "2", 5)])
    with pytest.raises(GuardTripped) as tripped:
        guard.judge("stock")
    assert str(tripped.value) == (
        "Route stock: this run would overwrite 2 of 3 records and set 1 of 3 products to zero;"
        " nothing was written."
    )
    assert f"--accept {guard.token}" in tripped.value.remedy
    assert (tripped.value.token, tripped.value.exit_code) == (guard.token, ExitCode.GUARD)


def test_a_harm_without_limit_is_not_judged() -> None:
    guard = Guard({})
    guard.count(Harm.ZERO, "1", 0)
    assert not trips(guard)


@given(CHANGES)
def test_the_token_lets_its_own_plan_pass(changes: list[tuple[Harm, str, int]]) -> None:
    guard = guard_of(changes)
    assert trips(guard)
    assert not trips(guard, guard.token)


@given(CHANGES, st.randoms())
def test_the_token_does_not_hang_on_the_order_of_the_changes(
    changes: list[tuple[Harm, str, int]], chance: Random
) -> None:
    shuffled = chance.sample(changes, len(changes))
    assert guard_of(changes).token == guard_of(shuffled).token


@given(CHANGES, CHANGES)
def test_the_token_lets_no_other_plan_pass(
    one: list[tuple[Harm, str, int]], other: list[tuple[Harm, str, int]]
) -> None:
    if set(one) != set(other):
        assert guard_of(one).token != guard_of(other).token
        assert trips(guard_of(one), guard_of(other).token)


def test_a_plan_with_the_same_change_twice_is_another_plan() -> None:
    once, thrice = [(Harm.ZERO, "1", 0)], [(Harm.ZERO, "1", 0)] * 3
    assert guard_of(once).token != guard_of(thrice).token


def test_records_that_are_only_looked_at_do_not_change_the_token() -> None:
    guard = guard_of([(Harm.ZERO, "1", 0)])
    before = guard.token
    guard.look(1000)
    assert (guard.token, guard.looked_at) == (before, 1001)
