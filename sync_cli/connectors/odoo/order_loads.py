"""From the payload of an order to its rows for `load`; the columns of recording 127."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sync_cli.connectors.base import Draft
from sync_cli.connectors.odoo.addresses import Address, address_of, is_blank
from sync_cli.connectors.odoo.cells import cell, cells
from sync_cli.connectors.odoo.loading import Load, external_id
from sync_cli.connectors.odoo.lookups import (
    Lookups,
    NotNamed,
    price_list_id,
    product_of,
    row_named,
    warehouse_of,
)
from sync_cli.connectors.odoo.making import part_of
from sync_cli.connectors.odoo.values import Row, text_of

ORDER = "order"
ADDRESSES = {"invoice_address": "invoice", "delivery_address": "delivery"}
_COLUMNS = {
    "invoice_address": "partner_invoice_id/.id",
    "delivery_address": "partner_shipping_id/.id",
}
_BILLED = "invoice_address"
LINES = "order_line"
STEP = 10
"""Lines are numbered 10, 20, ...: by its number a line is known again."""
_LINE_COLUMNS = (
    *("id", "sequence", "display_type", "product_id/.id", "name", "product_uom_qty"),
    *("price_unit", "discount", "taxes", "is_delivery"),
)
_SPENT = frozenset({"article", "product_id", "tax_id"})


def addresses_of(draft: Draft, lookups: Lookups) -> dict[str, Address | None]:
    """The addresses of an order by the payload's names; None for the customer's own.

    Without an address of delivery the goods go where the invoice goes. Raises NotNamed for a
    country that Odoo does not know.
    """
    owner = text_of(draft.payload.get("partner_id"))
    found: dict[str, Address | None] = {}
    for name, use in ADDRESSES.items():
        if (given := draft.payload.get(name)) is None:
            continue
        blank = is_blank(given)
        found[name] = found.get(_BILLED) if blank else address_of(owner, use, given, lookups)
    return found


def order_load(
    draft: Draft, addresses: Mapping[str, str], lookups: Lookups, generation: int
) -> Load:
    """The whole order. `generation` tells it from cancelled ones of the same reference, which
    would only be written again and stay cancelled (FACTS 6a). Raises NotNamed."""
    payload = dict(draft.payload)
    lines = payload.pop(LINES, ())
    own = {"id": external_id(ORDER, draft.reference, part_of(generation))}
    own |= cells({**_resolved(payload, lookups), "client_order_ref": draft.reference})
    own |= {_COLUMNS[name]: id_ for name, id_ in addresses.items()}
    places = [(number, line) for number, line in enumerate(lines, start=1)]
    return Load(
        draft.reference, own, _line_rows(draft.reference, places, payload, lookups, generation)
    )


def lines_load(draft: Draft, count: int, lookups: Lookups, generation: int) -> Load:
    """The lines behind the first `count`, added to the draft `at`. Raises NotNamed."""
    lines = list(enumerate(draft.payload.get(LINES, ()), start=1))[count:]
    rows = _line_rows(draft.reference, lines, draft.payload, lookups, generation)
    return Load(draft.reference, {".id": draft.at}, rows)


def _resolved(payload: Mapping[str, Any], lookups: Lookups) -> dict[str, Any]:
    """The payload with ids where it has names. Raises NotNamed."""
    finds: Mapping[str, Callable[[str], str]] = {
        "carrier_id": lambda name: _id_named(lookups.carriers, name, "ways of delivery"),
        "pricelist_id": lambda name: price_list_id(lookups, name),
        "payment_term_id": lambda name: _id_named(lookups.payment_terms, name, "payment terms"),
        "warehouse_id": lambda name: str(warehouse_of(lookups.warehouses, name)["id"]),
    }
    found = dict(payload)
    for field, find in finds.items():
        name = text_of(found.get(field))
        if name and not name.isdigit():
            found[field] = find(name)
    return {name: value for name, value in found.items() if value not in ("", None)}


def _id_named(rows: Sequence[Row], name: str, what: str) -> str:
    return str(row_named(rows, name, what)["id"])


def _line_rows(
    reference: str,
    lines: Sequence[tuple[int, Mapping[str, Any]]],
    order: Mapping[str, Any],
    lookups: Lookups,
    generation: int,
) -> list[dict[str, str]]:
    rows = []
    for number, line in lines:
        own = {
            "id": external_id(ORDER, reference, part_of(generation, number)),
            "sequence": str(number * STEP),
            **_line(number, line, order, lookups),
        }
        rows.append({_below(name, lookups): own.get(name, "") for name in _names(own)})
    return rows


def _line(
    number: int, line: Mapping[str, Any], order: Mapping[str, Any], lookups: Lookups
) -> dict[str, str]:
    plain = {name: value for name, value in line.items() if name not in _SPENT}
    own = cells(plain)
    if line.get("display_type"):
        return own
    own["product_id/.id"] = article_of(number, line, order, lookups)
    own["taxes"] = ",".join(taxes_of(line.get("tax_id"), lookups))
    return own


def article_of(
    number: int, line: Mapping[str, Any], order: Mapping[str, Any], lookups: Lookups
) -> str:
    """The product of a line: its own, the one of a service article, or the carrier's."""
    if line.get("product_id"):
        return cell(line["product_id"])
    if line.get("article"):
        return str(lookups.article(text_of(line["article"])))
    carrier = text_of(order.get("carrier_id"))
    if line.get("is_delivery") and carrier:
        return product_of(row_named(lookups.carriers, carrier, "ways of delivery"))
    raise NotNamed(f"line {number} has no article")


def taxes_of(given: Any, lookups: Lookups) -> list[str]:
    """The ids of the taxes of a line, given as ids or names, several with a comma between."""
    names = given if isinstance(given, list | tuple) else text_of(given).split(",")
    wanted = [str(name).strip() for name in names if str(name).strip()]
    return [
        name if name.isdigit() else str(row_named(lookups.taxes, name, "taxes of sales")["id"])
        for name in wanted
    ]


def _names(own: Mapping[str, str]) -> list[str]:
    """All columns in their order; the same for every line, so that orders go in one call."""
    return [*_LINE_COLUMNS, *(name for name in own if name not in _LINE_COLUMNS)]


def _below(name: str, lookups: Lookups) -> str:
    taxes = f"{lookups.dialect.line_taxes}/.id"
    return f"{LINES}/{taxes if name == 'taxes' else name}"
