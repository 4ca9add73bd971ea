"""What a merchant must know of Odoo, as far as the connector itself knows it."""

from __future__ import annotations

from sync_cli.connectors.odoo.answers import CLASSES
from sync_cli.connectors.odoo.identity import (
    BILLING_NAME,
    GROUP_NAME,
    NEEDS,
    NEEDS_FOR,
    Needs,
)
from tools.docs.markdown import code, table


def answers() -> str:
    """What each answer is taken for."""
    return table(("Odoo answers", "taken for"), CLASSES.items())


def rights() -> str:
    """The rights that each run asks for, all of them within one group."""
    return _table(NEEDS, GROUP_NAME)


def payment_rights() -> str:
    """The rights that are asked for besides where payments are booked."""
    return _table(NEEDS_FOR["payment"], BILLING_NAME)


def _table(needs: Needs, group: str) -> str:
    needed: dict[str, list[str]] = {}
    for model, operation in needs:
        needed.setdefault(model, []).append(operation)
    rows = ((code(model), ", ".join(operations), group) for model, operations in needed.items())
    return table(("model", "right", "given by the group"), rows)
