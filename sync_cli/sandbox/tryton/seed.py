"""The base data of a Tryton that sells: run as a program, `seed.py CONFIGURATION DATABASE`.

A company in euros with a chart of accounts, a fiscal year, the taxes that the pretend shop
charges, two warehouses, a web shop, a carrier and the users. It runs in a process of its own,
because proteus keeps a whole Tryton in the memory of its process.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any

WEB_SHOP = "Shop"
SYNC_USER = ("sync", "sync-secret-1")
"""The user with the least rights that the connector needs."""
CLERK = ("clerk", "clerk-secret-1")
"""A person in the office who may do everything."""
STRANGER = ("stranger", "stranger-secret-1")
"""A user who may do nothing."""
BOOKING_USER = ("booking", "booking-secret-1")
"""The same with what payments need besides."""
RIGHTS = ("Sales", "Stock")
PAYMENT_METHODS = ("Card", "PayPal", "Bank", "Cash")
TAXES = (("DE 19%", "19"), ("DE 7%", "7"), ("DE 0%", "0"), ("AT 20%", "20"), ("AT 10%", "10"))
CATEGORIES = {"": "DE 19%", "reduced-rate": "DE 7%", "zero-rate": "DE 0%"}
"""Accounting categories of articles, by the shop's tax class."""
COUNTRIES = (
    ("Germany", "DE", "DEU"), ("Austria", "AT", "AUT"), ("France", "FR", "FRA"),
    ("Italy", "IT", "ITA"), ("Switzerland", "CH", "CHE"), ("Netherlands", "NL", "NLD"),
    ("United States", "US", "USA"),
)  # fmt: skip


def seed(configuration: str, database: str) -> None:
    """Fill a database in which the modules were just activated."""
    from proteus import Model
    from proteus import config as proteus_config

    from sync_cli.sandbox.tryton.passwords import hash_cheaply

    config = proteus_config.set_trytond(database=f"sqlite:///{database}", config_file=configuration)
    hash_cheaply()
    get = Model.get
    for name, code, code3 in COUNTRIES:
        get("country.country")(name=name, code=code, code3=code3).save()
    company = _company(get, config)
    accounts = _books(company)
    _categories(get, company, accounts)
    _warehouses(get)
    _payment_methods(get, accounts)
    _shop(get, company)
    users = ((SYNC_USER, RIGHTS), (CLERK, None), (STRANGER, ()))
    for login, rights in (*users, (BOOKING_USER, (*RIGHTS, "Accounting"))):
        _user(get, company, login, rights)


def _company(get: Any, config: Any) -> Any:
    from trytond.modules.company.tests.tools import create_company, get_company
    from trytond.modules.currency.tests.tools import get_currency

    create_company(currency=get_currency("EUR"))
    company = get_company()
    company.party.name = "Nordlicht Handels GmbH"
    company.party.save()
    config._context = get("res.user").get_preferences(True, {})
    return company


def _books(company: Any) -> Any:
    from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
    from trytond.modules.account_invoice.tests.tools import (
        create_payment_term,
        set_fiscalyear_invoice_sequences,
    )

    create_chart(company)
    year = set_fiscalyear_invoice_sequences(create_fiscalyear(company))
    year.click("create_period")
    create_payment_term().save()
    return get_accounts(company)


def _categories(get: Any, company: Any, accounts: Any) -> None:
    from trytond.modules.account.tests.tools import create_tax

    taxes = {}
    for name, percent in TAXES:
        tax = create_tax(Decimal(percent) / 100, company)
        tax.name = tax.description = name
        tax.save()
        taxes[name] = tax
    made = {}
    for tax_class, name in CATEGORIES.items():
        category = get("product.category")(name=tax_class or "standard", accounting=True)
        category.account_revenue = accounts["revenue"]
        category.account_expense = accounts["expense"]
        category.customer_taxes.append(get("account.tax")(taxes[name].id))
        category.save()
        made[tax_class] = category
    configuration = get("account.configuration")(1)
    configuration.default_category_account_revenue = accounts["revenue"]
    configuration.default_category_account_expense = accounts["expense"]
    configuration.save()


def _payment_methods(get: Any, accounts: Any) -> None:
    """All of them in the one journal and on the one account of cash that the chart has."""
    (journal,) = get("account.journal").find([("type", "=", "cash")], limit=1)
    for name in PAYMENT_METHODS:
        method = get("account.invoice.payment.method")(name=name, journal=journal)
        method.credit_account = method.debit_account = accounts["cash"]
        method.save()


def _warehouses(get: Any) -> None:
    location = get("stock.location")
    (main,) = location.find([("type", "=", "warehouse")], limit=1)
    main.code = "MAIN"
    main.save()
    (lost,) = location.find([("type", "=", "lost_found")], limit=1)
    inner = {}
    for kind, kind_type in (("input", "storage"), ("output", "storage"), ("storage", "storage")):
        inner[kind] = location(name=f"Store {kind}", type=kind_type)
        inner[kind].save()
    store = location(name="Store", code="STORE", type="warehouse", lost_found_location=lost)
    store.input_location, store.output_location = inner["input"], inner["output"]
    store.storage_location = inner["storage"]
    store.save()


def _shop(get: Any, company: Any) -> None:
    (main,) = get("stock.location").find([("code", "=", "MAIN")])
    shop = get("web.shop")(name=WEB_SHOP, company=company, currency=company.currency)
    shop.warehouses.append(main)
    shop.save()


def _user(get: Any, company: Any, login: tuple[str, str], rights: tuple[str, ...] | None) -> None:
    user = get("res.user")(name=login[0], login=login[0])
    user.password = login[1]
    user.administrator = rights is None
    group = get("res.group")
    chosen = group.find([]) if rights is None else group.find([("name", "in", rights)])
    user.groups.extend(chosen)
    user.companies.append(get("company.company")(company.id))
    user.company = get("company.company")(company.id)
    user.save()


if __name__ == "__main__":
    seed(sys.argv[1], sys.argv[2])
