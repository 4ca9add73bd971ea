"""Everything the pretend shop knows, in memory; one lock guards it."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime
from threading import RLock
from typing import Any, Protocol

from sync_cli.sandbox.shop.defaults import GATEWAYS, MAILS, REST_OF_WORLD, SHIPPING_METHODS, TOOLS
from sync_cli.sandbox.shop.geography import continents, countries, currencies
from sync_cli.sandbox.shop.method_settings import METHOD_SETTINGS
from sync_cli.sandbox.shop.records import (
    Attribute,
    Coupon,
    Customer,
    Json,
    Note,
    Order,
    Product,
    Refund,
    Review,
    TaxRate,
    Term,
    Webhook,
)
from sync_cli.sandbox.shop.settings import ShopSettings
from sync_cli.sandbox.shop.table import Table
from sync_cli.sandbox.shop.times import seconds_of


class Clock(Protocol):
    """The time as the shop sees it."""

    def now(self) -> datetime:
        """An aware moment."""
        ...


class EffectLog(Protocol):
    """Where the shop writes down what happened to it."""

    def record(self, what: str, id: str, reference: str | None = None, **facts: Any) -> object:
        """Note one effect."""
        ...


TAX_CLASSES = {
    "standard": "Standard rate",
    "reduced-rate": "Reduced rate",
    "zero-rate": "Zero rate",
}


def folded(text: str) -> str:
    """A text without regard to case and accents, as the shop's database compares it."""
    if text.isascii():
        return text.casefold().strip()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part)).strip()


class ShopStore:
    """The shop's records, numbers and settings; callers hold `lock` while they use it."""

    def __init__(self, clock: Clock, ledger: EffectLog, settings: ShopSettings) -> None:
        self.clock, self.ledger, self.settings = clock, ledger, settings
        self.lock = RLock()
        self._moment: int | None = None
        self.products: Table[Product] = Table()
        self.variations: Table[Product] = Table()
        self.orders: Table[Order] = Table()
        self.refunds: Table[Refund] = Table()
        self.customers: Table[Customer] = Table()
        self.coupons: Table[Coupon] = Table()
        self.webhooks: Table[Webhook] = Table()
        self.reviews: Table[Review] = Table()
        self.notes: dict[int, list[Note]] = defaultdict(list)
        self.refunds_of: dict[int, list[int]] = defaultdict(list)
        self.fulfillments: dict[int, list[Json]] = defaultdict(list)
        self.rates: list[TaxRate] = []
        self.tax_classes = dict(TAX_CLASSES)
        self.categories: dict[int, Term] = {15: Term(15, "Uncategorized", "uncategorized")}
        self.brands: dict[int, Term] = {}
        self.tags: dict[int, Term] = {}
        self.shipping_classes: dict[int, Term] = {}
        self.terms: Mapping[str, dict[int, Term]] = {
            "categories": self.categories,
            "brands": self.brands,
            "tags": self.tags,
            "shipping_classes": self.shipping_classes,
        }
        self.attributes: dict[int, Attribute] = {}
        self.attribute_terms: dict[int, dict[int, Term]] = defaultdict(dict)
        self.zones: dict[int, Json] = {0: dict(REST_OF_WORLD)}
        self.shipping_kinds: dict[str, Json] = dict(SHIPPING_METHODS)
        self.tools: dict[str, Json] = dict(TOOLS)
        self.mails: dict[str, Json] = dict(MAILS)
        self.method_settings: dict[str, Json] = dict(METHOD_SETTINGS)
        self.gateways: dict[str, Json] = {one["id"]: deepcopy(one) for one in GATEWAYS}
        self.countries: dict[str, Json] = dict(countries())
        self.continents: dict[str, Json] = dict(continents())
        self.currencies: dict[str, Json] = dict(currencies())
        self.status_sections: Json = {}
        """Sections of the system status where they tell of another server than a fresh one."""
        self.setting_groups: list[Json] = []
        """The groups of settings where they are others than those of a fresh shop."""
        self.option_groups: dict[str, dict[str, Json]] = {}
        """The settings of a group by id, where they are others than those of a fresh shop."""
        self.option_values: dict[tuple[str, str], Any] = {}
        """What was written, by group and id, but for what is kept in `settings`."""
        self.images: dict[int, Json] = {}
        self.slugs: set[str] = set()
        """Addresses that products have or had; one of them is not given again."""
        self._skus = _Holders(lambda product: folded(product.sku))
        self._codes = _Holders(lambda product: str(product.extra.get("global_unique_id", "")))
        self._emails: dict[str, int] = {}
        self._next: dict[str, int] = defaultdict(lambda: 1)
        self._next["term"] = 16

    def now(self) -> int:
        """The whole second of the shop's clock, or the one set by `at`."""
        return seconds_of(self.clock.now()) if self._moment is None else self._moment

    @contextmanager
    def at(self, second: int) -> Iterator[None]:
        """Let everything in this block happen at `second` (Unix time)."""
        before, self._moment = self._moment, second
        try:
            yield
        finally:
            self._moment = before

    def next_id(self, kind: str) -> int:
        """A new number; products, orders and refunds share the kind "post"."""
        number = self._next[kind]
        self._next[kind] = number + 1
        return number

    def reserve(self, kind: str, number: int) -> None:
        """Make sure that no new number of this kind is `number` or less."""
        self._next[kind] = max(self._next[kind], number + 1)

    def rewind(self, kind: str, number: int) -> int:
        """Make `number` the next one of its kind; returns what would have been the next."""
        before, self._next[kind] = self._next[kind], number
        return before

    def record(self, what: str, record_id: int | str, **facts: Any) -> None:
        """Write one effect into the ledger."""
        self.ledger.record(what, str(record_id), **facts)

    def product(self, product_id: int) -> Product | None:
        """The product or variation with this id, trashed or not."""
        return self.products.get(product_id) or self.variations.get(product_id)

    def put_product(self, product: Product) -> None:
        """Store a product or variation and keep the indexes right."""
        table = self.variations if product.kind == "variation" else self.products
        self.slugs.add(product.slug)
        before = table.get(product.id)
        for holders in (self._skus, self._codes):
            holders.move(before, product)
        table.add(product, trashed=product.status == "trash")

    def drop_product(self, product: Product) -> None:
        """Take a product or variation out for good."""
        table = self.variations if product.kind == "variation" else self.products
        table.remove(product.id)
        self.slugs.discard(product.slug)
        for holders in (self._skus, self._codes):
            holders.move(product, None)
        parent = self.products.get(product.parent_id)
        if parent is not None and product.id in parent.variations:
            parent.variations.remove(product.id)

    def sku_holders(self, sku: str) -> list[Product]:
        """The products and variations with this SKU, trashed ones too."""
        return self._present(self._skus.of(folded(sku)))

    def code_holders(self, code: str) -> list[Product]:
        """The products and variations with this GTIN, UPC, EAN or ISBN, trashed ones too."""
        return self._present(self._codes.of(code))

    def _present(self, ids: Iterable[int]) -> list[Product]:
        found = (self.product(id) for id in ids)
        return [product for product in found if product is not None]

    def put_customer(self, customer: Customer) -> None:
        """Store a customer and keep the e-mail index right."""
        before = self.customers.get(customer.id)
        if before is not None:
            self._emails.pop(before.email.lower(), None)
        if customer.email:
            self._emails[customer.email.lower()] = customer.id
        self.customers.add(customer)

    def drop_customer(self, customer: Customer) -> None:
        """Take a customer out for good."""
        self.customers.remove(customer.id)
        self._emails.pop(customer.email.lower(), None)

    def customer_by_email(self, email: str) -> Customer | None:
        """The customer with this address, without regard to case."""
        customer_id = self._emails.get(email.strip().lower())
        return None if customer_id is None else self.customers.get(customer_id)

    def coupon_by_code(self, code: str) -> Coupon | None:
        """The coupon with this code, without regard to case."""
        wanted = code.strip().lower()
        return next((c for c in self.coupons.records.values() if c.code == wanted), None)


class _Holders:
    """The ids of the products that have a key; an empty key is none."""

    def __init__(self, key_of: Callable[[Product], str]) -> None:
        self._key_of = key_of
        self._ids: dict[str, list[int]] = {}

    def of(self, key: str) -> list[int]:
        """The ids of those with this key, in the order they got it."""
        return self._ids.get(key, [])

    def move(self, before: Product | None, after: Product | None) -> None:
        """A product was put in the place of its former self; either may be missing."""
        left = self._key_of(before) if before is not None else ""
        taken = self._key_of(after) if after is not None else ""
        if left == taken:
            return
        if before is not None and left:
            self._ids[left].remove(before.id)
        if after is not None and taken:
            self._ids.setdefault(taken, []).append(after.id)
