"""What a person laid over a record of the shop, until it is taken away again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from sync_cli.core.errors import Problem
from sync_cli.core.fingerprint import digest
from sync_cli.core.privacy import MASK, is_personal
from sync_cli.core.values import Discreet


class Correction(Discreet, Struct, frozen=True):
    """One value that stands in place of the shop's: whose word, and since when (aware UTC).

    `path` leads through the canonical record, as in `lines[1].tax_class`. `birth` is the birth mark
    of the record that was looked at, `entry` the mark of the list's entry that the path leads to;
    "" where it is not known.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"value"})

    path: str
    value: str
    at: datetime
    who: str
    birth: str = ""
    entry: str = ""

    @property
    def shown(self) -> str:
        """Path and value as they may be shown; what names a person is masked."""
        names = [step.partition("[")[0] for step in self.path.split(".")]
        value = MASK if is_personal(names) else repr(self.value)
        return f"{self.path} = {value}"

    @property
    def place(self) -> str:
        """Its place in a list of the record, as in `lines[1]`."""
        return place_of(self.path)

    def is_for(self, birth: str) -> bool:
        """Whether it is for the record of this birth mark, as far as that is known."""
        return self.birth in ("", birth) or not birth


def place_of(path: str) -> str:
    """The first step of a path, which may be a place in a list of the record."""
    return path.partition(".")[0]


def moved(
    entity: str,
    id: str,
    label: str,
    corrections: Iterable[Correction],
    places: Mapping[str, str],
) -> list[Problem]:
    """What is wrong with corrections whose entry stands elsewhere now, is gone, or never was.

    `places` has the mark of each entry of the record's lists, as in `lines[1]`.
    """
    route = "" if entity == "order" else f" --route {entity}s"
    found = []
    for one in corrections:
        named = f"{id} '{one.path}'{route}"
        if one.entry and places.get(one.place) != one.entry:
            found.append(_of_another_line(label, one.path, named))
        elif "[" in one.place and one.place not in places:
            found.append(_of_no_line(label, one.path, named))
    return found


def _of_another_line(label: str, path: str, named: str) -> Problem:
    return Problem(
        "correction-moved",
        label,
        f"the correction of {path} was for another line than the one that stands there now",
        f"Take it away with `sync-cli held uncorrect {named}`, look at the record, and correct it"
        " anew.",
        field=path,
    )


def _of_no_line(label: str, path: str, named: str) -> Problem:
    return Problem(
        "correction-nowhere",
        label,
        f"the correction of {path} is for a place that it does not have",
        f"Take it away with `sync-cli held uncorrect {named}`, and name a line that is there.",
        field=path,
    )


def corrected(content: str, corrections: Sequence[Correction]) -> str:
    """The hash of a record's content with its corrections; without any it is the content's own."""
    if not corrections:
        return content
    return digest([content, *sorted([one.path, one.value] for one in corrections)])


def said(corrections: Sequence[Correction]) -> str:
    """What was corrected, for the audit; "" if nothing was."""
    return f"corrected {', '.join(one.shown for one in corrections)}" if corrections else ""
