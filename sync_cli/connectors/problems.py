"""What can be wrong with a record whatever system it is in, in a clerk's words."""

from __future__ import annotations

from collections.abc import Sequence

from sync_cli.core.errors import Problem

RETRY = "then run `sync-cli held retry`."


def not_found(system: str, record: str, entity: str, id_: str) -> Problem:
    """The record that was to be changed or completed does not exist."""
    return Problem(
        "not-found",
        record,
        f"there is no {entity} {id_}",
        "Was it deleted there? It is not made a second time by itself.",
        system=system,
    )


def wrong_state(system: str, record: str, state: str, to: str) -> Problem:
    """A document from whose state there is no way to the wanted one."""
    here = f"it is {state} and" if state else "it"
    return Problem(
        "wrong-state",
        record,
        f"{here} cannot become {to}",
        f"Look at the document there; {RETRY}",
        system=system,
    )


def not_kept(system: str, record: str, fields: Sequence[str]) -> Problem:
    """The system said yes and stored other values than were sent."""
    return Problem(
        "not-kept",
        record,
        f"it was accepted, but other values are stored in {', '.join(fields)}",
        "Look at these fields there: a rule of that system changes or refuses the values.",
        system=system,
        field=fields[0],
    )


def edited_meanwhile(system: str, record: str, fields: Sequence[str]) -> Problem:
    """Fields that hold neither what they held before an earlier try nor what it was to write."""
    return Problem(
        "edited-meanwhile",
        record,
        f"the answer to an earlier try is missing, and somebody changed it there meanwhile"
        f" ({', '.join(fields)})",
        f"Compare both and make the change there by hand if it is still wanted; {RETRY}",
        system=system,
        field=fields[0],
    )


def not_editable(system: str, record: str, fields: Sequence[str], why: str) -> Problem:
    """A document that takes these fields no more; nothing of the change was written."""
    return Problem(
        "not-editable",
        record,
        why,
        f"Make the change there by hand; {RETRY}",
        system=system,
        field=fields[0],
    )
