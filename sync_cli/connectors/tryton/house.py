"""The base data that documents refer to: web shop, company, warehouses, currencies, taxes.

Each kind is asked for once a run, when it is first needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from msgspec import Struct

from sync_cli.connectors.tryton.wire import Wire
from sync_cli.core.errors import ConfigError
from sync_cli.core.money import WIDE


class WebShop(Struct, frozen=True):
    """The web shop that all orders belong to, and its company."""

    id: int
    company: int
    company_name: str
    currency: str
    warehouses: tuple[int, ...]


class Warehouse(Struct, frozen=True):
    """A warehouse by what it is called in the configuration: its code, else its name."""

    id: int
    code: str
    name: str = ""


class House:
    """What is there, by the names that people gave it."""

    def __init__(self, wire: Wire, web_shop: str) -> None:
        self._wire = wire
        self._name = web_shop
        self._rates: dict[tuple[str, date | None], Decimal] = {}

    @cached_property
    def shop(self) -> WebShop:
        """The configured web shop; from now on its company goes with every call.

        Raises ConfigError if there is none of this name.
        """
        fields = ["company", "company.rec_name", "company.currency.code", "warehouses"]
        found = self._wire.search("web.shop", [["name", "=", self._name]], fields)
        if len(found) != 1:
            names = ", ".join(row["name"] for row in self._wire.search("web.shop", [], ["name"]))
            raise ConfigError(
                f"{self._wire.system} has no web shop {self._name!r}; it has {names or 'none'}.",
                "Correct `web_shop` in the configuration, or add it under Sales > Configuration.",
            )
        row = found[0]
        company = row["company."]
        shop = WebShop(
            row["id"],
            company["id"],
            company["rec_name"],
            company["currency."]["code"],
            tuple(row["warehouses"]),
        )
        self._wire.context["company"] = shop.company
        return shop

    @cached_property
    def modules(self) -> frozenset[str]:
        """The names of the modules that are activated."""
        rows = self._wire.search("ir.module", [["state", "=", "activated"]], ["name"])
        return frozenset(row["name"] for row in rows)

    @cached_property
    def warehouses(self) -> tuple[Warehouse, ...]:
        """All warehouses, by id."""
        rows = self._wire.search("stock.location", [["type", "=", "warehouse"]], ["code", "name"])
        return tuple(
            Warehouse(row["id"], row["code"] or row["name"], row["name"] or "") for row in rows
        )

    @cached_property
    def warehouse_names(self) -> Mapping[str, int]:
        """Ids of warehouses by code and by name, in small letters; one that two have is none."""
        own: dict[str, set[int]] = {}
        for house in self.warehouses:
            for name in (house.code, house.name):
                own.setdefault(name.casefold(), set()).add(house.id)
        return {name: min(ids) for name, ids in own.items() if name and len(ids) == 1}

    @cached_property
    def currencies(self) -> Mapping[str, int]:
        """Ids of currencies by code, such as EUR."""
        return self._ids("currency.currency", "code")

    def exchange_rate(self, code: str, day: date | None) -> Decimal:
        """How much of the currency `code` one of the company's buys on a day, None: today; zero
        where Tryton has no rate of one of them for then."""
        if (code, day) not in self._rates:
            own = self.shop.currency
            domain = [["code", "in", [own, code]]]
            context: dict[str, Any] = {} if day is None else {"date": day}
            rows = self._wire.search("currency.currency", domain, ["code", "rate"], **context)
            rates = {row["code"]: row["rate"] or Decimal(0) for row in rows}
            base, other = rates.get(own, Decimal(0)), rates.get(code, Decimal(0))
            self._rates[code, day] = WIDE.divide(other, base) if base else Decimal(0)
        return self._rates[code, day]

    @cached_property
    def countries(self) -> Mapping[str, int]:
        """Ids of countries by their two letters."""
        return self._ids("country.country", "code")

    @cached_property
    def taxes(self) -> Mapping[str, int]:
        """Ids of the company's taxes by name."""
        return self._ids("account.tax", "name", [["company", "=", self.shop.company]])

    @cached_property
    def payment_terms(self) -> Mapping[str, int]:
        """Ids of payment terms by name."""
        return self._ids("account.invoice.payment_term", "name")

    @cached_property
    def payment_methods(self) -> Mapping[str, int]:
        """Ids of the company's ways to book a payment of an invoice by name."""
        company = [["company", "=", self.shop.company]]
        return self._ids("account.invoice.payment.method", "name", company)

    @cached_property
    def carriers(self) -> Mapping[str, int]:
        """Ids of carriers by the name of their party."""
        if "carrier" not in self.modules:
            return {}
        rows = self._wire.search("carrier", [], ["party.name"])
        return {str(row["party."]["name"]): row["id"] for row in rows}

    @cached_property
    def attributes(self) -> Mapping[str, tuple[str, Mapping[str, str]]]:
        """Attributes of products by their key: what people call it, and its options by theirs."""
        if "product_attribute" not in self.modules:
            return {}
        rows = self._wire.search("product.attribute", [], ["name", "string", "selection"])
        return {row["name"]: (row["string"], _options(row["selection"])) for row in rows}

    def _ids(self, model: str, key: str, domain: list[Any] | None = None) -> Mapping[str, int]:
        rows = self._wire.search(model, domain or [], [key])
        return {str(row[key]): row["id"] for row in rows}


def _options(selection: str | None) -> dict[str, str]:
    """The options of an attribute: a line is "key:what people call it"."""
    parted = (line.partition(":") for line in (selection or "").splitlines() if line.strip())
    return {key.strip(): (said or key).strip() for key, _, said in parted}
