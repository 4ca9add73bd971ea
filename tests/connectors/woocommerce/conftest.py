"""One shop a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.woocommerce.wc_shop import Shop, running


@pytest.fixture
def shop() -> Iterator[Shop]:
    with running(60, 12) as shop:
        yield shop
