"""The host's clock, in one place, so that all else takes the time as an argument."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Now, aware UTC."""
    return datetime.now(UTC)
