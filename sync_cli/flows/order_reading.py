"""Reads shop orders: what they are, whether they go to the ERP at all, and what bars them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from sync_cli.connectors.base import Raw
from sync_cli.core.corrections import Correction, corrected, said
from sync_cli.core.errors import Problem
from sync_cli.core.families import Family
from sync_cli.core.fingerprint import content_hash
from sync_cli.core.identity import read_seal, reference
from sync_cli.core.item import Item
from sync_cli.core.model import DocumentState, Order, OrderState
from sync_cli.core.states import left_out, wanted_document_state
from sync_cli.core.suspicion import suspicious, suspicious_later
from sync_cli.flows.families import Families
from sync_cli.flows.idle_corrections import not_felt, otherwise, unhelped
from sync_cli.flows.order_case import Case
from sync_cli.flows.order_identity import check_own_seal
from sync_cli.flows.order_problems import unread_lines
from sync_cli.flows.order_route import ORDER
from sync_cli.flows.systems import Systems
from sync_cli.mapping.errors import Unreadable
from sync_cli.mapping.paths import meta_entries

STATE_FIELDS = frozenset(
    "status date_paid date_paid_gmt date_completed date_completed_gmt".split()  # noqa: SIM905
)


class OrderReader:
    """Makes cases of shop orders; `mapping` is the version of all rules that make documents."""

    def __init__(self, systems: Systems, since: datetime, mapping: str) -> None:
        self.systems = systems
        self.run = systems.run
        self.settings = systems.config.orders
        self.since = since
        self.families = Families(systems)
        self._mapping = mapping
        self._suspect = self.settings.fraud_hold.rules()

    def read(self, raw: Raw) -> Case:
        """The order with its filter, or the problem that makes it unreadable."""
        corrections = self.systems.corrections(ORDER, raw)
        item = replace(
            self._item(raw.id),
            label=f"Order {raw.data.get('number') or raw.id}",
            birth=raw.birth,
            content=corrected(content_hash(raw.data), corrections),
            substance=corrected(content_hash(_without_state(raw.data)), corrections),
            places=self.systems.shop_mapping(ORDER).places(raw.data),
            because=said(corrections),
        )
        order = self._order(raw, item.label, corrections)
        others = otherwise(corrections, lambda rest: self._order(raw, item.label, rest))
        if isinstance(order, Problem):
            return Case(replace(item, problem=unhelped(order, not_felt(others, order))))
        wanted = str(wanted_document_state(order.state))
        mark = self._suspect.mark(order.state, meta_entries(raw.data))
        item = replace(
            item,
            wanted=wanted,
            filtered=self._filtered(order, mark),
            known_there=bool(order.document),
            problem=unread_lines(self.systems.shop_mapping(ORDER), raw, item.label),
        )
        return Case(item, order, mark, otherwise=others)

    def missing(self, order_id: str) -> Case:
        """An order that waited here and was deleted from the shop for good."""
        return Case(replace(self._item(order_id), filtered="it no longer exists in the shop"))

    def barred(self, cases: Sequence[Case]) -> list[Case]:
        """The cases with what bars them: a mark of suspicion, or their family.

        Raises IdentityError for an order that another installation has written.
        """
        for case in cases:
            self._check_seal(case)
        return self._in_families([self._suspected(case) for case in cases])

    def was_called_off(self, case: Case) -> bool:
        """Whether its document was cancelled on the shop's word: what is refunded then was never
        booked."""
        applied = case.item.applied
        asked = applied is None or applied.wanted == DocumentState.CANCELLED
        return case.item.link is not None and asked and self.is_off(case)

    def is_off(self, case: Case) -> bool:
        """Whether the ERP has cancelled all documents of the order already."""
        raws = list(self.systems.erp.fetch(ORDER, case.targets))
        states = [self.systems.document(raw).state for raw in raws]
        return bool(states) and all(state is DocumentState.CANCELLED for state in states)

    def _order(self, raw: Raw, label: str, corrections: Sequence[Correction]) -> Order | Problem:
        try:
            order = self.systems.order(raw, corrections)
        except Unreadable as error:
            return error.problems[0].about(label)
        if "trashed" in raw.marks:
            return order.model_copy(update={"state": OrderState.TRASHED})
        return order

    def _item(self, order_id: str) -> Item:
        name = reference(self.settings.reference, self.systems.config.shop, order_id)
        return Item(
            id=order_id,
            label=f"Order {order_id}",
            mapping=self._mapping,
            reference=name,
            match=name,
        )

    def _filtered(self, order: Order, mark: str) -> str:
        if order.ordered_at < self.since:
            return "placed before start_at"
        if order.state not in self.settings.states and not (
            mark and order.state in self._suspect.states
        ):
            return left_out(order.state)
        return ""

    def _suspected(self, case: Case) -> Case:
        """A marked order is held; one that has a document already is a task, while it is open."""
        item = case.item
        if not case.mark or item.problem is not None or case.is_left_out:
            return case
        if item.link is None:
            return case.but(problem=suspicious(item.label, case.mark))
        if item.wanted == DocumentState.CANCELLED or self.is_off(case):
            return case
        return case.but(problem=suspicious_later(item.label, case.mark, item.link.target))

    def _in_families(self, cases: Sequence[Case]) -> list[Case]:
        """Of orders that the shop has as a whole and in parts only one side goes on."""
        families = self.families.of([case.order for case in cases if case.is_new and case.order])
        return [self._in_family(case, families.get(case.item.id)) for case in cases]

    def _in_family(self, case: Case, family: Family | None) -> Case:
        if family is None:
            return case
        booked = self.settings.child_orders
        if reason := family.left_out(booked):
            return case.but(filtered=reason)
        return case.but(problem=family.problem(case.item.label, booked))

    def _check_seal(self, case: Case) -> None:
        seal = read_seal(case.order.seal) if case.order is not None else None
        if seal is not None:
            check_own_seal(self.run, seal, case.item.label, before_writing=True)


def _without_state(data: Mapping[str, Any]) -> dict[str, Any]:
    """An order's content apart from its state and what moves along with it."""
    kept = {key: value for key, value in data.items() if key not in STATE_FIELDS}
    lines = kept.get("line_items")
    if isinstance(lines, list):
        kept["line_items"] = [
            {key: value for key, value in line.items() if key != "meta_data"}
            if isinstance(line, Mapping)
            else line
            for line in lines
        ]
    return kept
