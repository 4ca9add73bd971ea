"""What went wrong with one record, in a clerk's words."""

from __future__ import annotations

from decimal import Decimal

from sync_cli.connectors.problems import RETRY
from sync_cli.core.errors import Problem


def refused(system: str, record: str, said: str, field: str = "") -> Problem:
    """Odoo refused the record and wrote nothing of it; `said` is its own message."""
    return Problem(
        "refused", record, said, f"Correct what it names; {RETRY}", system=system, field=field
    )


def unnamed(system: str, record: str, said: str, field: str) -> Problem:
    """A table of the mapping names what Odoo has not."""
    remedy = f"Correct the table of the mapping that names it, or create it in Odoo; {RETRY}"
    return Problem("not-named", record, said, remedy, system=system, field=field)


def busy(system: str, record: str) -> Problem:
    """Somebody else wrote the same record all the time; nothing of ours was kept."""
    return Problem(
        "busy",
        record,
        "others write it at the same time, and nothing of this was kept",
        "It is tried again by itself.",
        system=system,
        transient=True,
    )


def overtaken(system: str, record: str, state: str, id_: str) -> Problem:
    """A load met a document of our external id that is no draft any more."""
    return Problem(
        "wrong-state",
        record,
        f"its document {id_} is already there{f' in state {state}' if state else ''}, under another"
        " reference",
        "Was its reference changed there? Write it back, or cancel that document; the order then"
        " goes on by itself.",
        system=system,
    )


def question(system: str, record: str, asked: str) -> Problem:
    """Odoo answered with a question for a person, and did nothing."""
    return Problem(
        "open-question",
        record,
        f"it asks a question that only a person can answer ({asked}); nothing was done",
        f"Do this step in Odoo by hand; {RETRY}",
        system=system,
    )


def not_payable(system: str, record: str, says: str) -> Problem:
    """A payment whose invoices are not there yet, or not all of them."""
    return Problem(
        "not-invoiced",
        record,
        says,
        "Post the invoice of the order in Odoo; the payment is then booked by itself.",
        system=system,
        transient=True,
    )


def nothing_open(system: str, record: str) -> Problem:
    """The invoices are settled already, and not by a payment of ours."""
    says = (
        "nothing is open on the invoices of its order: they are settled by a credit note, or paid"
    )
    return _by_another(system, record, f"{says} already by a payment without this reference")


def partly_paid(system: str, record: str, amount: Decimal, left: Decimal) -> Problem:
    """Somebody has booked a part of it by hand: all of it would be too much."""
    says = f"{amount:f} were paid, but only {left:f} are still open on the invoices of its order"
    return _by_another(system, record, f"{says}: a payment without this reference is booked there")


def _by_another(system: str, record: str, says: str) -> Problem:
    return Problem(
        "nothing-open",
        record,
        says,
        "Look at the order's payments in Odoo and book by hand what is missing; if all is right"
        " there, run `sync-cli held dismiss --route payments`.",
        system=system,
    )


def not_billed(system: str, record: str) -> Problem:
    """There is nothing to credit yet."""
    return Problem(
        "not-invoiced",
        record,
        "its order has no posted invoice, so there is nothing that could be credited",
        "Post the invoice of the order in Odoo; the credit note is then made by itself.",
        system=system,
        transient=True,
    )
