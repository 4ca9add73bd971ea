"""What follows from a product's record: stock, prices and names, also across its variations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sync_cli.sandbox.shop.money import parsed
from sync_cli.sandbox.shop.records import Json, Meta, Product
from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.taxes import base_place, matching_rates, net_of, taxes_on
from sync_cli.sandbox.shop.times import local_text


@dataclass(frozen=True, slots=True)
class ProductView:
    """What a rendering needs; `edit` is the context that answers to writes are given in."""

    store: ShopStore
    edit: bool = False

    @property
    def zone(self) -> str:
        """The shop's time zone."""
        return self.store.settings.time_zone

    def local(self, second: int | None) -> str | None:
        """A moment in the shop's local time."""
        return local_text(second, self.zone)


def is_managed(view: ProductView, product: Product) -> bool | str:
    """`manage_stock` as shown: true, false, or "parent" where the parent counts the stock."""
    if not product.managed and product.kind == "variation":
        parent = view.store.products.get(product.parent_id)
        if parent is not None and parent.managed:
            return "parent"
    return product.managed


def stock_holder(view: ProductView, product: Product) -> Product:
    """The product on which the pieces of `product` are counted."""
    if is_managed(view, product) == "parent":
        return view.store.products.get(product.parent_id) or product
    return product


def ratings_of(view: ProductView, product: Product) -> list[int]:
    """The stars that approved reviews gave to a product."""
    reviews = view.store.reviews.records.values()
    given = (one for one in reviews if one.product_id == product.id and one.status == "approved")
    return [one.rating for one in given if one.rating]


def meta_json(entries: Iterable[Meta]) -> list[Json]:
    """The entries as `meta_data` holds them."""
    return [{"id": entry.id, "key": entry.key, "value": entry.value} for entry in entries]


def is_on_sale(product: Product, now: int) -> bool:
    """Whether a sale price lies below the regular one and its dates, if any, include now."""
    sale, regular = parsed(product.sale_price), parsed(product.regular_price)
    if product.sale_price == "" or sale is None or regular is None or sale >= regular:
        return False
    start, end = product.extra.get("sale_from"), product.extra.get("sale_to")
    return (start is None or start <= now) and (end is None or now <= end)


def visible_variations(view: ProductView, product: Product) -> list[Product]:
    """The variations of a product that are not in the trash, in id order."""
    found = (view.store.variations.get(i) for i in sorted(product.variations))
    return [v for v in found if v is not None and v.status != "trash"]


def variation_prices(view: ProductView, product: Product) -> list[Decimal]:
    """The prices of a product's variations that have one."""
    prices = (parsed(v.price) for v in visible_variations(view, product))
    return [price for price in prices if price is not None]


def shown_price(view: ProductView, product: Product) -> str:
    """`price`: the stored active one, of a variable or grouped product the lowest of its parts."""
    if product.kind == "variable":
        texts = [v.price for v in visible_variations(view, product) if parsed(v.price) is not None]
    elif product.kind == "grouped":
        parts = (view.store.product(i) for i in product.extra.get("grouped_products", ()))
        texts = [p.price for p in parts if p is not None and parsed(p.price) is not None]
    else:
        return product.price
    return min(texts, key=lambda text: parsed(text) or 0, default="")


def displayed_price(view: ProductView, product: Product, price: Decimal) -> Decimal:
    """A price as the shop's pages show it: with the tax of the shop's own place, or without."""
    settings = view.store.settings
    if (settings.tax_display == "incl") == settings.prices_include_tax:
        return price
    if product.extra.get("tax_status", "taxable") != "taxable":
        return price
    rates = matching_rates(view.store.rates, base_place(settings), product.tax_class)
    if settings.prices_include_tax:
        return net_of(price, rates)
    return price + sum(taxes_on(price, rates).values(), Decimal(0))


def chosen(product: Product) -> list[tuple[str, str]]:
    """The attributes of a variation as order lines and addresses name them: key and value."""
    return [
        (a["slug"], slug_of(a["option"])) if a["id"] else (slug_of(a["name"]), a["option"])
        for a in product.extra.get("attributes", ())
    ]


def full_name(view: ProductView, product: Product) -> str:
    """The name of a product; of a variation the parent's with the chosen options."""
    if product.kind != "variation":
        return product.name
    parent = view.store.products.get(product.parent_id)
    options = option_names(product)
    base = parent.name if parent else product.name
    if not options or product.extra.get("attributes_left_open") or options.count(",") > 1:
        return base
    return f"{base} - {options}"


def option_names(product: Product) -> str:
    """The chosen options of a variation: "Blue, M"."""
    return ", ".join(a["option"] for a in product.extra.get("attributes", ()))


def shown_stock_status(view: ProductView, product: Product) -> str:
    """`stock_status`: of a variable product without own stock the best of its variations."""
    if product.kind == "variable" and not product.managed:
        statuses = {v.stock_status for v in visible_variations(view, product)}
        return next((s for s in ("instock", "onbackorder") if s in statuses), "outofstock")
    return stock_holder(view, product).stock_status


def is_shown_on_sale(view: ProductView, product: Product) -> bool:
    """`on_sale`: of a variable product whether any variation is."""
    now = view.store.now()
    if product.kind == "variable":
        return any(is_on_sale(part, now) for part in visible_variations(view, product))
    return is_on_sale(product, now)
