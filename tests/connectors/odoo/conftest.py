"""One Odoo a test, and a connector to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from odoo_erp import Erp, running

from sync_cli.connectors.odoo.connector import Odoo


@pytest.fixture
def erp() -> Iterator[Erp]:
    with running() as side:
        yield side


@pytest.fixture
def connector(erp: Erp) -> Odoo:
    return erp.open()
