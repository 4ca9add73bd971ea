"""The kinds of ERP that can be tried alive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from tests.contract.live.odoo import live_odoo
from tests.contract.live.rest import live_rest
from tests.contract.live.rig import LiveRig, Time
from tests.contract.live.settings import LiveErp
from tests.contract.live.tryton import live_tryton

OpenErp = Callable[[LiveErp, Time], AbstractContextManager[LiveRig]]
ERPS: Mapping[str, OpenErp] = {
    "rest": live_rest,
    "odoo": live_odoo,
    "tryton": live_tryton,
}
"""How the rig of each kind is opened. It raises Unset where the variables do not suffice."""
