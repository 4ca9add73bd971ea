"""Fraud hold: orders that somebody must look at before they go to the ERP.

The shop, or a plug-in of it, marks them by a state or by metadata. Whatever takes the mark away
releases the order; nobody has to tell us.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from msgspec import Struct, field

from sync_cli.core.errors import Problem
from sync_cli.core.model import OrderState


class HoldRules(Struct, frozen=True):
    """What makes an order suspicious.

    `metadata` has, by key, the patterns of values that do (`*` and `?` as in file names, without
    regard to case); an entry without a value is matched by "" alone.
    """

    states: frozenset[OrderState] = frozenset()
    metadata: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def mark(self, state: OrderState, metadata: Iterable[tuple[str, str]]) -> str:
        """What marks an order with this state and these entries, in words; "" if nothing does.

        Of an entry only its key is told: its value may be a person's.
        """
        if state in self.states:
            return f"its state is {state}"
        for key, value in metadata:
            if any(_fits(value, pattern) for pattern in self.metadata.get(key, ())):
                return f"its metadata {key} fits orders.fraud_hold"
        return ""


def suspicious(label: str, mark: str) -> Problem:
    """An order that was not transferred because of its mark."""
    return Problem(
        "order-suspicious",
        label,
        f"it is held for a check, because {mark}",
        "Look at the order in the shop. Release or cancel it there: once that mark is gone it goes"
        " on by itself.",
        system="shop",
    )


def suspicious_later(label: str, mark: str, target: str) -> Problem:
    """An order that was marked after it had become a document."""
    return Problem(
        "order-suspicious-late",
        label,
        f"it was marked after it was transferred as {target}: {mark}",
        "Stop the delivery in the ERP while you look at it. Cancel the order in the shop, or take"
        " the mark away there: then this goes away by itself.",
        system="shop",
    )


def _fits(value: str, pattern: str) -> bool:
    return fnmatchcase(value.casefold(), pattern.casefold())
