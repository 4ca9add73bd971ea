"""Looks at an Odoo before a go-live: rights to spare, modules, and the settings that matter."""

from __future__ import annotations

from collections.abc import Iterator

from sync_cli.connectors.odoo.asking import search_read
from sync_cli.connectors.odoo.identity import access, has_group, or_none
from sync_cli.connectors.odoo.values import Row, name_of
from sync_cli.connectors.odoo.wire import Wire
from sync_cli.core.checkup import Finding, Grade, rights_of

SPARE = (("res.users", "write"), ("product.product", "write"), ("sale.order", "unlink"))
"""What no run ever does; a user of that group may not (FACTS 1)."""
MODULES = (
    ("sale.order", "Sales", "orders become documents"),
    ("stock.picking", "Inventory", "stock and deliveries come back"),
    ("account.move", "Invoicing", "invoices come back and refunds become credit notes"),
    ("delivery.carrier", "Delivery Methods", "shipping costs name their carrier"),
)
"""A model of each module, its name in Odoo, and what it is needed for."""
LOCKS = "sale.group_auto_done_setting"
_ROUNDED = {"round_per_line": "of each line", "round_globally": "of the whole document"}


def inspect(wire: Wire, *, writes: bool) -> Iterator[Finding]:
    """See `Inspects.inspect`."""
    yield rights_of(_spare(wire), writes=writes)
    yield from _address(wire)
    yield _modules(wire)
    yield from _books(wire)
    yield from _locks(wire)


def _spare(wire: Wire) -> list[str]:
    return [f"{operation} {model}" for model, operation in SPARE if access(wire, model, operation)]


def _address(wire: Wire) -> Iterator[Finding]:
    rows = or_none(lambda: wire.read("res.users", "read", [wire.uid], fields=["email"]))
    if rows and not rows[0].get("email"):
        yield Finding(
            Grade.WARNING,
            "e-mail address",
            "The user of sync-cli has no e-mail address, and Odoo posts no credit note for it.",
            "Give the user an e-mail address in Odoo.",
        )


def _modules(wire: Wire) -> Finding:
    """A model that is not there can be asked nothing (FACTS 1, 015)."""
    missing = [
        f"{name}, by which {what}"
        for model, name, what in MODULES
        if access(wire, model, "read") is None
    ]
    if missing:
        return Finding(
            Grade.WARNING,
            "modules",
            f"It lacks {'; '.join(missing)}.",
            "Install them under Apps, or switch off the routes that need them.",
        )
    return Finding(Grade.OK, "modules", "Sales, Inventory, Invoicing and Delivery are installed.")


def _books(wire: Wire) -> Iterator[Finding]:
    """Currency and rounding of the company; where the user may not read them nothing is said."""
    fields = ("name", "currency_id", "tax_calculation_rounding_method")
    rows: list[Row] = or_none(lambda: wire.ask(search_read("res.company", [], fields)).data) or []
    if len(rows) > 1:
        names = ", ".join(str(row["name"]) for row in rows)
        yield Finding(
            Grade.WARNING,
            "company",
            f"The user of sync-cli sees several companies: {names}.",
            "Allow it only the one that the shop sells for.",
        )
    for row in rows:
        where = _ROUNDED.get(str(row.get("tax_calculation_rounding_method")), "in a way of its own")
        says = f"Books are kept in {name_of(row.get('currency_id'))}; tax {where} is rounded."
        yield Finding(Grade.OK, "taxes", says)


def _locks(wire: Wire) -> Iterator[Finding]:
    if has_group(wire, LOCKS):
        yield Finding(
            Grade.NOTE,
            "locked orders",
            "Orders are locked when they are confirmed: one that the shop calls off afterwards is a"
            " task for a person.",
            "Switch `Lock Confirmed Sales` off under Sales > Configuration if that is not wanted.",
        )
