"""Care of the state file: accept a move, forget what a restore lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from sync_cli.connectors.base import Connector, batched
from sync_cli.core.errors import Problem
from sync_cli.core.item import Held, Why
from sync_cli.core.model import DocumentState
from sync_cli.core.outcome import End, Settlement
from sync_cli.core.routing import part_id
from sync_cli.flows.belonging import HOST, facts_of, host_facts
from sync_cli.flows.systems import ERP, SHOP
from sync_cli.state.corrections import Corrected
from sync_cli.state.store import State

ORDER = "order"
ALL_LINKS = 10_000_000


class _Kept(Struct, frozen=True):
    """Records that are linked: the route that makes them, and what carries their id in the shop.

    `facts` are remembered of one whose document is gone.
    """

    entity: str
    route: str
    label: str
    shop_entity: str
    facts: Mapping[str, str] = field(default_factory=dict)


KEPT = (
    # The pieces of a lost document are in none: stock must count them until there is one.
    _Kept(ORDER, "orders", "Order", ORDER, {"document_state": str(DocumentState.CANCELLED)}),
    _Kept("refund", "refunds", "Refund", "refund"),
    _Kept("payment", "payments", "Payment of order", ORDER),
)


def accept(state: State, shop: Connector, erp: Connector) -> list[str]:
    """This state belongs to these systems and this machine from now on; says what changed."""
    told = []
    facts = {SHOP: facts_of(shop.identify()), ERP: facts_of(erp.identify()), HOST: host_facts()}
    for role, now in facts.items():
        before = state.identity(role)
        if before != now:
            told.append(f"{role}: {_named(before)} -> {_named(now)}")
        state.set_identity(role, now)
    return told


def forget_reused(state: State, shop: Connector, now: datetime) -> int:
    """Forget the links of records whose id the shop now uses for another one; returns how many.

    The document of a lost order stays in the ERP. The new order is looked for by its reference,
    and held if a stranger's document carries it: it is never adopted and never made twice.
    """
    forgotten = 0
    for kept in KEPT:
        for batch in batched(state.recent_links(kept.entity, SHOP, ALL_LINKS), 100):
            known = {end.id: end for end in batch if end.birth and not end.part}
            for raw in shop.fetch(kept.shop_entity, list(known)):
                if raw.birth and raw.birth != known[raw.id].birth:
                    state.detach(kept.entity, known[raw.id])
                    _take_back(state, kept, raw.id, now)
                    state.settle(kept.route, 0, [_looked_for(kept, raw.id, "", now)], now)
                    forgotten += 1
    return forgotten


def _take_back(state: State, kept: _Kept, id: str, now: datetime) -> None:
    """A person's corrections were for the record that had this id before."""
    record = Corrected(kept.entity, kept.route, id, f"{kept.label} {id}")
    state.uncorrect(record, (), now, "state accept")


def forget_missing(state: State, erp: Connector, now: datetime) -> int:
    """Forget the links of records that the ERP no longer has; returns how many.

    Orders, credit notes and payments are looked for again by their references, and made again only
    if they are not found.
    """
    forgotten = 0
    for kept in KEPT:
        for batch in batched(state.recent_links(kept.entity, ERP, ALL_LINKS), 100):
            by_reference = {end.birth: end for end in batch if end.birth}
            found = erp.find(kept.entity, "reference", list(by_reference))
            for reference, end in by_reference.items():
                if not found.get(reference):
                    _forget(state, kept, end, now)
                    forgotten += 1
    return forgotten


def _forget(state: State, kept: _Kept, end: End, now: datetime) -> None:
    shop_id = state.linked_targets(kept.entity, SHOP, ERP, [end.id]).get(end.id)
    state.detach(kept.entity, end)
    if shop_id is not None:
        name = part_id(shop_id, end.part)
        state.settle(kept.route, 0, [_looked_for(kept, name, end.birth, now)], now)


def _looked_for(kept: _Kept, name: str, reference: str, now: datetime) -> Settlement:
    """What waits from now on: a record of the shop, or a part of one."""
    label = f"{kept.label} {name}"
    problem = Problem(
        "document-lost", label, f"{reference} is gone from the ERP", "It is looked for again."
    )
    if not reference:
        said = "its id belonged to another record before"
        problem = Problem("id-reused", label, said, "It is looked at anew.")
    held = Held(kept.route, name, Why.DEFERRED, now, 0, now, problem, label)
    return Settlement(name, label=label, entity=kept.entity, held=held, facts=kept.facts)


def _named(facts: dict[str, str] | None) -> str:
    return ", ".join(f"{key} {value}" for key, value in (facts or {}).items()) or "unknown"
