"""Compares the shop's accounts with the ERP's customers, by the rules of `sync-cli customers`.

The ERP's customers are read once, to the disk; the shop's accounts stream past them. What differs
is read again on both sides before a word is said about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing

from msgspec import Struct, field

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.drift import ERP, SHOP, Drift, Waiting
from sync_cli.core.drift_customers import (
    ARCHIVED,
    Known,
    account_label,
    compare_account,
    number_doubled,
)
from sync_cli.core.findings import Findings
from sync_cli.core.identity import reference
from sync_cli.core.model import Customer
from sync_cli.core.parts import Part
from sync_cli.engine.route import Mode
from sync_cli.flows.customer_compare import differing_fields
from sync_cli.flows.customer_items import CUSTOMER
from sync_cli.flows.customer_numbers import CUSTOMERS_BACK
from sync_cli.flows.customers import CUSTOMERS, TOO_OLD
from sync_cli.flows.order_customers import REGISTERED
from sync_cli.flows.reconcile_directory import Asking, Directory, Lookup
from sync_cli.flows.reconcile_trust import Memory, SideCount
from sync_cli.flows.systems import Systems
from sync_cli.flows.under_way import just_changed, open_reasons
from sync_cli.mapping.errors import Unreadable

LOOK_AGAIN = 100
ROUTES = (CUSTOMERS, CUSTOMERS_BACK, REGISTERED)
OTHER_ROLE = "its role is not in customers.roles"
NOT_MADE = "no order yet, and customers.create is off"


class Case(Struct, frozen=True):
    """An account with what the ERP has of it; `trouble` says what of it cannot be read."""

    raw: Raw
    account: Customer | None = None
    known: Known = field(default_factory=Known)
    drifts: tuple[Drift, ...] = ()
    left_out: str = ""
    trouble: str = ""


class CustomerComparison:
    """Finds the drifts between accounts and customers; writes nothing."""

    def __init__(self, systems: Systems, findings: Findings) -> None:
        self.systems = systems
        self.state = systems.run.state
        self.findings = findings
        self.settings = systems.config.customers
        self.in_shop = SideCount("accounts of the shop")
        self.in_erp = SideCount("customers of the ERP")
        self._suspects = self.state.spool()

    def compare(self, memory: Memory) -> None:
        """Read both sides, compare all accounts, and look again at what differs."""
        with closing(self._suspects), closing(Directory()) as directory:
            self._read_erp(directory)
            self._compare_all(directory)
            if self._is_doubtful(memory):
                return
            for batch in batched(self._suspects, LOOK_AGAIN):
                self._look_again(dict.fromkeys(row.key for row in batch))
            if self._writes_number:
                for number, accounts in directory.doubled_numbers():
                    self._look_at_number(number, accounts)
        self.findings.compared(Part.CUSTOMERS)

    def _is_doubtful(self, memory: Memory) -> bool:
        doubts = [memory.doubts(side) for side in (self.in_shop, self.in_erp)]
        for doubt in filter(None, doubts):
            self.findings.doubt(f"Customers were not compared: {doubt}")
        if not any(doubts):
            memory.keep(self.in_shop, self.in_erp)
        return any(doubts)

    # The first pass

    def _read_erp(self, directory: Directory) -> None:
        for page in self.systems.erp.changes(CUSTOMER, None):
            self.in_erp.read += len(page.records)
            directory.put(self._readable(page.records))
        directory.index()

    def _readable(self, raws: Iterable[Raw]) -> Iterator[tuple[Raw, Customer]]:
        for raw in raws:
            try:
                yield raw, self.systems.erp_customer(raw)
            except Unreadable as error:
                self.in_erp.spoiled(error.problems[0].sentence())

    def _compare_all(self, directory: Directory) -> None:
        for page in self.systems.shop.changes(CUSTOMER, None):
            self.in_shop.read += len(page.records)
            for case in self._cases(page.records, directory):
                if case.account is None:
                    self.in_shop.spoiled(case.trouble)
                elif self._is_customer(case.account):
                    directory.note_number(case.raw.id, case.account.number)
                if case.trouble or case.drifts:
                    self._suspects.append(case.raw.id, "", ())
                else:
                    self._count(case)

    def _count(self, case: Case) -> None:
        """What was compared, or why it was not."""
        if case.left_out:
            self.findings.leave_out(case.left_out)
            return
        self.findings.count(Part.CUSTOMERS, SHOP)
        if case.known.one is not None:
            self.findings.count(Part.CUSTOMERS, ERP)

    # What both passes have in common

    def _cases(self, raws: Sequence[Raw], lookup: Lookup) -> list[Case]:
        """The accounts with what the ERP has of them."""
        read = [self._read(raw) for raw in raws]
        accounts = {case.raw.id: case.account for case in read if case.account is not None}
        found = self._known(
            {id: account for id, account in accounts.items() if self._is_customer(account)}, lookup
        )
        return [self._judged(case, found) for case in read]

    def _read(self, raw: Raw) -> Case:
        try:
            return Case(raw, self.systems.shop_customer(raw))
        except Unreadable as error:
            return Case(raw, trouble=error.problems[0].about(account_label(raw.id)).sentence())

    def _is_customer(self, account: Customer) -> bool:
        return account.role in self.settings.roles

    def _known(self, accounts: Mapping[str, Customer], lookup: Lookup) -> dict[str, Known | str]:
        """What the ERP has of each account, or why that cannot be read."""
        links = self.state.links(CUSTOMER, SHOP, ERP, list(accounts))
        targets = {link.target: id for id, link in links.items()}
        linked = {targets[raw.id]: raw for raw in lookup.by_id(list(targets))}
        names = {id: self._name(id) for id in accounts}
        named = lookup.by("reference", sorted(set(names.values())))
        alone = {id: account for id, account in accounts.items() if id not in links}
        alike = self._alike(alone.values(), lookup)
        found: dict[str, Known | str] = {}
        for id, account in accounts.items():
            link = links[id].target if id in links else ""
            try:
                own = self.systems.erp_customer(linked[id]) if id in linked else None
                found[id] = Known(
                    link,
                    own,
                    self._customers(named.get(names[id], ())),
                    self._customers(alike.get(account.email, ()) if id in alone else ()),
                    self._fields(account, own),
                )
            except Unreadable as error:
                found[id] = error.problems[0].sentence()
        return found

    def _alike(self, accounts: Iterable[Customer], lookup: Lookup) -> Mapping[str, Sequence[Raw]]:
        if not self.settings.by_email:
            return {}
        return lookup.by("email", sorted({each.email for each in accounts if each.email}))

    def _customers(self, raws: Iterable[Raw]) -> tuple[Customer, ...]:
        return tuple(self.systems.erp_customer(raw) for raw in raws)

    def _fields(self, account: Customer, customer: Customer | None) -> tuple[str, ...]:
        """The fields that a run would write to the ERP."""
        if customer is None or customer.archived or not self.settings.update:
            return ()
        return differing_fields(self.systems, account, customer)

    def _judged(self, case: Case, found: Mapping[str, Known | str]) -> Case:
        account = case.account
        if account is None:
            return case
        if not self._is_customer(account):
            return Case(case.raw, account, left_out=OTHER_ROLE)
        known = found[case.raw.id]
        if isinstance(known, str):
            return Case(case.raw, account, trouble=known)
        why_not = self._why_not(account)
        drifts = compare_account(
            account, known, needs=not why_not, writes_number=self._writes_number
        )
        one = known.one
        if one is None and not drifts:
            return Case(case.raw, account, known, left_out=why_not)
        if one is not None and one.archived:
            return Case(case.raw, account, known, drifts, left_out=ARCHIVED)
        return Case(case.raw, account, known, drifts)

    def _why_not(self, account: Customer) -> str:
        """Why an account that the ERP does not know is not made there."""
        if not self.settings.create:
            return NOT_MADE
        since, registered = self.settings.registered_since, account.registered_at
        return TOO_OLD if since and registered and registered < since else ""

    @property
    def _writes_number(self) -> bool:
        return self.settings.write_back is not Mode.OFF

    def _name(self, account: str) -> str:
        config = self.systems.config
        return reference(config.orders.customer_reference, config.shop, account)

    # The second look

    def _look_again(self, ids: Iterable[str]) -> None:
        """Read these accounts and their customers again, and what is under way."""
        wanted = list(ids)
        shop_clock = self.systems.shop.identify().clock
        erp_clock = self.systems.erp.identify().clock
        before = open_reasons(self.state, ROUTES, wanted)
        raws = list(self.systems.shop.fetch(CUSTOMER, wanted))
        cases = self._cases(raws, Asking(self.systems.erp))
        reasons = {**before, **open_reasons(self.state, ROUTES, wanted)}
        grace = self.systems.config.reconcile.grace
        for case in cases:
            self._count(case)
            born = case.account.registered_at if case.account else None
            one = case.known.one
            reason = (
                reasons.get(case.raw.id)
                or case.trouble
                or just_changed(case.raw.modified_at, shop_clock, grace, "shop")
                or just_changed(born, shop_clock, grace, "shop")
                or just_changed(one.modified_at if one else None, erp_clock, grace, "ERP")
            )
            self._report(case, reason)

    def _report(self, case: Case, reason: str) -> None:
        if reason and (case.drifts or case.trouble):
            label = account_label(case.raw.id)
            self.findings.wait(Waiting(Part.CUSTOMERS, case.raw.id, label, reason))
            return
        for drift in case.drifts:
            self.findings.drift(drift)

    def _look_at_number(self, number: str, accounts: Sequence[str]) -> None:
        """Accounts that carried one number when they were read, asked for once more.

        One that should carry another number was told of before.
        """
        raws = list(self.systems.shop.fetch(CUSTOMER, accounts))
        cases = self._cases(raws, Asking(self.systems.erp))
        carrying = [
            case.raw.id
            for case in cases
            if case.account and case.account.number == number and not case.drifts
        ]
        if len(carrying) > 1:
            self.findings.drift(number_doubled(number, carrying))
