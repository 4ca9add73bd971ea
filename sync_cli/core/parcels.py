"""What is in which parcel: deliveries of the ERP, told as parcels with pieces of an order's lines.

The shop does not check how many pieces a parcel claims (FACTS 17.3), so that is done here: of no
line more leaves than was ordered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.core.back_records import PackedLine, PackedParcel, Parcel, Shipment, ShipmentLine
from sync_cli.core.model import Document, DocumentState, Order, OrderLine
from sync_cli.core.shipping import COMPANION, on_their_way
from sync_cli.core.states import has_reached

WITHOUT_DELIVERY = "document"
"""The place of parcels of which only the document tells."""


class ParcelPlace(StrEnum):
    """Where the shop keeps the parcels of its orders."""

    META = "meta"
    FULFILLMENTS = "fulfillments"
    PLUGIN = "plugin"
    AUTO = "auto"


class Content(Struct, frozen=True):
    """So many whole pieces of one product: `key` is the shop's product, "" if it is not known."""

    key: str
    sku: str
    pieces: int


class Packed(Struct, frozen=True):
    """One parcel as the ERP tells it. `holds_the_rest` claims all that no other parcel holds."""

    place: str
    number: str
    carrier: str = ""
    link: str = ""
    shipped_at: datetime | None = None
    contents: tuple[Content, ...] = ()
    holds_the_rest: bool = False

    @property
    def facts(self) -> list[object]:
        """All that is told of it, but for its day: what a fingerprint stands for."""
        contents = [[one.key, one.sku, one.pieces] for one in self.contents]
        return [self.place, self.number, self.carrier, self.link, contents]


def shipped_on(parcel: Packed, zone: tzinfo) -> str:
    """The day on which it left, where `zone` counts days, as 2026-01-31; "" if it is not known."""
    at = parcel.shipped_at
    return f"{at.astimezone(zone):%Y-%m-%d}" if at is not None else ""


Pieces = Callable[[ShipmentLine], tuple[str, Decimal]]
"""The shop's product of a line of a delivery, "" if it is not known, and how many pieces of it."""


def packed(
    document: Document, shipments: Sequence[Shipment], pieces_of: Pieces
) -> tuple[Packed, ...]:
    """Every parcel that is on its way with what is in it, the first delivery's first.

    An ERP that does not say what lies in which parcel of a delivery says how many there are: each
    holds a piece at least, the first all the others. A delivery of fewer pieces than parcels has
    the numbers that are left over in its last one. One without any number is a parcel all the same.
    Numbers of a document that was shipped without deliveries hold the rest of the order.
    """
    left = on_their_way(shipments)
    found = [parcel for shipment in left for parcel in _parcels_of(shipment, pieces_of)]
    known = {parcel.number for shipment in left for parcel in shipment.parcels}
    others = [number for number in document.tracking if number and number not in known]
    if others and has_reached(document.state, DocumentState.SHIPPED) and not left:
        numbers = COMPANION.join(dict.fromkeys(others))
        found.append(Packed(WITHOUT_DELIVERY, numbers, holds_the_rest=True))
    return tuple(found)


def _parcels_of(shipment: Shipment, pieces_of: Pieces) -> list[Packed]:
    contents = _contents(shipment.lines, pieces_of)
    numbered = {parcel.number: parcel for parcel in shipment.parcels if parcel.number}
    parcels = list(numbered.values()) or [Parcel(number="")]
    count = max(1, min(len(parcels), sum(one.pieces for one in contents)))
    parcels = [*parcels[: count - 1], _as_one(parcels[count - 1 :])]
    return [
        Packed(
            f"{shipment.id}/{at + 1}",
            parcel.number,
            parcel.carrier,
            parcel.link,
            parcel.shipped_at or shipment.shipped_at,
            inside,
        )
        for at, (parcel, inside) in enumerate(zip(parcels, _spread(contents, count), strict=True))
    ]


def _as_one(parcels: Sequence[Parcel]) -> Parcel:
    numbers = COMPANION.join(parcel.number for parcel in parcels)
    return parcels[0].model_copy(update={"number": numbers})


def _contents(lines: Iterable[ShipmentLine], pieces_of: Pieces) -> list[Content]:
    """The whole pieces of each product; what is less than a piece is in no parcel."""
    sums: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        key, pieces = pieces_of(line)
        product = (key, "" if key else line.sku)
        sums[product] = sums.get(product, Decimal(0)) + pieces
    return [Content(key, sku, int(pieces)) for (key, sku), pieces in sums.items() if pieces >= 1]


def _spread(contents: Sequence[Content], count: int) -> list[tuple[Content, ...]]:
    """The contents of `count` parcels: a piece for each but the first, which has all others."""
    rest = list(contents)
    singles: list[tuple[Content, ...]] = []
    while len(singles) < count - 1:
        last = rest.pop()
        singles.append((replace(last, pieces=1),))
        if last.pieces > 1:
            rest.append(replace(last, pieces=last.pieces - 1))
    return [tuple(rest), *reversed(singles)]


class Room:
    """How many pieces of each line of an order are in no parcel yet."""

    def __init__(self, order: Order, taken: Iterable[PackedLine]) -> None:
        """`taken` are the pieces in parcels that stay as they are."""
        self._lines = order.lines
        self._left: Counter[str] = Counter({line.id: int(line.quantity) for line in order.lines})
        for line in taken:
            self._left[line.line_id] -= int(line.quantity)

    def take(self, parcel: Packed) -> tuple[PackedLine, ...]:
        """The pieces of lines that the parcel gets, never more than there is room for."""
        if parcel.holds_the_rest:
            wanted = [(line, self._left[line.id]) for line in self._lines]
            return tuple(self._take(line, pieces) for line, pieces in wanted if pieces > 0)
        found: list[PackedLine] = []
        for content in parcel.contents:
            missing = content.pieces
            for line in self._lines:
                pieces = min(missing, self._left[line.id])
                if pieces > 0 and _is_of(line, content):
                    found.append(self._take(line, pieces))
                    missing -= pieces
        return _together(found)

    def _take(self, line: OrderLine, pieces: int) -> PackedLine:
        self._left[line.id] -= pieces
        return PackedLine(line_id=line.id, quantity=Decimal(pieces))


def _is_of(line: OrderLine, content: Content) -> bool:
    if content.key:
        return line.product_key == content.key
    return bool(content.sku) and line.sku == content.sku


def _together(lines: Iterable[PackedLine]) -> tuple[PackedLine, ...]:
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line.line_id] = sums.get(line.line_id, Decimal(0)) + line.quantity
    return tuple(PackedLine(line_id=id, quantity=pieces) for id, pieces in sums.items())


class There(Struct, frozen=True):
    """A parcel that the shop has: its id there, what it says, and whether it is one of ours."""

    id: str
    parcel: PackedParcel

    @property
    def is_ours(self) -> bool:
        """Whether it carries our mark; one that others entered is never changed."""
        return bool(self.parcel.place)


def matching(parcel: Packed, there: Sequence[There], linked: str = "") -> There | None:
    """The shop's parcel that is this one: the linked one, else by our mark, else by its number.

    By its number alone only one that others entered: two deliveries may leave in one parcel, and
    are two of ours.
    """
    if linked:
        return next((one for one in there if one.id == linked), None)
    ours = (one for one in there if one.parcel.place == parcel.place)
    others = (one for one in there if not one.is_ours)
    same = (one for one in others if parcel.number and one.parcel.number == parcel.number)
    return next(ours, None) or next(same, None)
