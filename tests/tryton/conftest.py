"""The town that all tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sync_cli.connectors.tryton.connector import Tryton
from tests.tryton.town import Town
from tests.tryton.town import town as the_town


@pytest.fixture
def town() -> Iterator[Town]:
    """A running Tryton; its wire is whole again afterwards."""
    found = the_town()
    yield found
    found.wire.faults.settled()
    found.wire.faults.clear()


@pytest.fixture
def erp(town: Town) -> Iterator[Tryton]:
    """The connector as a run opens it."""
    connector = town.open()
    yield connector
    connector.close()
