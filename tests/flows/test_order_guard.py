"""The guard over orders that are read in several windows."""

from __future__ import annotations

import pytest

from sync_cli.core.errors import GuardTripped
from tests.flows.town import Town


@pytest.fixture
def mass_cancelled(town: Town) -> tuple[Town, list[str]]:
    """Two dozen transferred orders, all of them cancelled since."""
    orders = [town.buy() for _ in range(24)]
    town.orders(page_size=100)
    for order in orders:
        town.set_status(order, "cancelled")
    return town, orders


def called_off(town: Town, orders: list[str]) -> int:
    """How many documents are cancelled."""
    return sum(town.states(order) == ["cancelled"] for order in orders)


def test_it_stops_before_the_first_write_of_any_window(
    mass_cancelled: tuple[Town, list[str]],
) -> None:
    town, orders = mass_cancelled
    with pytest.raises(GuardTripped, match="nothing was written"):
        town.orders(page_size=10)
    assert called_off(town, orders) == 0


def test_its_token_lets_the_next_run_pass(mass_cancelled: tuple[Town, list[str]]) -> None:
    town, orders = mass_cancelled
    with pytest.raises(GuardTripped) as stopped:
        town.orders(page_size=10)
    town.orders(page_size=10, accept=stopped.value.token)
    assert called_off(town, orders) == len(orders)


def test_new_orders_are_never_judged(town: Town) -> None:
    orders = [town.buy() for _ in range(30)]
    town.configure(orders={"guard": {"cancel": {"share": 0, "least": 0}}})
    town.orders(page_size=10)
    assert all(town.states(order) == ["confirmed"] for order in orders)
