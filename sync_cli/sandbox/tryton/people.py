"""Those who work in the real Tryton by hand: who keeps the articles, the warehouse, the books."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from sync_cli.sandbox.articles import Article
from sync_cli.sandbox.tryton.client import Client
from sync_cli.sandbox.tryton.seed import CATEGORIES

TEMPLATES_A_CALL = 20
ROWS_A_CALL = 150
PRICE_DIGITS = 4
NO_TIME = dt.timedelta(0)


class Merchant:
    """Keeps the articles: one main article is a template with its variations as products."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._attributes: dict[str, tuple[int, int]] = {}

    def add(self, articles: Iterable[Article]) -> None:
        """Add the articles that are in the ERP, with their stock.

        Of two with one SKU only the first: Tryton refuses a second active product with its code.
        """
        by_sku: dict[str, Article] = {}
        for article in articles:
            if article.in_erp:
                by_sku.setdefault(article.sku, article)
        ours = list(by_sku.values())
        for group in _batches(_groups(ours), TEMPLATES_A_CALL):
            self._client.call("model.product.template.create", [self._template(g) for g in group])
        self._count(article for article in ours if not article.is_main)

    def change(self, sku: str, **values: Any) -> None:
        """Write values of the template of an article."""
        (found,) = self._client.read("product.product", [["code", "=", sku]], "template")
        self._client.call("model.product.template.write", [found["template"]], values)

    def _template(self, group: Sequence[Article]) -> dict[str, Any]:
        main, variations = group[0], group[1:]
        products = [self._variation(main, one) for one in variations] or [
            {"cost_price": Decimal(1)}
        ]
        return {
            "name": main.name,
            "code": main.sku,
            "type": "service" if main.kind == "service" else "goods",
            "consumable": main.kind == "consumable",
            "default_uom": self._unit(1),
            "sale_uom": self._unit(main.unit_factor),
            "list_price": round(main.net_price / main.unit_factor, PRICE_DIGITS),
            "salable": True,
            "lead_time": NO_TIME,
            "account_category": self._category(main.tax_class),
            "attribute_set": self._attribute_set(variations),
            "products": [["create", products or [{"cost_price": Decimal(1)}]]],
        }

    def _variation(self, main: Article, one: Article) -> dict[str, Any]:
        return {
            "suffix_code": one.sku.removeprefix(main.sku),
            "list_price": one.net_price,
            "cost_price": Decimal(1),
            "attributes": {name.lower(): option.lower() for name, option in one.attributes},
        }

    def _unit(self, factor: int) -> int:
        """The unit of sale that holds so many pieces."""
        name = "Unit" if factor == 1 else f"Pack of {factor}"
        found = self._client.read("product.uom", [["name", "=", name]], "category")
        if found:
            return int(found[0]["id"])
        (piece,) = self._client.read("product.uom", [["name", "=", "Unit"]], "category")
        values = {
            "name": name,
            "symbol": f"{factor}u",
            "category": piece["category"],
            "factor": float(factor),
            "rate": round(1 / factor, 12),
            "rounding": 1.0,
            "digits": 0,
        }
        (made,) = self._client.call("model.product.uom.create", [values])
        return int(made)

    def _category(self, tax_class: str) -> int:
        assert tax_class in CATEGORIES
        return self._client.one("product.category", "name", tax_class or "standard")

    def _attribute_set(self, variations: Sequence[Article]) -> int | None:
        """The set with the one attribute that the variations differ in, knowing their options."""
        pairs = [pair for one in variations for pair in one.attributes]
        if not pairs:
            return None
        name = pairs[0][0]
        if name not in self._attributes:
            self._attributes[name] = self._new_attribute(name)
        attribute, group = self._attributes[name]
        (known,) = self._client.read("product.attribute", [["id", "=", attribute]], "selection")
        lines = known["selection"].splitlines()
        wanted = [f"{option.lower()}:{option}" for _, option in pairs]
        if missing := [line for line in dict.fromkeys(wanted) if line not in lines]:
            text = "\n".join((*lines, *missing))
            self._client.call("model.product.attribute.write", [attribute], {"selection": text})
        return group

    def _new_attribute(self, name: str) -> tuple[int, int]:
        values = {"name": name.lower(), "string": name, "type_": "selection", "selection": ""}
        (attribute,) = self._client.call("model.product.attribute.create", [values])
        group = {"name": name, "attributes": [["add", [attribute]]]}
        (made,) = self._client.call("model.product.attribute.set.create", [group])
        return int(attribute), int(made)

    def _count(self, articles: Iterable[Article]) -> None:
        counts: dict[str, dict[str, int]] = {}
        for article in articles:
            for warehouse, pieces in article.warehouses.items():
                counts.setdefault(warehouse, {})[article.sku] = pieces
        warehouse_people = Warehouse(self._client)
        for warehouse, pieces_of in counts.items():
            warehouse_people.count(warehouse, pieces_of)


class Warehouse:
    """Counts, and ships."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def count(self, warehouse: str, pieces: Mapping[str, int]) -> None:
        """Count articles: so many pieces of each SKU are there."""
        (found,) = self._client.read(
            "stock.location", [["code", "=", warehouse], ["type", "=", "warehouse"]],
            "storage_location",
        )  # fmt: skip
        ids = self._products(list(pieces))
        for batch in _batches(iter(pieces.items()), ROWS_A_CALL):
            rows = [{"product": ids[sku], "quantity": float(count)} for sku, count in batch]
            values = {"location": found["storage_location"], "lines": [["create", rows]]}
            made = self._client.call("model.stock.inventory.create", [values])
            self._client.call("model.stock.inventory.confirm", made)

    def ship(self, sale: int, tracking: str = "", pieces: Mapping[str, int] | None = None) -> int:
        """Ship what is open of a sale, or only so many `pieces` of each SKU; the shipment's id.

        The rest of a partial shipment becomes another shipment. `tracking` goes on a package if
        there is a type of packages, else on the shipment.
        """
        (shipment,) = self._client.read(
            "stock.shipment.out",
            [["state", "in", ["waiting", "assigned"]], ["moves.sale", "=", sale]],
            "state",
        )
        number = int(shipment["id"])
        if pieces is not None:
            self._take(number, pieces)
        self._do("assign_force", number)
        self._do("pick", number)
        if tracking:
            values = {"shipping_reference": tracking}
            self._client.call("model.stock.shipment.out.write", [number], values)
        for step in ("pack", "do"):
            self._do(step, number)
        return number

    def _take(self, shipment: int, pieces: Mapping[str, int]) -> None:
        """Take only so many pieces off the shelf."""
        moves = self._client.read(
            "stock.move", [["shipment", "=", f"stock.shipment.out,{shipment}"]],
            "product.code", "from_location.type", "to_location.type",
        )  # fmt: skip
        for move in moves:
            if move["to_location."]["type"] != "customer":
                wanted = float(pieces.get(move["product."]["code"], 0))
                self._client.call("model.stock.move.write", [move["id"]], {"quantity": wanted})

    def _do(self, step: str, shipment: int) -> None:
        self._client.call(f"model.stock.shipment.out.{step}", [shipment])

    def _products(self, skus: Sequence[str]) -> dict[str, int]:
        ids: dict[str, int] = {}
        for batch in _batches(iter(skus), 500):
            for row in self._client.read("product.product", [["code", "in", batch]], "code"):
                ids.setdefault(row["code"], row["id"])
        return ids


class Bookkeeper:
    """Posts invoices and books what was paid."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def post(self, sale: int) -> int:
        """Post the draft invoice of a sale; its id."""
        (invoice,) = self._client.read(
            "account.invoice", [["sales", "=", sale], ["state", "in", ["draft", "validated"]]], "id"
        )
        today = {"invoice_date": dt.datetime.now(dt.UTC).date()}
        self._client.call("model.account.invoice.write", [invoice["id"]], today)
        self._client.call("model.account.invoice.post", [invoice["id"]])
        return int(invoice["id"])

    def pay(self, invoice: int) -> None:
        """Book that all of a posted invoice was paid."""
        chosen = {
            "active_model": "account.invoice", "active_id": invoice, "active_ids": [invoice],
        }  # fmt: skip
        wizard = "wizard.account.invoice.pay"
        session, _, _ = self._client.call(f"{wizard}.create", **chosen)
        form = self._client.call(f"{wizard}.execute", session, {}, "start", **chosen)
        defaults = form["view"]["defaults"].items()
        values = {name: value for name, value in defaults if not name.endswith(".")}
        values["payment_method"] = self._payment_method()
        self._client.call(f"{wizard}.execute", session, {"start": values}, "choice", **chosen)

    def _payment_method(self) -> int:
        found = self._client.read("account.invoice.payment.method", [], "id")
        if found:
            return int(found[0]["id"])
        (journal,) = self._client.read("account.journal", [["type", "=", "cash"]], "id")[:1]
        (cash,) = self._client.read("account.account", [["code", "=", "1.1.1"]], "id")
        values = {
            "name": "Bank", "journal": journal["id"], "credit_account": cash["id"],
            "debit_account": cash["id"],
        }  # fmt: skip
        (made,) = self._client.call("model.account.invoice.payment.method.create", [values])
        return int(made)


def _groups(articles: Sequence[Article]) -> Iterator[list[Article]]:
    """Each article with the variations that follow it."""
    group: list[Article] = []
    for article in articles:
        if article.main_sku is None and group:
            yield group
            group = []
        group.append(article)
    if group:
        yield group


def _batches(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while batch := list(islice(items, size)):
        yield batch
