"""The connector of Odoo, before the pretend Odoo that is held against recordings of a real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

from sync_cli.connectors.base import Change, Draft, Json, Raw
from sync_cli.connectors.odoo.connector import Odoo
from sync_cli.connectors.odoo.wire import Login
from sync_cli.sandbox.articles import catalogue
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.control import Control, control_of
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.odoo import (
    KEY,
    USERS,
    Hands,
    OdooSettings,
    OdooStore,
    User,
    odoo_app,
    seed_articles,
    seed_company,
)
from sync_cli.sandbox.odoo.rights import READERS
from sync_cli.sandbox.server import serve
from tests.contract.rig import Ability, Fault, Made, Rig, Subject
from tests.contract.rigs.odoo_following import following
from tests.contract.rigs.wires import Marks, Waits, break_wire, heal_wire

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
READER = User(9, "reader", "contract-reader-key", frozenset({READERS}))
LOGIN = "shopsync"
_WRITES = "/jsonrpc$"
_WRITING = (
    '"load"|"write"|"action_[a-z_]+"|"button_[a-z]+"|(?<!"account.payment.register", )"create"'
)
"""Filling in the form of a payment books nothing, and is no writing call of a record."""
_FORM = "%Y-%m-%d %H:%M:%S"
_NO_DOCUMENT = "it has no states"
_NOT_WRITTEN = "Odoo leads: sync-cli never writes it"
FIELDS = {"order": frozenset({"lines", "note"})}
"""The text of an order stands in its line, and in its note once that was written: both are only
read if they are asked for."""


_STATES = {"sale": "confirmed", "posted": "confirmed", "cancel": "cancelled"}


class OdooHands(Protocol):
    """Hands that call methods of models past the connector."""

    def call(self, model: str, method: str, *args: Any, **keywords: Any) -> Any:
        """The result of a method."""

    def edit(self, model: str, id: int | str, **values: Any) -> None:
        """Write fields of a record."""

    def remove(self, model: str, id: int | str) -> None:
        """Delete a record for good."""

    def cancel_order(self, id: int | str) -> None:
        """Cancel an order, confirmed or not."""


def customer_lacks() -> dict[Ability, str]:
    """What cannot be shown of contacts."""
    return {
        Ability.ADVANCE: _NO_DOCUMENT,
        Ability.AMOUNT: "a contact has no amount",
        Ability.MOMENT: "a contact has no moment",
    }


@dataclass
class Customers(Subject):
    """Contacts of Odoo."""

    hands: OdooHands = field(kw_only=True)

    def make(self, text: str) -> Made:
        return Made(str(self.hands.call("res.partner", "create", _customer(text))), text)

    def edit(self, id: str) -> None:
        self.hands.edit("res.partner", id, phone="1")

    def remove(self, id: str) -> None:
        self.hands.remove("res.partner", id)

    def archive(self, id: str) -> None:
        self.hands.edit("res.partner", id, active=False)

    def draft(self, text: str, *, amount: Decimal = Decimal(0), at: str = "") -> Draft:
        return Draft(text, _customer(text))

    def bad_draft(self, text: str) -> Draft:
        return Draft(text, {**_customer(text), "name": ""})

    def change(self, id: str, text: str) -> Change:
        return Change(id, {"name": text})

    def bad_change(self, id: str) -> Change:
        return Change(id, {"name": ""})

    def text_of(self, data: Json) -> str:
        return str(data["name"])


@dataclass
class Orders(Subject):
    """Sales orders of Odoo; without `price_list` each has its customer's."""

    hands: OdooHands = field(kw_only=True)
    customers: Customers = field(kw_only=True)
    product: str = field(kw_only=True)
    price_list: str = field(kw_only=True, default="")

    def make(self, text: str) -> Made:
        values: dict[str, Any] = {"partner_id": int(self.customers.make(f"{text}-buyer").id)}
        line = {"product_id": int(self.product), "name": text, "price_unit": 12.5}
        values |= {"client_order_ref": text, "order_line": [[0, 0, line]]}
        return Made(str(self.hands.call("sale.order", "create", values)), text)

    def edit(self, id: str) -> None:
        self.hands.edit("sale.order", id, note="edited")

    def remove(self, id: str) -> None:
        self.hands.remove("sale.order", id)

    def archive(self, id: str) -> None:
        self.hands.cancel_order(id)

    def draft(self, text: str, *, amount: Decimal = Decimal("12.50"), at: str = "") -> Draft:
        line = {
            "product_id": self.product, "name": text, "product_uom_qty": "1",
            "price_unit": str(amount), "tax_id": "",
        }  # fmt: skip
        order = {
            "partner_id": self.customers.make(f"{text}-buyer").id, "client_order_ref": text,
            "date_order": at or "2026-11-20T10:00:00Z", "pricelist_id": self.price_list,
            "order_line": [line],
        }  # fmt: skip
        return Draft(text, order)

    def bad_draft(self, text: str) -> Draft:
        draft = self.draft(text)
        return Draft(text, {**draft.payload, "partner_id": "987654321"})

    def change(self, id: str, text: str) -> Change:
        return Change(id, {"note": text})

    def bad_change(self, id: str) -> Change:
        return Change(id, {"note": "new", "order_line": []})

    def text_of(self, data: Json) -> str:
        note = str(data["note"] or "").removeprefix("<p>").removesuffix("</p>")
        return note or str(data["lines"][0]["name"])

    def amount_of(self, data: Json) -> Any:
        return data["amount_total"]

    def moment_of(self, data: Json) -> datetime:
        return datetime.strptime(data["date_order"], _FORM).replace(tzinfo=UTC)

    def state_of(self, raw: Raw) -> str:
        state = str(raw.data["state"])
        return _STATES.get(state, state)


@dataclass
class Credits(Subject):
    """Credit notes of Odoo, each over one piece of an invoiced order."""

    hands: Hands = field(kw_only=True)
    orders: Orders = field(kw_only=True)

    def make(self, text: str) -> Made:
        values = {"move_type": "out_refund", "ref": text, "partner_id": 1}
        return Made(str(self.hands.call("account.move", "create", values)), text)

    def edit(self, id: str) -> None:
        self.hands.edit("account.move", id, invoice_origin="edited")

    def remove(self, id: str) -> None:
        self.hands.remove("account.move", id)

    def archive(self, id: str) -> None:
        self.hands.call("account.move", "button_cancel", [int(id)])

    def draft(self, text: str, *, amount: Decimal = Decimal("12.50"), at: str = "") -> Draft:
        order = self.orders.make(f"{text}-sold")
        self.hands.confirm_order(order.id)
        self.hands.invoice_order(order.id)
        line = {
            "product_id": self.orders.product, "name": text, "quantity": "1",
            "price_unit": str(amount), "tax_ids": "",
        }  # fmt: skip
        note = {"order_id": order.id, "invoice_date": "2026-11-21", "invoice_line_ids": [line]}
        return Draft(text, note)

    def bad_draft(self, text: str) -> Draft:
        draft = self.draft(text)
        (line,) = draft.payload["invoice_line_ids"]
        bad = {**line, "product_id": "987654321"}
        return Draft(text, {**draft.payload, "invoice_line_ids": [bad]})

    def amount_of(self, data: Json) -> Any:
        return data["amount_total"]

    def state_of(self, raw: Raw) -> str:
        state = str(raw.data["state"])
        return _STATES.get(state, state)


@dataclass
class Payments(Subject):
    """Payments of Odoo, each of an invoiced order that owes more than they are over."""

    hands: Hands = field(kw_only=True)
    orders: Orders = field(kw_only=True)

    def make(self, text: str) -> Made:
        values = {"payment_type": "inbound", "partner_type": "customer", "ref": text}
        more = {"currency_id": 125, "journal_id": 6, "date": "2026-11-20", "amount": 12.5}
        return Made(str(self.hands.call("account.payment", "create", {**values, **more})), text)

    def edit(self, id: str) -> None:
        self.hands.edit("account.payment", id, journal_id=7)

    def remove(self, id: str) -> None:
        self.hands.remove("account.payment", id)

    def archive(self, id: str) -> None:
        self.hands.edit("account.payment", id, state="cancel")

    def draft(self, text: str, *, amount: Decimal = Decimal("12.50"), at: str = "") -> Draft:
        order = self.orders.make(f"{text}-sold")
        (line,) = self.hands.store.where("sale.order.line", "order_id", int(order.id))
        self.hands.edit("sale.order.line", line["id"], price_unit=float(amount * 3))
        self.hands.confirm_order(order.id)
        self.hands.invoice_order(order.id)
        payload = {
            "order_id": order.id, "communication": text, "amount": str(amount),
            "currency_id": "EUR", "payment_date": "2026-11-20", "journal_id": "BNK1",
        }  # fmt: skip
        return Draft(text, payload)

    def bad_draft(self, text: str) -> Draft:
        draft = self.draft(text)
        return Draft(text, {**draft.payload, "journal_id": "no journal"})

    def amount_of(self, data: Json) -> Any:
        return data["amount"]


@dataclass
class Products(Subject):
    """Articles of Odoo; `stock` has the rows of the same ids."""

    hands: Hands = field(kw_only=True)

    def make(self, text: str) -> Made:
        values = {"name": text, "default_code": text, "type": "product"}
        return Made(str(self.hands.call("product.product", "create", values)), text)

    def edit(self, id: str) -> None:
        if self.entity == "stock":
            code = self.hands.store.row("product.product", int(id))["default_code"]
            self.hands.set_stock(code, "MAIN", 7)
        else:
            self.hands.edit("product.product", id, weight=2)

    def remove(self, id: str) -> None:
        self.hands.remove("product.product", id)

    def archive(self, id: str) -> None:
        self.hands.edit("product.product", id, active=False)


def _customer(text: str) -> dict[str, Any]:
    return {"ref": text, "name": text, "email": "party@sync-cli.invalid"}


class OdooRig(Rig):
    """A pretend Odoo whose clock stands still until it is moved."""

    name = "odoo"
    lacks = {  # noqa: RUF012
        Ability.QUESTION: "what Odoo asks when it confirms or ships is waived beforehand",
    }
    secrets = (KEY, READER.key)

    def __init__(self, url: str, store: OdooStore, control: Control) -> None:
        self._url, self._store, self._control = url, store, control
        self._waits, self._marks = Waits(), Marks("C")
        hands, goods = Hands(store), _goods(store)
        customers = Customers(
            entity="customer", hands=hands, lacks=customer_lacks(),
            moves=frozenset({"name", "write_date"}),
        )  # fmt: skip
        orders = Orders(
            entity="order", hands=hands, customers=customers, product=str(goods),
            price_list="EUR", moves=frozenset({"note", "write_date"}),
        )  # fmt: skip
        credits = Credits(
            entity="refund", hands=hands, orders=orders,
            lacks={
                Ability.UPDATE: "a credit note is never rewritten, only brought on",
                Ability.TEXT: "the lines of a credit note are not read back",
                Ability.MOMENT: "a credit note has a day, and no time of day",
            },
        )  # fmt: skip
        payments = Payments(
            entity="payment", hands=hands, orders=orders,
            lacks={
                Ability.UPDATE: "what is booked is never rewritten",
                Ability.ADVANCE: "it is booked in the same call that makes it",
                Ability.TEXT: "a payment holds no text but its reference",
                Ability.MOMENT: "a payment has a day, and no time of day",
            },
        )  # fmt: skip
        never = dict.fromkeys(
            (Ability.CREATE, Ability.UPDATE, Ability.ADVANCE, Ability.AMOUNT, Ability.MOMENT),
            _NOT_WRITTEN,
        )
        of_the_article = {
            Ability.FIND: "a row of stock has its article's id, and is fetched by it",
        }
        self.subjects = (
            customers,
            orders,
            credits,
            payments,
            Products(entity="product", key="sku", hands=hands, lacks=never),
            Products(entity="stock", key="sku", hands=hands, lacks={**never, **of_the_article}),
            *following(hands, orders, str(store.row("product.product", goods)["default_code"])),
        )

    def open(self, *, page: int = 100) -> Odoo:
        return self._open(LOGIN, KEY, page)

    def open_with_wrong_secret(self) -> Odoo:
        return self._open(LOGIN, "wrong", 100)

    def open_with_few_rights(self) -> Odoo:
        return self._open(READER.login, READER.key, 100)

    def mark(self) -> str:
        return self._marks.next()

    def now(self) -> datetime:
        return self._store.clock.now()

    def pass_time(self, seconds: float) -> None:
        self._store.clock.advance(seconds)

    def commit_late(self, subject: Subject, text: str, seconds: float) -> Made:
        self._store.clock.advance(-seconds)
        try:
            return subject.make(text)
        finally:
            self._store.clock.advance(seconds)

    def fault(self, fault: Fault) -> None:
        break_wire(self._control.faults, fault, _WRITES, _WRITING)

    def heal(self) -> None:
        heal_wire(self._control.faults)

    def waited(self) -> float:
        return self._waits.slept

    def _open(self, login: str, key: str, page: int) -> Odoo:
        return Odoo(
            "erp", Login(self._url, "erp", login, key),
            pacing=self._waits.pacing(), clock=lambda: datetime(2031, 1, 1, tzinfo=UTC),
            fields=FIELDS, page_size=page,
        )  # fmt: skip


def _goods(store: OdooStore) -> int:
    rows = store.table("product.product").values()
    return next(int(row["id"]) for row in rows if str(row["default_code"]).startswith("A-"))


@contextmanager
def odoo() -> Iterator[Rig]:
    """The connector of Odoo, before the pretend one."""
    clock = SandboxClock()
    clock.freeze(NOON)
    store = OdooStore(clock, Ledger("erp", clock))
    seed_company(store)
    seed_articles(store, catalogue(3))
    app = odoo_app(store, OdooSettings(users=(*USERS, READER)))
    with serve(app, clock=clock) as server:
        yield OdooRig(server.url, store, control_of(app))
