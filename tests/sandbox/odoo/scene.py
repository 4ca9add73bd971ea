"""The company of the recordings, rebuilt in the pretend Odoo as far as its requests need it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.odoo import Hands, OdooSettings, OdooStore, User, odoo_app, seed_company
from sync_cli.sandbox.odoo.rights import ADMIN, BILLING, SALES

RECORDINGS = Path(__file__).parents[2] / "recordings" / "odoo"
SEEDED = datetime(2026, 11, 21, 3, 3, 21, 482193, tzinfo=UTC)
USERS = (
    User(2, "admin", "API_KEY_ADMIN", frozenset({ADMIN}), "admin@nordlicht.example"),
    User(6, "shopsync", "API_KEY_SHOPSYNC", frozenset({SALES}), "shop@nordlicht.example"),
    User(7, "basic", "API_KEY_BASIC", frozenset({"base.group_user"})),
    User(
        8, "billing", "PASSWORD_BILLING", frozenset({SALES, BILLING}), "billing@nordlicht.example"
    ),
    User(9, "lager", "PASSWORD_LAGER", frozenset({SALES})),
)
_PRODUCTS = (
    (2, "SKU-00001", "4006381000017", "44.95", 14, 66),
    (3, "SKU-00002", "4006381000024", "101.7", 15, 191),
    (4, "SKU-00003", "4006381000031", "55.88", 15, 75),
    (6, "SKU-00005", "4006381000055", "23.5", 14, 187),
    (9, "SKU-00008", "4006381000086", "9.9", 14, 3),
    (23, "SKU-00022", "4006381000222", "5", 14, 111),
)


def recording(number: str) -> dict[str, Any]:
    """The recording of this number."""
    (path,) = RECORDINGS.glob(f"{number}-*.json")
    return dict(json.loads(path.read_text(encoding="utf-8")))


class Scene:
    """A pretend Odoo that holds what the recordings' company held.

    `poor` users have no e-mail address, `zone` is the time zone of the integration's user.
    """

    seeded = SEEDED

    def __init__(self, *, poor: bool = False, zone: str = "") -> None:
        self.clock = SandboxClock()
        self.clock.freeze(SEEDED)
        self.store = OdooStore(self.clock, Ledger("erp", self.clock))
        users = tuple(
            User(u.uid, u.login, u.key, u.groups, "" if poor else u.email, zone) for u in USERS
        )
        self.hands = Hands(self.store)
        self.settings = OdooSettings(users=users)
        self.client = Client(odoo_app(self.store, self.settings))
        seed_company(self.store, ("WH", "SUED"))
        with self.store.transaction():
            self._fill()

    def ask(self, exchange: Mapping[str, Any]) -> tuple[int, Any]:
        """Status and body of the answer to a recorded request, at the recorded time."""
        self.clock.freeze(parsedate_to_datetime(exchange["response"]["headers"]["Date"]))
        body = exchange["request"]["body"]
        data = body if isinstance(body, str) else json.dumps(body)
        answer = self.client.post(
            exchange["request"]["path"], data=data, content_type="application/json"
        )
        text = answer.get_data(as_text=True)
        return answer.status_code, json.loads(text) if answer.is_json else text

    def _fill(self) -> None:
        store = self.store
        store.table("stock.warehouse")[1]["name"] = "Nordlicht Handels GmbH"
        store.table("stock.warehouse")[2]["name"] = "Lager Sued"
        store.insert("product.pricelist", {"name": "Haendler EUR", "currency_id": 125}, 4)
        store.insert("product.category", {"name": "Elektronik"}, 7)
        store.insert("product.category", {"name": "Buecher"}, 8)
        for id_, code, barcode, price, tax, pieces in _PRODUCTS:
            self._product(id_, code, barcode, price, tax, pieces)
        for id_ in [*range(24, 96)]:
            self._product(
                id_,
                f"SKU-{id_ - 1:05}",
                None,
                "5",
                14,
                100,
                type="consu" if id_ == 41 else "product",
            )
        self._product(2003, "VERSAND", None, "4.12", 14, 0, name="Versand DHL", type="service")
        self._product(1, "Delivery_007", None, "0", 14, 0, name="Standard delivery", type="service")
        for user in USERS:
            if user.uid not in store.table("res.users"):
                store.insert("res.users", {"name": user.login, "login": user.login}, user.uid)
        self._carriers()
        self._partners()
        self._variants()
        for product, pieces in ((3, 69), (6, 14), (9, 90)):
            quant = {"product_id": product, "location_id": 18, "quantity": Decimal(pieces)}
            store.insert("stock.quant", {**quant, "reserved_quantity": Decimal(0)})
        for id_, name, amount in ((30, "19% EU D", 19), (31, "7% EU D", 7)):
            rate = {"name": name, "amount": Decimal(amount), "amount_type": "percent"}
            more = {"type_tax_use": "sale", "company_id": 1, "country_id": 57}
            store.insert("account.tax", {**rate, **more}, id_)

    def _carriers(self) -> None:
        for id_, name, product, price in (
            (1, "Standard delivery", 1, 0),
            (2, "DHL Paket", 2003, "4.9"),
        ):
            row: dict[str, Any] = {"name": name, "delivery_type": "fixed", "product_id": product}
            self.store.insert("delivery.carrier", {**row, "fixed_price": Decimal(price)}, id_)

    def _product(self, id_: int, code: str, barcode: str | None, price: str, tax: int,
                 pieces: int, **more: str) -> None:  # fmt: skip
        kind = more.get("type", "product")
        template = {"name": more.get("name", f"Artikel {id_ - 1:04}"), "list_price": Decimal(price),
                    "type": kind, "sale_ok": True, "uom_id": 1, "categ_id": 8 if tax == 15 else 7,
                    "taxes_id": [tax]}  # fmt: skip
        self.store.insert("product.template", template, id_)
        row = {"default_code": code, "barcode": barcode, "product_tmpl_id": id_}
        self.store.insert("product.product", row, id_)
        if pieces and kind == "product":
            quant = {"product_id": id_, "location_id": 8, "quantity": Decimal(pieces)}
            self.store.insert("stock.quant", {**quant, "reserved_quantity": Decimal(0)})

    def _partners(self) -> None:
        people = (
            (649, "Nina Voll", None, "contact", "woo.customer_901"),
            (650, "Nina Voll Rechnung", 649, "invoice", "woo.customer_901_inv"),
            (651, "Nina Voll Packstation", 649, "delivery", "woo.customer_901_ship"),
            (1757, "Petra Muster", None, "contact", "woo.customer_910"),
            (1758, "Petra Muster (Lieferung)", 1757, "delivery", "woo.customer_910_ship"),
            (1759, "Petra Muster (Rechnung)", 1757, "invoice", "woo.customer_910_inv"),
        )
        for id_, name, parent, kind, external in people:
            row = {"name": name, "parent_id": parent, "type": kind}
            self.store.insert("res.partner", row, id_)
            self.store.name(external, "res.partner", id_)
        named = (("delivery.free_delivery_carrier", "delivery.carrier", 2),
                 ("stock.warehouse0", "stock.warehouse", 1),
                 ("account.account_payment_term_30days", "account.payment.term", 4),
                 ("account.1_tax_ust_19_skr03", "account.tax", 14),
                 ("account.1_tax_ust_7_skr03", "account.tax", 15))  # fmt: skip
        for external, model, id_ in named:
            self.store.name(external, model, id_)

    def _variants(self) -> None:
        for id_, name in ((1, "Farbe"), (2, "Groesse")):
            self.store.insert("product.attribute", {"name": name}, id_)
        values = ((1, "Rot", 1, 0), (2, "Blau", 1, 0), (4, "S", 2, 0), (5, "M", 2, 0),
                  (6, "L", 2, 0), (7, "XL", 2, "2.5"))  # fmt: skip
        for id_, name, attribute, extra in values:
            row = {"name": name, "attribute_id": attribute, "price_extra": Decimal(extra)}
            self.store.insert("product.template.attribute.value", row, id_)
        template = {"name": "T-Shirt Modell 01", "list_price": Decimal("20.9"), "type": "product",
                    "sale_ok": True, "uom_id": 1, "taxes_id": [14]}  # fmt: skip
        self.store.insert("product.template", template, 1762)
        for id_, code, chosen in ((1762, "TS01-ROT-S", [1, 4]), (1765, "TS01-ROT-XL", [1, 7])):
            row = {"default_code": code, "product_tmpl_id": 1762,
                   "product_template_attribute_value_ids": chosen}  # fmt: skip
            self.store.insert("product.product", row, id_)


def requests_of(numbers: str) -> Iterator[dict[str, Any]]:
    """The recordings of these numbers, in this order."""
    yield from (recording(number) for number in numbers.split())
