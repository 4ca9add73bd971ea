"""Which ERPs can stand behind the shop of the demo; light, because each start of the program
reads it."""

from __future__ import annotations

from enum import StrEnum


class DemoErp(StrEnum):
    """The pretended one, or a real Tryton."""

    SANDBOX = "sandbox"
    TRYTON = "tryton"
