"""One ERP a test, and a connector to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sync_cli.connectors.base import Done
from sync_cli.connectors.rest.connector import RestConnector
from tests.connectors.rest.rest_erp import Erp, connect, customer_draft, running_erp


@pytest.fixture
def erp() -> Iterator[Erp]:
    with running_erp() as side:
        yield side


@pytest.fixture
def connector(erp: Erp) -> Iterator[RestConnector]:
    opened = connect(erp)
    yield opened
    opened.close()


@pytest.fixture
def customer(erp: Erp) -> str:
    """The id of a customer."""
    opened = connect(erp)
    (made,) = opened.create("customer", [customer_draft(1)])
    opened.close()
    assert isinstance(made, Done)
    return made.id
