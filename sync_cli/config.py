"""The configuration: one file, one shop. These models validate it and describe it.

`config.example.yaml` and the configuration page are generated from the descriptions here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    model_validator,
)

from sync_cli.config_lines import LineSettings
from sync_cli.connectors.kinds import ErpSettings, ShopSettings
from sync_cli.connectors.settings import Duration, SecretField, Section
from sync_cli.core.families import ChildOrders
from sync_cli.core.guard import DEFAULT_LIMITS, Harm, Limit
from sync_cli.core.model import Disposition, Order, OrderLine, OrderState
from sync_cli.core.refunds import Mismatch
from sync_cli.core.routing import Routing, RoutingRule, Shared
from sync_cli.core.sellable import Basis
from sync_cli.core.shipping import StatusRules
from sync_cli.core.suspicion import HoldRules
from sync_cli.core.unit_prices import UnitPrices
from sync_cli.engine.route import Mode
from sync_cli.mapping.shapes import wrong_path

ADDRESS = r"^[^@\s<>,;]+@[^@\s<>,;]+$"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _short_key(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]{1,6}", value):
        raise ValueError("use 1 to 6 small letters or digits; it becomes part of every reference")
    return value


def _template(value: str) -> str:
    try:
        named = value.format(shop="key", id="1042")
    except (KeyError, IndexError, ValueError):
        raise ValueError("only {shop} and {id} may stand in it") from None
    if "1042" not in named:
        raise ValueError("{id} must stand in it, or all records would have one name")
    return value


def _aware(value: Any) -> Any:
    """A date in YAML has no zone: it means that day's midnight in UTC."""
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return f"{text}T00:00:00Z"
    if isinstance(value, datetime) and value.tzinfo is None:
        return f"{value.isoformat()}Z"
    return value


def _zone(value: str) -> str:
    try:
        if value:
            ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone; write one such as Europe/Berlin") from None
    return value


Zone = Annotated[str, AfterValidator(_zone)]
Template = Annotated[str, AfterValidator(_template)]
Instant = Annotated[AwareDatetime, BeforeValidator(_aware)]


class GuestPolicy(StrEnum):
    """Which ERP customer a guest's order gets."""

    BY_EMAIL = "by_email"
    PER_ORDER = "per_order"
    SHARED = "shared"


class LimitSettings(Section):
    """Trips above `share` of the records looked at, never at or below `least`."""

    share: Decimal = Field(ge=0, le=1)
    least: int = Field(ge=0)


class Guarded(Section):
    """A part whose plans the guard looks at."""

    guard: Mapping[Harm, LimitSettings] = Field(
        default_factory=dict, description="limits other than the default ones"
    )

    def limits(self) -> dict[Harm, Limit]:
        """All limits of the guard, the defaults where none is given."""
        given = {harm: Limit(item.share, item.least) for harm, item in self.guard.items()}
        return {**DEFAULT_LIMITS, **given}


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


class RoutingRuleSettings(Section):
    """Lines that fit go to `part`."""

    part: str = Field(
        pattern=r"^[a-z0-9]{1,6}$",
        description="small letters and digits, 6 at most; it becomes part of the reference, and the"
        " ERP's mapping makes a warehouse or company of it",
    )
    lines: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="fields of a line and patterns of their values"
    )
    order: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="fields of the order and patterns of their values"
    )

    @model_validator(mode="after")
    def _names_fields(self) -> RoutingRuleSettings:
        for model, wanted in ((OrderLine, self.lines), (Order, self.order)):
            for path in wanted:
                if wrong := wrong_path(model, path.split(".")):
                    raise ValueError(f"{path}: {wrong}")
        return self


class RoutingSettings(Section):
    """One order becomes several documents: by warehouse, vendor, company or brand."""

    parts: tuple[RoutingRuleSettings, ...] = Field(
        (),
        description="rules, the first that fits a line counts: {part: north, lines: {sku:"
        " [N-*]}, order: {billing.country: [AT]}}; without any an order is one document",
    )
    rest: str = Field(
        "",
        pattern=r"^[a-z0-9]{0,6}$",
        description="compulsory with `parts`: the part of lines that no rule takes, such as main",
    )
    shared: Shared = Field(
        Shared.SHARED,
        description="shipping and fees: shared (in proportion to the goods) or first (all to the"
        " part of the first line)",
    )

    @model_validator(mode="after")
    def _names_the_rest(self) -> RoutingSettings:
        if self.parts and not self.rest:
            raise ValueError("with `parts` the `rest` needs a name too, such as main")
        return self

    def rules(self) -> Routing:
        """The same as the core's rules."""
        rules = tuple(RoutingRule(one.part, one.lines, one.order) for one in self.parts)
        return Routing(rules, self.rest, self.shared)


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
    rounding_limit: int = Field(
        2,
        ge=0,
        description="where the ERP computes the taxes: a draft that is so many units of the"
        " smallest coin off gets one rounding line; further off it is cancelled, the order held",
    )
    note: bool = Field(True, description="a private note with the document number, once")
    tracking: bool = Field(
        True, description="parcels as metadata that the usual tracking plug-ins read"
    )
    status: StatusSettings = Field(default_factory=StatusSettings)


class Goods(StrEnum):
    """What becomes of the goods of a refund that does not say it itself."""

    SHOP = "shop"
    RESTOCK = "restock"
    SCRAP = "scrap"
    REPAIR = "repair"
    NONE = "none"

    @property
    def fixed(self) -> Disposition | None:
        """The same for all pieces; None: as the shop did with each."""
        return None if self is Goods.SHOP else Disposition(self.value)


class RefundsSettings(Section):
    """Refunds, shop to ERP: each becomes a credit note. Run by `sync-cli orders`."""

    mode: Mode = Field(
        Mode.OFF, description="off, plan (print only) or on (needs `orders.mode: on`)"
    )
    reference: Template = Field("WC-{shop}-R{id}", description="our name for a refund in the ERP")
    mismatch: Mismatch = Field(
        Mismatch.ADJUST,
        description="a refund whose lines are not its amount: adjust (one line more for each tax"
        " of the order) or hold",
    )
    disposition: Goods = Field(
        Goods.SHOP,
        description="goods of a refund that does not say it itself: shop (what the shop put back"
        " in stock is put back in the ERP), restock, scrap, repair, or none (they stay with the"
        " customer)",
    )
    from_erp: Mode = Field(
        Mode.OFF,
        description="credit notes that the ERP makes itself become refunds of the shop: off, plan"
        " or on (needs `mode: on` too)",
    )
    from_erp_since: Instant | None = Field(
        None, description="compulsory with `from_erp`: older credit notes stay in the ERP alone"
    )
    api_refund: bool = Field(
        False,
        description="true: the shop's payment gateway sends the money of such a refund to the"
        " customer; false: you have sent it",
    )

    @model_validator(mode="after")
    def _says_since_when(self) -> RefundsSettings:
        if self.from_erp is not Mode.OFF and self.from_erp_since is None:
            raise ValueError("`from_erp` needs `from_erp_since`, the day from which on it holds")
        return self


class PaymentsSettings(Section):
    """Payments, shop to ERP: money that the shop received. Run by `sync-cli orders`."""

    mode: Mode = Field(
        Mode.OFF, description="off, plan (print only) or on (needs `orders.mode: on`)"
    )
    since: Instant | None = Field(
        None, description="compulsory with `mode`: what was paid before is left to the books"
    )
    reference: Template = Field("WC-{shop}-P{id}", description="our name for a payment in the ERP")

    @model_validator(mode="after")
    def _says_since_when(self) -> PaymentsSettings:
        if self.mode is not Mode.OFF and self.since is None:
            raise ValueError("`mode` needs `since`, the day from which on payments are booked")
        return self


class CustomersSettings(Guarded):
    """Registered customers, shop to ERP, and the ERP's number of them back to the shop."""

    mode: Mode = Field(Mode.PLAN, description="off, plan (print only) or on")
    roles: tuple[str, ...] = Field(
        ("customer",),
        min_length=1,
        description="roles of the accounts that are customers, in the shop's own words",
    )
    create: bool = Field(
        True,
        description="false: accounts that the ERP does not know are not made there; they are made"
        " with their first order",
    )
    registered_since: Instant | None = Field(
        None,
        description="accounts registered before are not made in the ERP without an order, empty ="
        " all are",
    )
    by_email: bool = Field(
        True,
        description="an ERP customer with the same e-mail address is the same customer, for"
        " accounts with and without orders; false: only our reference counts",
    )
    update: bool = Field(
        True,
        description="names and addresses that changed in the shop are written to the ERP; what is"
        " empty in the shop is left alone",
    )
    write_back: Mode = Field(
        Mode.ON, description="the ERP's number of a customer as metadata (needs mode: on)"
    )


class ParentManaged(StrEnum):
    """What to do with variations whose stock the parent holds."""

    SUM = "sum"
    HOLD = "hold"


class StockSettings(Guarded):
    """Stock, ERP to shop."""

    mode: Mode = Field(Mode.PLAN, description="off, plan (print only) or on")
    basis: Basis = Field(
        Basis.AVAILABLE, description="available: on hand less demand; physical: on hand"
    )
    warehouses: tuple[str, ...] = Field(
        (), description="ERP warehouses that serve the shop, empty = all"
    )
    safety_stock: Decimal = Field(Decimal(0), ge=0, description="pieces kept back, per product")
    count_unseen: bool = Field(
        True, description="take off pieces of shop orders that the ERP has not confirmed"
    )
    parent_managed: ParentManaged = Field(
        ParentManaged.SUM,
        description="variations that share their parent's number: write the sum, or hold them",
    )
    second_looks: int = Field(
        5, ge=0, description="how often orders placed during the run are looked for again"
    )


class ReconcileSettings(Section):
    """The comparison of both sides; it writes to neither."""

    days: int | None = Field(
        None,
        ge=1,
        description="compare only orders changed in so many days, empty = since start_at",
    )
    grace: Duration = Field(
        timedelta(minutes=15),
        description="what changed so recently is in flight: named as waiting, not as a drift",
    )
    restock_within: Duration = Field(
        timedelta(days=14),
        description="goods that were refunded and are to be put back should be on the shelf after"
        " so long",
    )
    shown: int = Field(
        1000, ge=1, description="list so many drifts of a part at most; all are counted"
    )
    extra_products: bool = Field(
        True,
        description="report products that customers can buy, or that count their own stock, and"
        " that the ERP does not know",
    )


class MailSecurity(StrEnum):
    """How the way to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class MailWhen(StrEnum):
    """When a report is mailed."""

    DRIFTS = "drifts"
    ALWAYS = "always"


class MailSettings(Section):
    """Where `reconcile --mail` sends its report."""

    server: str = Field(min_length=1, description="name of the SMTP server")
    port: int = Field(587, ge=1, le=65535, description="587 for starttls, 465 for tls")
    security: MailSecurity = Field(
        MailSecurity.STARTTLS,
        description="starttls, tls, or none (only for a server on this machine)",
    )
    user: str = Field("", description="user name at the server, empty = no authentication")
    password: SecretField | None = Field(None, description="needed where `user` is set")
    sender: str = Field(pattern=ADDRESS, description="the address that the report comes from")
    recipients: tuple[Annotated[str, Field(pattern=ADDRESS)], ...] = Field(
        min_length=1, description="the addresses that it goes to"
    )
    when: MailWhen = Field(
        MailWhen.DRIFTS, description="drifts: only if the sides do not agree; always: every time"
    )
    timeout: Duration = Field(timedelta(seconds=30), description="longest wait for the server")
    ca_file: Path | None = Field(None, description="certificates to trust instead of the system's")

    @model_validator(mode="after")
    def _check(self) -> MailSettings:
        if self.user and self.password is None:
            raise ValueError("`user` needs a `password`: write {env: NAME} or {file: PATH}")
        if self.security is MailSecurity.NONE and self.server not in LOOPBACK:
            raise ValueError("without TLS the server must be on this machine (localhost)")
        return self


class Archived(StrEnum):
    """What becomes of the shop's product when its article was archived in the ERP."""

    SKIP = "skip"
    DRAFT = "draft"


class ProductsSettings(Guarded):
    """Products, ERP to shop. Nothing is ever deleted in the shop."""

    mode: Mode = Field(Mode.PLAN, description="off, plan (print only) or on")
    create: bool = Field(
        False, description="true: articles that the shop does not have are made there"
    )
    new_status: Literal["draft", "published"] = Field(
        "draft",
        description="status of a product made in the shop, where the ERP says none: draft (to add"
        " images and texts first) or published",
    )
    archived: Archived = Field(
        Archived.SKIP,
        description="articles archived in the ERP: skip (the shop's product stays as it is) or"
        " draft (customers see it no longer)",
    )
    mark_unchanged: bool = Field(
        False,
        description="true: a product that lacks nothing but the ERP's id in its metadata is"
        " written too; false: the id goes along with the next change",
    )


class Systems(Section):
    """The systems that are kept in step."""

    shop: ShopSettings
    erp: ErpSettings = Field(description="The ERP; `kind` says how it is spoken to.")


class Config(Section):
    """One shop and all that it is kept in step with."""

    shop: Annotated[str, AfterValidator(_short_key)] = Field(
        description="a short key of this shop; part of every reference, never change it"
    )
    state: Path = Field(
        Path("sync-state.sqlite"), description="all that is remembered; on a local disk"
    )
    mappings: Path | None = Field(
        None, description="folder of your overlay files; they replace or drop single rules"
    )
    keep: Duration = Field(timedelta(days=400), description="how long audit and past runs are kept")
    staging: bool = Field(
        False, description="true: never writes to a system that calls itself production"
    )
    systems: Systems
    orders: OrdersSettings
    refunds: RefundsSettings = Field(default_factory=RefundsSettings)
    payments: PaymentsSettings = Field(default_factory=PaymentsSettings)
    customers: CustomersSettings = Field(default_factory=CustomersSettings)
    stock: StockSettings = Field(default_factory=StockSettings)
    products: ProductsSettings = Field(default_factory=ProductsSettings)
    reconcile: ReconcileSettings = Field(default_factory=ReconcileSettings)
    mail: MailSettings | None = Field(
        None, description="the mail server; without it no mail is sent"
    )
