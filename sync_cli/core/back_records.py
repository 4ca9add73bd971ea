"""The records of the way back: what the ERP made of an order, and what the shop is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b

from pydantic import Field

from sync_cli.core.model import ZERO, DocumentState, OrderState, Part, Record


class Parcel(Part):
    """One parcel on its way to a customer; `link` is where it can be followed, "" if unknown."""

    number: str
    carrier: str = ""
    link: str = ""
    shipped_at: datetime | None = None

    @property
    def key(self) -> str:
        """A stable name of 32 hexadecimal digits, as the shop's tracking plug-ins use."""
        return blake2b(self.number.encode(), digest_size=16).hexdigest()

    @property
    def shipped_seconds(self) -> str:
        """The time of shipping in seconds since 1970, as text; "" if it is not known."""
        return str(int(self.shipped_at.timestamp())) if self.shipped_at else ""


def is_ours(number: str, entry: Mapping[str, object]) -> bool:
    """Whether an entry of an order's metadata carries the name that we give to this number."""
    return Parcel(number=number).key in entry.values()


class ShipmentLine(Part):
    """What a shipment holds of one article, in ERP units; `product_id` is the ERP's id."""

    product_id: str = ""
    sku: str = ""
    quantity: Decimal = ZERO


class Shipment(Record):
    """A delivery of an ERP: for `document`, the ERP's id of the sales document.

    `done` claims that the goods have left; `cancelled` that they never will.
    """

    number: str = ""
    document: str = ""
    done: bool = False
    cancelled: bool = False
    shipped_at: datetime | None = None
    parcels: tuple[Parcel, ...] = ()
    lines: tuple[ShipmentLine, ...] = ()


class Invoice(Record):
    """An invoice of an ERP: for `documents`, the ERP's ids of its sales documents.

    `posted` claims that it is booked, so that its number is final. `link` is where a person finds
    it, "" if nowhere. Credit notes are no invoices.
    """

    number: str = ""
    documents: tuple[str, ...] = ()
    posted: bool = False
    paid: bool = False
    issued_on: str = ""
    link: str = ""
    currency: str = ""
    total: Decimal = ZERO


class WriteBack(Record):
    """What the shop's order is told about its ERP document, its invoice and its parcels."""

    number: str
    state: DocumentState
    seal: str
    invoice_number: str = ""
    invoice_date: str = ""
    invoice_link: str = ""
    parcels: tuple[Parcel, ...] = ()


class PackedLine(Part):
    """So many whole pieces of one line of a shop order, in one parcel."""

    line_id: str = ""
    quantity: Decimal = ZERO


class PackedParcel(Record):
    """One parcel of a shop order, where the shop keeps parcels as records of their own.

    `place` names the parcel in the ERP: its delivery, and its number within that. It is empty for a
    parcel that others entered. `shipped_on` is the day, as 2026-01-31. Several tracking numbers in
    one text are those of a delivery of more parcels than pieces.
    """

    order_id: str = ""
    place: str = ""
    number: str = ""
    carrier: str = ""
    link: str = ""
    shipped_on: str = ""
    lines: tuple[PackedLine, ...] = ()


class StatusChange(Record):
    """The state that a shop order is brought to, because of what the ERP says of its document."""

    state: OrderState


class Note(Record):
    """A private note on a shop order; `reference` stands in its text, so that it is found again."""

    order_id: str
    reference: str
    text: str = Field(repr=False)
