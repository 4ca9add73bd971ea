"""Makes and changes customers: loaded under external ids, never rewriting one that is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from sync_cli.connectors.base import (
    Change,
    Done,
    Draft,
    Failed,
    InDoubt,
    NotSent,
    Result,
    batched,
)
from sync_cli.connectors.odoo.addresses import Addresses, address_of, is_blank
from sync_cli.connectors.odoo.cells import cell, cells
from sync_cli.connectors.odoo.loading import Load, Loaded, Loader, Outcome, external_id
from sync_cli.connectors.odoo.lookups import NotNamed
from sync_cli.connectors.odoo.making import Making, part_of
from sync_cli.connectors.odoo.shapes import CUSTOMER, shape_of
from sync_cli.connectors.odoo.values import text_of
from sync_cli.connectors.odoo.writing import Desk
from sync_cli.connectors.problems import not_found, not_kept

DELIVERY = "delivery_address"
_PLACES = frozenset({"country", "state"})


class Partners(Making):
    """`create` and `update` of customers."""

    def __init__(self, desk: Desk) -> None:
        shape = shape_of(CUSTOMER)
        super().__init__(desk, shape, Loader(desk.wire, shape.model))
        self._addresses = Addresses(desk.wire)

    def loads_of(
        self, new: Sequence[tuple[Draft, int]], outcomes: dict[str, Outcome]
    ) -> Mapping[str, Load]:
        """See `Making.loads_of`."""
        loads: dict[str, Load] = {}
        for draft, generation in new:
            own = self.named(draft, partial(self._cells, draft.payload))
            if isinstance(own, dict):
                id_ = external_id(CUSTOMER, draft.reference, part_of(generation))
                loads[draft.reference] = Load(draft.reference, {"id": id_, **own})
            else:
                outcomes[draft.reference] = own
        return loads

    def after_load(self, drafts: Sequence[Draft], outcomes: dict[str, Outcome]) -> None:
        """See `Making.after_load`: the delivery addresses, as contacts below the customers."""
        self._deliveries({draft.reference: draft.payload for draft in drafts}, outcomes)

    def update(self, changes: Sequence[Change]) -> Iterator[Result]:
        """See `Connector.update`; different values for many in one call (FACTS 8)."""
        for some in batched(changes, self.shape.traits.batch):
            yield from self._change(some)

    def _cells(self, payload: Mapping[str, Any]) -> dict[str, str]:
        """The cells of a payload, country and state by their ids. Raises NotNamed."""
        own = cells({name: value for name, value in payload.items() if name not in _PLACES})
        lookups = self.desk.lookups
        country = text_of(payload.get("country"))
        if "country" in payload:
            own["country_id/.id"] = str(lookups.country(country)) if country else ""
        if state := lookups.state(country, text_of(payload.get("state"))):
            own["state_id/.id"] = state
        return own

    def _deliveries(
        self, payloads: Mapping[str, Mapping[str, Any]], outcomes: dict[str, Outcome]
    ) -> None:
        """The delivery address of each customer that has one of its own, as a contact below it."""
        wanted = {}
        for label, payload in payloads.items():
            given, outcome = payload.get(DELIVERY), outcomes[label]
            if given and not is_blank(given) and isinstance(outcome, Loaded):
                wanted[label] = (outcome.id, given)
        if not wanted:
            return

        def make() -> Mapping[str, Outcome]:
            lookups = self.desk.lookups
            addresses = {
                label: address_of(owner, "delivery", given, lookups)
                for label, (owner, given) in wanted.items()
            }
            made = self._addresses.ids(list(addresses.values()))
            return {label: made[address] for label, address in addresses.items()}

        try:
            made = self.desk.safely(make)
        except NotNamed as no:
            made = NotSent(str(no))
        for label, (owner, _given) in wanted.items():
            outcome = made if isinstance(made, NotSent) else made[label]
            if not isinstance(outcome, Loaded):
                why = outcome.why if isinstance(outcome, InDoubt | NotSent) else outcome.message
                outcomes[label] = InDoubt(f"its delivery address is missing: {why}", owner)

    def _change(self, changes: Sequence[Change]) -> list[Result]:
        """A load by a database id that is gone would be refused for a reason hard to read."""
        there = self.desk.stand(self.shape, [change.id for change in changes])
        if isinstance(there, NotSent):
            return [there] * len(changes)
        results = self.read_back(self._changed([c for c in changes if c.id in there]))
        system, label = self.desk.system, self.shape.label.lower()
        return [
            self._compared(change, results[change.id])
            if change.id in results
            else Failed(not_found(system, change.id, label, change.id), change.id)
            for change in changes
        ]

    def _changed(self, changes: Sequence[Change]) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        loads: dict[str, Load] = {}
        for change in changes:
            own = self.named(Draft(change.id, {}), partial(self._cells, change.fields))
            if isinstance(own, dict):
                loads[change.id] = Load(change.id, {".id": change.id, **own})
            else:
                outcomes[change.id] = own
        outcomes.update(zip(loads, self.loader.load(list(loads.values())), strict=True))
        self._deliveries({change.id: change.fields for change in changes}, outcomes)
        return outcomes

    def _compared(self, change: Change, result: Result) -> Result:
        if not isinstance(result, Done):
            return result
        wrong = [
            name
            for name, value in change.fields.items()
            if not isinstance(value, Mapping)
            and name != "state"
            and cell(value) != _kept(result.as_stored.get(name))
        ]
        return Failed(not_kept(self.desk.system, change.id, wrong), change.id) if wrong else result


def _kept(value: Any) -> str:
    if isinstance(value, Mapping):
        return cell(value.get("id"))
    return f"{value:f}" if isinstance(value, Decimal) else cell(value)
