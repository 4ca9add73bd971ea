"""Accounts and customers: numbers, missing ones, doubles; nothing personal is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict

from sync_cli.core.drift import DriftKind
from sync_cli.core.findings import Report, verdict
from sync_cli.engine.route import Options
from tests.flows.town import Town
from tests.reconcile.reconciling import CUSTOMERS_ONLY, HOUR, Compared, only

Act = Callable[["Club"], Any]


class Club(Compared, Town):
    """Customers whose two sides are compared."""

    def sync(self, **options: Any) -> None:
        """The customers command, and an hour of peace before and after it."""
        self.pass_time(HOUR)
        self.customers(**options)
        self.pass_time(HOUR)

    def party_of(self, account: str) -> str:
        """The ERP's id of an account's customer."""
        [id] = [p["id"] for p in self.parties() if p["reference"] == f"WC-main-C{account}"]
        return str(id)

    def number_of(self, account: str) -> str:
        """The ERP's number of an account's customer."""
        return str(self.erp.tables["customer"][self.party_of(account)]["number"])

    def set_number(self, account: str, number: str) -> None:
        """Somebody writes a number into an account of the shop."""
        entry = {"id": 9, "key": "_sync_cli_customer", "value": number}
        self.edit_account(account, meta_data=[entry])


@pytest.fixture
def club(tmp_path: Path) -> Club:
    """Two accounts that the ERP knows."""
    club = Club(tmp_path)
    club.configure(customers={"mode": "on"})
    club.register("21")
    club.register("22")
    club.sync()
    return club


def test_customers_in_step(club: Club) -> None:
    report, run = club.compare(CUSTOMERS_ONLY)
    assert verdict(report) == "Shop and ERP agree on 2 customers."
    assert [(s.side, s.records) for s in report.sums] == [("erp", 2), ("shop", 2)]
    assert run.writes == 0


@dataclass(frozen=True)
class Case:
    """What somebody does, the drift (kind, field, side that is right), and what is said of it."""

    act: Act
    drift: tuple[str, str, str]
    says: str


CASES = {
    "registered and never transferred": Case(
        lambda c: c.register("23"),
        ("missing", "customer", "shop"),
        "Customer 23 of the shop is not in the ERP.",
    ),
    "number never written back": Case(
        lambda c: c.edit_account("21", meta_data=[]),
        ("different", "number", "erp"),
        "Customer 21: the shop has not got its number yet, {number} in the ERP.",
    ),
    "number changed in the shop": Case(
        lambda c: c.set_number("21", "K9"),
        ("different", "number", "erp"),
        "Customer 21: its number is K9 in the shop, but {number} in the ERP.",
    ),
    "address changed in the ERP": Case(
        lambda c: c.edit_party(c.party_of("21"), name="Hans Beispiel"),
        ("different", "name", "shop"),
        "Customer 21: name in the ERP (customer {number}) is not as in the shop; the values are"
        " personal and not shown.",
    ),
    "known there by its address, not linked yet": Case(
        lambda c: (c.register("23", "new@kunde.example"), c.new_party("K70", "new@kunde.example")),
        ("different", "number", "erp"),
        "Customer 23: the shop has not got its number yet, K70 in the ERP.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_differs_is_named_and_mended_by_the_command_beside_it(club: Club, name: str) -> None:
    case = CASES[name]
    case.act(club)
    club.pass_time(HOUR)
    drift = only(club.reconcile(CUSTOMERS_ONLY))
    assert (str(drift.kind), drift.field, drift.owner) == case.drift
    number = club.number_of("21") if "{number}" in case.says else ""
    assert drift.what == case.says.replace("{number}", number)
    *command, id = drift.mend.split()
    assert command == ["sync-cli", "customers", "--id"]
    club.sync(ids=(id,))
    assert club.reconcile(CUSTOMERS_ONLY).in_step


BY_HAND: dict[str, tuple[Act, DriftKind, str]] = {
    "deleted in the ERP": (
        lambda c: c.erp.remove("customer", c.party_of("21")),
        DriftKind.MISSING,
        "no longer exists in the ERP",
    ),
    "twice by our reference": (
        lambda c: c.new_party("K70", reference="WC-main-C21"),
        DriftKind.DUPLICATE,
        "2 customers of the ERP (K",
    ),
    "twice by an address": (
        lambda c: (
            c.register("23", "new@kunde.example"),
            c.new_party("K70", "new@kunde.example"),
            c.new_party("K71", "new@kunde.example"),
        ),
        DriftKind.DUPLICATE,
        "Customer 23: 2 customers of the ERP (K70, K71) carry its e-mail address.",
    ),
    "only archived": (
        lambda c: (
            c.register("23", "new@kunde.example"),
            c.new_party("K70", "new@kunde.example", archived=True),
        ),
        DriftKind.MISSING,
        "Customer 23 of the shop is only archived in the ERP (K70).",
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_what_only_a_person_can_mend(club: Club, name: str) -> None:
    act, kind, says = BY_HAND[name]
    act(club)
    club.pass_time(HOUR)
    drift = only(club.reconcile(CUSTOMERS_ONLY))
    assert drift.kind is kind
    assert says in drift.what
    assert drift.mend


def test_two_accounts_with_one_number(club: Club) -> None:
    club.configure(customers={"create": False})
    club.register("23")
    club.set_number("23", club.number_of("21"))
    club.pass_time(HOUR)
    drift = only(club.reconcile(CUSTOMERS_ONLY))
    assert drift.kind is DriftKind.DUPLICATE
    assert drift.what.endswith("2 accounts of the shop (21, 23) carry it.")


def test_no_value_of_a_person_is_told(club: Club) -> None:
    club.register("23", "new@kunde.example")
    club.new_party("K70", "new@kunde.example")
    club.new_party("K71", "new@kunde.example")
    club.edit_party(club.party_of("21"), name="Hans Beispiel", phone="0221 4711")
    club.pass_time(HOUR)
    report = club.reconcile(CUSTOMERS_ONLY)
    assert len(report.drifts) == 2
    said = str([asdict(drift) for drift in report.drifts])
    assert not [each for each in ("kunde.example", "Hans", "Muster", "0221") if each in said]


# What needs no customer


LEFT_OUT: dict[str, tuple[dict[str, Any], Act]] = {
    "its role is not in customers.roles": ({}, lambda c: c.register("23", role="editor")),
    "registered before customers.registered_since": (
        {"registered_since": "2027-01-01"},
        lambda c: c.register("23"),
    ),
    "no order yet, and customers.create is off": ({"create": False}, lambda c: c.register("23")),
    "archived in the ERP": ({}, lambda c: c.edit_party(c.party_of("21"), archived=True)),
}


@pytest.mark.parametrize("reason", LEFT_OUT)
def test_an_account_without_a_customer_on_purpose_is_no_drift(club: Club, reason: str) -> None:
    settings, act = LEFT_OUT[reason]
    club.configure(customers=settings)
    act(club)
    club.pass_time(HOUR)
    report = club.reconcile(CUSTOMERS_ONLY)
    assert report.in_step
    assert report.left_out == {reason: 1}


SETTINGS: dict[str, Act] = {
    "write_back": lambda c: c.set_number("21", "K9"),
    "update": lambda c: c.edit_party(c.party_of("21"), name="Hans Beispiel"),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_what_is_never_written_is_not_compared(club: Club, setting: str) -> None:
    SETTINGS[setting](club)
    club.pass_time(HOUR)
    assert not club.reconcile(CUSTOMERS_ONLY).in_step
    club.configure(customers={setting: "off" if setting == "write_back" else False})
    assert club.reconcile(CUSTOMERS_ONLY).in_step


def test_what_is_empty_in_the_shop_is_no_drift(club: Club) -> None:
    club.edit_account("21", billing={"phone": ""})
    club.edit_party(club.party_of("21"), phone="0221 4711")
    club.pass_time(HOUR)
    assert club.reconcile(CUSTOMERS_ONLY).in_step


# What is not judged yet


def waits(report: Report) -> str:
    """The one reason."""
    assert report.in_step
    (waiting,) = report.waiting
    return waiting.reason


def test_an_account_that_was_just_opened_waits(club: Club) -> None:
    club.register("23")
    club.pass_time(300)
    assert waits(club.reconcile(CUSTOMERS_ONLY)).startswith("it changed 5 min ago in the shop")


def test_a_customer_that_was_just_changed_in_the_erp_waits(club: Club) -> None:
    club.edit_party(club.party_of("21"), name="Hans Beispiel")
    assert waits(club.reconcile(CUSTOMERS_ONLY)).startswith("it changed 0 min ago in the ERP")


def test_a_held_account_waits_with_the_reason(club: Club) -> None:
    club.register("23", "new@kunde.example")
    club.new_party("K70", "new@kunde.example")
    club.new_party("K71", "new@kunde.example")
    club.sync()
    reason = waits(club.reconcile(CUSTOMERS_ONLY))
    assert reason.startswith("held: ")
    assert "Customer 23" not in reason
    assert "kunde.example" not in reason


def test_accounts_that_cannot_be_read_make_a_doubt(club: Club) -> None:
    club.edit_account("21", email="nonsense")
    club.pass_time(HOUR)
    report = club.reconcile(CUSTOMERS_ONLY)
    assert report.doubts[0].startswith(
        "Customers were not compared: 1 of 2 accounts of the shop cannot be read"
    )
    assert "nonsense" not in report.doubts[0]


@pytest.mark.parametrize("side", ["shop", "erp"])
def test_a_side_that_is_suddenly_empty_is_doubted(club: Club, side: str) -> None:
    assert club.reconcile(CUSTOMERS_ONLY).in_step
    system = club.shop if side == "shop" else club.erp
    for id in list(system.tables["customer"]):
        system.remove("customer", id)
    report = club.reconcile(CUSTOMERS_ONLY)
    assert not report.drifts
    assert verdict(report).startswith("It cannot be said whether shop and ERP agree: Customers")


def test_naming_a_customer_compares_it_with_the_erp_itself(club: Club) -> None:
    party = club.party_of("21")
    club.edit_party(party, name="Hans Beispiel")
    club.sync()
    assert club.erp.tables["customer"][party]["name"] == "Hans Beispiel"
    club.sync(ids=("21",))
    assert club.erp.tables["customer"][party]["name"] == "Erika Muster"
    assert Options(ids=("21",)).narrowed
