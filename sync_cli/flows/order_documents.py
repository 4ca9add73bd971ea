"""Documents of orders as the ERP takes them: unit prices in its digits, payloads, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from sync_cli.config.orders import OrdersSettings
from sync_cli.connectors.base import Traits
from sync_cli.core.coupons import Coupons, with_percents
from sync_cli.core.documents import DocumentRules
from sync_cli.core.errors import ConfigError, Problem
from sync_cli.core.fingerprint import by_field, digest, with_fields_of
from sync_cli.core.model import Document
from sync_cli.core.unit_prices import Digits, UnitPrices, with_unit_prices, wrong_quantity
from sync_cli.flows.systems import Systems
from sync_cli.mapping.entity import EntityMapping
from sync_cli.mapping.errors import Unreadable, Unresolved

Ids = Mapping[tuple[str, str], str]
_LINE = re.compile(r"lines\[(\d+)\]")
_CHOOSING = ("tax_key", "tax_class")


class OwnNames(dict[tuple[str, str], str]):
    """References by our own names: a payload hashed with them does not hang on the ERP's ids."""

    def __missing__(self, key: tuple[str, str]) -> str:
        entity, id = key
        # Which customer a guest gets is a setting; to change it changes no order.
        return "guest" if entity == "customer" and not id.isdigit() else f"{entity}:{id}"

    def __contains__(self, key: object) -> bool:
        return True

    def get(self, key: tuple[str, str], _default: object = None) -> str:
        """Every name is known."""
        return self[key]


class DocumentWords:
    """How documents are put into the ERP's words; `mapping` and `entity` name the kind of document.

    `version` is a hash of all settings and rules that decide what a document looks like.
    """

    def __init__(self, systems: Systems, mapping: str = "document", entity: str = "order") -> None:
        self._settings = systems.config.orders
        self._mapping = systems.erp_mapping(mapping)
        self._traits = systems.erp.traits(entity)
        self._decimals = systems.decimals
        rules = [self._settings.unit_prices, self._settings.lines.model_dump(mode="json")]
        rules += [self._settings.time_zone]
        self.version = self._mapping.version + digest(rules)[:4]
        check_percents(self._settings.lines.coupons, self._mapping)

    def in_its_digits(self, document: Document) -> Document | Problem:
        """The document with quantities and unit prices that the ERP can hold, or why it cannot.

        Where its mapping sends no unit prices the ERP takes whole-line amounts.
        """
        return in_digits(
            document, self._mapping, self._traits, self._decimals, self._settings.unit_prices
        )

    def payload(self, document: Document, refs: Ids) -> dict[str, Any] | Problem:
        """The payload with the ERP's ids in it, or why there is none."""
        try:
            return self._mapping.write(document, refs)
        except Unresolved as error:
            return _unresolved(error)
        except Unreadable as error:
            return _of_line(error.problems[0], document)

    def fingerprint(self, document: Document) -> str | Problem:
        """The hash of the payload under our own names, field by field."""
        named = self.payload(document, OwnNames())
        return named if isinstance(named, Problem) else by_field(named)

    def with_lines_of(self, applied: str, named: str) -> str:
        """The hash `named` with the lines as they were in the one that was `applied`."""
        return with_fields_of(applied, named, self._mapping.targets_of(frozenset({"lines"})))

    def because(self, document: Document) -> str:
        """Which rows of the mapping's tables chose the tax codes."""
        rows = [
            row
            for name in _CHOOSING
            for row in self._mapping.rows_of(name, [getattr(ln, name) for ln in document.lines])
        ]
        return f"tax {', '.join(rows)}" if rows else ""


def document_rules(systems: Systems) -> DocumentRules:
    """How documents are to look between these systems."""
    facts = (systems.erp_identity.facts, systems.shop_identity.facts)
    zones = [systems.config.orders.time_zone, *(each.get("time_zone", "") for each in facts)]
    zone = next(filter(None, zones), "")
    return rules_of(systems.config.orders, zone, facts[0].get("currency", ""))


def rules_of(settings: OrdersSettings, zone: str, own_currency: str) -> DocumentRules:
    """How documents are to look; `zone` is the company's, `own_currency` that of its books."""
    lines = settings.lines
    return DocumentRules(
        coupons=lines.coupons,
        bundles=lines.bundles,
        gift_cards=lines.gift_cards,
        deposits=lines.deposits == "book",
        catch_all=bool(lines.catch_all),
        zone=_zone(zone),
        own_currency=own_currency,
        rate_required=settings.exchange_rate == "required",
    )


def _zone(name: str) -> tzinfo:
    """The zone of this name; UTC for one that a system names otherwise, such as "+02:00"."""
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        return UTC


def check_percents(coupons: Coupons, mapping: EntityMapping) -> None:
    """Raise ConfigError where percentages are wanted that no rule writes."""
    if coupons is not Coupons.PERCENT or mapping.entity != "document":
        return
    if not mapping.writes("discount"):
        raise ConfigError(
            f"orders.lines.coupons is percent, but no rule of {mapping.file} writes `discount`.",
            "Add one to the part `line` in an overlay, or choose net or line.",
        )


def in_digits(
    document: Document,
    mapping: EntityMapping,
    traits: Traits,
    decimals: int,
    unit_prices: UnitPrices,
) -> Document | Problem:
    """The document with quantities and unit prices that an ERP with these traits can hold.

    Where its mapping sends no unit prices the ERP takes whole-line amounts.
    """
    wrong = wrong_quantity(document, traits.quantity_digits)
    if wrong is not None:
        return wrong
    if not mapping.writes("unit_price"):
        return with_percents(document, decimals)
    return with_unit_prices(
        document,
        Digits(traits.price_digits, decimals),
        unit_prices,
        gross=document.prices_include_tax and not traits.taxes_given,
    )


def _of_line(problem: Problem, document: Document) -> Problem:
    """The problem with the line that it stands in, as a clerk counts them."""
    found = _LINE.match(problem.field)
    if found is None:
        return problem
    at = int(found[1])
    text = document.lines[at].text if at < len(document.lines) else ""
    said = f"line {at + 1} ({text}): {problem.message}"
    return replace(problem, message=said, cause=problem.message)


def _unresolved(error: Unresolved) -> Problem:
    missing = ", ".join(f"{entity} {id}" for entity, id in error.missing)
    message = f"no counterpart in the ERP for {missing}"
    return Problem("unresolved", "", message, "Link or create it.")
