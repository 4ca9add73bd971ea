"""What `sync-cli check` finds before a go-live: one finding for each thing that was looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sync_cli.core.errors import ExitCode, SyncError


class Grade(StrEnum):
    """How a finding is meant: all well, good to know, look at it, or: this will not work."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
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


def exit_code_of(findings: Iterable[Finding]) -> ExitCode:
    """0 without a problem; else that of the gravest: what a person must mend before the rest."""
    codes = {found.exit_code for found in findings if found.grade is Grade.PROBLEM}
    return min(codes, default=ExitCode.OK)
