"""What a system says when it refuses, understood by the profile and put into a clerk's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.connectors.problems import RETRY
from sync_cli.connectors.rest.paths import JmesPath
from sync_cli.connectors.rest.profile import Errors, Fault, Meaning
from sync_cli.core.errors import Problem

LONGEST_QUOTE = 300
_PLACE_IN_LIST = re.compile(r"(\w+)\[(\d+)\]|(\w+)[./](\d+)\b")
_BY_STATUS = {401: Fault.ACCESS, 403: Fault.ACCESS, 404: Fault.GONE, 412: Fault.BUSY}
_CODES: Mapping[Fault, tuple[str, str]] = {
    Fault.ACCESS: ("access-denied", "Give the access the rights that it lacks."),
    Fault.DOWN: ("system-down", "It is tried again by itself."),
    Fault.RECORD: ("refused", f"Correct what it names; {RETRY}"),
    Fault.DUPLICATE: ("duplicate-reference", "The next run looks that record up and links it."),
    Fault.ALREADY: ("wrong-state", f"Look at the document there; {RETRY}"),
    Fault.STATE: ("wrong-state", f"Look at the document there; {RETRY}"),
    Fault.GONE: ("not-found", "Was it deleted there? It is not made a second time by itself."),
    Fault.BATCH: ("refused", f"Correct what it names; {RETRY}"),
    Fault.BUSY: ("busy", "Somebody else works on it; it is tried again by itself."),
}


class Refusal(Struct, frozen=True):
    """One error of the system, as the profile understands it.

    `holder` is the id of the record that already has the value; `index` the place in the batch of
    the item that the whole batch was refused for. `is_known` claims that the profile names its
    code.
    """

    fault: Fault
    meaning: Meaning
    message: str = ""
    field: str = ""
    holder: str = ""
    status: int | None = None
    index: int | None = None
    is_known: bool = False

    def problem(self, system: str, record: str) -> Problem:
        """What is said of `record`, with the line it concerns first."""
        code, remedy = _CODES[self.fault]
        return Problem(
            self.meaning.code or code,
            record,
            f"{_line(self.field)}{self._sentence()}",
            self.meaning.remedy or remedy,
            system=system,
            field=self.field,
            status=self.status,
            transient=self.fault in (Fault.BUSY, Fault.DOWN),
        )

    def saying(self, message: str) -> Refusal:
        """The same refusal with this message."""
        return replace(self, message=message)

    def alone(self) -> Refusal:
        """The refusal of a batch of one, which is the refusal of its only item."""
        if self.fault is not Fault.BATCH:
            return self
        means = self.meaning.means
        fault = Fault.RECORD if means is Fault.BATCH else means
        return replace(self, fault=fault, index=None)

    def _sentence(self) -> str:
        if self.fault is Fault.DUPLICATE and self.holder:
            return f"its reference is already taken by record {self.holder}"
        return self.meaning.says or self.message or "it was refused without a reason"


def read_refusal(errors: Errors, found: Any, status: int | None = None) -> Refusal:
    """The refusal in an error object of the system; of a batch, that of the item named as cause."""
    refusal = _read(errors, found, status)
    cause = errors.cause(found) if errors.cause is not None else None
    if refusal.fault is not Fault.BATCH or not cause:
        return refusal
    inner = _read(errors, cause, status)
    return replace(inner, fault=Fault.BATCH, index=refusal.index)


def read_answer(errors: Errors, body: Any, status: int | None) -> Refusal:
    """The refusal that a whole answer with an error status is."""
    return read_refusal(errors, errors.at(body), status)


def _read(errors: Errors, found: Any, status: int | None) -> Refusal:
    code = _text(errors.code, found)
    known = errors.codes.get(code)
    meaning = known or Meaning(means=_BY_STATUS.get(status or 0, Fault.RECORD))
    index = errors.index(found) if errors.index is not None else None
    return Refusal(
        meaning.means,
        meaning,
        _text(errors.message, found)[:LONGEST_QUOTE] or code,
        _text(errors.field, found),
        _text(errors.holder, found),
        status,
        index if isinstance(index, int) else None,
        known is not None,
    )


def _text(expression: JmesPath | None, found: Any) -> str:
    value = expression(found) if expression is not None else None
    return "" if value is None else str(value)


def _line(field: str) -> str:
    """ "line 2: " for a field such as `lines[1].product_id` or `order_lines.1.item`."""
    found = _PLACE_IN_LIST.search(field)
    return f"line {int(found[2] or found[4]) + 1}: " if found else ""
