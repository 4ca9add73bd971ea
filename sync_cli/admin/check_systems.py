"""What `sync-cli check` finds of the systems: does each answer, is it the right one, do they fit?

It knows no kind of system: what only a kind knows of itself, its connector says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.admin.check_parcels import check_parcels
from sync_cli.admin.check_taxes import check_taxes
from sync_cli.config import Config
from sync_cli.connectors.base import Connector, Diagnoses, Identity, Inspects
from sync_cli.core.checkup import Finding, Grade, problem_of
from sync_cli.core.errors import AccessDenied, Blocked, ConfigError, SyncError, SystemDown
from sync_cli.engine.route import Mode
from sync_cli.flows.belonging import (
    HOST,
    check_belonging,
    check_rights,
    check_rights_for,
    check_staging,
    facts_of,
)
from sync_cli.flows.connecting import open_erp, open_shop
from sync_cli.flows.journeys import kinds_of
from sync_cli.flows.systems import ERP, SHOP
from sync_cli.mapping.mapping_set import MappingSet
from sync_cli.state.store import State

STATE = "state"
BOTH = f"{SHOP} and {ERP}"
CLOCKS_AGREE = timedelta(seconds=30)
TOMORROW = timedelta(days=1)


def check_state(config: Config, role: str, facts: dict[str, str]) -> Iterator[Finding]:
    """Whether the state file is sound and belongs to this machine, or to this system."""
    if not config.state.exists():
        if role == HOST:
            says = "There is no state file yet; the first run makes it."
            yield Finding(Grade.NOTE, "state file", says, place=STATE)
        return
    try:
        with State.open(config.state, create=False) as state:
            check_belonging(state, role, facts, remember=False)
    except SyncError as fault:
        yield problem_of("state file", fault, STATE)
        return
    if role == HOST:
        says = "The state file is sound and belongs to this machine."
        yield Finding(Grade.OK, "state file", says, place=STATE)


def check_systems(
    config: Config, mappings: MappingSet, now: Callable[[], datetime]
) -> Iterator[Finding]:
    """All that is found of both systems, and of the two together."""
    shop = Look(config, SHOP, partial(open_shop, config, mappings), now)
    erp = Look(config, ERP, partial(open_erp, config), now)
    with closing(shop), closing(erp):
        for look in (shop, erp):
            for found in look.findings():
                yield replace(found, place=found.place or look.role)
        if shop.connector is not None and shop.identity is not None:
            yield from check_taxes(kinds_of(config)[ERP], mappings, shop.connector)
        if shop.identity and erp.identity and erp.connector:
            digits = erp.connector.traits("order").price_digits
            yield from between(shop.identity, erp.identity, digits)


class Look(Struct):
    """A look at one system; `connector` and `identity` are there once it answered."""

    config: Config
    role: str
    open: Callable[[], Connector]
    now: Callable[[], datetime]
    connector: Connector | None = None
    identity: Identity | None = None

    def close(self) -> None:
        """Let go of connections."""
        if self.connector is not None:
            self.connector.close()

    def findings(self) -> Iterator[Finding]:
        """All that is found of this system alone; a fault that stops every run is the last."""
        try:
            self.connector = self.open()
        except SyncError as fault:
            yield problem_of("secrets and address", fault)
            return
        try:
            self.identity = self.connector.identify()
        except SyncError as fault:
            yield from _why_silent(self.connector, fault)
            return
        yield from self._who(self.identity)
        try:
            yield from self._inside(self.connector, self.identity)
        except SyncError as fault:
            yield problem_of(_topic(fault), fault)

    def _who(self, identity: Identity) -> Iterator[Finding]:
        yield Finding(Grade.OK, "answers", _words_of(identity))
        yield from check_state(self.config, self.role, facts_of(identity))
        staging = self.config.staging
        yield from _refused("staging", partial(check_staging, self.role, identity, staging=staging))
        yield from _refused("rights", partial(check_rights, self.role, identity))
        if self.role == ERP and self.config.payments.mode is not Mode.OFF:
            named = partial(check_rights_for, ERP, identity, "payment", "payments")
            yield from _refused("rights", named)
        yield _clock(identity, self.now())
        zone = identity.facts.get("time_zone")
        if zone:
            says = f"Its time zone is {zone}; times are carried over in UTC."
            yield Finding(Grade.OK, "time zone", says)

    def _inside(self, connector: Connector, identity: Identity) -> Iterator[Finding]:
        honoured = []
        for entity in _entities(self.config, self.role):
            faults = list(_filters(connector, entity, identity.clock))
            yield from faults
            honoured += [] if faults else [entity]
        if honoured:
            says = f"Its lists are filtered and ordered: {', '.join(honoured)}."
            yield Finding(Grade.OK, "filters", says)
        if isinstance(connector, Inspects):
            yield from connector.inspect(writes=_writes(self.config, self.role))
        if self.role == SHOP:
            yield from check_parcels(self.config, connector)


def _why_silent(connector: Connector, fault: SyncError) -> Iterator[Finding]:
    explained = list(connector.diagnose(fault)) if isinstance(connector, Diagnoses) else []
    yield from explained or [problem_of(_topic(fault), fault)]


def _topic(fault: SyncError) -> str:
    match fault:
        case Blocked():
            return "firewall"
        case AccessDenied():
            return "authentication"
        case SystemDown():
            return "answers"
        case _:
            return "address"


def _words_of(identity: Identity) -> str:
    version = f" {identity.version}" if identity.version else ""
    company = f", company {identity.company}" if identity.company else ""
    return f"{identity.kind}{version} answers at {identity.address}{company}."


def _refused(topic: str, ask: Callable[[], None]) -> Iterator[Finding]:
    try:
        ask()
    except SyncError as fault:
        yield problem_of(topic, fault)


def _clock(identity: Identity, now: datetime) -> Finding:
    ahead = identity.clock - now
    if abs(ahead) <= CLOCKS_AGREE:
        return Finding(Grade.OK, "clock", "Its clock agrees with this machine's.")
    seconds = int(abs(ahead).total_seconds())
    where = "ahead of" if ahead > timedelta(0) else "behind"
    return Finding(
        Grade.WARNING,
        "clock",
        f"Its clock is {seconds} s {where} this machine's.",
        "Let both keep time by NTP. No record is lost by it: changes are counted by its own clock.",
    )


def _entities(config: Config, role: str) -> Iterator[str]:
    """What is read of a system by the date of its changes, and switched on or planned."""
    used = {
        "order": config.orders.mode,
        "product": config.products.mode if config.stock.mode is Mode.OFF else config.stock.mode,
        "customer": config.customers.mode,
    }
    if config.orders.mode is not Mode.OFF:
        used["refund"] = config.refunds.mode
    if role == ERP:
        used["stock"] = config.stock.mode
    yield from (entity for entity, mode in used.items() if mode is not Mode.OFF)


def _filters(connector: Connector, entity: str, clock: datetime) -> Iterator[Finding]:
    """What is wrong where the system does not honour the filter by date, for nothing changed
    tomorrow; without such a filter, where its lists of ids are not in order."""
    try:
        if connector.traits(entity).delta:
            pages = islice(connector.changes(entity, clock + TOMORROW), 1)
            ignored = any(page.records for page in pages)
        else:
            ignored = False
            for _ in islice(connector.census(entity), 2):
                continue
    except ConfigError as fault:
        yield problem_of("filters", fault)
        return
    if ignored:
        yield Finding(
            Grade.PROBLEM,
            "filters",
            f"Asked for each {entity} that changed after tomorrow, it answers with older ones: it"
            " ignores the filter, and every run would read everything.",
            "A plug-in, a cache or the profile seems to be wrong.",
        )


def _writes(config: Config, role: str) -> bool:
    """Whether this configuration writes to the system."""
    orders, customers = config.orders, config.customers
    if role == ERP:
        return Mode.ON in (orders.mode, customers.mode)
    back = (
        (orders.mode, orders.write_back),
        (customers.mode, customers.write_back),
    )
    forth = (config.stock.mode, config.products.mode)
    return Mode.ON in forth or (Mode.ON, Mode.ON) in back


def between(shop: Identity, erp: Identity, price_digits: int) -> Iterator[Finding]:
    """What only both together tell: currency and decimals.

    `price_digits` is how many decimals the ERP keeps of an amount of an order.
    """
    sells, books = shop.facts.get("currency", ""), erp.facts.get("currency", "")
    if sells and books and sells != books:
        yield Finding(
            Grade.WARNING,
            "currency",
            f"The shop sells in {sells}, the ERP keeps its books in {books}.",
            f"Set up {sells} in the ERP, with rates; documents are made in the order's currency.",
            BOTH,
        )
    elif sells and books:
        yield Finding(Grade.OK, "currency", f"Both work in {sells}.", place=BOTH)
    decimals = shop.facts.get("decimals", "")
    if decimals.isdecimal() and int(decimals) > price_digits:
        yield Finding(
            Grade.PROBLEM,
            "decimals",
            f"The shop computes with {decimals} decimals, the ERP keeps {price_digits} of an"
            " amount: no order would be proven.",
            "Correct the number of decimals in the shop, or that of the ERP.",
            BOTH,
        )
    elif decimals:
        says = f"The ERP keeps the {decimals} decimals that the shop computes with."
        yield Finding(Grade.OK, "decimals", says, place=BOTH)
