"""What can go wrong, sorted by what a person does about it.

A fault of one record is a `Problem`: data that is kept, shown and mailed. A fault of a whole
system or of the installation is an exception; `sync_cli.cli` turns it into an exit code.
"""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum

from msgspec import Struct
from msgspec.structs import replace


class ExitCode(IntEnum):
    """The exit codes of every command; documented in `--help`."""

    OK = 0
    BUG = 1
    CONFIG = 2
    FAILURES = 3
    GUARD = 4
    ACCESS = 5
    DOWN = 69
    LOCKED = 75
    INTERRUPTED = 130


INTERRUPTED = "Stopped by hand (Ctrl-C). Nothing is lost: the next run goes on from here."
"""What a person is told who stopped a run."""


class Problem(Struct, frozen=True):
    """Why one record cannot go on: what, where, and what to do, in words a clerk understands.

    `code` is the id in the error catalogue, `record` a name such as "Order 1042", `status` the
    HTTP status if a server said it. `transient` claims that time alone may mend it. `cause` is the
    message without what is this record's own, such as the number of a line: the same for all
    records that wait for one thing; "" where the message is that already.
    """

    code: str
    record: str
    message: str
    remedy: str
    system: str = ""
    field: str = ""
    status: int | None = None
    transient: bool = False
    cause: str = ""

    def sentence(self) -> str:
        """The whole problem as plain text: record, message, status, field, remedy."""
        where = f" in {self.system}" if self.system else ""
        return f"{self.record}{where}: {self._told(self._status)}"

    def of_it(self) -> str:
        """The same text where the record's name stands already: it is not repeated."""
        where = ", ".join(filter(None, (self.system, self._status)))
        return self._told(where)

    def of_all(self) -> str:
        """What is said of all records that wait for the same thing, once for all of them."""
        return replace(self, message=self.cause, field="").of_it() if self.cause else self.of_it()

    def about(self, record: str) -> Problem:
        """The same problem, said of `record`."""
        return replace(self, record=record)

    @property
    def _status(self) -> str:
        return f"HTTP {self.status}" if self.status else ""

    def _told(self, where: str) -> str:
        message = self.message.removeprefix(f"{self.record}: ").rstrip(".")
        said = f"{message} ({where})" if where else message
        field = f" [field {self.field}]" if self.field and self.field not in self.message else ""
        return f"{said}{field}. {self.remedy}"


ENDS = (".", "!", "?", ":")
"""How a sentence ends; what a system answered often has no end, and gets a full stop."""


class SyncError(Exception):
    """A fault that stops the run; `str()` is a sentence for people, `remedy` what to do."""

    exit_code = ExitCode.BUG

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy

    def sentence(self) -> str:
        """Message and remedy as one text; after a list the remedy has a line of its own."""
        message = str(self)
        if not self.remedy:
            return message
        if "\n" in message:
            return f"{message}\n{self.remedy}"
        return f"{message}{'' if message.endswith(ENDS) else '.'} {self.remedy}"


class ConfigError(SyncError):
    """The configuration, a mapping or a secret is wrong; nothing was read or written."""

    exit_code = ExitCode.CONFIG


class IdentityError(SyncError):
    """A system is not the one this state belongs to, or another installation writes the shop."""

    exit_code = ExitCode.CONFIG


class StateError(SyncError):
    """The state file is corrupt, foreign, newer than this program, or lies on a bad disk."""

    exit_code = ExitCode.CONFIG


class GuardTripped(SyncError):
    """The plan would change far more than usual; `token` lets exactly this plan pass."""

    exit_code = ExitCode.GUARD

    def __init__(self, message: str, remedy: str, token: str) -> None:
        super().__init__(message, remedy)
        self.token = token


class SystemFault(SyncError):
    """A whole system cannot be used now; it costs no record an attempt."""

    exit_code = ExitCode.DOWN

    def __init__(
        self,
        system: str,
        message: str,
        remedy: str = "",
        *,
        status: int | None = None,
        not_before: datetime | None = None,
    ) -> None:
        super().__init__(message, remedy)
        self.system = system
        self.status = status
        self.not_before = not_before


class AccessDenied(SystemFault):
    """Credentials or rights are missing; retried only when the secret changed or time passed."""

    exit_code = ExitCode.ACCESS


class Blocked(SystemFault):
    """Something in front of the system (firewall, captcha) answers instead of it."""

    exit_code = ExitCode.ACCESS


class SystemDown(SystemFault):
    """The system is down, overloaded or in maintenance; `not_before` says when to come again."""

    exit_code = ExitCode.DOWN


class LockHeld(SyncError):
    """Another run works in this lane."""

    exit_code = ExitCode.LOCKED
