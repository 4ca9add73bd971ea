"""A shop and an ERP in memory whose products carry all that the products route looks at."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sync_cli.config.catalogue import ProductsSettings
from sync_cli.connectors.base import Json
from sync_cli.connectors.memory import Shape
from sync_cli.core.errors import Problem
from sync_cli.core.identity import folded_sku
from sync_cli.core.item import Held
from sync_cli.flows.products import ProductFlow
from sync_cli.flows.systems import Systems
from sync_cli.state.store import State
from tests.properties.goods import erp_article, merge_meta, shop_product
from tests.properties.world import World

TAX_CLASSES = ("standard", "reduced-rate")
IMAGES = [{"id": 7, "src": "https://shop.example/a.jpg"}]


class ProductWorld(World):
    """`World` with the lane "products"; starts with three linkable pairs, all in step."""

    def __init__(self, folder: Path, **products: Any) -> None:
        super().__init__(folder)
        settings = ProductsSettings.model_validate({"mode": "on", **products})
        self.config = self.config.model_copy(update={"products": settings})
        product = Shape(
            birth=lambda data: str(data["created"]),
            marks=lambda data: frozenset({"trashed"} if data["status"] == "trash" else ()),
            write=self._store,
            refuses=self._refuses,
        )
        tax_class = Shape(keys={"slug": lambda data: str(data["slug"])})
        self.shop.shapes = {**self.shop.shapes, "product": product, "tax_class": tax_class}
        for slug in TAX_CLASSES:
            self.shop.put("tax_class", {"id": slug, "slug": slug})
        for number in ("11", "12", "13"):
            self.put_product(number)
            self.put_article(f"9{number}", number)
        self.shop.next_id = 1000
        self.sent: list[Json] = []

    def put_product(self, number: str, **changes: Any) -> None:
        """A product of the shop with an image and a description of its own."""
        data = {
            **shop_product(number, 5),
            "sale_price": "",
            "date_on_sale_from_gmt": None,
            "date_on_sale_to_gmt": None,
            "weight": "",
            "attributes": [],
            "meta_data": [],
            "images": IMAGES,
            "description": "by the shop",
        }
        self.shop.put("product", {**data, **changes})

    def put_article(self, id: str, number: str, **changes: Any) -> None:
        """An article of the ERP; changing one moves its date."""
        data = {
            **erp_article(id, number),
            "sale_price": None,
            "sale_from": None,
            "sale_to": None,
            "weight": None,
            "status": "",
            "attributes": [],
            "minimum_quantity": None,
        }
        self.erp.put("product", {**data, **changes})

    def edit(self, id: str, **changes: Any) -> None:
        """Somebody changes an article in the ERP."""
        self.pass_time(1)
        self.erp.put("product", {**self.erp.tables["product"][id], **changes})

    def edit_shop(self, id: str, **changes: Any) -> None:
        """Somebody changes a product in the shop."""
        self.pass_time(1)
        self.shop.put("product", {**self.shop.tables["product"][id], **changes})

    def product(self, id: str) -> Json:
        """A product as the shop has it."""
        return self.shop.records("product")[id]

    def by_sku(self, sku: str) -> list[Json]:
        """The shop's products with exactly this SKU."""
        return [data for data in self.shop.records("product").values() if data["sku"] == sku]

    def meta(self, id: str, key: str) -> Any:
        """A metadata value of a product, None where there is none."""
        entries = self.product(id)["meta_data"]
        return next((entry["value"] for entry in entries if entry["key"] == key), None)

    def held(self) -> list[Held]:
        """What waits in the products route."""
        with closing(State.open(self.folder / "state.sqlite")) as state:
            return list(state.held("products"))

    def problem(self) -> str:
        """The one problem that is held, as people read it."""
        [held] = self.held()
        return held.problem.sentence()

    def links(self) -> dict[str, str]:
        """Which product of the shop each article is."""
        with closing(State.open(self.folder / "state.sqlite")) as state:
            found = state.links("product", "erp", "shop", list(self.erp.records("product")))
            return {id: link.target for id, link in found.items()}

    def fact(self, product: str, name: str) -> str | None:
        """What the state remembers of a product of the shop."""
        with closing(State.open(self.folder / "state.sqlite")) as state:
            return state.facts("product", [product]).get(product, {}).get(name)

    def _flow(self, lane: str, systems: Systems) -> None:
        if lane == "products":
            ProductFlow(systems).sync()
        else:
            super()._flow(lane, systems)

    def _store(self, stored: dict[str, Any], fields: Mapping[str, Any]) -> None:
        self.sent.append(dict(fields))
        if not stored:
            kind = "variation" if fields.get("parent_id") else "simple"
            stored.update(shop_product("0", 0), sku="", type=kind, meta_data=[], attributes=[])
            stored.update(sale_price="", weight="", created=f"born {self.now}", images=[])
            stored.update(date_on_sale_from_gmt=None, date_on_sale_to_gmt=None)
            stored.update(stock_quantity=None, manage_stock=False, description="")
            del stored["id"]
        merge_meta(stored, fields)
        stored["attributes"] = [{"id": 0, **one} for one in stored["attributes"]]

    def _refuses(self, fields: Json) -> Problem | None:
        sku = folded_sku(str(fields.get("sku", "")))
        for id, data in self.shop.records("product").items():
            if sku and folded_sku(data["sku"]) == sku:
                return Problem("duplicate", "", f"record {id} has this SKU", "Give it another.")
        return None
