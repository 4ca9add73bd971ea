"""Plug-ins of a shop that disturb a connector, or that it must know of.

From what users of other connectors suffered (LESSONS, "Shop plug-ins"). A plug-in is known by the
folder it lies in, which never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from sync_cli.core.checkup import Finding, Grade


class Known(Struct, frozen=True):
    """What is said of plug-ins of one sort, and what to do."""

    grade: Grade
    says: str
    remedy: str
    folders: tuple[str, ...]


KNOWN = (
    Known(
        Grade.WARNING,
        "it may answer with a captcha or a refusal in the shop's place",
        "Let this machine's address pass, or the addresses below /wp-json/wc/v3.",
        (
            "all-in-one-wp-security-and-firewall",
            "better-wp-security",
            "ninjafirewall",
            "sg-security",
            "sucuri-scanner",
            "wordfence",
            "wp-cerber",
        ),
    ),
    Known(
        Grade.WARNING,
        "it can switch off or replace the REST API that sync-cli speaks to",
        "Leave the routes of wc/v3 open to keys of WooCommerce.",
        (
            "disable-json-api",
            "disable-wp-rest-api",
            "jwt-auth",
            "jwt-authentication-for-wp-rest-api",
            "wp-rest-api-authentication",
        ),
    ),
    Known(
        Grade.WARNING,
        "it keeps old answers of the REST API and gives them out again",
        "Take /wp-json/wc/ out of its cache.",
        ("wp-rest-cache", "wp-rest-api-cache"),
    ),
    Known(
        Grade.NOTE,
        "it keeps pages, and may keep answers of the REST API too",
        "See that /wp-json/ is taken out of its cache.",
        ("litespeed-cache", "sg-cachepress", "w3-total-cache", "wp-rocket", "wp-super-cache"),
    ),
    Known(
        Grade.WARNING,
        "it closes the shop, its API included, while it is at work",
        "Runs end with 69 meanwhile and go on afterwards; nothing is lost.",
        ("coming-soon", "maintenance", "wp-maintenance-mode"),
    ),
    Known(
        Grade.WARNING,
        "a second program may write stock or prices of the same products",
        "Let one of them write: switch off its own transfer, or `stock.mode` and `products.mode`.",
        (
            "atum-stock-manager-for-woocommerce",
            "stock-sync-with-google-sheet-for-woocommerce",
            "woo-jtl-connector",
            "woocommerce-zapier",
        ),
    ),
    Known(
        Grade.WARNING,
        "a sale stands in a parent order and again in an order of each vendor",
        "sync-cli transfers orders without a parent; see that these are what the ERP shall book.",
        (
            "dokan-lite",
            "dokan-pro",
            "wc-multivendor-marketplace",
            "wc-vendors",
            "yith-woocommerce-product-vendors-premium",
        ),
    ),
    Known(
        Grade.WARNING,
        "orders come in several currencies",
        "Set up each of them in the ERP; an order in another one is held.",
        (
            "currency-switcher-woocommerce",
            "woo-multi-currency",
            "woocommerce-aelia-currencyswitcher",
            "woocommerce-currency-switcher",
            "woocommerce-multilingual",
        ),
    ),
    Known(
        Grade.WARNING,
        "a product may stand in the shop once for each language, with the same SKU",
        "Give each its own SKU, or let translations share the stock of the original.",
        ("polylang", "polylang-pro", "sitepress-multilingual-cms"),
    ),
    Known(
        Grade.WARNING,
        "a gift card may change an order's total in a way that no line shows",
        "Such an order is held with the arithmetic; look at one before the go-live.",
        ("pw-woocommerce-gift-cards", "woocommerce-gift-cards", "yith-woocommerce-gift-cards"),
    ),
    Known(
        Grade.NOTE,
        "an order line may be a set whose parts stand as lines of their own",
        "See with an order of each sort which of the lines the ERP shall book.",
        (
            "woocommerce-composite-products",
            "woocommerce-mix-and-match-products",
            "woocommerce-product-bundles",
            "yith-woocommerce-product-bundles",
        ),
    ),
    Known(
        Grade.NOTE,
        "an order's number is not its id",
        "sync-cli keeps to the id, which never changes; people see the number.",
        (
            "custom-order-numbers-for-woocommerce",
            "woocommerce-sequential-order-numbers",
            "woocommerce-sequential-order-numbers-pro",
            "wt-woocommerce-sequential-order-numbers",
        ),
    ),
    Known(
        Grade.NOTE,
        "the VAT id of a customer stands in its metadata",
        "It is read where the rule `vat_id` names its key; try `sync-cli mapping preview`.",
        (
            "eu-vat-for-woocommerce",
            "woocommerce-eu-vat-assistant",
            "woocommerce-eu-vat-number",
            "woocommerce-german-market",
            "woocommerce-germanized",
        ),
    ),
    Known(
        Grade.NOTE,
        "customers have roles of their own",
        "Name those roles in `customers.roles`, or their accounts are left out.",
        (
            "b2b-market",
            "b2bking",
            "woocommerce-wholesale-prices",
            "woocommerce-wholesale-prices-premium",
        ),
    ),
    Known(
        Grade.NOTE,
        "parcels of an order stand in its metadata `_wc_shipment_tracking_items`",
        "Parcels written there are shown to the customer by this plug-in.",
        ("ast-pro", "woo-advanced-shipment-tracking", "woocommerce-shipment-tracking"),
    ),
    Known(
        Grade.NOTE,
        "each renewal is an order of its own, placed without anybody there",
        "Nothing is to be done; it is transferred like any order.",
        ("woocommerce-subscriptions",),
    ),
    Known(
        Grade.NOTE,
        "a refund made at the payment provider may not move the order's date",
        "Nothing is to be done: refunds are read on their own.",
        ("woocommerce-paypal-payments",),
    ),
)

_BY_FOLDER: Mapping[str, Known] = {folder: one for one in KNOWN for folder in one.folders}


def findings_of(plugins: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """What is to be said of these active plug-ins, as the shop's system status lists them."""
    for plugin in plugins:
        folder = str(plugin.get("plugin") or "").partition("/")[0]
        known = _BY_FOLDER.get(folder)
        if known is not None:
            name = str(plugin.get("name") or folder)
            yield Finding(known.grade, "plug-in", f"Plug-in {name}: {known.says}.", known.remedy)
