"""Makes sales orders, with the addresses that they are delivered and billed to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from sync_cli.connectors.base import Draft, NotSent
from sync_cli.connectors.odoo.addresses import Address, Addresses, address_or_customer
from sync_cli.connectors.odoo.asking import rows_where
from sync_cli.connectors.odoo.claims import Claims
from sync_cli.connectors.odoo.loading import UTC_CONTEXT, Load, Loader, Outcome
from sync_cli.connectors.odoo.making import Making
from sync_cli.connectors.odoo.order_loads import LINES, addresses_of, lines_load, order_load
from sync_cli.connectors.odoo.problems import overtaken
from sync_cli.connectors.odoo.shapes import ORDER, shape_of
from sync_cli.connectors.odoo.values import number_of, text_of
from sync_cli.connectors.odoo.writing import Desk

Chosen = Mapping[str, Address | None]


class Orders(Making):
    """`create` of sales orders."""

    unconfirmed = ("draft", "sent")
    lines = LINES

    def __init__(self, desk: Desk) -> None:
        shape = shape_of(ORDER)
        super().__init__(desk, shape, Loader(desk.wire, shape.model, UTC_CONTEXT))
        self._addresses = Addresses(desk.wire)
        self._claims = Claims(desk.wire)

    def loads_of(
        self, new: Sequence[tuple[Draft, int]], outcomes: dict[str, Outcome]
    ) -> Mapping[str, Load]:
        """See `Making.loads_of`; the addresses of all orders are found or made first."""
        chosen: dict[str, Chosen] = {}
        for draft, _ in new:
            addresses = self.named(draft, partial(addresses_of, draft, self.desk.lookups))
            if isinstance(addresses, dict):
                chosen[draft.reference] = addresses
            else:
                outcomes[draft.reference] = addresses
        ready = [(draft, number) for draft, number in new if draft.reference in chosen]
        return self._unclaimed(self._with_addresses(ready, chosen, outcomes), outcomes)

    def count_lines(self, id_: str) -> int:
        """See `Making.count_lines`."""
        at = [number_of(id_)]
        rows = rows_where(self.desk.wire, "sale.order.line", "order_id", at, ("order_id",))
        return len(list(rows))

    def further_lines(self, draft: Draft, count: int, generation: int) -> Load:
        """See `Making.further_lines`."""
        return lines_load(draft, count, self.desk.lookups, generation)

    def _with_addresses(
        self,
        ready: Sequence[tuple[Draft, int]],
        chosen: Mapping[str, Chosen],
        outcomes: dict[str, Outcome],
    ) -> dict[str, Load]:
        wanted = [a for own in chosen.values() for a in own.values() if a is not None]
        ids = self.desk.safely(lambda: self._addresses.ids(wanted) if wanted else {})
        loads: dict[str, Load] = {}
        for draft, generation in ready:
            load: Load | Outcome
            if isinstance(ids, NotSent):
                load = ids
            else:
                load = self._load(draft, chosen[draft.reference], ids, generation)
            if isinstance(load, Load):
                loads[draft.reference] = load
            else:
                outcomes[draft.reference] = load
        return loads

    def _load(
        self, draft: Draft, chosen: Chosen, ids: Mapping[Address, Outcome], generation: int
    ) -> Load | Outcome:
        owner = text_of(draft.payload.get("partner_id"))
        found: dict[str, str] = {}
        for name, address in chosen.items():
            id_ = address_or_customer(ids, address, owner)
            if not isinstance(id_, str):
                return id_
            found[name] = id_
        return self.named(draft, lambda: order_load(draft, found, self.desk.lookups, generation))

    def _unclaimed(
        self, loads: Mapping[str, Load], outcomes: dict[str, Outcome]
    ) -> dict[str, Load]:
        """The loads whose external id nobody holds: `load` would write that order anew."""
        names = {reference: load.own["id"] for reference, load in loads.items()}
        held = self.desk.safely(
            lambda: self._claims.holders(self.shape.model, list(names.values()))
        )
        free: dict[str, Load] = {}
        for reference, load in loads.items():
            if isinstance(held, NotSent):
                outcomes[reference] = held
            elif (holder := held.get(names[reference])) is not None:
                outcomes[reference] = overtaken(self.desk.system, reference, "", holder)
            else:
                free[reference] = load
        return free
