"""Books payments on the posted invoices of sales, by the wizard behind the button "Pay".

Its last step books, posts and reconciles in one transaction. Tryton would do it a second time:
what was booked is found by the description of its move, and a lost answer is never followed by
another call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sync_cli.connectors.base import Done, Draft, Failed, InDoubt, NotSent, Result
from sync_cli.connectors.http import AnswerLost, CallNotSent, RequestRefused
from sync_cli.connectors.tryton import problems
from sync_cli.connectors.tryton.house import House
from sync_cli.connectors.tryton.parts import unless_down
from sync_cli.connectors.tryton.read import Reader
from sync_cli.connectors.tryton.wire import Wire
from sync_cli.core.errors import Problem

WIZARD = "account.invoice.pay"
_FIELDS = ("sales", "party", "currency.code", "total_amount", "amount_to_pay", "state")

Invoice = Mapping[str, Any]


class Payments:
    """`create` of payments."""

    def __init__(self, wire: Wire, house: House, reader: Reader) -> None:
        self._wire = wire
        self._house = house
        self._reader = reader

    def create(self, drafts: Sequence[Draft]) -> Iterator[Result]:
        """See `Connector.create`; each is booked by a call of its own."""
        down = ""
        for draft in drafts:
            if down:
                yield NotSent(down)
                continue
            [result] = unless_down(self._wire, partial(self._book, draft), _not_sent)
            down = result.why if isinstance(result, NotSent) else ""
            yield result

    def _book(self, draft: Draft) -> list[Result]:
        invoices = self._invoices(int(draft.payload["sale"]))
        if problem := self._problem(draft, invoices):
            return [Failed(problem)]
        [invoice] = [one for one in invoices if one["amount_to_pay"] > 0]
        chosen = {
            "active_model": "account.invoice",
            "active_id": invoice["id"],
            "active_ids": [invoice["id"]],
        }
        try:
            session, *_ = self._wire.walk(WIZARD, "create", **chosen)
        except (AnswerLost, CallNotSent) as fault:
            # The wizard books nothing before its last step.
            return [NotSent(fault.why)]
        except RequestRefused as refused:
            return [Failed(problems.refused(self._wire.system, draft.reference, refused))]
        forms = {"start": self._start(draft, invoice), "ask": {"type": "partial"}}
        try:
            self._wire.walk(WIZARD, "execute", session, forms, "pay", **chosen)
        except AnswerLost as lost:
            return [InDoubt(lost.why)]
        except CallNotSent as unsent:
            return [NotSent(unsent.why)]
        except RequestRefused as refused:
            return [Failed(problems.refused(self._wire.system, draft.reference, refused))]
        return unless_down(self._wire, lambda: [self._read_back(draft)], _in_doubt)

    def _invoices(self, sale: int) -> list[Invoice]:
        """The posted invoices of a sale, without its credit notes."""
        domain = [
            ["sales", "=", sale],
            ["type", "=", "out"],
            ["state", "in", ["posted", "paid"]],
            ["total_amount", ">=", Decimal(0)],
        ]
        return list(self._wire.search("account.invoice", domain, list(_FIELDS)))

    def _problem(self, draft: Draft, invoices: Sequence[Invoice]) -> Problem | None:
        """Why a payment cannot be booked, or not yet."""
        system, reference, payload = self._wire.system, draft.reference, draft.payload
        amount, method = Decimal(str(payload["amount"])), str(payload["payment_method"])
        if method not in self._house.payment_methods:
            return problems.unknown_name(system, reference, "payment method", method)
        billed = sum((one["total_amount"] for one in invoices), Decimal(0))
        if billed < amount:
            return problems.not_invoiced(system, reference, amount, billed)
        owed = [one for one in invoices if one["amount_to_pay"] > 0]
        left = sum((one["amount_to_pay"] for one in owed), Decimal(0))
        if len(owed) > 1:
            says = f"its order has {len(owed)} open invoices, and a payment there is for one"
            return problems.by_hand(system, reference, says)
        if left < amount:
            says = f"{amount} were paid, but only {left} are still open on its invoice"
            return problems.by_hand(system, reference, says)
        code = owed[0]["currency."]["code"]
        if code != payload["currency"]:
            says = f"its invoice is in {code}, not in {payload['currency']}"
            return problems.by_hand(system, reference, says)
        return None

    def _start(self, draft: Draft, invoice: Invoice) -> dict[str, Any]:
        """The first form of the wizard, filled in."""
        payload = draft.payload
        return {
            "payee": invoice["party"],
            "payees": [invoice["party"]],
            "amount": Decimal(str(payload["amount"])),
            "currency": self._house.currencies[payload["currency"]],
            "description": draft.reference,
            "company": self._house.shop.company,
            "payment_method": self._house.payment_methods[payload["payment_method"]],
            "date": date.fromisoformat(str(payload["date"])[:10]),
        }

    def _read_back(self, draft: Draft) -> Result:
        """The payment as it is stored; the newest, should there be several of its name."""
        found = self._reader.find("reference", [draft.reference])[draft.reference]
        if not found:
            return InDoubt("it was booked, and cannot be found by its reference")
        raw = max(found, key=lambda one: int(one.id))
        return Done(raw.id, raw.data, raw.birth)


def _in_doubt(why: str) -> list[Result]:
    return [InDoubt(why)]


def _not_sent(why: str) -> list[Result]:
    return [NotSent(why)]
