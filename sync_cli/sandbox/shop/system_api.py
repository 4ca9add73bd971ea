"""The routes that tell how the shop is set up: settings, system status, currency."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.http import Answer, Call, chosen
from sync_cli.sandbox.shop.money import currency_name, symbol_entity
from sync_cli.sandbox.shop.records import Json
from sync_cli.sandbox.shop.settings import ShopSettings
from sync_cli.sandbox.shop.tracking_api import namespaces

_STORES = {
    "hpos": "Automattic\\WooCommerce\\Internal\\DataStores\\Orders\\OrdersTableDataStore",
    "posts": "WC_Order_Data_Store_CPT",
}
_FEATURES = [
    "analytics",
    "marketplace",
    "order_attribution",
    "site_visibility_badge",
    "remote_logging",
    "email_improvements",
    "blueprint",
    "point_of_sale",
    "custom_order_tables",
]
_TERMS = ("exclude-from-catalog", "exclude-from-search", "featured", "outofstock")


def get_system_status(call: Call) -> Answer:
    """`GET /system_status`, the sections that say something about the shop itself."""
    settings = call.store.settings
    body: Json = {
        "environment": _environment(settings),
        "settings": _settings(settings),
        "theme": _theme(),
        "active_plugins": [_plugin(folder) for folder in settings.plugins],
    }
    return Answer(chosen(body, call.names))


def _plugin(folder: str) -> Json:
    return {
        "plugin": f"{folder}/{folder}.php",
        "name": folder.replace("-", " ").title(),
        "version": "1.0.0",
        "version_latest": "1.0.0",
        "url": "",
        "author_name": "",
        "author_url": "",
        "network_activated": False,
    }


def index(settings: ShopSettings, second: int) -> Json:
    """What the index of the REST API tells everybody; a zone that is an offset has no name."""
    zone = settings.time_zone
    offset = datetime.fromtimestamp(second, ZoneInfo(zone)).utcoffset() or timedelta(0)
    return {
        "name": "Sandbox",
        "description": "",
        "url": settings.base_url,
        "home": settings.base_url,
        "gmt_offset": offset.total_seconds() / 3600,
        "timezone_string": "" if zone.startswith("Etc/GMT") else zone,
        "namespaces": ["wp/v2", "wc/v3", *namespaces(settings)],
    }


def _environment(settings: ShopSettings) -> Json:
    megabytes = 1024 * 1024
    return {
        "home_url": settings.base_url,
        "site_url": settings.base_url,
        "store_id": "5a4d0b0e-0000-4000-8000-000000000000",
        "version": settings.version,
        "log_directory": "/var/www/html/wp-content/uploads/wc-logs/",
        "log_directory_writable": True,
        "wp_version": "6.9.7",
        "wp_multisite": False,
        "wp_memory_limit": 512 * megabytes,
        "wp_debug_mode": settings.debug,
        "wp_cron": False,
        "wp_environment_type": "production",
        "language": "en_US",
        "external_object_cache": None,
        "server_info": "nginx/1.22.1",
        "server_architecture": "Linux x86_64",
        "php_version": "8.2.35",
        "php_post_max_size": 64 * megabytes,
        "php_max_execution_time": 300,
        "php_max_input_vars": 1000,
        "curl_version": "7.88.1, OpenSSL/3.0.22",
        "suhosin_installed": False,
        "max_upload_size": 64 * megabytes,
        "mysql_version": "10.11.19",
        "mysql_version_string": "10.11.19-MariaDB-0+deb12u1",
        "default_timezone": "UTC",
        "fsockopen_or_curl_enabled": True,
        "soapclient_enabled": False,
        "domdocument_enabled": True,
        "gzip_enabled": True,
        "mbstring_enabled": True,
        "remote_post_successful": False,
        "remote_post_response": "",
        "remote_get_successful": False,
        "remote_get_response": "",
    }


def _settings(settings: ShopSettings) -> Json:
    kinds = ("external", "grouped", "simple", "variable")
    terms = (*_TERMS, *(f"rated-{stars}" for stars in range(1, 6)))
    features = [*_FEATURES, *(["fulfillments"] if settings.fulfillments else [])]
    return {
        "api_enabled": False,
        "force_ssl": False,
        "currency": settings.currency,
        "currency_symbol": symbol_entity(settings.currency),
        "currency_position": "right_space",
        "thousand_separator": ".",
        "decimal_separator": ",",
        "number_of_decimals": settings.decimals,
        "geolocation_enabled": False,
        "taxonomies": {kind: kind for kind in kinds},
        "product_visibility_terms": {term: term for term in terms},
        "woocommerce_com_connected": "no",
        "enforce_approved_download_dirs": True,
        "order_datastore": _STORES["posts" if settings.order_storage == "posts" else "hpos"],
        "HPOS_enabled": settings.order_storage != "posts",
        "HPOS_sync_enabled": settings.order_storage == "hpos-sync",
        "enabled_features": features,
    }


def _theme() -> Json:
    return {
        "name": "Twenty Twenty-Five",
        "version": "1.4",
        "version_latest": 0,
        "author_url": "https://wordpress.org",
        "is_child_theme": False,
        "is_block_theme": True,
        "has_woocommerce_support": False,
        "has_woocommerce_file": False,
        "has_outdated_templates": False,
        "overrides": [],
        "parent_name": "",
        "parent_version": "",
        "parent_version_latest": "",
        "parent_author_url": "",
    }


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _general(settings: ShopSettings) -> list[tuple[str, str, Any, Any]]:
    return [
        ("woocommerce_store_address", "text", "", "Musterstr. 1"),
        ("woocommerce_store_address_2", "text", "", ""),
        ("woocommerce_store_city", "text", "", "Berlin"),
        (
            "woocommerce_default_country",
            "select",
            "US:CA",
            f"{settings.base_country}:{settings.base_state}",
        ),
        ("woocommerce_store_postcode", "text", "", "10115"),
        ("woocommerce_allowed_countries", "select", "all", "all"),
        ("woocommerce_all_except_countries", "multiselect", "", ""),
        ("woocommerce_specific_allowed_countries", "multiselect", "", ""),
        ("woocommerce_ship_to_countries", "select", "", ""),
        ("woocommerce_specific_ship_to_countries", "multiselect", "", ""),
        ("woocommerce_default_customer_address", "select", "base", "base"),
        ("woocommerce_address_autocomplete_enabled", "checkbox", "no", "no"),
        ("woocommerce_calc_taxes", "checkbox", "no", "yes"),
        ("woocommerce_enable_coupons", "checkbox", "yes", "yes"),
        ("woocommerce_calc_discounts_sequentially", "checkbox", "no", "no"),
        ("woocommerce_currency", "select", "USD", settings.currency),
        ("woocommerce_currency_pos", "select", "left", "right_space"),
        ("woocommerce_price_thousand_sep", "text", ",", "."),
        ("woocommerce_price_decimal_sep", "text", ".", ","),
        ("woocommerce_price_num_decimals", "number", "2", str(settings.decimals)),
    ]


def _tax(settings: ShopSettings) -> list[tuple[str, str, Any, Any]]:
    return [
        ("woocommerce_prices_include_tax", "radio", "no", _yes(settings.prices_include_tax)),
        ("woocommerce_tax_based_on", "select", "shipping", "shipping"),
        ("woocommerce_shipping_tax_class", "select", "inherit", settings.shipping_tax_class),
        ("woocommerce_tax_round_at_subtotal", "checkbox", "no", _yes(settings.round_at_subtotal)),
        ("woocommerce_tax_classes", "textarea", "", ""),
        ("woocommerce_tax_display_shop", "select", "excl", settings.tax_display),
        ("woocommerce_tax_display_cart", "select", "excl", settings.tax_display),
        ("woocommerce_price_display_suffix", "text", "", ""),
        ("woocommerce_tax_total_display", "select", "itemized", "itemized"),
    ]


_GROUPS = {"general": _general, "tax": _tax}


def _setting_json(call: Call, group: str, entry: tuple[str, str, Any, Any]) -> Json:
    name, kind, default, value = entry
    home = f"{call.store.settings.base_url}/wp-json/wc/v3/settings/{group}"
    return {
        "id": name,
        "label": name.removeprefix("woocommerce_").replace("_", " ").capitalize(),
        "description": "",
        "type": kind,
        "default": default,
        "value": value,
        "group_id": group,
        "_links": {"self": [{"href": f"{home}/{name}"}], "collection": [{"href": home}]},
    }


def _group(call: Call) -> list[Json]:
    group = call.words[0]
    if group not in _GROUPS:
        message = "Invalid setting group."
        raise ShopError("rest_setting_setting_group_invalid", message, 404)
    entries = _GROUPS[group](call.store.settings)
    return [_setting_json(call, group, entry) for entry in entries]


def list_settings(call: Call) -> Answer:
    """`GET /settings/{group}`, without paging."""
    return Answer([chosen(body, call.names) for body in _group(call)])


def get_setting(call: Call) -> Answer:
    """`GET /settings/{group}/{id}`."""
    for body in _group(call):
        if body["id"] == call.words[1]:
            return Answer(chosen(body, call.single_names))
    raise ShopError("rest_setting_setting_invalid", "Invalid setting.", 404)


def get_currency(call: Call) -> Answer:
    """`GET /data/currencies/current`."""
    code = call.store.settings.currency
    home = f"{call.store.settings.base_url}/wp-json/wc/v3/data/currencies"
    own = {"href": f"{home}/{code}", "targetHints": {"allow": ["GET"]}}
    body: Json = {
        "code": code,
        "name": currency_name(code),
        "symbol": symbol_entity(code),
        "_links": {"self": [own], "collection": [{"href": home}]},
    }
    return Answer(chosen(body, call.single_names))
