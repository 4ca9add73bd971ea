"""The options that several commands share, once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="SYNC_CLI_CONFIG", help="The configuration file."),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Print the very plan that a real run would execute.")
]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since",
        help="Read what changed since then: 2026-01-31, 2026-01-31T08:00:00Z, or 90m, 2h, 3d ago."
        " The watermark does not move.",
    ),
]
FullOption = Annotated[bool, typer.Option("--full", help="Read everything, not only changes.")]
IdOption = Annotated[
    list[str] | None, typer.Option("--id", help="Only this record, by its id; may be repeated.")
]
SkuOption = Annotated[
    list[str] | None, typer.Option("--sku", help="Only this article; may be repeated.")
]
OnlyOption = Annotated[
    str,
    typer.Option(
        "--only",
        metavar="GROUP",
        help="Only this group of fields: prices. The watermark does not move.",
    ),
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", min=1, help="Read at most so many records.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document for machines.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but failures.")]
AcceptOption = Annotated[
    str, typer.Option("--accept", metavar="TOKEN", help="Let exactly this guarded plan pass.")
]
RemapOption = Annotated[
    bool,
    typer.Option("--remap", help="Look again at documents whose mapping changed since."),
]

BackfillOption = Annotated[
    bool,
    typer.Option(
        "--backfill",
        help="Bring older orders to the ERP: those placed since --from and before start_at. Goes"
        " on where it was interrupted; today's orders go first; no notes, no mails.",
    ),
]
FromOption = Annotated[
    str | None,
    typer.Option("--from", metavar="DAY", help="The day that a backfill begins with: 2024-01-31."),
]

DEFAULT_CONFIG = Path("config.yaml")
_AGO = re.compile(r"(\d+)\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read_since(text: str | None, now: datetime, option: str = "--since") -> datetime | None:
    """The instant that an option names, aware UTC. Raises BadParameter for any other text."""
    if text is None:
        return None
    ago = _AGO.fullmatch(text.strip())
    if ago is not None:
        return _before(now, ago[1], ago[2])
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no date; write 2026-01-31, 2026-01-31T08:00:00Z or 2h.",
            param_hint=option,
        ) from None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def _before(now: datetime, count: str, unit: str) -> datetime:
    try:
        return now - timedelta(**{_UNITS[unit]: int(count)})
    except OverflowError:
        raise typer.BadParameter(f"{count}{unit} is too long ago.", param_hint="--since") from None
