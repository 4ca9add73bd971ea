"""What the connector knows of each kind of record: where it is listed, and what it can do.

Numbers in brackets are points of the observed behaviour of WooCommerce 10.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct, field

from sync_cli.connectors.base import Raw, References, Traits
from sync_cli.core.errors import ConfigError

ORDER = "order"
PRODUCT = "product"
CUSTOMER = "customer"
NOTE = "note"
REFUND = "refund"
FULFILLMENT = "fulfillment"
TRACKING = "tracking"
"""A parcel by the REST of a tracking plug-in."""
TAX_CLASS = "tax_class"
"""Found by its slug, listed whole; never written."""
TAX_RATE = "tax_rate"
"""Listed whole; never found or written."""

TRASHED = "trashed"
CANCELLED = "cancelled"
TRASH = "trash"
MODIFIED = "date_modified_gmt"
CREATED = "date_created_gmt"
PARENT = "parent_id"
LOCAL = "date_modified"
"""The same moment in the shop's local time [3.1]."""

Row = dict[str, Any]


class Listing(Struct, frozen=True):
    """One list of records; a walk over an entity goes through its listings one after another.

    `below` are the lists of products below each of which a part of this one stands, where the shop
    has no list of the whole.
    """

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    below: tuple[Mapping[str, str], ...] = ()


class Shape(Struct, frozen=True):
    """One kind of record.

    `birth` is the key that never changes, `own` are the keys that the connector itself reads.
    `listings` are those of the living and, behind them, of the trashed: trashing moves a record
    behind [3.12]. `dated` claims that they can be filtered and ordered by modification [3.6] and
    say it, `filtered` that they can be filtered by it. `modified` is the key of that date. `added`
    is how the names of lists end that plug-ins add: a record is read with them.
    """

    entity: str
    label: str
    birth: str
    own: frozenset[str]
    listings: tuple[Listing, ...]
    living: int
    dated: bool
    traits: Traits
    filtered: bool = False
    modified: str = MODIFIED
    added: str = ""

    def narrowed(self, row: Row, wanted: frozenset[str]) -> Row:
        """The row with what is `wanted`, what the connector reads, and what plug-ins added."""
        names = wanted | self.own
        return {
            name: value
            for name, value in row.items()
            if name in names or (name.endswith(self.added) and value)
        }


VARIATIONS = "variations"
_LIVING: Mapping[str, str] = {}
_TRASHED = {"status": TRASH}
OLDER_LISTINGS = (
    Listing("products"),
    Listing(VARIATIONS, below=(_LIVING,)),
    Listing("products", _TRASHED),
    Listing(VARIATIONS, _TRASHED, below=(_LIVING, _TRASHED)),
)
"""Where products are listed before WooCommerce 10.3: no list there has the variations of all."""

_DATED = frozenset({"id", MODIFIED, LOCAL})
_SIX_DECIMALS = {"dp": "6"}
"""All that is stored: with the shop's own decimals an order does not prove [13.3]."""

SHAPES: Mapping[str, Shape] = {
    ORDER: Shape(
        entity=ORDER,
        label="Order",
        birth="order_key",
        own=_DATED | {"order_key", "status", "number"},
        listings=(
            Listing("orders", _SIX_DECIMALS),
            Listing("orders", {**_SIX_DECIMALS, "status": TRASH}),
        ),
        living=1,
        dated=True,
        added="_lines",
        traits=Traits(
            reference=References.NONE,
            states=(
                "pending",
                "on-hold",
                "processing",
                "completed",
                "cancelled",
                "refunded",
                "failed",
            ),
        ),
    ),
    PRODUCT: Shape(
        entity=PRODUCT,
        label="Product",
        birth="date_created_gmt",
        own=_DATED | {"date_created_gmt", "status", "type", "parent_id", "sku"},
        listings=(
            Listing("products"),
            Listing(VARIATIONS),
            Listing("products", _TRASHED),
            Listing(VARIATIONS, _TRASHED),
        ),
        living=2,
        dated=True,
        traits=Traits(reference=References.UNIQUE),
    ),
    CUSTOMER: Shape(
        entity=CUSTOMER,
        label="Customer",
        birth="date_created_gmt",
        own=_DATED | {"date_created_gmt", "email"},
        listings=(Listing("customers", {"role": "all"}),),
        living=1,
        dated=False,
        traits=Traits(delta=False, reference=References.UNIQUE),
    ),
    REFUND: Shape(
        entity=REFUND,
        label="Refund",
        birth=CREATED,
        own=frozenset({"id", PARENT, CREATED}),
        listings=(Listing("refunds", _SIX_DECIMALS),),
        living=1,
        # A refund does not say when it was modified, though the filter knows it [2.6b]; it can only
        # be made and deleted, so a walk by id loses none.
        dated=False,
        filtered=True,
        modified=CREATED,
        traits=Traits(reference=References.SEARCHABLE, batch=1),
    ),
    NOTE: Shape(
        entity=NOTE,
        label="Note",
        birth="id",
        own=frozenset({"id", "note", "date_created_gmt", "customer_note"}),
        listings=(),
        living=0,
        dated=False,
        traits=Traits(delta=False, reference=References.SEARCHABLE, batch=20),
    ),
    FULFILLMENT: Shape(
        entity=FULFILLMENT,
        label="Fulfillment",
        birth="id",
        own=frozenset({"id", "meta_data"}),
        listings=(),
        living=0,
        dated=False,
        traits=Traits(delta=False, reference=References.SEARCHABLE, batch=20),
    ),
    TRACKING: Shape(
        entity=TRACKING,
        label="Parcel",
        birth="id",
        own=frozenset({"tracking_id", "tracking_number"}),
        listings=(),
        living=0,
        dated=False,
        traits=Traits(delta=False, reference=References.SEARCHABLE, batch=20),
    ),
}


def shape_of(entity: str) -> Shape:
    """The shape of an entity. Raises ConfigError for one that a shop does not have."""
    shape = SHAPES.get(entity)
    if shape is None:
        raise ConfigError(
            f"A WooCommerce shop has no records of kind {entity!r}.", f"It has {', '.join(SHAPES)}."
        )
    return shape


def raw_of(shape: Shape, row: Row) -> Raw:
    """The row of a list as record."""
    return Raw(
        id=str(row["id"]),
        data=row,
        birth=str(row.get(shape.birth) or ""),
        modified_at=moment(row.get(shape.modified)),
        marks=_MARKS.get(str(row.get("status")), _NO_MARKS),
    )


_NO_MARKS: frozenset[str] = frozenset()
_MARKS = {TRASH: frozenset({TRASHED}), "cancelled": frozenset({CANCELLED})}


def moment(text: str | None) -> datetime | None:
    """A `*_gmt` date, which has no zone suffix, as aware UTC; None where there is none."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def second(at: datetime) -> str:
    """The second as the shop writes it with `dates_are_gmt`; never with a Z beside it [3.2]."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def shifted(text: str, seconds: int) -> str:
    """The second that lies so many seconds behind `text`."""
    return (datetime.fromisoformat(text) + timedelta(seconds=seconds)).isoformat()
