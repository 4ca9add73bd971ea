"""Drifts: where two systems tell different stories of one thing, in words and with the remedy.

Nothing here reads a system. What each part can find stands in a module of its own.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from sync_cli.core.parts import Part

SHOP = "shop"
ERP = "erp"
PIECES = "pieces"
RESTORED = "Was the ERP restored? Then run `sync-cli state accept --erp-restored`."


class DriftKind(StrEnum):
    """How two sides can differ: nothing there, too much there, other values, one thing twice."""

    MISSING = "missing"
    EXTRA = "extra"
    DIFFERENT = "different"
    DUPLICATE = "duplicate"


class Drift(Struct, frozen=True):
    """One finding: `what` says it, `mend` is the command or the deed that mends it.

    `shop` and `erp` are the values of `field` on both sides; `owner` is the side that is right.
    """

    part: Part
    kind: DriftKind
    id: str
    label: str
    what: str
    mend: str
    owner: str
    field: str = ""
    shop: str = ""
    erp: str = ""


class Told(Protocol):
    """A record as far as a drift names it."""

    @property
    def id(self) -> str:
        """Its id in the shop."""

    @property
    def label(self) -> str:
        """What people call it."""


def drift_of(
    part: Part,
    record: Told,
    kind: DriftKind,
    what: str,
    mend: str,
    field: str,
    *,
    shop: str = "",
    erp: str = "",
) -> Drift:
    """A drift of a record of the shop, whose word counts."""
    return Drift(
        part, kind, record.id, record.label, what, mend, SHOP, field=field, shop=shop, erp=erp
    )


class Waiting(Struct, frozen=True):
    """A difference that is under way, or that is known and held: `reason` says why.

    `cause` is what is said of all that wait for the same, where that is another text.
    """

    part: Part
    id: str
    label: str
    reason: str
    cause: str = ""


class Sum(Struct, frozen=True):
    """How much one side has: records and their amount in `unit`, a currency or "pieces".

    Records without an amount have no unit.
    """

    part: Part
    side: str
    unit: str
    records: int
    amount: Decimal


def plain(number: Decimal) -> str:
    """A number without needless zeros behind the point."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Decimal) -> str:
    """An amount with two decimals at least, all others only where they are not zero."""
    whole, _, fraction = f"{amount:f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"
