"""The rigs that the suite runs on: one for each kind of connector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from tests.contract.rig import Rig
from tests.contract.rigs.memory import memory
from tests.contract.rigs.odoo import odoo
from tests.contract.rigs.rest import rest
from tests.contract.rigs.tryton import tryton
from tests.contract.rigs.woocommerce import woocommerce

RIGS: Mapping[str, Callable[[], AbstractContextManager[Rig]]] = {
    "memory": memory,
    "woocommerce": woocommerce,
    "rest": rest,
    "odoo": odoo,
    "tryton": tryton,
}
"""How each rig is opened, by its name, in the order of the table's columns."""
