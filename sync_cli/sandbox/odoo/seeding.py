"""Fills the pretend Odoo: a German company with its taxes, two warehouses, and articles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from sync_cli.sandbox.articles import Article
from sync_cli.sandbox.odoo.actions import ADMINISTRATOR
from sync_cli.sandbox.odoo.deliveries import set_stock
from sync_cli.sandbox.odoo.records import Records
from sync_cli.sandbox.odoo.rights import BILLING, SALES, User
from sync_cli.sandbox.odoo.store import OdooStore

KEY = "odoo-api-key"
READER_KEY = "odoo-reader-key"
INTEGRATION = User(6, "shopsync", KEY, frozenset({SALES, BILLING}), "shopsync@erp.example")
READER = User(7, "reader", READER_KEY, frozenset({"base.group_user"}))
USERS = (INTEGRATION, READER)
SEED_AGE = timedelta(days=7)
CODES = ("MAIN", "STORE")
_TAXES = (
    (14, "19%", 19, False),
    (15, "7%", 7, False),
    (17, "19% INC", 19, True),
    (18, "7% INC", 7, True),
)
_TAX_OF_CLASS = {"": 14, "reduced-rate": 15}
_TYPES = {"goods": "product", "service": "service", "consumable": "consu"}
SERVICES = ("SHOP-SHIPPING", "SHOP-FEE", "SHOP-GIFT-CARD", "SHOP-DISCOUNT", "SHOP-ROUNDING")
"""Internal references of the articles that stand for what is no merchandise."""


def seed_company(store: OdooStore, codes: Sequence[str] = CODES) -> None:
    """What every database has: company, currency, countries, taxes, warehouses, carriers."""
    with store.transaction(), store.dated(store.clock.now() - SEED_AGE):
        _places(store)
        _money(store)
        _stock(store, codes)
        for user in (ADMINISTRATOR, *USERS):
            row = {"name": user.login, "login": user.login, "email": user.email or None}
            store.insert("res.users", {**row, "company_id": 1, "tz": None}, user.uid)


def _places(store: OdooStore) -> None:
    store.insert("res.currency", {"name": "EUR"}, 125)
    company = {"name": "Nordlicht Handels GmbH", "currency_id": 125}
    store.insert("res.company", {**company, "tax_calculation_rounding_method": "round_per_line"}, 1)
    store.insert("res.partner", {"name": "Nordlicht Handels GmbH", "is_company": True}, 1)
    for id_, code, name in ((12, "AT", "Austria"), (57, "DE", "Germany"),
                            (231, "GB", "United Kingdom"), (75, "FR", "France")):  # fmt: skip
        store.insert("res.country", {"code": code, "name": name}, id_)
    store.insert("res.country.state", {"code": "BE", "name": "Berlin", "country_id": 57}, 1)


def _money(store: OdooStore) -> None:
    for id_, name, amount, included in _TAXES:
        row = {"name": name, "amount": Decimal(amount), "price_include": included}
        more = {"type_tax_use": "sale", "amount_type": "percent", "company_id": 1, "country_id": 57}
        store.insert("account.tax", {**row, **more}, id_)
    store.insert("product.pricelist", {"name": "Default EUR pricelist", "currency_id": 125}, 1)
    store.insert("account.payment.term", {"name": "30 Days"}, 4)
    for id_, name, code, kind in ((6, "Bank", "BNK1", "bank"), (7, "Cash", "CSH1", "cash"),
                                  (1, "Customer Invoices", "INV", "sale")):  # fmt: skip
        row = {"name": name, "code": code, "type": kind, "company_id": 1}
        store.insert("account.journal", row, id_)
    store.insert("decimal.precision", {"name": "Product Price", "digits": 2}, 1)
    store.insert("uom.uom", {"name": "Units"}, 1)


def _stock(store: OdooStore, codes: Sequence[str]) -> None:
    store.insert("stock.location", {"name": "Partners/Customers", "usage": "customer"}, 5)
    lost = {"name": "Virtual Locations/Inventory adjustment", "usage": "inventory"}
    store.insert("stock.location", lost, 14)
    for number, (code, location) in enumerate(zip(codes, (8, 18), strict=True), start=1):
        store.insert("stock.location", {"name": f"{code}/Stock", "usage": "internal"}, location)
        row = {"name": code, "code": code, "lot_stock_id": location, "company_id": 1}
        store.insert("stock.warehouse", row, number)


def seed_articles(store: OdooStore, articles: Iterable[Article]) -> None:
    """The services that stand for shipping, fees and rounding, and every article of the ERP.

    A main article is a template; each of its variations is a product of its own.
    """
    with store.transaction(), store.dated(store.clock.now() - SEED_AGE):
        for code in SERVICES:
            _product(store, code, code.title(), Decimal(0), "service", [14])
        for article in articles:
            if article.in_erp and not article.is_main:
                _add(store, article)


def _add(store: OdooStore, article: Article) -> None:
    tax = _TAX_OF_CLASS.get(article.tax_class)
    taxes = [tax] if tax else []
    kind = _TYPES[article.kind]
    product = _product(store, article.sku, article.name, article.net_price, kind, taxes)
    records = Records(store, ADMINISTRATOR)
    for warehouse in store.table("stock.warehouse").values():
        pieces = article.warehouses.get(warehouse["code"], 0)
        if pieces and kind == "product":
            set_stock(records, product, warehouse["lot_stock_id"], Decimal(pieces))


def _product(
    store: OdooStore, code: str, name: str, price: Decimal, kind: str, taxes: list[int]
) -> int:
    sold = code not in SERVICES
    template = {"name": name, "list_price": price, "type": kind, "sale_ok": sold, "uom_id": 1}
    id_ = store.insert("product.template", {**template, "taxes_id": taxes})
    return store.insert("product.product", {"default_code": code or None, "product_tmpl_id": id_})
