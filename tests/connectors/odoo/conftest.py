"""One Odoo a test, and a connector to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sync_cli.connectors.odoo.connector import Odoo
from tests.connectors.odoo.odoo_erp import Erp, running


@pytest.fixture
def erp() -> Iterator[Erp]:
    with running() as side:
        yield side


@pytest.fixture
def connector(erp: Erp) -> Odoo:
    return erp.open()
