"""The sections of the system status about the server: tables, pages, kinds of records, the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sync_cli.sandbox.shop.records import Json
from sync_cli.sandbox.shop.settings import ShopSettings
from sync_cli.sandbox.shop.store import ShopStore

_TABLES = (
    "sessions", "api_keys", "attribute_taxonomies", "downloadable_product_permissions",
    "order_items", "order_itemmeta", "tax_rates", "tax_rate_locations", "shipping_zones",
    "shipping_zone_locations", "shipping_zone_methods", "payment_tokens", "payment_tokenmeta",
    "log",
)  # fmt: skip
_OTHER_TABLES = ("options", "postmeta", "posts", "usermeta", "users", "wc_orders")
_PAGES = (
    ("Shop base", "5", "", ""),
    ("Cart", "6", "[woocommerce_cart]", "woocommerce/cart"),
    ("Checkout", "7", "[woocommerce_checkout]", "woocommerce/checkout"),
    ("My account", "8", "[woocommerce_my_account]", ""),
    ("Terms and conditions", "", "", ""),
)
_ORDER_KINDS = {"hpos": "shop_order_placehold", "hpos-sync": "shop_order", "posts": "shop_order"}


def active_plugins(settings: ShopSettings) -> list[Json]:
    """WooCommerce itself, and the plug-ins of the settings."""
    own = _plugin("woocommerce", "WooCommerce", settings.version, "https://woocommerce.com/")
    return [own, *(_plugin(one, one.replace("-", " ").title()) for one in settings.plugins)]


def _plugin(folder: str, name: str, version: str = "1.0.0", url: str = "") -> Json:
    return {
        "plugin": f"{folder}/{folder}.php",
        "name": name,
        "version": version,
        "version_latest": version,
        "url": url,
        "author_name": "Automattic" if url else "",
        "author_url": url.rstrip("/"),
        "network_activated": False,
    }


def _database(store: ShopStore) -> Json:
    table = {"data": "0.02", "index": "0.02", "engine": "InnoDB"}
    own = {f"wp_woocommerce_{name}": dict(table) for name in _TABLES}
    other = {f"wp_{name}": dict(table) for name in _OTHER_TABLES}
    size = round(0.02 * (len(own) + len(other)), 2)
    return {
        "wc_database_version": store.settings.version,
        "database_prefix": "wp_",
        "maxmind_geoip_database": "",
        "database_tables": {"woocommerce": own, "other": other},
        "database_size": {"data": size, "index": size},
    }


def _page(name: str, number: str, shortcode: str, block: str) -> Json:
    return {
        "page_name": name,
        "page_id": number,
        **dict.fromkeys(("page_set", "page_exists", "page_visible"), number != ""),
        "shortcode": shortcode,
        "block": block,
        "shortcode_required": shortcode != "",
        "shortcode_present": shortcode != "" and block == "",
        "block_present": block != "",
        "block_required": block != "",
    }


def _post_type_counts(store: ShopStore) -> list[Json]:
    """How many records of each kind the shop keeps as posts, those in the trash too."""
    orders = _ORDER_KINDS[store.settings.order_storage]
    counts = {
        "page": 5,
        "product": len(store.products),
        "product_variation": len(store.variations),
        "shop_coupon": len(store.coupons),
        orders: len(store.orders),
    }
    return [{"type": kind, "count": str(n)} for kind, n in sorted(counts.items()) if n]


SECTIONS: Mapping[str, Callable[[ShopStore], Any]] = {
    "database": _database,
    "active_plugins": lambda store: active_plugins(store.settings),
    "inactive_plugins": lambda _store: [],
    "dropins_mu_plugins": lambda _store: {"dropins": [], "mu_plugins": []},
    "security": lambda store: {
        "secure_connection": store.settings.base_url.startswith("https"),
        "hide_errors": not store.settings.debug,
    },
    "pages": lambda _store: [_page(*row) for row in _PAGES],
    "post_type_counts": _post_type_counts,
    "logging": lambda _store: {
        "logging_enabled": True,
        "default_handler": "Automattic\\WooCommerce\\Internal\\Admin\\Logging\\LogHandlerFileV2",
        "retention_period_days": 30,
        "level_threshold": "None",
        "log_directory_size": "0 B",
    },
}
"""What each section tells, by name."""
