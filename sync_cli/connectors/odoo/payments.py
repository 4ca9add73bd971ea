"""Registers payments on the posted invoices of orders, as the button "Register Payment" does.

One call books, posts and settles, all of it or nothing. What Odoo itself would not refuse a second
time has been looked for by its reference before; a lost answer is never followed by another call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from msgspec import Struct

from sync_cli.connectors.base import Done, Draft, Failed, InDoubt, NotSent, Raw, Result
from sync_cli.connectors.odoo.asking import rows_where
from sync_cli.connectors.odoo.lookups import NotNamed, row_named
from sync_cli.connectors.odoo.problems import (
    not_payable,
    nothing_open,
    partly_paid,
    refused,
    unnamed,
)
from sync_cli.connectors.odoo.shapes import PAYMENT, shape_of
from sync_cli.connectors.odoo.values import Row, exact, id_of, name_of, number_of, text_of
from sync_cli.connectors.odoo.wire import Ask
from sync_cli.connectors.odoo.writing import Desk
from sync_cli.core.errors import Problem
from sync_cli.core.values import Discreet

ORDER_ID = "order_id"
WIZARD = "account.payment.register"
_INVOICE_FIELDS = ("move_type", "state", "amount_total", "amount_residual", "currency_id")
_ROWS_WITH = {"journal_id", "currency_id", "amount"}


class Billed(Struct, frozen=True):
    """The posted invoices of an order, the oldest first, and what credit notes have settled."""

    invoices: Sequence[Row] = ()
    credited: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """What all invoices are over."""
        return sum((_amount(row, "amount_total") for row in self.invoices), Decimal(0))

    @property
    def unpaid(self) -> Decimal:
        """What no payment has come for: what a credit note has settled was not paid by it."""
        left = sum((_amount(row, "amount_residual") for row in self.invoices), Decimal(0))
        return left + self.credited


class Registering(Discreet, Struct, frozen=True):
    """One payment ready to be booked: what the wizard is filled in with, and for which invoices."""

    hidden: ClassVar[frozenset[str]] = frozenset({"values"})

    values: Mapping[str, Any]
    invoices: tuple[int, ...]

    @property
    def context(self) -> dict[str, Any]:
        """Whom the wizard is for, and that it is to open nothing afterwards."""
        ids = list(self.invoices)
        about = {"active_model": "account.move", "active_ids": ids, "active_id": ids[0]}
        return {**about, "dont_redirect_to_payments": True}


class Payments:
    """`create` of payments."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def create(self, drafts: Sequence[Draft]) -> Iterator[Result]:
        """See `Connector.create`; a payment is booked on all open invoices of its order at once."""
        billed = self._desk.safely(lambda: self._billed(drafts))
        down: NotSent | None = billed if isinstance(billed, NotSent) else None
        for draft in drafts:
            if down is not None or isinstance(billed, NotSent):
                yield down or NotSent()
                continue
            result = self._book(draft, billed.get(_order_of(draft), Billed()))
            if isinstance(result, NotSent):
                down = result
            yield result

    def _billed(self, drafts: Sequence[Draft]) -> Mapping[str, Billed]:
        """What is invoiced of each order, by the order's id."""
        ids = sorted({number_of(_order_of(draft)) for draft in drafts})
        wire = self._desk.wire
        orders = list(rows_where(wire, "sale.order", "id", ids, ("invoice_ids",)))
        wanted = sorted({id_ for row in orders for id_ in row.get("invoice_ids") or ()})
        posted = {
            int(row["id"]): row
            for row in rows_where(wire, "account.move", "id", wanted, _INVOICE_FIELDS)
            if row.get("state") == "posted"
        }
        return {
            str(order["id"]): _billed_by(
                [posted[id_] for id_ in sorted(order.get("invoice_ids") or ()) if id_ in posted]
            )
            for order in orders
        }

    def _book(self, draft: Draft, billed: Billed) -> Result:
        ready = self._desk.safely(lambda: self._ready(draft, billed))
        if isinstance(ready, NotSent):
            return ready
        if isinstance(ready, Problem):
            return Failed(ready)
        keywords = {"context": ready.context}
        fill = Ask(WIZARD, "create", None, {"vals_list": [ready.values]}, keywords)
        filled = self._desk.call(fill, draft.reference)
        match filled:
            case Problem():
                return Failed(filled)
            case InDoubt(why=why):
                # What is filled in books nothing before its button is pressed.
                return NotSent(why)
            case NotSent():
                return filled
        book = Ask(WIZARD, "action_create_payments", [_only(filled)], {}, keywords)
        booked = self._desk.call(book, draft.reference)
        match booked:
            case Problem():
                return Failed(booked)
            case InDoubt() | NotSent():
                return booked
        return self._read_back(draft)

    def _ready(self, draft: Draft, billed: Billed) -> Registering | Problem:
        """What the wizard is to be filled in with, or why there is nothing to book."""
        system, reference, payload = self._desk.system, draft.reference, draft.payload
        amount = Decimal(str(payload["amount"]))
        if problem := _unpayable(system, reference, amount, billed):
            return problem
        currency = next(iter(billed.invoices)).get("currency_id")
        if name_of(currency) != payload["currency_id"]:
            says = f"its invoice is in {name_of(currency)}, not in {payload['currency_id']}"
            return refused(system, reference, says, "currency_id")
        try:
            journal = row_named(
                self._desk.lookups.journals, text_of(payload["journal_id"]), "journals", "code"
            )
        except NotNamed as no:
            return unnamed(system, reference, str(no), "journal_id")
        others = {
            name: value
            for name, value in payload.items()
            if name not in (ORDER_ID, *_ROWS_WITH) and value not in ("", None)
        }
        values = {
            **others,
            "communication": reference,
            "amount": amount,
            "currency_id": int(id_of(currency)),
            "journal_id": int(journal["id"]),
            "group_payment": True,
            "payment_difference_handling": "open",
        }
        return Registering(values, tuple(int(row["id"]) for row in billed.invoices if _open(row)))

    def _read_back(self, draft: Draft) -> Result:
        """The payment as it is stored; the newest, should there be several of its name."""
        found = self._desk.safely(
            lambda: self._desk.reader.find(shape_of(PAYMENT), "reference", [draft.reference])
        )
        if isinstance(found, NotSent):
            return InDoubt(found.why)
        stored: Sequence[Raw] = found[draft.reference]
        if not stored:
            return InDoubt("it was booked, and cannot be found by its reference")
        raw = max(stored, key=lambda one: number_of(one.id))
        return Done(raw.id, raw.data, raw.birth)


def _unpayable(system: str, reference: str, amount: Decimal, billed: Billed) -> Problem | None:
    if not billed.invoices:
        says = "its order has no posted invoice that the payment could be booked on"
        return not_payable(system, reference, says)
    if billed.total < amount:
        says = f"{amount} were paid, but its order is invoiced over {billed.total:f} only so far"
        return not_payable(system, reference, says)
    if not any(map(_open, billed.invoices)):
        return nothing_open(system, reference)
    if billed.unpaid < amount:
        return partly_paid(system, reference, amount, billed.unpaid)
    return None


def _billed_by(moves: Sequence[Row]) -> Billed:
    invoices = [row for row in moves if row.get("move_type") == "out_invoice"]
    credited = (
        _amount(row, "amount_total") - _amount(row, "amount_residual")
        for row in moves
        if row.get("move_type") == "out_refund"
    )
    return Billed(invoices, sum(credited, Decimal(0)))


def _open(row: Row) -> bool:
    return _amount(row, "amount_residual") > 0


def _amount(row: Row, name: str) -> Decimal:
    return exact(Decimal(str(row.get(name) or 0)))


def _order_of(draft: Draft) -> str:
    return text_of(draft.payload.get(ORDER_ID))


def _only(made: Any) -> int:
    """The id of what one `create` made: some versions answer a list to a list."""
    return int(made[0] if isinstance(made, list) else made)
