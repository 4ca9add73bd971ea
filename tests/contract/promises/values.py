"""Promises of values: what is written is what is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sync_cli.connectors.base import Done
from tests.contract.promises.asking import created, fetched, kinds, make, opened
from tests.contract.promises.registry import promise, require
from tests.contract.rig import Ability as A
from tests.contract.rig import Rig, Subject

GROUP = "Values"
TEXT = "Größe \"ß\" & 漢字 — Ærø 'x' 😀"
AMOUNTS = (Decimal("0.10"), Decimal("19.99"), Decimal("1234567.89"))
MOMENTS = ("2031-10-26T00:30:00+00:00", "2031-10-26T01:30:00+00:00", "2031-06-30T22:15:05+00:00")
"""Both hours of the night on which Europe's clocks go back, and a summer's evening."""


def _stored(rig: Rig, subject: Subject, **values: Any) -> Any:
    (result,) = created(rig, subject, [subject.draft(rig.mark(), **values)])
    require(isinstance(result, Done), f"it could not be made: {kinds([result])}")
    assert isinstance(result, Done)
    return fetched(rig, subject, result.id)


@promise(GROUP, A.UPDATE, A.MAKE, A.FETCH, A.TEXT)
def texts_stay_as_written(rig: Rig, subject: Subject) -> None:
    """Umlauts, quotes, signs of other scripts and emoji are read as they were written."""
    (made,) = make(rig, subject, 1)
    text = f"{rig.mark()} {TEXT}"
    with opened(rig) as connector:
        (result,) = connector.update(subject.entity, [subject.change(made.id, text)])
    require(isinstance(result, Done), f"the result is {kinds([result])}")
    read = subject.text_of(fetched(rig, subject, made.id).data)
    require(read == text, f"written {text!r}, read {read!r}")


@promise(GROUP, A.CREATE, A.FETCH, A.AMOUNT)
def amounts_stay_to_the_cent(rig: Rig, subject: Subject) -> None:
    """Amounts are read to the cent as they were written, never as binary floating point."""
    for amount in AMOUNTS:
        read = subject.amount_of(_stored(rig, subject, amount=amount).data)
        require(isinstance(read, Decimal | str), f"{read!r} is a {type(read).__name__}")
        require(Decimal(read) == amount, f"written {amount}, read {read}")


@promise(GROUP, A.CREATE, A.FETCH, A.MOMENT)
def moments_stay_the_same_moment(rig: Rig, subject: Subject) -> None:
    """A moment is read as the same moment, also in the hour that exists twice."""
    for at in MOMENTS:
        read = subject.moment_of(_stored(rig, subject, at=at).data)
        require(read == datetime.fromisoformat(at), f"written {at}, read {read.isoformat()}")


@promise(GROUP, A.FETCH, A.MAKE)
def numbers_are_never_floats(rig: Rig, subject: Subject) -> None:
    """No number of a record is binary floating point; fractions are Decimal."""
    (made,) = make(rig, subject, 1)
    floats = list(_floats(fetched(rig, subject, made.id).data, ""))
    require(not floats, f"floats at {floats}")


@promise(GROUP, A.FETCH, A.MAKE)
def dates_of_change_are_utc(rig: Rig, subject: Subject) -> None:
    """The date of change is an aware UTC time, and close to the system's clock after a change."""
    (made,) = make(rig, subject, 1)
    changed = fetched(rig, subject, made.id).modified_at
    if changed is None:
        return
    require(changed.utcoffset() == timedelta(0), f"{changed} is not UTC")
    away = abs(rig.now().astimezone(UTC) - changed)
    require(away < timedelta(minutes=5), f"changed just now, but dated {away} off")


def _floats(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, float):
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _floats(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for at, inner in enumerate(value):
            yield from _floats(inner, f"{path}[{at}]")
