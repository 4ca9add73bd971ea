"""One direction of one entity, source to target, with all that the engine must know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct, field

from sync_cli.connectors.base import Connector, Found, Json, Raw, References
from sync_cli.core.errors import Problem
from sync_cli.core.item import Candidate, Item, Kind, Rules, Target
from sync_cli.core.model import Document

Ids = Mapping[tuple[str, str], str]
"""The target's id of (entity, source id)."""


class Mode(StrEnum):
    """`off`: not run; `plan`: planned and printed, nothing written; `on`: carried out."""

    OFF = "off"
    PLAN = "plan"
    ON = "on"


class Options(Struct, frozen=True):
    """What a person asked for on the command line; none of them changes another's meaning.

    `since` must be aware UTC. `ids` and `skus` narrow a run to these records, `only` to one group
    of fields. `backfill_from` (aware UTC) asks for the orders placed since then and before
    `orders.start_at`.
    """

    dry_run: bool = False
    since: datetime | None = None
    full: bool = False
    ids: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    limit: int | None = None
    accept: str = ""
    remap: bool = False
    only: str = ""
    backfill_from: datetime | None = None

    @property
    def afresh(self) -> bool:
        """Whether records are to be looked at in both systems, whatever is known of them."""
        return self.full or bool(self.ids)

    @property
    def narrowed(self) -> bool:
        """Whether this is not a complete delta run, so that no watermark may move."""
        return bool(
            self.dry_run
            or self.since
            or self.ids
            or self.skus
            or self.only
            or self.limit is not None
        )


def _agrees(_item: Item, found: Found) -> Candidate:
    return Candidate(found.id, found.birth, cancelled="cancelled" in found.marks)


def _own_ids(ids: Sequence[str]) -> list[str]:
    return list(ids)


def _stands(_raw: Raw) -> Target:
    return Target()


class Route(Struct, frozen=True):
    """`name` keys watermark, fingerprints and held list; `entity` keys the links.

    `scope` is a hash of filter and tables: when it changes, what it had left out is read again.
    `find_keys` are tried in order for records without a link: "reference" searches the item's
    reference, any other key its match value. `judge` says whether a found record may be adopted,
    `stand` where a linked one stands, `read_document` what the target stored of a document;
    `write_document` is the payload of one, with the target's ids in it, or why there is none.
    `rounding` is what a rounding line may carry at most, where the target computes taxes;
    `rate_limit` by how many percent its exchange rate may differ from the record's.
    `source_ids` turns the ids of records into ids of the source, where a route keys its records by
    another system's ids.
    """

    name: str
    entity: str
    source: Connector
    target: Connector
    source_entity: str
    target_entity: str
    source_role: str
    target_role: str
    kind: Kind
    mode: Mode = Mode.PLAN
    scope: str = ""
    buffer: timedelta = timedelta(0)
    start_at: datetime | None = None
    creates: bool = False
    updates: bool = True
    find_keys: tuple[str, ...] = ()
    source_part: str = ""
    judge: Callable[[Item, Found], Candidate] = _agrees
    stand: Callable[[Raw], Target] = _stands
    read_document: Callable[[Raw], Document] | None = None
    write_document: Callable[[Document, Ids], Json | Problem] | None = None
    rounding: Decimal = Decimal(0)
    rate_limit: Decimal | None = None
    source_ids: Callable[[Sequence[str]], list[str]] = _own_ids
    stage_entity: str = field(default="")

    def rules(self, options: Options) -> Rules:
        """What the decision table must know of this route and its target."""
        traits = self.target.traits(self.target_entity)
        return Rules(
            kind=self.kind,
            creates=self.creates,
            updates=self.updates,
            unique_reference=traits.reference is References.UNIQUE,
            in_doubt=traits.in_doubt,
            remap=options.remap,
            editable={state: frozenset(names) for state, names in traits.editable.items()},
        )
