"""The protocol of a connector, and the words it speaks.

The comments here are the contract; `tests/contract` holds every connector to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

from msgspec import Struct, field

from sync_cli.core.checkup import Finding
from sync_cli.core.errors import Problem, SyncError
from sync_cli.core.values import Discreet

Json = Mapping[str, Any]


class Raw(Discreet, Struct, frozen=True):
    """One record as its system answered it; JSON numbers with a fraction are `Decimal`.

    `modified_at` is aware UTC, None where the system names no date. `birth` is the birth mark.
    `marks` says what a reader must know of its standing: "archived", "trashed", "cancelled".
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"data"})

    id: str
    data: Json
    birth: str = ""
    modified_at: datetime | None = None
    marks: frozenset[str] = frozenset()


Found = Raw
"""A record that `find` returned; equality with the searched value was checked by the connector."""


class Page(Struct, frozen=True):
    """Some changed records, and the opaque position that continues behind them.

    `resume` may be stored once all of `records` are settled or held; handed to `changes` again it
    goes on without leaving anything out (it may repeat). `clock` is the source's own clock when
    the read began, the same on each page of a read, also of a resumed one: it is the next
    watermark when the read ends.
    """

    records: tuple[Raw, ...]
    resume: str
    clock: datetime
    total: int | None = None


class Seen(Struct, frozen=True):
    """One row of a census: cheap, and enough to notice deletions."""

    id: str
    birth: str
    modified_at: datetime | None


class Identity(Struct, frozen=True):
    """Who answers: never the credentials.

    `address` is what the system calls itself (the shop's home URL; an ERP's database), `company`
    the ERP's company id and name. `clock` is its clock now, aware UTC. `lacks` names rights that
    the connector needs and does not have, `lacks_for` those that only one kind of record needs, by
    entity. `facts` carries what flows must know of the system, such as a shop's "decimals",
    "currency" and "time_zone".
    """

    kind: str
    version: str
    address: str
    company: str
    clock: datetime
    environment: str = "production"
    lacks: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    lacks_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class References(StrEnum):
    """What a system does with our reference: refuses a second one, can search it, or neither."""

    UNIQUE = "unique"
    SEARCHABLE = "searchable"
    NONE = "none"


class Traits(Struct, frozen=True):
    """What one system can do with one entity; the engine asks these, never the kind of system.

    `overlap` is the least buffer that loses nothing. `in_doubt` is how long a lost call may still
    take effect. `batch` is the most records of one writing call. `editable` says which fields of a
    document's payload may still be written by `update` in each state; never one that carries money
    or pieces, for what is confirmed was proven.
    """

    delta: bool = True
    overlap: timedelta = timedelta(minutes=5)
    resolution: timedelta = timedelta(seconds=1)
    reference: References = References.SEARCHABLE
    in_doubt: timedelta = timedelta(minutes=15)
    batch: int = 100
    find_batch: int = 100
    drafts: bool = False
    taxes_given: bool = True
    price_digits: int = 2
    quantity_digits: int = 0
    states: tuple[str, ...] = ()
    editable: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    deletes: str = "gone"


class Draft(Discreet, Struct, frozen=True):
    """A record to make. `at` is the id of a half-made one that is to be completed.

    `payload` is always the whole record. The lines of a half-made one are its first lines: those
    behind them are added, in order, and what is there is left alone. A record that lacks nothing
    is `Done` without a call that writes. The call that adds is made once, like every create, and a
    record that is no draft any more is refused.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"payload"})

    reference: str
    payload: Json
    at: str = ""


class Change(Discreet, Struct, frozen=True):
    """Absolute values for named fields of one record; `parent` where the system addresses by it.

    `beside` are the other fields of its payload, which are not to be written: what a field means
    may hang on them, as goods without an address of their own go where the invoice goes. `before`
    are marks of what stood there when an earlier try, whose answer is missing, was made: a field
    that holds neither that nor the new value was changed by somebody else, and is refused.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"fields", "beside"})

    id: str
    fields: Json
    parent: str = ""
    beside: Json = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)


class Done(Discreet, Struct, frozen=True):
    """The system answered, and the answer holds what was sent.

    `birth` is the birth mark of a record that was made, where the answer tells it.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"as_stored"})

    id: str
    as_stored: Json
    birth: str = ""


class Failed(Struct, frozen=True):
    """The system refused this record; nothing of it was written unless the problem says so."""

    problem: Problem
    id: str = ""


class InDoubt(Struct, frozen=True):
    """The call was sent and no answer can be trusted: it may have taken effect, or may yet."""

    why: str
    id: str = ""


class NotSent(Struct, frozen=True):
    """The call certainly never left; the record is as before."""

    why: str = ""


Result = Done | Failed | InDoubt | NotSent


class Connector(Protocol):
    """One system, opened for one run.

    A fault of one record is a `Result`, never an exception; exceptions mean the system:
    `ConfigError`, `AccessDenied`, `SystemDown`, `Blocked`. Repeats only calls it knows to be
    repeatable (the verb says nothing: a batch of absolute values is a POST). Keeps no state
    between runs and decides nothing. When a writing call finds the system down, the results that
    are known are still yielded, the rest as `NotSent` or `InDoubt`, and the NEXT call raises.
    """

    name: str

    def identify(self) -> Identity:
        """Who answers, its clock now and the rights it lacks."""
        ...

    def traits(self, entity: str) -> Traits:
        """What this system can do with `entity`; asks nothing over the wire."""
        ...

    def changes(
        self, entity: str, since: datetime | None, resume: str | None = None
    ) -> Iterator[Page]:
        """Every record changed at or after `since` (None: all of them).

        Yields each that was visible when the call began at least once, whatever others edit
        meanwhile. At least one page comes, though it may be empty.
        """
        ...

    def fetch(self, entity: str, ids: Sequence[str]) -> Iterator[Raw]:
        """The records with these ids; missing ones are absent, the order is free."""
        ...

    def find(self, entity: str, key: str, values: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        """The records whose `key` equals each value; every value asked for has an entry.

        Equality is checked here (servers fold case, accents, wildcards): e-mails without regard
        to case, all else exactly. Archived, trashed and cancelled ones come too, marked. An empty
        value finds nothing. Keys that flows ask for: "reference" of all that we make, "sku" of
        products, "email" of customers, "document" (the sales document's id) of shipments and
        invoices; an invoice over several documents is found by each; "parent" of shop orders: those
        that are parts of it, without the trash; "order" of a shop's parcels: those of a shop order.
        """
        ...

    def census(self, entity: str, since: datetime | None = None) -> Iterator[Seen]:
        """Id, birth mark and date of every record, cheaply."""
        ...

    def acknowledge(self, entity: str, position: str) -> None:
        """All up to `position` is settled or held."""
        ...

    def create(self, entity: str, drafts: Sequence[Draft]) -> Iterator[Result]:
        """Make the records; one result each, in order. Never repeated by the connector."""
        ...

    def update(self, entity: str, changes: Sequence[Change]) -> Iterator[Result]:
        """Write absolute values; one result each, in order; the answer is compared."""
        ...

    def advance(self, entity: str, ids: Sequence[str], to: str) -> Iterator[Result]:
        """Bring documents to state `to`: reads where each stands, does the next step, reads again.

        One result each, in order; a document already there is `Done`. Plural, because real ERPs
        confirm many in one call.
        """
        ...

    def calls(self) -> Mapping[str, int]:
        """How many calls were made so far in this run: "read" and "write"."""
        ...

    def close(self) -> None:
        """Let go of connections; idempotent."""
        ...


@runtime_checkable
class Inspects(Protocol):
    """What a connector may offer besides: it looks at its own system before a go-live."""

    def inspect(self, *, writes: bool) -> Iterator[Finding]:
        """What people should know of the system that `identify` does not say.

        `writes` claims that the configuration writes to it: rights that are lacking for that are
        problems, and rights beyond what is needed warnings, by name. Calls only what cannot have an
        effect. A fault of one question is a finding; exceptions mean the system, as everywhere.
        """
        ...


@runtime_checkable
class Marks(Protocol):
    """What a connector may do besides: it tells what stands in the fields that are to change."""

    def marks(self, entity: str, changes: Sequence[Change]) -> Mapping[str, Mapping[str, str]]:
        """By the record's id and the field a mark of its value now: equal for equal values, and
        nothing of the value can be read from it. A record that is gone is absent."""
        ...


@runtime_checkable
class Offers(Protocol):
    """What a connector may offer besides: it knows whether its system has a kind of records now."""

    def offers(self, entity: str) -> bool:
        """Whether the system takes such records as it is set up: a feature or a plug-in may lack.

        Asks the system once a run at most; what cannot be found out is not offered.
        """
        ...


@runtime_checkable
class Diagnoses(Protocol):
    """What a connector may offer besides: it finds out why its system does not answer."""

    def diagnose(self, fault: SyncError) -> Iterator[Finding]:
        """More than the `fault` of `identify` says, by other ways that are as safe; perhaps none.

        A fault that it explains is not told again. Raises nothing that means the system.
        """
        ...


def batched(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """`items` in lists of at most `size`, in order."""
    batch: list[Any] = []
    for item in items:
        batch.append(item)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch
