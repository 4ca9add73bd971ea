"""Orders, shop to ERP, and what comes back: the part `orders` of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from sync_cli.config.lines import LineSettings
from sync_cli.config.routing import RoutingSettings
from sync_cli.config.shared import Guarded, Instant, Template, Zone
from sync_cli.connectors.settings import Duration, Section
from sync_cli.core.families import ChildOrders
from sync_cli.core.model import OrderState
from sync_cli.core.parcels import ParcelPlace
from sync_cli.core.shipping import StatusRules
from sync_cli.core.suspicion import HoldRules
from sync_cli.core.unit_prices import UnitPrices
from sync_cli.engine.route import Mode


class GuestPolicy(StrEnum):
    """Which ERP customer a guest's order gets."""

    BY_EMAIL = "by_email"
    PER_ORDER = "per_order"
    SHARED = "shared"


class Guests(Section):
    """Orders without a customer account."""

    policy: GuestPolicy = Field(
        GuestPolicy.BY_EMAIL,
        description="by_email: one ERP customer an address; per_order: a new one each;"
        " shared: all on one",
    )
    customer: str = Field("", description="the ERP id of the shared customer")

    @model_validator(mode="after")
    def _names_the_shared_one(self) -> Guests:
        if self.policy is GuestPolicy.SHARED and not self.customer:
            raise ValueError("shared needs `customer`, the ERP id of the customer they share")
        return self


class StatusSettings(Section):
    """The status of shop orders by what the ERP says; most changes mail the customer."""

    mode: Mode = Field(Mode.ON, description="off, plan or on (needs mode: on of orders)")
    completed: bool = Field(True, description="completed once all of it has left")
    partially_shipped: bool = Field(
        False, description="a status of its own when part of it has left; the shop must have it"
    )
    cancelled: bool = Field(True, description="cancelled when the ERP cancels its document")
    paid: bool = Field(
        True, description="processing when the ERP says that an order on hold is paid"
    )
    complete_unpaid: bool = Field(
        False,
        description="true: complete orders that nobody has paid yet; the shop then shows them as"
        " paid",
    )
    manual_payments: tuple[str, ...] = Field(
        (
            "bacs",
            "cheque",
            "cod",
            "invoice",
            "german_market_purchase_on_account",
            "german_market_sepa_direct_debit",
        ),
        description="payment methods that count as paid only when the ERP says so",
    )
    notify_max_age: Duration = Field(
        timedelta(days=14), description="the status of orders older than this is left alone"
    )

    def rules(self) -> StatusRules:
        """The same as the core's rules."""
        return StatusRules(
            completed=self.completed,
            partially_shipped=self.partially_shipped,
            cancelled=self.cancelled,
            paid=self.paid,
            complete_unpaid=self.complete_unpaid,
            manual=frozenset(self.manual_payments),
            oldest=self.notify_max_age,
        )


class FraudHold(Section):
    """Orders that wait for a person's check; released by a change of state or metadata."""

    states: tuple[OrderState, ...] = Field(
        (), description="canonical states in which an order is held; it shows on the held list"
    )
    metadata: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="metadata that holds an order: by key the values that do, as in"
        " _fraud_risk: [high, review*]",
    )

    def rules(self) -> HoldRules:
        """The same as the core's rules."""
        return HoldRules(frozenset(self.states), self.metadata)


class OrdersSettings(Guarded):
    """Orders, shop to ERP, and what the ERP says of them back to the shop."""

    mode: Mode = Field(Mode.PLAN, description="off, plan (print only) or on")
    start_at: Instant = Field(
        description="compulsory: orders placed before are never created in the ERP"
    )
    states: tuple[OrderState, ...] = Field(
        (OrderState.PROCESSING, OrderState.PARTIALLY_SHIPPED, OrderState.COMPLETED),
        description="canonical states in which an order goes to the ERP",
    )
    fraud_hold: FraudHold = Field(default_factory=FraudHold)
    child_orders: ChildOrders = Field(
        ChildOrders.HOLD,
        description="orders that a marketplace splits, a whole and its parts: hold (both wait until"
        " this says which side is booked), parents or children",
    )
    settle: Duration = Field(
        timedelta(seconds=60), description="an order must have been left alone for so long"
    )
    routing: RoutingSettings = Field(default_factory=RoutingSettings)
    reference: Template = Field("WC-{shop}-{id}", description="our name for an order in the ERP")
    customer_reference: Template = Field("WC-{shop}-C{id}", description="our name for a customer")
    guests: Guests = Field(default_factory=Guests)
    write_back: Mode = Field(
        Mode.ON, description="document number and state as metadata (needs mode: on)"
    )
    unit_prices: UnitPrices = Field(
        UnitPrices.SPLIT,
        description="a line whose amount is no multiple of a price that the ERP can hold: split"
        " (3 for 10.00 become 2 at 3.33 and 1 at 3.34), single (one piece at the whole amount, the"
        " quantity in the text) or hold",
    )
    lines: LineSettings = Field(default_factory=LineSettings)
    time_zone: Zone = Field(
        "",
        description="the company's time zone, such as Europe/Berlin: dates of documents are the"
        " shop's dates in it; empty = the one that the ERP or the shop names",
    )
    exchange_rate: Literal["optional", "required"] = Field(
        "optional",
        description="required: an order in another currency than the ERP's waits until it says its"
        " rate; no rate is ever assumed",
    )
    exchange_rate_limit: Decimal = Field(
        Decimal(5),
        ge=0,
        le=100,
        description="where the ERP converts by exchange rates of its own (Odoo, Tryton): by how"
        " many percent its rate of the order's day may differ from the order's own; further off the"
        " draft is cancelled, the order held",
    )
    rounding_limit: int = Field(
        2,
        ge=0,
        description="where the ERP computes the taxes: a draft that is so many units of the"
        " smallest coin off gets one rounding line; further off it is cancelled, the order held",
    )
    note: bool = Field(True, description="a private note with the document number, once")
    tracking: bool = Field(True, description="tell the shop's order of its parcels")
    parcels: ParcelPlace = Field(
        ParcelPlace.META,
        description="where parcels go: meta (metadata that the usual tracking plug-ins read),"
        " fulfillments (the shop's own feature, with the pieces in each), plugin (by the REST of a"
        " tracking plug-in) or auto (the first that the shop has: fulfillments, plugin, meta)",
    )
    status: StatusSettings = Field(default_factory=StatusSettings)
