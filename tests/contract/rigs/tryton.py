"""The connector of Tryton, before a real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sync_cli.connectors.base import Change, Connector, Draft, Json, Raw
from sync_cli.sandbox.tryton.seed import STRANGER, SYNC_USER
from tests.contract.rig import Ability, Fault, Made, Rig, Subject
from tests.contract.rigs.wires import Waits, break_wire, heal_wire
from tests.tryton.town import article, customer, shipping, town

_WRITING = r'"method": ?"model\.[a-z._]+\.(create|write|quote|confirm|cancel|draft)"'
_NO_DOCUMENT = "it has no states"
_NOT_WRITTEN = "Tryton leads: sync-cli never writes it"
_NO_MOMENT = "Tryton keeps the day of a sale, and no moment"


@dataclass
class Customers(Subject):
    """Parties."""

    def make(self, text: str) -> Made:
        values = {"name": text, "code": text}
        (made,) = town().clerk.call("model.party.party.create", [values])
        return Made(str(made), text)

    def edit(self, id: str) -> None:
        contact = {"type": "phone", "value": "+49 30 1"}
        _write("party.party", id, contact_mechanisms=[["create", [contact]]])

    def remove(self, id: str) -> None:
        town().clerk.call("model.party.party.delete", [int(id)])

    def archive(self, id: str) -> None:
        _write("party.party", id, active=False)

    def draft(self, text: str, *, amount: Decimal = Decimal(0), at: str = "") -> Draft:
        return customer(text)

    def bad_draft(self, text: str) -> Draft:
        return customer(text, vat_id="DE12")

    def change(self, id: str, text: str) -> Change:
        return Change(id, {"name": text})

    def bad_change(self, id: str) -> Change:
        return Change(id, {"vat_id": "DE12"})

    def text_of(self, data: Json) -> str:
        return str(data["name"])


@dataclass
class Sales(Subject):
    """Sales of the web shop."""

    def make(self, text: str) -> Made:
        (made,) = town().open().create(self.entity, [self.draft(text)])
        return Made(made.id, text)  # type: ignore[union-attr]

    def edit(self, id: str) -> None:
        _write("sale.sale", id, comment="edited")

    def remove(self, id: str) -> None:
        self.archive(id)
        town().clerk.call("model.sale.sale.delete", [int(id)])

    def archive(self, id: str) -> None:
        town().clerk.call("model.sale.sale.cancel", [int(id)])

    def draft(self, text: str, *, amount: Decimal = Decimal("12.50"), at: str = "") -> Draft:
        return town().order(text, lines=[shipping(str(amount), tax="")], comment=text)

    def bad_draft(self, text: str) -> Draft:
        half = {**town().goods(1), "quantity": "0.5"}
        return town().order(text, lines=[half])

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
        return replace(draft, payload={**draft.payload, "origin": town().sale})


@dataclass
class Products(Subject):
    """Articles, which Tryton's own people make; `stock` has the levels of the same ids."""

    def make(self, text: str) -> Made:
        town().merchant.add([article(text)])
        return Made(town().article(text), text)

    def edit(self, id: str) -> None:
        (found,) = town().clerk.read("product.product", [["id", "=", int(id)]], "template", "code")
        if self.entity == "stock":
            town().warehouse.count("MAIN", {found["code"]: 7})
        else:
            _write("product.template", found["template"], name="edited")

    def remove(self, id: str) -> None:
        town().clerk.call("model.product.product.delete", [int(id)])

    def archive(self, id: str) -> None:
        _write("product.product", id, active=False)


def _write(model: str, id: str | int, **values: Any) -> None:
    town().clerk.call(f"model.{model}.write", [int(id)], values)


class TrytonRig(Rig):
    """A real Tryton on SQLite."""

    name = "tryton"
    lacks = {  # noqa: RUF012
        Ability.LATE_COMMIT: "SQLite has one writer at a time: nothing is seen late there",
        Ability.QUESTION: "a sale of a web shop asks nothing on its way in a plain Tryton",
        Ability.MOMENT: _NO_MOMENT,
        Ability.FEW_RIGHTS: "every user of Tryton may change parties; of sales `lacks` tells it",
    }
    secrets = (SYNC_USER[1], STRANGER[1])

    def __init__(self) -> None:
        self._waits = Waits()
        never = dict.fromkeys(
            (Ability.CREATE, Ability.UPDATE, Ability.ADVANCE, Ability.AMOUNT, Ability.MOMENT),
            _NOT_WRITTEN,
        )
        never_rewritten = {Ability.UPDATE: "a document is never rewritten, only brought on"}
        self.subjects = (
            Customers(
                entity="customer",
                moves=frozenset({"name"}),
                lacks={
                    Ability.ADVANCE: _NO_DOCUMENT,
                    Ability.AMOUNT: "a party has no amount",
                },
            ),
            Sales(entity="order", lacks=never_rewritten),
            Refunds(entity="refund", lacks=never_rewritten),
            Products(entity="product", key="sku", lacks=never),
            Products(
                entity="stock",
                key="sku",
                lacks={**never, Ability.FIND: "a level has its article's id, and is fetched by it"},
            ),
        )

    def open(self, *, page: int = 100) -> Connector:
        return town().open(pacing=self._waits.pacing(), page=page)

    def open_with_wrong_secret(self) -> Connector:
        return town().open((SYNC_USER[0], "wrong-secret"), pacing=self._waits.pacing())

    def mark(self) -> str:
        return town().mark()

    def now(self) -> datetime:
        return town().now()

    def pass_time(self, seconds: float) -> None:
        """Real time goes by itself, and Tryton's dates have microseconds."""

    def fault(self, fault: Fault) -> None:
        break_wire(town().wire.faults, fault, "/rpc/", _WRITING)

    def heal(self) -> None:
        heal_wire(town().wire.faults)

    def waited(self) -> float:
        return self._waits.slept


@contextmanager
def tryton() -> Iterator[Rig]:
    """The connector of Tryton; the real one behind it is started when it is first needed."""
    yield TrytonRig()
