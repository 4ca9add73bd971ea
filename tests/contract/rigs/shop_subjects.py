"""Kinds of record of a WooCommerce shop, made and edited by plain calls of its REST API.

Nothing here needs the sandbox: the same hands reach into a real shop. Products are private, so
that no customer sees them; orders are pending, which sends no mail and takes no stock, and go to
cancelled, which from there sends none either.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from secrets import token_urlsafe
from typing import Any

from sync_cli.connectors.base import Change, Draft, Json, Raw
from tests.contract.rig import Ability, Made, Subject
from tests.contract.rigs.wires import Hands

NO_MAIL = "sync-cli.invalid"
"""A domain in which no mail can ever arrive (RFC 2606)."""
_ORDERS_ARE_BOUGHT = "orders are made by customers, never by sync-cli"
_NO_DOCUMENT = "it has no states"


@dataclass
class ShopSubject(Subject):
    """Records of one list of the shop."""

    hands: Hands = field(kw_only=True)
    path: str = field(kw_only=True)
    made: list[str] = field(kw_only=True, default_factory=list)
    """Ids of the records made here, which are still there."""

    def post(self, body: Json) -> dict[str, Any]:
        """Make a record and remember it."""
        answer: dict[str, Any] = self.hands.call("POST", f"/{self.path}", body)
        self.made.append(str(answer["id"]))
        return answer

    def put(self, id: str, body: Json) -> None:
        """Change a record."""
        self.hands.call("PUT", f"/{self.path}/{id}", body)

    def remove(self, id: str) -> None:
        self.hands.call("DELETE", f"/{self.path}/{id}", force="true")
        if id in self.made:
            self.made.remove(id)

    def archive(self, id: str) -> None:
        self.hands.call("DELETE", f"/{self.path}/{id}")

    def marked(self, mark: str) -> Iterator[str]:
        """The ids of all records whose text begins with the mark, in the trash too.

        Each is looked at: a shop whose search is replaced or ignored finds strangers as well.
        """
        for status in self.statuses():
            page = 0
            while True:
                page += 1
                query = {"search": mark, "per_page": "100", "page": page, "orderby": "id", **status}
                rows = self.hands.call("GET", f"/{self.path}", **query)
                found = [str(row["id"]) for row in rows if self.carries(row, mark)]
                yield from found
                if len(rows) < 100 or not found:
                    break

    def carries(self, row: Json, mark: str) -> bool:
        """Whether a record as the shop lists it was made here."""
        return any(str(row.get(name) or "").startswith(mark) for name in ("name", "sku"))

    def statuses(self) -> tuple[dict[str, str], ...]:
        """The lists in which marked records are looked for."""
        return ({"status": "any"}, {"status": "trash"})


class Products(ShopSubject):
    """Simple products; their reference is the SKU."""

    def make(self, text: str) -> Made:
        answer = self.post(_product(text))
        return Made(str(answer["id"]), str(answer["sku"]))

    def edit(self, id: str) -> None:
        self.put(id, {"meta_data": [{"key": "_sync_cli_edited", "value": "1"}]})

    def draft(self, text: str, *, amount: Decimal = Decimal("12.50"), at: str = "") -> Draft:
        body = {**_product(text), "regular_price": str(amount)}
        if at:
            body |= {"sale_price": "0.01", "date_on_sale_from_gmt": _gmt(at)}
        return Draft(text, body)

    def bad_draft(self, text: str) -> Draft:
        return Draft(text, {**_product(text), "regular_price": "n/a"})

    def change(self, id: str, text: str) -> Change:
        return Change(id, {"name": text})

    def bad_change(self, id: str) -> Change:
        return Change(id, {"regular_price": "n/a"})

    def text_of(self, data: Json) -> str:
        return html.unescape(str(data["name"]))

    def amount_of(self, data: Json) -> Any:
        return data["regular_price"]

    def moment_of(self, data: Json) -> datetime:
        return datetime.fromisoformat(data["date_on_sale_from_gmt"]).replace(tzinfo=UTC)


class Orders(ShopSubject):
    """Orders of guests with one fee; they are found by their number."""

    def make(self, text: str) -> Made:
        guest = {"first_name": "sync-cli", "last_name": text, "email": f"order@{NO_MAIL}"}
        fee = {"name": text, "total": "12.50", "tax_status": "none"}
        answer = self.post({"status": "pending", "billing": guest, "fee_lines": [fee]})
        return Made(str(answer["id"]), str(answer["number"]))

    def edit(self, id: str) -> None:
        self.put(id, {"meta_data": [{"key": "_sync_cli_edited", "value": "1"}]})

    def carries(self, row: Json, mark: str) -> bool:
        fees = [str(fee.get("name") or "") for fee in row.get("fee_lines") or ()]
        names = (str((row.get("billing") or {}).get("last_name") or ""), *fees)
        return any(name.startswith(mark) for name in names)

    def change(self, id: str, text: str) -> Change:
        return Change(id, {"meta_data": [{"key": "_sync_cli_contract", "value": text}]})

    def bad_change(self, id: str) -> Change:
        return Change(id, {"status": "no-such-status"})

    def text_of(self, data: Json) -> str:
        metas = {entry["key"]: entry["value"] for entry in data["meta_data"]}
        return str(metas.get("_sync_cli_contract", ""))

    def state_of(self, raw: Raw) -> str:
        return str(raw.data["status"])


class Customers(ShopSubject):
    """Registered customers, found by their e-mail."""

    def make(self, text: str) -> Made:
        local = "".join(sign for sign in text.lower() if sign.isascii() and sign != " ")
        body = {
            "email": f"{local}@{NO_MAIL}", "username": local, "password": token_urlsafe(),
            "first_name": "sync-cli", "last_name": text,
        }  # fmt: skip
        answer = self.post(body)
        return Made(str(answer["id"]), str(answer["email"]))

    def edit(self, id: str) -> None:
        self.put(id, {"billing": {"company": "edited"}})

    def carries(self, row: Json, mark: str) -> bool:
        email = str(row.get("email") or "").lower()
        return email.startswith(mark.lower()) and email.endswith(f"@{NO_MAIL}")

    def statuses(self) -> tuple[dict[str, str], ...]:
        return ({"role": "all"},)


@dataclass
class Notes(Subject):
    """Notes that the shop's own people see, made on an order and found by their reference."""

    orders: Orders = field(kw_only=True)

    def draft(self, text: str, *, amount: Decimal = Decimal(0), at: str = "") -> Draft:
        order = self.orders.make(text)
        note = {"order_id": order.id, "note": f"Contract [{text}]", "customer_note": False}
        return Draft(f"{order.id}:{text}", note)

    def bad_draft(self, text: str) -> Draft:
        return Draft(f"987654321:{text}", {"note": f"Contract [{text}]"})

    def text_of(self, data: Json) -> str:
        return str(data["note"])


def shop_subjects(hands: Hands) -> tuple[ShopSubject | Notes, ...]:
    """The kinds of record of a shop, products first."""
    orders = Orders(
        entity="order", key="number", several=3, goal="cancelled", hands=hands, path="orders",
        moves=frozenset({"meta_data", "date_modified", "date_modified_gmt"}),
        lacks={
            Ability.CREATE: _ORDERS_ARE_BOUGHT,
            Ability.AMOUNT: _ORDERS_ARE_BOUGHT,
            Ability.MOMENT: _ORDERS_ARE_BOUGHT,
            Ability.QUESTION: "a shop asks nothing",
        },
    )  # fmt: skip
    return (
        Products(
            entity="product", key="sku", hands=hands, path="products", moves=_MOVED_BY_A_NAME,
            lacks={Ability.ADVANCE: _NO_DOCUMENT},
        ),
        orders,
        Customers(
            entity="customer", key="email", several=3, folds_case=True, hands=hands,
            path="customers",
            lacks={
                Ability.CREATE: "customers register themselves",
                Ability.UPDATE: "customers of the shop belong to the shop",
                Ability.ADVANCE: _NO_DOCUMENT,
                Ability.ARCHIVE: "customers have no trash",
            },
        ),
        Notes(entity="note", orders=orders, lacks=_LACKS_OF_NOTES),
    )  # fmt: skip


_MOVED_BY_A_NAME = frozenset(
    {"name", "slug", "permalink", "date_modified", "date_modified_gmt", "permalink_template",
     "generated_slug", "related_ids"}
)  # fmt: skip
_LACKS_OF_NOTES = {
    Ability.READ: "notes are read with their order",
    Ability.FETCH: "notes are read with their order",
    Ability.CENSUS: "notes are read with their order",
    Ability.UPDATE: "a note is never changed",
    Ability.ADVANCE: _NO_DOCUMENT,
    Ability.MAKE: "a note without reference is none of ours",
}


def _product(text: str) -> dict[str, Any]:
    return {
        "name": text, "sku": text, "type": "simple", "status": "private", "regular_price": "12.50",
        "catalog_visibility": "hidden",
    }  # fmt: skip


def _gmt(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
