"""The clock of one side of the sandbox: real time, moved or stopped as a test wants it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Lock


class SandboxClock:
    """Aware UTC time of one side: the machine's clock plus an offset, or a frozen instant.

    Thread-safe. A server and its store share one clock, so that the Date header and the records'
    times agree, as on a real machine whose clock is wrong.
    """

    def __init__(self, offset: float = 0.0) -> None:
        self._lock = Lock()
        self._offset = timedelta(seconds=offset)
        self._frozen: datetime | None = None

    def now(self) -> datetime:
        """The side's time now, aware UTC."""
        with self._lock:
            return (self._frozen or datetime.now(UTC)) + self._offset

    @property
    def offset(self) -> float:
        """By how many seconds the side is ahead of the machine (or of the frozen instant)."""
        return self._offset.total_seconds()

    def set_offset(self, seconds: float) -> None:
        """Put the side `seconds` ahead of the machine's clock, or behind it when negative."""
        with self._lock:
            self._offset = timedelta(seconds=seconds)

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the clock at the aware time `at`, or at the present; only `advance` moves it then.

        Raises ValueError for a time without zone.
        """
        if at is not None and at.tzinfo is None:
            raise ValueError(f"freeze needs a time with its zone, not {at.isoformat()}")
        with self._lock:
            instant = datetime.now(UTC) + self._offset if at is None else at.astimezone(UTC)
            self._frozen = instant - self._offset

    def thaw(self) -> None:
        """Let the clock run with the machine's again, keeping the offset."""
        with self._lock:
            self._frozen = None

    def advance(self, seconds: float) -> None:
        """Move the clock on by `seconds`, whether it is frozen or running."""
        with self._lock:
            step = timedelta(seconds=seconds)
            if self._frozen is None:
                self._offset += step
            else:
                self._frozen += step


def http_date(at: datetime) -> str:
    """The time as a Date header writes it, whole seconds, GMT."""
    return format_datetime(at, usegmt=True)


def iso_milliseconds(at: datetime) -> str:
    """The time as ISO 8601 UTC with milliseconds and Z: "2025-01-31T12:00:00.000Z"."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
