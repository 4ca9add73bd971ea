"""Parties and sales of a Tryton, whichever it is: the one that tests start, or a living one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from msgspec.structs import replace

from sync_cli.connectors.base import Change, Draft, Json, Raw
from sync_cli.connectors.tryton.connector import Tryton
from sync_cli.sandbox.tryton.client import Client
from tests.contract.rig import Ability, Made, Subject
from tests.tryton.town import shipping


class Workplace(Protocol):
    """What subjects need of a Tryton: a person who works in it, and drafts that it takes."""

    @property
    def clerk(self) -> Client:
        """A person at work there."""

    @property
    def sale(self) -> str:
        """The id of a sale, for refunds to name."""

    def open(self) -> Tryton:
        """The connector."""

    def customer(self, reference: str, **changes: Any) -> Draft:
        """A customer with an address."""

    def order(self, reference: str = "", **changes: Any) -> Draft:
        """An order of a customer who is there."""

    def goods(self, pieces: int) -> dict[str, Any]:
        """A line of goods that are sold by the piece."""


Place = Callable[[], Workplace]
"""A Tryton that need not run before it is asked for."""


def customer_lacks() -> dict[Ability, str]:
    """What cannot be shown of parties."""
    return {Ability.ADVANCE: "it has no states", Ability.AMOUNT: "a party has no amount"}


def refund_lacks() -> dict[Ability, str]:
    """What cannot be shown of refunds."""
    return {Ability.UPDATE: "a credit note is never rewritten, only brought on"}


def write(clerk: Client, model: str, id: str | int, **values: Any) -> None:
    """Write fields of a record."""
    clerk.call(f"model.{model}.write", [int(id)], values)


@dataclass
class Customers(Subject):
    """Parties."""

    place: Place = field(kw_only=True)

    def make(self, text: str) -> Made:
        values = {"name": text, "code": text}
        (made,) = self.place().clerk.call("model.party.party.create", [values])
        return Made(str(made), text)

    def edit(self, id: str) -> None:
        contact = {"type": "phone", "value": "+49 30 1"}
        write(self.place().clerk, "party.party", id, contact_mechanisms=[["create", [contact]]])

    def remove(self, id: str) -> None:
        self.place().clerk.call("model.party.party.delete", [int(id)])

    def archive(self, id: str) -> None:
        write(self.place().clerk, "party.party", id, active=False)

    def draft(self, text: str, *, amount: Decimal = Decimal(0), at: str = "") -> Draft:
        return self.place().customer(text)

    def bad_draft(self, text: str) -> Draft:
        return self.place().customer(text, vat_id="DE12")

    def change(self, id: str, text: str) -> Change:
        return Change(id, {"name": text})

    def bad_change(self, id: str) -> Change:
        return Change(id, {"vat_id": "DE12"})

    def text_of(self, data: Json) -> str:
        return str(data["name"])


@dataclass
class Sales(Subject):
    """Sales of the web shop."""

    place: Place = field(kw_only=True)

    def make(self, text: str) -> Made:
        (made,) = self.place().open().create(self.entity, [self.draft(text)])
        return Made(made.id, text)  # type: ignore[union-attr]

    def edit(self, id: str) -> None:
        write(self.place().clerk, "sale.sale", id, comment="edited")

    def remove(self, id: str) -> None:
        self.archive(id)
        self.place().clerk.call("model.sale.sale.delete", [int(id)])

    def archive(self, id: str) -> None:
        self.place().clerk.call("model.sale.sale.cancel", [int(id)])

    def draft(self, text: str, *, amount: Decimal = Decimal("12.50"), at: str = "") -> Draft:
        return self.place().order(text, lines=[shipping(str(amount), tax="")], comment=text)

    def change(self, id: str, text: str) -> Change:
        return Change(id, {"comment": text})

    def bad_change(self, id: str) -> Change:
        return Change(id, {"comment": "new", "lines": []})

    def bad_draft(self, text: str) -> Draft:
        half = {**self.place().goods(1), "quantity": "0.5"}
        return self.place().order(text, lines=[half])

    def text_of(self, data: Json) -> str:
        return str(data["comment"])

    def amount_of(self, data: Json) -> Any:
        return data["total_amount"]

    def state_of(self, raw: Raw) -> str:
        standing = str(raw.data["standing"])
        return "confirmed" if standing == "processing" else standing


@dataclass
class Refunds(Sales):
    """Sales of negative quantities, each for another sale."""

    def draft(self, text: str, *, amount: Decimal = Decimal("12.50"), at: str = "") -> Draft:
        draft = super().draft(text, amount=amount)
        return replace(draft, payload={**draft.payload, "origin": self.place().sale})
