"""What `sync-cli check` finds before a go-live: one finding for each thing that was looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from sync_cli.core.errors import ExitCode, SyncError


class Grade(StrEnum):
    """How a finding is meant: all well, good to know, look at it, or: this will not work."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    PROBLEM = "problem"


class Finding(Struct, frozen=True):
    """One thing that was looked at: `says` is one plain sentence, `remedy` what to do about it.

    `topic` is its short, stable name, such as "rights"; `place` is what it is about: "config",
    "mail", or a system's role, which whoever asks a connector fills in. `exit_code` is what a
    problem ends the command with: 2 (settings), 5 (access) or 69 (down).
    """

    grade: Grade
    topic: str
    says: str
    remedy: str = ""
    place: str = ""
    exit_code: ExitCode = ExitCode.CONFIG


def problem_of(topic: str, fault: SyncError, place: str = "") -> Finding:
    """A fault that stops every run, as finding."""
    return Finding(Grade.PROBLEM, topic, str(fault), fault.remedy, place, fault.exit_code)


def rights_of(spare: Sequence[str], *, writes: bool) -> Finding:
    """What is to be said of a user that has all rights it needs.

    `spare` are those beyond them, in words; `writes` claims that the configuration writes there.
    """
    if spare:
        return Finding(
            Grade.WARNING,
            "rights",
            f"The user of sync-cli has rights that it does not need: {', '.join(spare)}.",
            "Take them away: what a stolen secret cannot do needs no mending.",
        )
    if writes:
        says = "It has the rights that sync-cli needs, and no others."
        return Finding(Grade.OK, "rights", says)
    return Finding(
        Grade.NOTE,
        "rights",
        "It may write, though every mode is off or plan.",
        "For rehearsals a user that may only read is enough.",
    )


def exit_code_of(findings: Iterable[Finding]) -> ExitCode:
    """0 without a problem; else that of the gravest: what a person must mend before the rest."""
    codes = {found.exit_code for found in findings if found.grade is Grade.PROBLEM}
    return min(codes, default=ExitCode.OK)
