"""All that sync-cli remembers between runs, in one SQLite file.

One state change is one transaction: what a method has stored when it returns survives a kill and
a power cut, what it was storing when the process died is not there. No method reads a clock;
times are aware and kept in UTC with microseconds. Every method raises StateError, with a remedy,
when the file or its disk fails.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from sync_cli.state.backup import Backups
from sync_cli.state.corrections import Corrections
from sync_cli.state.held import HeldList
from sync_cli.state.journal import Journal
from sync_cli.state.links import LinkConflict, Links
from sync_cli.state.marks import Marks, Position, Watermark
from sync_cli.state.opening import open_file
from sync_cli.state.pruning import Pruning
from sync_cli.state.runs import RunRow, Runs
from sync_cli.state.settling import Settling
from sync_cli.state.spool import Spool, Spooled, Spools
from sync_cli.state.story import AuditRow, Story
from sync_cli.state.systems import Pause, Systems

__all__ = [
    "AuditRow",
    "LinkConflict",
    "Pause",
    "Position",
    "RunRow",
    "Spool",
    "Spooled",
    "State",
    "Watermark",
]


class State(
    Runs,
    Marks,
    Links,
    Journal,
    Settling,
    HeldList,
    Corrections,
    Story,
    Systems,
    Backups,
    Spools,
    Pruning,
):
    """The open state file; each base is one room of it. Close it, or use it in a `with`."""

    @classmethod
    def open(cls, path: Path, *, create: bool = True) -> Self:
        """The state in the file `path`, made if `create`, brought to the newest version if older.

        Raises StateError with a remedy if the file is missing, foreign, damaged or newer than this
        program, cannot be written, or lies on a network disk.
        """
        return cls(open_file(path, create=create))

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
