"""What several parts of the configuration are made of: moments, templates, limits of the guard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from sync_cli.connectors.settings import Section
from sync_cli.core.guard import DEFAULT_LIMITS, Harm, Limit


def _template(value: str) -> str:
    try:
        named = value.format(shop="key", id="1042")
    except (KeyError, IndexError, ValueError):
        raise ValueError("only {shop} and {id} may stand in it") from None
    if "1042" not in named:
        raise ValueError("{id} must stand in it, or all records would have one name")
    return value


def _aware(value: Any) -> Any:
    """A date in YAML has no zone: it means that day's midnight in UTC."""
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return f"{text}T00:00:00Z"
    if isinstance(value, datetime) and value.tzinfo is None:
        return f"{value.isoformat()}Z"
    return value


def _zone(value: str) -> str:
    try:
        if value:
            ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone; write one such as Europe/Berlin") from None
    return value


Zone = Annotated[str, AfterValidator(_zone)]


Template = Annotated[str, AfterValidator(_template)]


Instant = Annotated[AwareDatetime, BeforeValidator(_aware)]


class LimitSettings(Section):
    """Trips above `share` of the records looked at, never at or below `least`."""

    share: Decimal = Field(ge=0, le=1)
    least: int = Field(ge=0)


class Guarded(Section):
    """A part whose plans the guard looks at."""

    guard: Mapping[Harm, LimitSettings] = Field(
        default_factory=dict, description="limits other than the default ones"
    )

    def limits(self) -> dict[Harm, Limit]:
        """All limits of the guard, the defaults where none is given."""
        given = {harm: Limit(item.share, item.least) for harm, item in self.guard.items()}
        return {**DEFAULT_LIMITS, **given}
