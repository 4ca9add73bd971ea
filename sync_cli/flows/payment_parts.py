"""Payments of orders that became several documents: one for each, together what was paid.

A part's share is what its document is over, less its share of what gift cards have paid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.core.errors import Problem
from sync_cli.core.fingerprint import digest
from sync_cli.core.identity import REFERENCE_LENGTH
from sync_cli.core.item import Item
from sync_cli.core.model import ZERO, Document, DocumentState
from sync_cli.core.payments import Payment, payment_conflict
from sync_cli.core.routing import joined, part_id, shared_out
from sync_cli.flows.allotment import PARTS
from sync_cli.flows.settled import BY_HAND, settled_by_hand
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable

ORDER = "order"
PAYMENT = "payment"
PAYMENTS = "payments"
UNMADE = "not all documents of its order are in the ERP yet"
UNREADABLE = "a document of its order cannot be read in the ERP"


class Case(Struct, frozen=True):
    """One order's payment under way, or a part of it; `payment` is None where there is none.

    `due` is what the order's documents should be over together. `document` is the ERP's id of the
    document of a part.
    """

    item: Item
    payment: Payment | None = None
    due: Decimal = ZERO
    document: str = ""

    def but(self, **changes: Any) -> Case:
        """The same case with another item."""
        return replace(self, item=replace(self.item, **changes))


class Divided(Struct, frozen=True):
    """What an order became: the ERP's id of each part's document, "" for one that is still to be
    made, and those documents that can be read; `booked` claims that all parts are paid there, and
    `by_hand` names parts without a document that a person settled."""

    ids: Mapping[str, str]
    documents: Mapping[str, Document] = field(default_factory=dict)
    booked: bool = False
    by_hand: Sequence[str] = ()

    @property
    def wanted(self) -> dict[str, str]:
        """The parts that have or need a document, with its id."""
        return {name: id for name, id in self.ids.items() if name not in self.by_hand}


class PaymentParts:
    """Divides payments as their orders were divided."""

    def __init__(self, systems: Systems) -> None:
        self._systems = systems
        self._state = systems.run.state

    def divided(self, cases: Sequence[Case]) -> list[Case]:
        """The cases, those of orders in several documents as one for each.

        Of an order that was called off only those of which it is not known whether they are booked.
        """
        known = self._known([case.item.id for case in cases])
        orders = self._orders({c.item.id: known[c.item.id] for c in cases
                               if c.payment is not None and c.item.id in known})  # fmt: skip
        off = {c.item.id: known[c.item.id] for c in cases if c.item.filtered and c.item.id in known}
        doubtful = self._doubtful(off)
        return [
            part
            for case in cases
            for part in (
                self._parts(case, orders[case.item.id])
                if case.item.id in orders
                else [self._named(case, name) for name in doubtful.get(case.item.id, ())] or [case]
            )
        ]

    def _known(self, ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """The parts of each order that has several, with the ERP's ids of their documents."""
        links = self._state.parts(ORDER, SHOP, ERP, ids)
        facts = self._state.facts(ORDER, ids)
        names = {
            id: dict.fromkeys((*facts.get(id, {}).get(PARTS, "").split(), *links.get(id, {})))
            for id in ids
        }
        return {
            id: {name: links[id][name].target if name in links.get(id, {}) else "" for name in own}
            for id, own in names.items()
            if own
        }

    def _doubtful(self, known: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
        """The parts of each order whose payment was begun, and the answer is not known."""
        ids = [part_id(id, name) for id, own in known.items() for name in own]
        opened = self._state.open_intents(PAYMENTS, ids) if ids else {}
        return {
            id: [name for name in own if part_id(id, name) in opened] for id, own in known.items()
        }

    def _orders(self, known: Mapping[str, Mapping[str, str]]) -> dict[str, Divided]:
        booked = self._state.parts(PAYMENT, SHOP, ERP, list(known))
        lacking = {id: [name for name, t in own.items() if not t] for id, own in known.items()}
        by_hand = settled_by_hand(self._state, lacking)
        paid = {
            id
            for id, own in known.items()
            if own.keys() - set(by_hand[id]) <= booked.get(id, {}).keys()
        }
        asked = [t for id, own in known.items() if id not in paid for t in own.values() if t]
        documents = self._documents(asked)
        return {
            id: Divided(
                own,
                {name: documents[t] for name, t in own.items() if t in documents},
                id in paid,
                by_hand[id],
            )
            for id, own in known.items()
        }

    def _documents(self, ids: Sequence[str]) -> dict[str, Document]:
        """The documents by id; one that cannot be read is missing, and told elsewhere."""
        found = {}
        for raw in self._systems.erp.fetch(ORDER, sorted(ids)) if ids else ():
            try:
                found[raw.id] = self._systems.document(raw)
            except Unreadable as error:
                self._systems.run.watcher.note(error.problems[0].sentence())
        return found

    def _parts(self, case: Case, order: Divided) -> Iterator[Case]:
        """One case for each part, with its share or with what stands against it."""
        payment = case.payment
        assert payment is not None
        shares = {} if order.booked else self._shares(case, payment, order)
        for name, target in order.ids.items():
            part = self._named(case, name)
            if name in order.by_hand:
                yield part.but(filtered=BY_HAND)
            elif order.booked:
                yield part
            elif problem := _too_long(part.item):
                yield part.but(problem=problem)
            elif isinstance(shares, str):
                yield part.but(waits=shares)
            elif isinstance(shares, Problem):
                yield part.but(problem=shares.about(part.item.label))
            elif name not in shares:
                yield part.but(filtered="its document was cancelled")
            else:
                yield self._share(replace(part, document=target), payment, shares[name])

    def _named(self, case: Case, name: str) -> Case:
        item = case.item
        reference = part_id(item.reference, name)
        return case.but(
            id=part_id(item.id, name),
            part=name,
            label=f"{item.label}, part {name or 'the rest'}",
            reference=reference,
            match=reference,
        )

    @staticmethod
    def _share(case: Case, payment: Payment, amount: Decimal) -> Case:
        if amount <= ZERO:
            return case.but(filtered="there was nothing to pay")
        own = payment.model_copy(update={"amount": amount, "reference": case.item.reference})
        content = digest(own.model_dump(mode="json"))
        return replace(case.but(record=own, content=content), payment=own)

    def _shares(
        self, case: Case, payment: Payment, order: Divided
    ) -> Mapping[str, Decimal] | str | Problem:
        """What each part is to be paid, why that waits, or why it cannot be told.

        What the other documents leave of the order is that of parts which a person settled.
        """
        if not all(order.wanted.values()):
            return UNMADE
        if order.documents.keys() != order.wanted.keys():
            return UNREADABLE
        live = {
            name: one
            for name, one in order.documents.items()
            if one.state is not DocumentState.CANCELLED
        }
        if not live:
            return {}
        whole = joined(list(order.documents.values()))
        totals = [one.total for one in live.values()]
        if order.by_hand and len(live) == len(order.documents) and whole.total <= case.due:
            totals.append(case.due - whole.total)
            whole = whole.model_copy(update={"total": case.due})
        if conflict := payment_conflict(case.item.label, payment, whole, case.due):
            return conflict
        prepaid = shared_out(case.due - payment.amount, totals, self._systems.decimals)
        shares = zip(totals, prepaid, strict=True)
        # One more share than there are documents is what a person settled.
        return {name: total - paid for name, (total, paid) in zip(live, shares, strict=False)}


def _too_long(item: Item) -> Problem | None:
    """A reference that other systems would cut off."""
    if len(item.reference) <= REFERENCE_LENGTH:
        return None
    return Problem(
        "reference-too-long",
        item.label,
        f"its reference {item.reference} has more than {REFERENCE_LENGTH} characters",
        "Shorten payments.reference, the key of the shop or the name of the part, then run"
        " `sync-cli held retry`.",
        field="reference",
    )
