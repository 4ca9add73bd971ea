"""Whether the taxes of shop and ERP fit together, in both directions, before an order shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sync_cli.connectors.base import Connector
from sync_cli.core.checkup import Finding, Grade, problem_of
from sync_cli.core.errors import ConfigError, SyncError
from sync_cli.core.taxes import INCLUSIVE, key_of
from sync_cli.flows.systems import SHOP
from sync_cli.mapping.mapping_set import MappingSet
from sync_cli.mapping.rules import UNSET, Table

TAX_CLASS = "tax_class"
TAX_RATE = "tax_rate"
TAX_KEY = "tax_key"
STANDARD = frozenset({"", "standard", "parent"})
"""Tax classes that every shop has: the standard one, and that of a variation's product."""


def check_taxes(kind: str, mappings: MappingSet, shop: Connector) -> Iterator[Finding]:
    """All that is found of tax classes and rates; `kind` is the ERP's folder of rules."""
    for question in (_classes_of_articles, _classes_of_orders, _rates_of_orders):
        try:
            yield from question(kind, mappings, shop)
        except SyncError as fault:
            yield problem_of("tax classes", fault, SHOP)


def _classes_of_articles(kind: str, mappings: MappingSet, shop: Connector) -> Iterator[Finding]:
    """Classes that articles get and the shop does not know: it would take the standard one
    without a word."""
    named = sorted(_classes_given(kind, mappings) - STANDARD)
    if not named:
        return
    known = shop.find(TAX_CLASS, "slug", named)
    missing = [name for name in named if not known.get(name)]
    if missing:
        yield Finding(
            Grade.WARNING,
            "tax classes",
            f"The mapping names tax classes that the shop does not have: {', '.join(missing)}.",
            "Make them in the shop (WooCommerce > Settings > Tax), or correct the tables of"
            f" {kind} in the mapping.",
            SHOP,
        )
    else:
        says = "The shop has every tax class that the mapping names."
        yield Finding(Grade.OK, "tax classes", says, place=SHOP)


def _classes_given(kind: str, mappings: MappingSet) -> set[str]:
    """The shop's classes in the ERP's tables of tax codes."""
    if not mappings.has(kind, "product"):
        return set()
    mapping = mappings.of(kind, "product")
    tables = {rule.table for rule in mapping.rules_read if rule.to == TAX_CLASS and rule.table}
    return {str(value) for name in tables for value in mapping.tables[name].entries.values()}


def _classes_of_orders(kind: str, mappings: MappingSet, shop: Connector) -> Iterator[Finding]:
    """Classes that the shop sells with and the ERP's documents have no code for: such orders
    would be held."""
    tables = _tables(kind, mappings, TAX_CLASS)
    known = [str(data["slug"]) for data in _listed(shop, TAX_CLASS)] if tables else []
    yield from _unnamed(kind, tables, known, "tax class", "tax classes")


def _rates_of_orders(kind: str, mappings: MappingSet, shop: Connector) -> Iterator[Finding]:
    """Rates that the shop charges and the ERP's documents have no tax for.

    Only rates of one country that are charged alone: what others add up to, an order shows.
    """
    tables = _tables(kind, mappings, TAX_KEY)
    keys = _keys(_listed(shop, TAX_RATE)) if tables else []
    yield from _unnamed(kind, tables, keys, "tax", "tax rates")


def _unnamed(
    kind: str, tables: Sequence[Table], values: Iterable[str], what: str, topic: str
) -> Iterator[Finding]:
    if not tables:
        return
    missing = sorted(
        {
            value or "standard"
            for value in values
            if not any(_names(table, value) for table in tables)
        }
    )
    if not missing:
        says = f"The mapping has a row for every {what} that the shop charges."
        yield Finding(Grade.OK, topic, says, place=SHOP)
        return
    names = ", ".join(sorted({table.name for table in tables}))
    yield Finding(
        Grade.WARNING,
        topic,
        f"The shop charges a {what} that the mapping has no row for: {', '.join(missing)}. Orders"
        " with it would be held.",
        f"Add a row for each to tables.{names} in {kind}/document.yaml of your mappings, if the"
        " shop sells with it.",
        SHOP,
    )


def _tables(kind: str, mappings: MappingSet, field: str) -> list[Table]:
    """The tables by which documents take this field, where an unknown value is an error."""
    if not mappings.has(kind, "document"):
        return []
    found = mappings.of(kind, "document").tables_of(field)
    return [table for table in found if table.default is UNSET]


def _names(table: Table, value: str) -> bool:
    """Whether the table has a row for it, with or without tax in the prices."""
    rows = {str(entry).removesuffix(f" {INCLUSIVE[True]}") for entry in table.entries}
    rows |= {str(entry).removesuffix(f" {INCLUSIVE[False]}") for entry in table.entries}
    return value in rows


def _keys(rates: Iterable[Mapping[str, Any]]) -> list[str]:
    """The keys of the rates that are charged alone, without the word on prices."""
    alone: defaultdict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for rate in rates:
        if rate["country"] and rate["percent"]:
            alone[str(rate["country"]), str(rate["tax_class"])].append(rate)
    return [
        key_of(country, [str(rate["percent"])])
        for (country, _), some in alone.items()
        if len({rate["priority"] for rate in some}) == 1
        for rate in some
    ]


def _listed(shop: Connector, entity: str) -> list[Mapping[str, Any]]:
    """A table of the shop; nothing where a kind of shop has none."""
    try:
        return [raw.data for page in shop.changes(entity, None) for raw in page.records]
    except ConfigError:
        return []
