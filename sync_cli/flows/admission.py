"""From when on orders belong to the ERP: `orders.start_at`, or the day of a backfill.

A person names that day once, by `orders --backfill --from DAY`. It is remembered, so that an order
which the backfill had to hold goes on by itself once it was put right.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sync_cli.core.outcome import Settlement
from sync_cli.flows.systems import Systems

ROUTE = "orders-backfill"
ORDER = "order"
_ORDERS = "orders"
_ADMITTED = "admitted_since"
_BROUGHT = "brought_since"
_BACKFILLED = "backfilled"


def admitted_since(systems: Systems) -> datetime:
    """Orders placed at or after this (aware UTC) may be made in the ERP."""
    return _earliest(systems, _ADMITTED)


def brought_since(systems: Systems) -> datetime:
    """Orders placed at or after this (aware UTC) were all looked at, by runs or by a backfill that
    came to its end; older ones may be waiting for one that has not."""
    return _earliest(systems, _BROUGHT)


def admit(systems: Systems, since: datetime) -> None:
    """Remember that a person asked for the orders placed at or after `since`."""
    _remember(systems, _ADMITTED, min(since, admitted_since(systems)))


def mark_brought(systems: Systems, since: datetime) -> None:
    """Remember that a backfill has looked at all orders placed at or after `since`."""
    _remember(systems, _BROUGHT, min(since, brought_since(systems)))


def _earliest(systems: Systems, fact: str) -> datetime:
    start_at = systems.config.orders.start_at
    told = systems.run.state.facts(_ORDERS, [_ORDERS]).get(_ORDERS, {}).get(fact)
    return start_at if told is None else min(start_at, datetime.fromisoformat(told))


def _remember(systems: Systems, fact: str, since: datetime) -> None:
    run = systems.run
    settlement = Settlement(_ORDERS, entity=_ORDERS, facts={fact: since.isoformat()})
    run.state.settle(ROUTE, run.number, [settlement], run.now())


def mark_backfilled(systems: Systems, orders: Iterable[str]) -> None:
    """Remember, before they are made, that these orders come by a backfill: no note, no mail."""
    run = systems.run
    settlements = [Settlement(id, entity=ORDER, facts={_BACKFILLED: "yes"}) for id in orders]
    if settlements:
        run.state.settle(ROUTE, run.number, settlements, run.now())


def backfilled(systems: Systems, orders: Iterable[str]) -> set[str]:
    """Those of these orders that came by a backfill."""
    found = systems.run.state.facts(ORDER, list(orders))
    return {id for id, facts in found.items() if _BACKFILLED in facts}
