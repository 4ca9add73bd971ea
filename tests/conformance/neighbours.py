"""Requests of the same kind as the recorded ones that nobody recorded, asked of the sandbox itself.

Replayed like recordings they show whether the harness can prepare a shop for any such request: a
request that it cannot prepare would count as a difference although both shops answer alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from sync_cli.sandbox.articles import catalogue
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.shop import KEY, SECRET, ShopStore, build_shop
from tests.conformance.recording import PREFIX, Recording, from_json, settings_of

Json = dict[str, Any]
NOW = datetime(2026, 11, 15, 12, 0, 0, tzinfo=UTC)
_HEADERS = ("X-WP-Total", "X-WP-TotalPages", "Link", "Location", "Allow", "Content-Type")


@dataclass(frozen=True)
class Asked:
    """One request; names in braces stand for ids of the seeded shop."""

    method: str
    path: str
    query: Json
    body: Any = None

    def name(self) -> str:
        """What the request is called."""
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        return f"{self.method} {self.path}?{query} {json.dumps(self.body)[:60]}"


def get(path: str, **query: Any) -> Asked:
    """A read."""
    return Asked("GET", path, query)


def post(path: str, body: Any, **query: Any) -> Asked:
    """A create or a batch."""
    return Asked("POST", path, query, body)


def put(path: str, body: Any, **query: Any) -> Asked:
    """A change."""
    return Asked("PUT", path, query, body)


def delete(path: str, **query: Any) -> Asked:
    """A deletion."""
    return Asked("DELETE", path, query)


class Neighbourhood:
    """A seeded sandbox that answers requests and writes the exchanges down."""

    def __init__(self, shop: dict[str, str] | None = None) -> None:
        """`shop` are settings as recordings name them; without it those of the first shop."""
        clock = SandboxClock()
        clock.freeze(NOW)
        self.clock = clock
        self.shop = shop or {}
        settings = settings_of(self.shop)
        self.app = build_shop(catalogue(30), 12, clock, Ledger("shop", clock), settings)
        self.store: ShopStore = self.app.extensions["shop"]
        self.names = dict(self._seeded())

    def _seeded(self) -> Iterator[tuple[str, int]]:
        """A few objects of each kind, by name."""
        yield "category", self._made("products/categories", {"name": "Shoes"})
        yield "tag", self._made("products/tags", {"name": "New"})
        yield "class", self._made("products/shipping_classes", {"name": "Bulky"})
        yield "coupon", self._made("coupons", {"code": "ten", "amount": "10"})
        attribute = self._made("products/attributes", {"name": "Colour"})
        yield "attribute", attribute
        yield "term", self._made(f"products/attributes/{attribute}/terms", {"name": "Red"})
        names = {"categories": [{"id": 16}], "tags": [{"id": 17}], "shipping_class": "bulky"}
        facts = {"name": "Winter boot", "sku": "N-1", "regular_price": "80", "sale_price": "60"}
        yield (
            "boot",
            self._made(
                "products",
                {**names, **facts, "featured": True, "global_unique_id": "4006381333931"},
            ),
        )
        yield "draft", self._made("products", {"name": "Draft", "sku": "N-2", "status": "draft"})
        trashed = self._made("products", {"name": "Gone", "sku": "N-3"})
        self.ask(delete(f"products/{trashed}"))
        yield "trashed", trashed
        boot = self.store.sku_holders("N-1")[0].id
        person = {"first_name": "Erika", "last_name": "Mustermann", "country": "DE"}
        customer = self._made("customers", {"email": "erika@buyer.example", "billing": person})
        yield "customer", customer
        lines = {"line_items": [{"product_id": boot, "quantity": 2}]}
        mail = {**person, "email": "erika@buyer.example"}
        order = self._made("orders", {**lines, "customer_id": customer, "billing": mail})
        yield "order", order
        paid = self._made("orders", {**lines, "status": "processing"})
        yield "paid", paid
        yield (
            "refund",
            self._made(f"orders/{paid}/refunds", {"amount": "5.00", "api_refund": False}),
        )
        yield "note", self._made(f"orders/{paid}/notes", {"note": "hello", "customer_note": True})
        review = {"review": "Keeps warm", "reviewer": "Erika", "rating": 5}
        review["reviewer_email"] = "erika@buyer.example"
        yield "review", self._made("products/reviews", {"product_id": boot, **review})
        parent = next(p for p in self.store.products.records.values() if p.variations)
        yield "parent", parent.id
        yield "variation", parent.variations[0]
        hook = {"topic": "order.updated", "delivery_url": "https://erp.example/hook"}
        yield "webhook", self._made("webhooks", hook)
        zone = self._made("shipping/zones", {"name": "Germany"})
        self.ask(put(f"shipping/zones/{zone}/locations", [{"code": "DE"}]))
        asked = post(f"shipping/zones/{zone}/methods", {"method_id": "flat_rate"})
        yield "zone", zone
        yield "method", self.ask(asked).answer["id"]
        yield "rate", min(rate.id for rate in self.store.rates)

    def _made(self, path: str, body: Json) -> int:
        answer = self.ask(post(path, body))
        assert answer.status == 201, answer.answer
        number = answer.answer["id"]
        assert isinstance(number, int)
        return number

    def ask(self, asked: Asked) -> Recording:
        """The exchange as a recording."""
        names = getattr(self, "names", {})
        path = PREFIX + asked.path.format(**names)
        query = {name: str(value).format(**names) for name, value in asked.query.items()}
        body = _filled(asked.body, names)
        self.clock.advance(7)
        answer = self.app.test_client().open(
            path,
            method=asked.method,
            query_string=query,
            json=body,
            auth=(KEY, SECRET),
            base_url="https://shop.example",
        )
        shown = {name: answer.headers[name] for name in _HEADERS if name in answer.headers}
        document = {
            "shop": self.shop,
            "request": {"method": asked.method, "path": path, "query": query, "body": body,
                        "auth": "basic (read_write key)"},
            "response": {
                "status": answer.status_code,
                "headers": {**shown, "Date": format_datetime(self.clock.now(), usegmt=True)},
                "body": answer.get_json(silent=True),
            },
        }  # fmt: skip
        return from_json(asked.name(), document)


def _filled(value: Any, names: Json) -> Any:
    """A body with the ids that its names stand for: "{order}" becomes the number."""
    if isinstance(value, dict):
        return {key: _filled(entry, names) for key, entry in value.items()}
    if isinstance(value, list):
        return [_filled(entry, names) for entry in value]
    if isinstance(value, str) and value.startswith("{") and value[1:-1] in names:
        return names[value[1:-1]]
    return value


MORE: tuple[Asked, ...] = (
    post("products/{parent}/variations/batch",
         {"create": [{"sku": "NV"}], "delete": ["{variation}"]}),
    post("products/batch", {"create": [{"name": "T", "sku": "N-20"}],
                            "update": [{"id": "{boot}", "name": "Z"}], "delete": ["{draft}", 99]}),
    put("customers/{customer}", {"email": "erika2@buyer.example"}),
    put("customers/{customer}", {"username": "x"}), get("variations", orderby="date", per_page=2),
    get("products/{parent}/variations", orderby="id", order="asc", _fields="id,sku,parent_id"),
    post("webhooks", {"topic": "x.y", "delivery_url": "https://erp.example/x"}),
    put("orders/{order}", {"line_items": [{"product_id": "{draft}", "quantity": 2}]}),
    put("orders/{order}", {"coupon_lines": [{"code": "ten"}]}),
    put("orders/{order}", {"coupon_lines": [{"code": "none"}]}),
    put("orders/{order}", {"customer_id": 99999}), put("orders/{order}", {"status": "refunded"}),
    put("orders/{paid}", {"status": "on-hold"}), post("orders/{paid}/refunds", {"amount": "3"}),
    get("orders", status="any,trash", _fields="id"), get("orders", status="wc-processing"),
    get("refunds", orderby="id", order="asc", _fields="id,parent_id"),
    get("refunds", include="{refund}"), get("orders/{paid}/refunds", dp=4),
    get("coupons", orderby="title", order="asc", _fields="id"), get("taxes", page=2, per_page=2),
    get("taxes", orderby="id", order="desc", per_page=2), delete("products/{boot}", force="x"),
    post("products/categories", {"name": "Sub", "parent": "{category}"}),
    post("products/tags", {"name": "New"}), get("products/categories", parent="{category}"),
    put("products/{boot}", {"catalog_visibility": "hidden", "featured": False}),
    put("products/{boot}", {"date_on_sale_from": "2026-12-01T00:00:00"}),
    put("products/{boot}", {"shipping_class": "bulky"}),
    put("products/{boot}", {"attributes": [{"name": "Size", "options": ["S"], "visible": True}]}),
    put("products/{boot}", {"meta_data": [{"key": "_sku", "value": "N-2"}]}),
    put("products/{boot}", {"stock_status": "onbackorder"}),
    post("webhooks/batch", {"create": [{"topic": "order.created", "delivery_url": "https://erp.example/b"},
                                       {"topic": "x.y", "delivery_url": "https://erp.example/b"}],
                            "update": [{"id": "{webhook}", "status": "paused"}, {"id": 999}]}),
    post("webhooks/batch", {"delete": ["{webhook}", 999]}), get("orders/statuses"),
    get("reports/orders/totals"), get("reports/products/totals"), get("reports/coupons/totals"),
    get("reports/customers/totals"), get("reports/reviews/totals", _fields="slug,total"),
    get("reports/orders/totals", context="edit"), get("customers/{customer}/downloads"),
    get("customers/99999/downloads"), delete("taxes/classes/zero-rate", force="true"),
    delete("taxes/classes/zero-rate"), delete("taxes/classes/none", force="true"),
    delete("taxes/classes/standard", force="true"), post("taxes/classes", {"name": "Books"}),
    post("taxes/classes", {"name": "Zero rate"}), get("taxes/classes/reduced-rate"),
    put("products/{boot}", {"images": [{"id": 99999}]}),
    post("products/attributes/batch", {"create": [{"name": "Size"}],
                                       "update": [{"id": "{attribute}", "name": "Hue"}, {"id": 99}],
                                       "delete": [98]}),
    post("products/attributes/{attribute}/terms/batch",
         {"create": [{"name": "Blue"}], "update": [{"id": "{term}", "name": "Rouge"}]}),
)  # fmt: skip
SETUP: tuple[Asked, ...] = (
    get("shipping/zones"), get("shipping/zones/0"), get("shipping/zones/{zone}"),
    get("shipping/zones/99"), post("shipping/zones", {"name": "Europe", "order": 2}),
    post("shipping/zones", {}), put("shipping/zones/{zone}", {"name": "Home", "order": 3}),
    put("shipping/zones/0", {"name": "x"}), delete("shipping/zones/{zone}"),
    delete("shipping/zones/{zone}", force="true"), get("shipping/zones/{zone}/locations"),
    put("shipping/zones/{zone}/locations", [{"code": "DE", "type": "country"}, {"type": "x"}]),
    put("shipping/zones/0/locations", [{"code": "DE"}]), get("shipping/zones/99/locations"),
    get("shipping/zones/{zone}/methods"), get("shipping/zones/0/methods"),
    get("shipping/zones/{zone}/methods/{method}"), get("shipping/zones/{zone}/methods/99"),
    post("shipping/zones/{zone}/methods", {"method_id": "free_shipping", "enabled": False}),
    post("shipping/zones/{zone}/methods", {"method_id": "pigeon"}),
    post("shipping/zones/{zone}/methods", {}),
    put("shipping/zones/{zone}/methods/{method}", {"enabled": False, "order": 4}),
    delete("shipping/zones/{zone}/methods/{method}", force="true"),
    delete("shipping/zones/{zone}/methods/{method}"), get("payment_gateways"),
    get("payment_gateways", _fields="id,enabled,title"), get("payment_gateways/bacs"),
    get("payment_gateways/none"), put("payment_gateways/cod", {"enabled": False, "title": "COD"}),
    put("payment_gateways/cod", {"order": "x"}), put("payment_gateways/none", {"enabled": True}),
)  # fmt: skip
TERMS = (("categories", "category"), ("tags", "tag"), ("shipping_classes", "class"))
ASKED: tuple[Asked, ...] = (
    *(
        get("products", _fields="id,name", **query)
        for query in (
            {"category": "{category}"}, {"tag": "{tag}"}, {"shipping_class": "{class}"},
            {"featured": "true"}, {"on_sale": "true"}, {"stock_status": "outofstock"},
            {"type": "variable"}, {"status": "draft"}, {"status": "trash"}, {"search": "boot"},
            {"search_sku": "N-"}, {"search_name_or_sku": "winter"}, {"slug": "winter-boot"},
            {"search": "4006381333931", "search_fields": "global_unique_id"},
            {"min_price": "59", "max_price": "61"}, {"tax_class": "reduced-rate"},
            {"include_status": "draft"}, {"exclude_status": "publish"}, {"virtual": "true"},
            {"include_types": "variable,grouped"}, {"exclude_types": "simple"},
            {"orderby": "price", "order": "asc"}, {"orderby": "title", "order": "asc"},
            {"orderby": "slug", "order": "desc"}, {"orderby": "id", "offset": 3},
            {"orderby": "popularity"}, {"after": "2026-01-01T00:00:00"},
            {"include": "{boot},{draft}", "orderby": "include"}, {"sku": "N-1,N-2"},
        )
    ),
    get("products/{boot}"), get("products/{boot}", context="edit"), get("products/{variation}"),
    get("products/{trashed}"), get("products/99999"), get("products", per_page=3, page=2),
    get("products", category="{category}"), get("products", search="boot"),
    get("products", include_meta="_x", per_page=2), get("products", orderby="wrong"),
    post("products", {"name": "A", "type": "simple", "regular_price": "5", "sku": "N-9"}),
    post("products", {"name": "B", "categories": [{"id": "{category}"}],
                      "tags": [{"id": "{tag}"}]}),
    post("products", {"name": "C", "sku": "n-1"}), post("products", {"name": "D", "sku": "N-3"}),
    post("products", {"name": "E", "global_unique_id": "4006381333931"}),
    post("products", {"name": "V", "type": "variable", "attributes": [
        {"name": "Size", "variation": True, "options": ["S", "M"]}]}),
    post("products", {"id": 5, "name": "F"}), post("products", {"featured": "maybe"}),
    put("products/{boot}", {"name": "Boot & <b>more</b>"}),
    put("products/{boot}", {"sale_price": "90"}), put("products/{boot}", {"status": "draft"}),
    put("products/{boot}", {"regular_price": "12,50", "sale_price": ""}),
    put("products/{boot}", {"manage_stock": True, "stock_quantity": 7, "backorders": "notify"}),
    put("products/{boot}", {"weight": "0,25", "dimensions": {"length": "3"}}),
    put("products/{boot}", {"categories": [], "tags": []}),
    put("products/{boot}", {"sku": "N-2"}), put("products/{trashed}", {"status": "publish"}),
    put("products/{boot}", {"meta_data": [{"key": "_a", "value": 1.5}]}, _fields="id,meta_data"),
    delete("products/{boot}"), delete("products/{boot}", force="true"),
    delete("products/{trashed}"), delete("products/99999"),
    get("products/{parent}/variations"), get("products/{parent}/variations/{variation}"),
    get("products/{parent}/variations/99999"), get("products/{boot}/variations"),
    get("variations", sku="NONE"), get("variations", parent="{parent}", _fields="id,sku"),
    get("variations", stock_status="instock", _fields="id"),
    post("products/{parent}/variations", {"sku": "N-V", "regular_price": "9"}),
    put("products/{parent}/variations/{variation}", {"regular_price": "33.00"}),
    delete("products/{parent}/variations/{variation}", force="true"),
    post("products/batch", {"update": [{"id": "{boot}", "regular_price": "70"}, {"id": 99999}]}),
    post("products/batch", {"create": [{"name": "X", "sku": "N-10"}, {"name": "Y", "sku": "N-1"}]}),
    post("products/batch", {"delete": ["{boot}"]}),
    post("products/{parent}/variations/batch", {"update": [{"id": "{variation}", "sku": "N-VV"}]}),
    *(
        get("orders", _fields="id,status", **query)
        for query in (
            {"status": "processing"}, {"status": "pending,processing"}, {"customer": "{customer}"},
            {"product": "{boot}"}, {"search": "Mustermann"}, {"search": "{order}"},
            {"created_via": "rest-api"}, {"exclude": "{order}"}, {"offset": 2},
            {"include": "{order},{paid}"}, {"orderby": "id", "order": "asc"}, {"customer": 0},
            {"modified_after": "2026-11-15T11:00:00", "dates_are_gmt": "true"},
            {"before": "2020-01-01T00:00:00"}, {"parent": "1"}, {"search": "nobody"},
        )
    ),
    get("orders/{order}"), get("orders/{order}", dp=3), get("orders/{paid}", context="edit"),
    get("orders", per_page=2, dp=6), get("orders", per_page="x"),
    post("orders", {"line_items": [{"product_id": "{boot}", "quantity": 3}], "set_paid": True}),
    post("orders", {"fee_lines": [{"name": "Fee", "total": "5.00"}], "status": "on-hold"}),
    post("orders", {"line_items": [{"sku": "N-1", "quantity": 1}],
                    "coupon_lines": [{"code": "ten"}]}),
    post("orders", {"shipping_lines": [{"method_id": "flat_rate", "method_title": "Flat",
                                        "total": "4.90"}], "billing": {"country": "DE"}}),
    post("orders", {"line_items": [{"quantity": "two"}]}), post("orders", {"status": "shipped"}),
    post("orders", {"customer_id": "{customer}", "line_items": [{"product_id": "{boot}"}]}),
    put("orders/{order}", {"status": "completed"}), put("orders/{order}", {"status": "cancelled"}),
    put("orders/{order}", {"set_paid": True}), put("orders/{order}", {"customer_note": "ring"}),
    put("orders/{order}", {"transaction_id": "T"}, _fields="id,transaction_id"),
    put("orders/{order}", {"billing": {"phone": "1"}}), put("orders/99999", {"status": "pending"}),
    put("orders/{order}", {"meta_data": [{"key": "k", "value": ["a", 1]}]}),
    put("orders/{order}", {"fee_lines": [{"name": "Late", "total": "1.00"}]}),
    delete("orders/{order}"), delete("orders/{order}", force="true"), delete("orders/99999"),
    post("orders/batch", {"update": [{"id": "{order}", "status": "completed"}]}),
    post("orders/batch", {"create": [{"status": "pending"}]}),
    get("orders/{paid}/notes"), get("orders/{paid}/notes", type="customer"),
    get("orders/{paid}/notes/{note}"), post("orders/{order}/notes", {"note": "x"}),
    delete("orders/{paid}/notes/{note}", force="true"), post("orders/{order}/notes", {}),
    get("orders/{paid}/refunds"), get("orders/{paid}/refunds/{refund}"),
    get("orders/{paid}/refunds/99999"), get("refunds", per_page=1),
    post("orders/{paid}/refunds", {"amount": "7.00", "reason": "r", "api_refund": False}),
    post("orders/{paid}/refunds", {"amount": "-1", "api_refund": False}),
    post("orders/{paid}/refunds", {"amount": "99999", "api_refund": False}),
    delete("orders/{paid}/refunds/{refund}", force="true"),
    delete("orders/{paid}/refunds/{refund}"),
    *(
        get("customers", _fields="id,username", **query)
        for query in (
            {"role": "all"}, {"role": "subscriber"}, {"search": "erika"}, {"orderby": "id"},
            {"include": "{customer}"}, {"email": "erika@buyer.example"}, {"order": "desc"},
            {"offset": 2}, {"email": "nobody@buyer.example"}, {"email": "x"},
        )
    ),
    get("customers/{customer}"), put("customers/{customer}", {"first_name": "E"}),
    put("customers/{customer}", {"billing": {"city": "Bonn"}}), put("customers/99999", {}),
    post("customers", {"email": "new@buyer.example", "username": "new", "password": "x"}),
    post("customers", {"email": "x"}), post("customers", {}),
    delete("customers/{customer}", force="true"), delete("customers/99999", force="true"),
    post("customers/batch", {"create": [{"email": "b@buyer.example"}], "delete": [99999]}),
    post("customers/batch", {"update": [{"id": "{customer}", "last_name": "M"}, {"id": 1}]}),
    get("coupons"), get("coupons", code="ten"), get("coupons", search="te", _fields="id"),
    get("coupons/{coupon}"), get("coupons/99999"), post("coupons", {"code": "TEN"}),
    post("coupons", {"code": "p", "discount_type": "percent", "amount": "15"}), post("coupons", {}),
    put("coupons/{coupon}", {"amount": "12"}), delete("coupons/{coupon}", force="true"),
    delete("coupons/{coupon}"), post("coupons/batch", {"create": [{"code": "q"}]}),
    get("taxes"), get("taxes", **{"class": "reduced-rate"}), get("taxes/{rate}"), get("taxes/999"),
    post("taxes", {"country": "FR", "rate": "20", "name": "TVA"}),
    put("taxes/{rate}", {"name": "Other"}), delete("taxes/{rate}", force="true"),
    get("taxes/classes"), get("webhooks"), get("webhooks", status="paused"),
    get("webhooks/{webhook}"), put("webhooks/{webhook}", {"status": "paused"}),
    delete("webhooks/{webhook}", force="true"), delete("webhooks/{webhook}"),
    *(
        asked
        for kind, one in TERMS
        for asked in (
            get(f"products/{kind}"), get(f"products/{kind}", search="e", _fields="id,name"),
            get(f"products/{kind}/{{{one}}}"), get(f"products/{kind}/99999"),
            post(f"products/{kind}", {"name": "Second"}), post(f"products/{kind}", {}),
            put(f"products/{kind}/{{{one}}}", {"description": "d"}),
            delete(f"products/{kind}/{{{one}}}", force="true"), get(f"products/{kind}", per_page=1),
            post(f"products/{kind}/batch", {"create": [{"name": "Third"}]}),
        )
    ),
    get("products/categories", hide_empty="true"), get("products/tags", product="{boot}"),
    get("products/attributes"), get("products/attributes/{attribute}"),
    post("products/attributes", {"name": "Size"}), get("products/attributes/{attribute}/terms"),
    post("products/attributes/{attribute}/terms", {"name": "Blue"}),
    get("products/attributes/{attribute}/terms/{term}"),
    get("settings/tax/woocommerce_prices_include_tax"), get("settings/general/none"),
    get("settings/none"), get("data/currencies/current"), get("system_status", _fields="settings"),
)  # fmt: skip


SIBLINGS: tuple[Asked, ...] = tuple(
    Asked(*entry) for entry in json.loads(Path(__file__).with_name("siblings.json").read_text())
)
"""Requests that stand beside the recorded ones: other filters, states, errors, arguments."""
PARTS = {
    "orders": (
        "id", "id,status,total", "id,total,line_items", "id,meta_data", "id,status,total,refunds",
        "id,status,date_modified_gmt,date_paid_gmt", "id,total,total_tax,tax_lines,shipping_lines",
        "id,status,currency,total,total_tax,date_paid_gmt,date_completed_gmt", "id,billing",
    ),
    "products": (
        "id", "id,sku,stock_quantity", "id,price,regular_price,sale_price,on_sale", "id,images",
        "id,sku,price,manage_stock,stock_quantity,stock_status,tax_class,status,meta_data",
        "id,name,slug,status", "id,type,price,variations,attributes",
        "id,sku,price,stock_quantity,stock_status,date_modified,date_modified_gmt",
    ),
    "customers": ("id,email", "id,email,username,billing"),
}  # fmt: skip
"""Fields as recordings ask for them, by the first word of the path."""
