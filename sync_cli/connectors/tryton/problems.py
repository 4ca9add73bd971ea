"""What Tryton refuses a record for, in a clerk's words."""

from __future__ import annotations

from sync_cli.connectors.http import RequestRefused
from sync_cli.connectors.tryton.answers import FAULT, OVERTAKEN, QUESTION
from sync_cli.core.errors import Problem

RETRY = "then run `sync-cli held retry`."


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


def not_found(system: str, entity: str, id_: str) -> Problem:
    """The record that was to be changed or completed does not exist."""
    return Problem(
        "not-found",
        id_,
        f"there is no {entity} {id_}",
        "Was it deleted there? It is not made a second time by itself.",
        system=system,
    )


def wrong_state(system: str, record: str, state: str, to: str) -> Problem:
    """A document from whose state there is no way to the wanted one."""
    return Problem(
        "wrong-state",
        record,
        f"it is {state} and cannot become {to}",
        f"Look at the document there; {RETRY}",
        system=system,
        field="state",
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


def not_kept(system: str, record: str, fields: list[str]) -> Problem:
    """Tryton said yes and stored other values than were sent."""
    return Problem(
        "not-kept",
        record,
        f"it was accepted, but other values are stored in {', '.join(fields)}",
        "Look at these fields there: a rule of that system changes or refuses the values.",
        system=system,
        field=fields[0],
    )
