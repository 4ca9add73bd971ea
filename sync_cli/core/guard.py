"""Stops a run that would overwrite far more than usual, before its first write.

It judges overwrites, zeroes, prices, cancellations and mails to customers; never creates of
orders, because each of those is proven by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from hashlib import blake2b

from msgspec import Struct, field

from sync_cli.core.errors import GuardTripped


class Harm(StrEnum):
    """The kinds of change that are counted."""

    OVERWRITE = "overwrite"
    ZERO = "zero"
    PRICE = "price"
    CANCEL = "cancel"
    MAIL = "mail"


class Limit(Struct, frozen=True):
    """Trips above `share` of what was looked at, but never at or below `least` records."""

    share: Decimal
    least: int

    def allows(self, count: int, looked_at: int) -> bool:
        """Whether `count` of `looked_at` records may be changed in one run."""
        return count <= self.least or Decimal(count) <= self.share * looked_at


DEFAULT_LIMITS: Mapping[Harm, Limit] = {
    Harm.OVERWRITE: Limit(Decimal("0.5"), 1000),
    Harm.ZERO: Limit(Decimal("0.1"), 20),
    Harm.PRICE: Limit(Decimal("0.3"), 50),
    Harm.CANCEL: Limit(Decimal("0.1"), 10),
    Harm.MAIL: Limit(Decimal("0.1"), 20),
}

_WORDS: Mapping[Harm, str] = {
    Harm.OVERWRITE: "overwrite {count} of {of} records",
    Harm.ZERO: "set {count} of {of} products to zero",
    Harm.PRICE: "change {count} of {of} prices",
    Harm.CANCEL: "cancel {count} of {of} documents",
    Harm.MAIL: "cause {count} mails to customers for {of} orders",
}


class Guard(Struct):
    """Counts what a plan would do, and judges it once it is whole."""

    limits: Mapping[Harm, Limit] = field(default_factory=lambda: DEFAULT_LIMITS)
    looked_at: int = 0
    counts: Counter[Harm] = field(default_factory=Counter)
    _plan: int = 0

    def look(self, records: int = 1) -> None:
        """Count records that were compared."""
        self.looked_at += records

    def look_at_least(self, records: int) -> None:
        """Judge against a whole of so many records, though only what changed was compared."""
        self.looked_at = max(self.looked_at, records)

    def count(self, harm: Harm, key: str, value: object) -> None:
        """Count one change of record `key` to `value`; the order of calls does not matter."""
        self.counts[harm] += 1
        change = blake2b(f"{harm}\0{key}\0{value}".encode(), digest_size=8).digest()
        self._plan ^= int.from_bytes(change, "big")

    @property
    def token(self) -> str:
        """Names exactly this plan: any other change in it makes another token."""
        total = sum(self.counts.values())
        return blake2b(f"{self._plan}:{total}".encode(), digest_size=5).hexdigest()

    def judge(self, route: str, accepted: str = "") -> None:
        """Raise GuardTripped if a limit is passed and `accepted` is not this plan's token."""
        passed = [
            _WORDS[harm].format(count=count, of=self.looked_at)
            for harm, count in sorted(self.counts.items())
            if harm in self.limits and not self.limits[harm].allows(count, self.looked_at)
        ]
        if not passed or accepted == self.token:
            return
        raise GuardTripped(
            f"Route {route}: this run would {' and '.join(passed)}; nothing was written.",
            "Look at the plan with --dry-run. If it is right, run the same command with"
            f" --accept {self.token}",
            self.token,
        )
