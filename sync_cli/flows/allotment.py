"""Which line of an order went to which of its documents: remembered when it was divided.

The rules may change afterwards; what is refunded later belongs to the document that was made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from sync_cli.core.model import Order
from sync_cli.core.routing import Routing, Shared, named_in_order

PARTS = "parts"
ALLOTTED = "allotted"
SHARED = "shared"


class Allotment(Struct, frozen=True):
    """The parts of an order by their names, the part of each line by its id, and what became of
    shipping and fees."""

    names: tuple[str, ...]
    lines: Mapping[str, str] = field(default_factory=dict)
    shared: Shared = Shared.SHARED


def remembered(
    order: Order | None, names: Sequence[str], allotted: Sequence[str], shared: Shared
) -> Mapping[str, str]:
    """The facts that an order leaves when it is divided into `names`, its lines into `allotted`."""
    lines = order.lines if order is not None else ()
    pairs = zip(lines, allotted, strict=False)
    return {
        PARTS: " ".join(names),
        ALLOTTED: " ".join(f"{line.id}:{part}" for line, part in pairs if part),
        SHARED: str(shared) if names else "",
    }


def allotment_of(
    order: Order, names: Sequence[str], facts: Mapping[str, str], routing: Routing
) -> Allotment | None:
    """How an order with the documents `names` was divided; None if nobody can tell any more.

    Of an order that an older version divided the rules tell, if they still name the same parts.
    """
    if told := facts.get(ALLOTTED, ""):
        pairs = (one.rpartition(":") for one in told.split())
        shared = Shared(facts.get(SHARED) or Shared.SHARED)
        return Allotment(tuple(names), {line: part for line, _, part in pairs}, shared)
    parts = routing.parts_of(order)
    if set(named_in_order(parts)) != set(names):
        return None
    lines = {line.id: part for line, part in zip(order.lines, parts, strict=False)}
    return Allotment(tuple(names), lines, routing.shared)
