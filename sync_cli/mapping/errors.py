"""What can be wrong with a mapping file, and with a record that it is applied to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from msgspec import Struct

from sync_cli.core.errors import ConfigError, Problem

ABSENT_FIELD = "field-missing"
EMPTY_FIELD = "field-empty"
UNREADABLE_FIELD = "field-unreadable"
INVALID_FIELD = "field-invalid"
UNMAPPED_VALUE = "value-unmapped"


class Fault(Struct, frozen=True):
    """One error of a mapping file and the line it stands in."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class MappingErrors(ConfigError):
    """Mapping files are wrong; `faults` has every error of them, in the order of the lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.file, fault.line)))
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"The field mapping cannot be used:\n{lines}", "Correct these lines.")


class BadValue(Exception):
    """A value that a rule cannot take; `says` continues a sentence that begins with the field.

    With `complete` the text is a sentence of its own. It must not show personal data.
    """

    def __init__(
        self,
        says: str,
        code: str = UNREADABLE_FIELD,
        remedy: str = "",
        *,
        complete: bool = False,
    ) -> None:
        super().__init__(says)
        self.says = says
        self.code = code
        self.remedy = remedy
        self.complete = complete


class Refusal(Struct, frozen=True):
    """One value that a rule refused: where it stands in the record, and why."""

    path: str
    code: str
    message: str
    remedy: str

    def below(self, prefix: str) -> Refusal:
        """The same, seen from the object that holds this one under `prefix`."""
        return Refusal(f"{prefix}.{self.path}", self.code, self.message, self.remedy)

    def problem(self, record: str) -> Problem:
        """What is said of `record` because of it."""
        message = self.message.replace(PATH, self.path)
        return Problem(self.code, record, message, self.remedy, field=self.path)


PATH = "\0path\0"
"""Stands for the path in a refusal's message until the whole path is known."""


class Refused(Exception):
    """Some values of an object were refused."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(f"{len(refusals)} values refused")
        self.refusals = tuple(refusals)


class Unreadable(Exception):
    """A record does not fit its mapping; `problems` names each field, and the rule's line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.sentence() for problem in problems))
        self.problems = tuple(problems)


class Unresolved(Exception):
    """References of a record have no target id yet; `missing` holds (entity, source id)."""

    def __init__(self, missing: Iterable[tuple[str, str]]) -> None:
        self.missing = tuple(dict.fromkeys(missing))
        named = ", ".join(f"{entity} {id_}" for entity, id_ in self.missing)
        super().__init__(f"not linked yet: {named}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of an error message: the likely word, or all known words if none is close."""
    words = sorted(set(known))
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known are {', '.join(words)}" if words else ""
