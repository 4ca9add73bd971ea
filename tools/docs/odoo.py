"""What a merchant must know of Odoo, as far as the connector itself knows it."""

from __future__ import annotations

from sync_cli.connectors.odoo.answers import CLASSES
from sync_cli.connectors.odoo.identity import GROUP_NAME, NEEDS
from tools.docs.markdown import code, table


def answers() -> str:
    """What each answer is taken for."""
    return table(("Odoo answers", "taken for"), CLASSES.items())


def rights() -> str:
    """The rights that each run asks for, all of them within one group."""
    needed: dict[str, list[str]] = {}
    for model, operation in NEEDS:
        needed.setdefault(model, []).append(operation)
    rows = (
        (code(model), ", ".join(operations), GROUP_NAME) for model, operations in needed.items()
    )
    return table(("model", "right", "given by the group"), rows)
