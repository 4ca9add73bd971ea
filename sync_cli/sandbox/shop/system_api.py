"""What the shop tells of the site that it runs on: the system status, the index of its API."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sync_cli.sandbox.shop.http import Answer, Call, chosen
from sync_cli.sandbox.shop.money import symbol_entity
from sync_cli.sandbox.shop.records import Json
from sync_cli.sandbox.shop.settings import ShopSettings
from sync_cli.sandbox.shop.status_sections import SECTIONS
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
    """`GET /system_status`; of the server it tells what a fresh one would."""
    store, settings = call.store, call.store.settings
    body: Json = {
        "environment": _environment(settings),
        "theme": _theme(),
        "settings": _settings(settings),
    }
    body |= {name: tell(store) for name, tell in SECTIONS.items()}
    body |= store.status_sections
    return Answer(chosen(body, call.names))


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
        "currency_position": settings.sign_place,
        "thousand_separator": settings.thousands_mark,
        "decimal_separator": settings.decimal_mark,
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
