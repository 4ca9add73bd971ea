"""Short ways to ask a rig's connector, each with one opened for that question alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

from sync_cli.connectors.base import Connector, Draft, Page, Raw, Result
from tests.contract.promises.registry import require
from tests.contract.rig import Made, Rig, Subject

SMALL = 2
"""Records of a page, where a promise is about what happens between two pages."""


@contextmanager
def opened(rig: Rig, *, page: int = 100) -> Iterator[Connector]:
    """The connector, closed at the end."""
    with closing(rig.open(page=page)) as connector:
        yield connector


def floor(at: datetime, resolution: timedelta) -> datetime:
    """The moment cut off to what the system's dates resolve."""
    since = at - datetime.min.replace(tzinfo=at.tzinfo)
    return at - since % resolution


def start_of(rig: Rig, subject: Subject) -> datetime:
    """The system's clock now, less its slack, as its dates would write it."""
    with opened(rig) as connector:
        return floor(rig.now() - rig.slack, connector.traits(subject.entity).resolution)


def make(rig: Rig, subject: Subject, count: int) -> list[Made]:
    """So many records made behind the connector's back."""
    return subject.make_several([rig.mark() for _ in range(count)])


def ids_of(pages: Sequence[Page]) -> list[str]:
    """The ids on these pages, in their order."""
    return [raw.id for page in pages for raw in page.records]


def ids_since(rig: Rig, subject: Subject, since: datetime) -> list[str]:
    """The ids of a whole read."""
    with opened(rig) as connector:
        return ids_of(list(connector.changes(subject.entity, since)))


def fetched(rig: Rig, subject: Subject, id: str) -> Raw:
    """The record with this id, which must be there."""
    with opened(rig) as connector:
        found = list(connector.fetch(subject.entity, [id]))
    require(len(found) == 1, f"fetch answers {len(found)} records for the id {id}")
    return found[0]


def found(rig: Rig, subject: Subject, value: str) -> tuple[Raw, ...]:
    """The records with this reference or value of the subject's key, the lowest id first."""
    asked = subject.value_of(value)
    with opened(rig) as connector:
        records = connector.find(subject.entity, subject.key, [asked])[asked]
    return tuple(sorted(records, key=lambda raw: (len(raw.id), raw.id)))


def created(rig: Rig, subject: Subject, drafts: Sequence[Draft]) -> list[Result]:
    """The results of one create."""
    with opened(rig) as connector:
        return list(connector.create(subject.entity, drafts))


def kinds(results: Sequence[Result]) -> str:
    """What came of each: "Done, Failed, Done"."""
    return ", ".join(type(result).__name__ for result in results)


def missing(made: Sequence[Made], ids: Sequence[str]) -> list[str]:
    """The ids of made records that are not among these."""
    return [record.id for record in made if record.id not in ids]
