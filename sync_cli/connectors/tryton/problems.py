"""What Tryton refuses a record for, in a clerk's words."""

from __future__ import annotations

from decimal import Decimal

from sync_cli.connectors.http import RequestRefused
from sync_cli.connectors.problems import RETRY
from sync_cli.connectors.tryton.answers import FAULT, OVERTAKEN, QUESTION
from sync_cli.core.errors import Problem


def refused(system: str, record: str, said: RequestRefused) -> Problem:
    """Tryton's own "no" to one record."""
    if said.code == QUESTION:
        return Problem(
            "question",
            record,
            f"it asks and waits for an answer: {said.message}",
            f"Do this step once in its own client and answer there; {RETRY}",
            system=system,
        )
    if said.code == OVERTAKEN:
        return Problem(
            "busy",
            record,
            f"somebody else has just changed it: {said.message}",
            "It is tried again by itself.",
            system=system,
            transient=True,
        )
    if said.code == FAULT:
        return Problem(
            "refused",
            record,
            f"it failed without a reason: {said.message}",
            f"Compare its version and modules with docs/tryton.md, ask who looks after it; {RETRY}",
            system=system,
        )
    return Problem(
        "refused", record, said.message, f"Correct what it names; {RETRY}", system=system,
        status=None if said.status == 200 else said.status,
    )  # fmt: skip


def duplicate(system: str, record: str, holder: str) -> Problem:
    """The reference is taken: the one that has it is looked up and judged by the next run."""
    return Problem(
        "duplicate-reference",
        record,
        f"its reference is already taken by record {holder}",
        "The next run looks that record up and links it.",
        system=system,
        field="web_id",
        transient=True,
    )


def unknown_name(system: str, record: str, what: str, name: str) -> Problem:
    """A name in the payload that Tryton does not know: a tax, a currency, a country, a carrier."""
    return Problem(
        "unknown-name",
        record,
        f"there is no {what} {name!r}",
        f"Create it there, or name another in the mapping under tryton/; {RETRY}",
        system=system,
        field=what,
    )


def not_invoiced(system: str, record: str, amount: Decimal, billed: Decimal) -> Problem:
    """A payment whose invoice is not posted yet, or not all of it."""
    says = "its order has no posted invoice that the payment could be booked on"
    if billed:
        says = f"{amount} were paid, but its order is invoiced over {billed} only so far"
    return Problem(
        "not-invoiced", record, says,
        "Post the invoice of the order there; the payment is then booked by itself.",
        system=system, transient=True,
    )  # fmt: skip


def by_hand(system: str, record: str, says: str) -> Problem:
    """A payment that the invoices as they stand do not take."""
    return Problem(
        "not-payable",
        record,
        says,
        "Look at the invoices of the order there, and book the payment by hand if it is missing;"
        " then run `sync-cli held dismiss --route payments`.",
        system=system,
    )


def fixed(system: str, record: str, state: str) -> Problem:
    """A document whose lines can no longer be completed."""
    return Problem(
        "wrong-state",
        record,
        f"it is {state}, and lines can be added to drafts only",
        f"Look at the document there; {RETRY}",
        system=system,
        field="state",
    )


def no_module(system: str, record: str, module: str) -> Problem:
    """A discount in percent, where nothing in Tryton keeps the price before it."""
    return Problem(
        "no-module",
        record,
        f"it has a discount in percent, and Tryton keeps none without its module {module}",
        f"Activate {module} there, or set orders.lines.coupons to net or line; {RETRY}",
        system=system,
        field="discount",
    )
