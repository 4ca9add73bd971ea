"""Documents of orders of which the state knows nothing: after it was rebuilt, names tell of them.

What an order was divided into is remembered before its first document is made. Where nothing is
remembered and the ERP has documents all the same, the state was lost; then the rules may have
changed since, and a document under a new name would be a second one.
"""

from __future__ import annotations

from collections.abc import Sequence

from sync_cli.core.errors import Problem
from sync_cli.core.routing import WHOLE, part_id, untraced
from sync_cli.flows.order_case import Case
from sync_cli.flows.systems import Systems

ORDER = "order"
REFERENCE = "reference"
"""The fact of every order that this state has seen in the ERP."""


class OrderTraces:
    """Looks for documents under all names that the rules know, of orders that could be made."""

    def __init__(self, systems: Systems) -> None:
        self._systems = systems
        routing = systems.config.orders.routing.rules()
        self._parts = (WHOLE, *routing.names)
        self._divides = bool(routing.rules)

    def of(self, cases: Sequence[Case]) -> dict[str, frozenset[str]]:
        """The parts (the whole is "") that the ERP has of each order; none of one that is known."""
        asked = [case for case in cases if self._is_unknown(case)]
        facts = self._systems.run.state.facts(ORDER, [case.item.id for case in asked])
        asked = [case for case in asked if REFERENCE not in facts.get(case.item.id, {})]
        names = {
            part_id(case.item.reference, part): (case.item.id, part)
            for case in asked
            for part in self._parts
        }
        found = self._systems.erp.find(ORDER, REFERENCE, list(names)) if names else {}
        parts: dict[str, set[str]] = {case.item.id: set() for case in asked}
        for name, (id, part) in names.items():
            if any("cancelled" not in one.marks for one in found.get(name, ())):
                parts[id].add(part)
        return {id: frozenset(one) for id, one in parts.items()}

    def problem(self, case: Case, found: frozenset[str], names: Sequence[str]) -> Problem | None:
        """Why none of the parts `names` may be made, where the ERP has `found`.

        Whoever names the order in the command wants what is missing made.
        """
        if case.item.id in self._systems.run.options.ids or found == set(names):
            return None
        if found or case.item.known_there:
            ours = case.item.reference
            return untraced(
                case.item.label,
                case.item.id,
                [part_id(ours, part) for part in sorted(found)],
                [part_id(ours, part) for part in names],
            )
        return None

    def _is_unknown(self, case: Case) -> bool:
        """Whether it could be made, and the ERP might have it already under another name."""
        if case.proof is None or case.known_parts or case.item.link or case.item.intent:
            return False
        return self._divides or case.item.known_there
