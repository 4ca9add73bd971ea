"""The connector of REST systems with its shipped profile, before the pretend ERP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sync_cli.connectors.base import Change, Draft, Json
from sync_cli.connectors.rest.connector import RestConnector
from sync_cli.connectors.rest.loading import load_profile
from sync_cli.connectors.rest.profile import Profile
from sync_cli.flows.connecting import mappings_folder
from sync_cli.sandbox.articles import catalogue
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.control import Control, control_of
from sync_cli.sandbox.erp import ALL_RIGHTS, ErpStore, erp_app
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.seed import seed_erp
from sync_cli.sandbox.server import serve
from tests.contract.rig import Ability, Fault, Made, Rig, Subject
from tests.contract.rigs.wires import Hands, Marks, Waits, break_wire, heal_wire

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TOKEN = "contract-token-all-rights"
READER = "contract-token-reader"
_WRITES = "/(customers|orders|payments)(/confirm|/cancel)?$"
_NO_DOCUMENT = "it has no states"
_ERP_ASKS_NOTHING = "the pretend ERP asks nothing"
_NOT_WRITTEN = "the ERP leads: sync-cli never writes it"
Do = Callable[..., Any]


@dataclass
class Customers(Subject):
    """Parties of the ERP."""

    hands: Hands = field(kw_only=True)
    do: Do = field(kw_only=True)

    def make(self, text: str) -> Made:
        return Made(
            _item(self.hands.call("POST", "/customers", {"items": [_customer(text)]})), text
        )

    def edit(self, id: str) -> None:
        self.hands.call("PATCH", "/customers", {"items": [{"id": id, "phone": "1"}]})

    def remove(self, id: str) -> None:
        self.hands.call("DELETE", f"/customers/{id}")

    def archive(self, id: str) -> None:
        self.do("archive", entity="customers", id=id)

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
    """Sales orders of the ERP."""

    hands: Hands = field(kw_only=True)
    customers: Customers = field(kw_only=True)
    product: str = field(kw_only=True)

    def make(self, text: str) -> Made:
        body = {"items": [self.draft(text).payload]}
        return Made(_item(self.hands.call("POST", "/orders", body)), text)

    def edit(self, id: str) -> None:
        self.customers.do("edit_order", id=id, note="edited")

    def remove(self, id: str) -> None:
        self.hands.call("DELETE", f"/orders/{id}")

    def archive(self, id: str) -> None:
        self.hands.call("POST", "/orders/cancel", {"ids": [id]})

    def draft(self, text: str, *, amount: Decimal = Decimal("12.50"), at: str = "") -> Draft:
        line = {
            "kind": "product", "product_id": self.product, "text": text, "quantity": "1",
            "net": str(amount), "tax": "0.00", "tax_code": "standard",
        }  # fmt: skip
        order = {
            "reference": text, "customer_id": self.customers.make(f"{text}-buyer").id,
            "ordered_at": at or "2026-11-20T10:00:00Z", "currency": "EUR", "lines": [line],
        }  # fmt: skip
        return Draft(text, order)

    def bad_draft(self, text: str) -> Draft:
        draft = self.draft(text)
        return Draft(text, {**draft.payload, "customer_id": "987654321"})

    def text_of(self, data: Json) -> str:
        return str(data["lines"][0]["text"])

    def amount_of(self, data: Json) -> Any:
        return data["total"]

    def moment_of(self, data: Json) -> datetime:
        return datetime.fromisoformat(data["ordered_at"])


@dataclass
class Payments(Subject):
    """Payments of the ERP, each of a confirmed order."""

    hands: Hands = field(kw_only=True)
    orders: Orders = field(kw_only=True)

    def make(self, text: str) -> Made:
        body = {"items": [self.draft(text).payload]}
        return Made(_item(self.hands.call("POST", "/payments", body)), text)

    def draft(self, text: str, *, amount: Decimal = Decimal("12.50"), at: str = "") -> Draft:
        order = self.orders.make(f"{text}-sold")
        self.hands.call("POST", "/orders/confirm", {"ids": [order.id]})
        payment = {
            "reference": text, "order_id": order.id, "amount": str(amount), "currency": "EUR",
            "paid_at": at or "2026-11-20T10:00:00Z", "journal": "CARD",
        }  # fmt: skip
        return Draft(text, payment)

    def bad_draft(self, text: str) -> Draft:
        draft = self.draft(text)
        return Draft(text, {**draft.payload, "journal": "NOWHERE"})

    def amount_of(self, data: Json) -> Any:
        return data["amount"]

    def moment_of(self, data: Json) -> datetime:
        return datetime.fromisoformat(data["paid_at"])


@dataclass
class Products(Subject):
    """Articles of the ERP, which its own people make; `stock` has the rows of the same ids."""

    do: Do = field(kw_only=True)

    def make(self, text: str) -> Made:
        return Made(str(self.do("add_product", sku=text, name=text)["id"]), text)

    def edit(self, id: str) -> None:
        if self.entity == "stock":
            self.do("set_stock", id=id, on_hand=7)
        else:
            self.do("edit_product", id=id, name="edited")

    def archive(self, id: str) -> None:
        self.do("archive", id=id)


def _customer(text: str) -> dict[str, Any]:
    return {"reference": text, "name": text, "email": "party@sync-cli.invalid"}


def _item(answer: Any) -> str:
    (result,) = answer["results"]
    assert result["ok"], result
    return str(result["item"]["id"])


def small_pages(profile: Profile, size: int) -> Profile:
    """The profile with pages of so many records."""
    entities = {
        name: words.model_copy(
            update={
                part: pages.model_copy(update={"size": size})
                for part in ("changes", "census")
                if (pages := getattr(words, part)) is not None
            }
        )
        for name, words in profile.entities.items()
    }
    return profile.model_copy(update={"entities": entities})


class SandboxErpRig(Rig):
    """A pretend ERP whose clock stands still until it is moved."""

    name = "rest"
    lacks = {  # noqa: RUF012
        Ability.QUESTION: _ERP_ASKS_NOTHING,
    }
    secrets = (TOKEN,)

    def __init__(self, url: str, store: ErpStore, control: Control) -> None:
        self._url, self._store, self._control = url, store, control
        self._profile = load_profile(mappings_folder() / "sandbox-erp" / "profile.yaml")
        self._waits, self._marks = Waits(), Marks("C")
        hands = Hands(f"{url}/api/v1", {"Authorization": f"Bearer {TOKEN}"})
        customers = Customers(
            entity="customer", hands=hands, do=control.do,
            moves=frozenset({"name", "changed_at"}),
            lacks={
                Ability.ADVANCE: _NO_DOCUMENT,
                Ability.AMOUNT: "a party has no amount",
                Ability.MOMENT: "a party has no moment",
            },
        )  # fmt: skip
        goods = next(row for row in store.products if row.kind == "goods" and not row.main_article)
        orders = Orders(
            entity="order", hands=hands, customers=customers, product=str(goods.id),
            lacks={Ability.UPDATE: "a document is never rewritten, only brought on"},
        )  # fmt: skip
        payments = Payments(
            entity="payment", hands=hands, orders=orders,
            lacks={
                Ability.UPDATE: "what is booked is never rewritten",
                Ability.ADVANCE: "it is booked in the same call that makes it",
                Ability.EDIT: "the ERP never changes a payment",
                Ability.REMOVE: "the ERP never deletes a payment",
                Ability.ARCHIVE: "the ERP never cancels a payment",
                Ability.TEXT: "a payment holds no text but its reference",
            },
        )  # fmt: skip
        never = dict.fromkeys(
            (Ability.CREATE, Ability.UPDATE, Ability.ADVANCE, Ability.AMOUNT, Ability.MOMENT),
            _NOT_WRITTEN,
        ) | {Ability.REMOVE: "an article is archived, never deleted"}
        of_the_article = {
            Ability.FIND: "a row of stock has its article's id, and is fetched by it",
            Ability.BIRTH: "a row of stock is its article's, whose birth mark counts",
        }
        self.subjects = (
            customers,
            orders,
            payments,
            Products(entity="product", key="sku", do=control.do, lacks=never),
            Products(entity="stock", key="sku", do=control.do, lacks={**never, **of_the_article}),
        )

    def open(self, *, page: int = 100) -> RestConnector:
        return self._open(TOKEN, page)

    def open_with_wrong_secret(self) -> RestConnector:
        return self._open("wrong", 100)

    def open_with_few_rights(self) -> RestConnector:
        return self._open(READER, 100)

    def mark(self) -> str:
        return self._marks.next()

    def now(self) -> datetime:
        return self._store.clock.now()

    def pass_time(self, seconds: float) -> None:
        self._store.clock.advance(seconds)

    def commit_late(self, subject: Subject, text: str, seconds: float) -> Made:
        self._store.settings.late_commit = seconds
        try:
            return subject.make(text)
        finally:
            self._store.settings.late_commit = 0.0

    def fault(self, fault: Fault) -> None:
        break_wire(self._control.faults, fault, _WRITES)

    def heal(self) -> None:
        heal_wire(self._control.faults)

    def waited(self) -> float:
        return self._waits.slept

    def _open(self, token: str, page: int) -> RestConnector:
        return RestConnector(
            "erp", self._url, small_pages(self._profile, page), {"token": token},
            pacing=self._waits.pacing(), clock=lambda: datetime(2031, 1, 1, tzinfo=UTC),
        )  # fmt: skip


@contextmanager
def rest() -> Iterator[Rig]:
    """The connector of REST systems, before the pretend ERP."""
    clock = SandboxClock()
    clock.freeze(NOON)
    store = ErpStore(clock, Ledger("erp", clock))
    seed_erp(store, catalogue(3))
    app = erp_app(store, {TOKEN: ALL_RIGHTS, READER: ["customers:read", "orders:read"]})
    with serve(app, clock=clock) as server:
        yield SandboxErpRig(server.url, store, control_of(app))
