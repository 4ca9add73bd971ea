"""Corrections that change nothing: found by leaving each out, and told in plain words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.core.corrections import Correction
from sync_cli.core.errors import Problem

T = TypeVar("T")


class Otherwise(Struct, frozen=True):
    """What a record would be without its correction at `path`: read, or why it is not readable."""

    path: str
    record: object


def otherwise(
    corrections: Sequence[Correction], read: Callable[[Sequence[Correction]], object]
) -> tuple[Otherwise, ...]:
    """What `read` makes of a record with all its corrections but one, for each of them."""
    return tuple(
        Otherwise(each.path, read([one for one in corrections if one != each]))
        for each in corrections
    )


def not_felt(others: Sequence[Otherwise], record: object) -> tuple[str, ...]:
    """The paths of corrections without which the very same is read as `record`."""
    return tuple(other.path for other in others if other.record == record)


def idle(
    others: Sequence[Otherwise], kind: type[T], make: Callable[[T], object], made: object
) -> tuple[str, ...]:
    """The paths of corrections without which `make` makes the same of the record as `made`."""
    return tuple(
        other.path
        for other in others
        if isinstance(other.record, kind) and make(other.record) == made
    )


def unhelped(problem: Problem, paths: Sequence[str]) -> Problem:
    """The problem, with the corrections without which it would be the very same."""
    if not paths:
        return problem
    said = f"The correction of {', '.join(paths)} changes nothing about this reason."
    return replace(problem, remedy=f"{problem.remedy} {said}")


def without_effect(label: str, paths: Sequence[str], name: str) -> str:
    """What an admin is told of corrections that change nothing of what goes to the ERP.

    `name` is how the command is told which record it is.
    """
    quoted = " ".join(f"'{path}'" for path in paths)
    return (
        f"{label}: the correction of {', '.join(paths)} has no effect: without it the very same"
        f" would go to the ERP. Take it away with `sync-cli held uncorrect {name} {quoted}`."
    )
