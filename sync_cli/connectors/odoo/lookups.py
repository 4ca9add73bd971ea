"""What records name by an id and people by a code: asked once a run, and only if needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from sync_cli.connectors.odoo.asking import read_rows, rows_where, search_read
from sync_cli.connectors.odoo.dialect import Dialect, dialect_of
from sync_cli.connectors.odoo.values import Row, id_of, name_of, text_of
from sync_cli.connectors.odoo.wire import Wire


class NotNamed(Exception):
    """A name or number in `field` of a payload stands for nothing in Odoo, or for several."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Lookups:
    """Codes and ids of one Odoo in one run."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._countries: dict[str, int] = {}
        self._states: dict[str, dict[str, str]] = {}
        self._codes: dict[str, dict[str, str]] = {}
        self._attributes: dict[int, Mapping[str, str]] = {}
        self._articles: dict[str, tuple[int, ...]] = {}

    @cached_property
    def dialect(self) -> Dialect:
        """The names of the version that answers."""
        return dialect_of(self._wire.version[0])

    @cached_property
    def warehouses(self) -> tuple[Row, ...]:
        """Id, code and name of every warehouse, by id."""
        return self._all("stock.warehouse", ("code", "name"))

    @cached_property
    def taxes(self) -> tuple[Row, ...]:
        """The taxes of sales, with their names and whether prices include them."""
        domain = [["type_tax_use", "=", "sale"]]
        return self._all("account.tax", ("name", "amount", "price_include"), domain)

    @cached_property
    def carriers(self) -> tuple[Row, ...]:
        """The ways of delivery; the product of each stands in the line of the shipping costs."""
        return self._all("delivery.carrier", ("name", "product_id"))

    @cached_property
    def price_lists(self) -> tuple[Row, ...]:
        """The price lists with their currencies."""
        return self._all("product.pricelist", ("name", "currency_id"))

    @cached_property
    def currencies(self) -> frozenset[str]:
        """The currencies of the user's companies; without price lists all is sold in them."""
        rows = self._all("res.company", ("currency_id",))
        return frozenset(name_of(row.get("currency_id")) for row in rows)

    @cached_property
    def payment_terms(self) -> tuple[Row, ...]:
        """The terms of payment."""
        return self._all("account.payment.term", ("name",))

    @cached_property
    def journals(self) -> tuple[Row, ...]:
        """The journals that a payment may be booked in."""
        domain = [["type", "in", ["bank", "cash"]]]
        return self._all("account.journal", ("name", "code"), domain)

    def country(self, code: str) -> int:
        """The id of a country by its ISO code. Raises NotNamed."""
        if code not in self._countries:
            rows = rows_where(self._wire, "res.country", "code", [code], ("code", "name"))
            self._countries |= {text_of(row.get("code")): int(row["id"]) for row in rows}
        if code not in self._countries:
            raise NotNamed(f"Odoo knows no country {code}", "country")
        return self._countries[code]

    def state(self, country: str, code: str) -> str:
        """The id of a state or province by its country's code and its own; "" where Odoo has none.

        Shops know states of countries whose addresses need none.
        """
        code = code.rpartition("-")[2]
        if not country or not code:
            return ""
        if country not in self._states:
            fields, of = ("code", "country_id"), [self.country(country)]
            rows = rows_where(self._wire, "res.country.state", "country_id", of, fields)
            self._states[country] = {text_of(row.get("code")): str(row["id"]) for row in rows}
        return self._states[country].get(code, "")

    def codes(self, model: str, ids: Iterable[str]) -> Mapping[str, str]:
        """The codes of countries (res.country) or their states by id."""
        known = self._codes.setdefault(model, {})
        new = sorted({int(id_) for id_ in ids if id_ and id_ not in known})
        for row in read_rows(self._wire, model, new, ("code", "name")):
            known[str(row["id"])] = text_of(row.get("code"))
        return known

    def attributes(self, ids: Iterable[int]) -> Mapping[int, Mapping[str, str]]:
        """Name and value of attributes of variants, by the id of the value (FACTS 3, 030)."""
        new = sorted({id_ for id_ in ids if id_ not in self._attributes})
        fields = ("name", "attribute_id", "price_extra")
        for row in read_rows(self._wire, "product.template.attribute.value", new, fields):
            value = {"name": name_of(row.get("attribute_id")), "value": text_of(row.get("name"))}
            self._attributes[int(row["id"])] = value
        return self._attributes

    def article(self, code: str) -> int:
        """The id of the one live article with this internal reference. Raises NotNamed."""
        if code not in self._articles:
            rows = rows_where(
                self._wire, "product.product", "default_code", [code], ("default_code",)
            )
            self._articles[code] = tuple(int(row["id"]) for row in rows)
        found = self._articles[code]
        if len(found) != 1:
            raise NotNamed(f"{len(found)} articles have the internal reference {code}", "article")
        return found[0]

    def _all(
        self, model: str, fields: Sequence[str], domain: list[Any] | None = None
    ) -> tuple[Row, ...]:
        """All rows of a short list. Raises SystemFault or ConfigError."""
        return tuple(self._wire.look(search_read(model, domain or [], fields, order="id")).data)


def row_named(rows: Sequence[Row], name: str, what: str, *other: str) -> Row:
    """The row with this id, or exactly this name, or text in another field. Raises NotNamed."""
    found = [row for row in rows if name == str(row["id"])]
    for field in ("name", *other):
        found = found or [row for row in rows if text_of(row.get(field)) == name]
    if len(found) != 1:
        known = ", ".join(f"{row['id']} ({text_of(row.get('name'))})" for row in rows[:20])
        several = "several are" if found else "none is"
        raise NotNamed(f"of the {what} of Odoo {several} called {name!r}; it has {known}")
    return found[0]


def warehouse_of(rows: Sequence[Row], name: str) -> Row:
    """The warehouse of this id, of this code without regard to case, or of this very name.

    The part of a divided order is in small letters, a warehouse's code mostly in capital ones.
    Raises NotNamed.
    """
    coded = [row for row in rows if text_of(row.get("code")).casefold() == name.casefold()]
    if len(coded) == 1:
        return coded[0]
    return row_named(rows, name, "warehouses")


def price_list_id(lookups: Lookups, name: str) -> str:
    """The id of the price list of this name or currency; "" where Odoo works without price lists
    and all it sells is in this very currency. Raises NotNamed."""
    if not lookups.price_lists and lookups.currencies == {name}:
        return ""
    return str(price_list_of(lookups.price_lists, name)["id"])


def price_list_of(rows: Sequence[Row], name: str) -> Row:
    """The price list of this id or name, or the only one in the currency of this code."""
    in_currency = [row for row in rows if name_of(row.get("currency_id")) == name]
    if len(in_currency) == 1:
        return in_currency[0]
    return row_named(rows, name, "price lists")


def product_of(carrier: Row) -> str:
    """The product that stands for the shipping costs of a carrier."""
    return id_of(carrier.get("product_id"))
