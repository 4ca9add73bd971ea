"""The connector of Tryton, before a real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sync_cli.connectors.base import Connector, Draft, Json
from sync_cli.sandbox.tryton.seed import BOOKING_USER, STRANGER, SYNC_USER
from tests.contract.rig import Ability, Fault, Made, Rig, Subject
from tests.contract.rigs.tryton_following import following
from tests.contract.rigs.tryton_subjects import (
    Customers,
    Refunds,
    Sales,
    customer_lacks,
    refund_lacks,
    write,
)
from tests.contract.rigs.wires import Waits, break_wire, heal_wire
from tests.tryton.town import article, town

_WRITING = (
    r'"method": ?"(model\.[a-z._]+\.(create|write|quote|confirm|cancel|draft)'
    r'|wizard\.[a-z.]+\.execute)"'
)
_POSTED = "Tryton neither changes nor deletes what is posted"
_NOT_WRITTEN = "Tryton leads: sync-cli never writes it"
NO_MOMENT = "Tryton keeps the day of a sale, and no moment"


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
            write(town().clerk, "product.template", found["template"], name="edited")

    def remove(self, id: str) -> None:
        town().clerk.call("model.product.product.delete", [int(id)])

    def archive(self, id: str) -> None:
        write(town().clerk, "product.product", id, active=False)


@dataclass
class Payments(Subject):
    """Payments of posted invoices, several of one sale, which always owes more than they are over.

    Confirming and billing a sale takes Tryton three times as long as a payment.
    """

    def make(self, text: str) -> Made:
        with closing(town().open(BOOKING_USER)) as erp:
            (made,) = erp.create(self.entity, [self.draft(text)])
        return Made(made.id, text)  # type: ignore[union-attr]

    def draft(self, text: str, *, amount: Decimal = Decimal("12.50"), at: str = "") -> Draft:
        payment = {
            "description": text, "sale": town().debt(amount), "amount": str(amount),
            "currency": "EUR", "date": f"{town().now():%Y-%m-%d}", "payment_method": "Card",
        }  # fmt: skip
        return Draft(text, payment)

    def bad_draft(self, text: str) -> Draft:
        draft = self.draft(text)
        return Draft(text, {**draft.payload, "payment_method": "Barter"})

    def amount_of(self, data: Json) -> Any:
        return data["amount"]


class TrytonRig(Rig):
    """A real Tryton on SQLite."""

    name = "tryton"
    lacks = {  # noqa: RUF012
        Ability.LATE_COMMIT: "SQLite has one writer at a time: nothing is seen late there",
        Ability.QUESTION: "a sale of a web shop asks nothing on its way in a plain Tryton",
        Ability.MOMENT: NO_MOMENT,
        Ability.FEW_RIGHTS: "every user of Tryton may change parties; of sales `lacks` tells it",
    }
    secrets = (SYNC_USER[1], BOOKING_USER[1], STRANGER[1])

    def __init__(self) -> None:
        self._waits = Waits()
        never = dict.fromkeys(
            (Ability.CREATE, Ability.UPDATE, Ability.ADVANCE, Ability.AMOUNT, Ability.MOMENT),
            _NOT_WRITTEN,
        )
        self.subjects = (
            Customers(
                entity="customer", place=town, moves=frozenset({"name"}), lacks=customer_lacks()
            ),
            Sales(entity="order", place=town, moves=frozenset({"comment", "last_modified_at"})),
            Refunds(entity="refund", place=town, lacks=refund_lacks()),
            Products(entity="product", key="sku", lacks=never),
            Products(
                entity="stock",
                key="sku",
                lacks={**never, Ability.FIND: "a level has its article's id, and is fetched by it"},
            ),
            Payments(
                entity="payment",
                lacks={
                    Ability.UPDATE: "what is booked is never rewritten",
                    Ability.ADVANCE: "it is booked in the same call that makes it",
                    Ability.EDIT: _POSTED,
                    Ability.REMOVE: _POSTED,
                    Ability.ARCHIVE: _POSTED,
                    Ability.TEXT: "a payment holds no text but its reference",
                },
            ),
            *following(town),
        )

    def open(self, *, page: int = 100) -> Connector:
        return town().open(BOOKING_USER, pacing=self._waits.pacing(), page=page)

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
