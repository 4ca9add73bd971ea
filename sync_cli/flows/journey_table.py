"""The journeys that there are between a shop and an ERP, as one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from sync_cli.core.model import Record
from sync_cli.flows import journey_steps as steps
from sync_cli.flows import parcel_steps
from sync_cli.flows.journey_steps import Setting
from sync_cli.flows.systems import ERP, SHOP

ENTITIES: Mapping[str, str] = {"document": "order", "credit_note": "refund", "write_back": "order"}
"""What a connector calls the records of a mapping, where it is another word."""

Translate = Callable[[Any, Setting], Record]


def _never(_record: Any, _setting: Setting) -> str:
    return ""


class End(Struct, frozen=True):
    """One end of a journey: the system's role, and its mapping."""

    role: str
    mapping: str

    @property
    def entity(self) -> str:
        """What the connector calls such records where it reads them."""
        return ENTITIES.get(self.mapping, self.mapping)


class Journey(Struct, frozen=True):
    """One way of one kind of record. `note` says what a run does besides.

    `searched` are the keys, besides its id, by which a record is asked for. `left_out` gives the
    reason why a run would leave a record out, "" if it would not.
    """

    name: str
    source: End
    target: End
    translate: Translate
    note: str = ""
    searched: tuple[str, ...] = ()
    left_out: Callable[[Any, Setting], str] = _never


_METADATA = "Metadata of the shop's order; the seal is that of the run."

_FIRST = "The first parcel of the delivery; a run makes one of each, and claims no piece twice."

JOURNEYS = (
    Journey(
        "order",
        End(SHOP, "order"),
        End(ERP, "document"),
        steps.document,
        "Ids of the ERP are put in for `product:` and `customer:` names.",
    ),
    Journey(
        "document",
        End(ERP, "document"),
        End(SHOP, "write_back"),
        steps.write_back,
        _METADATA,
        ("reference", "number"),
    ),
    Journey(
        "shipment",
        End(ERP, "shipment"),
        End(SHOP, "write_back"),
        steps.parcels_back,
        f"{_METADATA} Parcels that others wrote stay.",
        left_out=steps.shipment_left_out,
    ),
    Journey(
        "fulfillment",
        End(ERP, "shipment"),
        End(SHOP, "fulfillment"),
        parcel_steps.fulfillment,
        _FIRST,
        left_out=parcel_steps.no_fulfillment,
    ),
    Journey(
        "tracking",
        End(ERP, "shipment"),
        End(SHOP, "tracking"),
        parcel_steps.tracking,
        _FIRST,
        left_out=parcel_steps.no_tracking,
    ),
    Journey(
        "invoice",
        End(ERP, "invoice"),
        End(SHOP, "write_back"),
        steps.invoice_back,
        _METADATA,
        left_out=steps.invoice_left_out,
    ),
    Journey(
        "refund",
        End(SHOP, "refund"),
        End(ERP, "credit_note"),
        steps.credit_note,
        "Currency, customer and taxes are those of its order; ids of the ERP are put in for names.",
    ),
    Journey(
        "customer",
        End(SHOP, "customer"),
        End(ERP, "customer"),
        steps.customer,
        searched=("email",),
    ),
    Journey(
        "customer_number",
        End(ERP, "customer"),
        End(SHOP, "customer"),
        steps.number,
        "Metadata of the shop's account.",
        ("reference", "email"),
    ),
    Journey(
        "product",
        End(ERP, "product"),
        End(SHOP, "product"),
        steps.product,
        "As it would be made anew; of a product that is there only differing fields are sent.",
        ("sku",),
    ),
    Journey(
        "stock",
        End(ERP, "stock"),
        End(SHOP, "stock"),
        steps.stock,
        "A run also takes off the sales that the ERP has not seen yet.",
        ("sku",),
        steps.stock_left_out,
    ),
)
