"""A mapping that changes after orders were transferred: counted, never carried over by itself."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from sync_cli.core.item import Why
from sync_cli.flows.connecting import mappings_folder
from sync_cli.flows.orders import OrderFlow
from sync_cli.flows.systems import Systems
from sync_cli.mapping.mapping_set import load_mappings
from tests.flows.town import Town, of_route

OVERLAY = "write:\n  replace:\n    - {to: note, from: order_number}\n"


def change_the_mapping(town: Town) -> None:
    """The merchant's overlay writes the order's number as note of the document."""
    folder = town.folder / "mappings" / "sandbox-erp"
    folder.mkdir(parents=True)
    (folder / "document.yaml").write_text(OVERLAY, encoding="utf-8")
    mappings = load_mappings(mappings_folder(), town.folder / "mappings")

    def flow(systems: Systems) -> Any:
        return OrderFlow(replace(systems, mappings=mappings))

    town.order_flow = flow


@pytest.fixture
def remapped(town: Town) -> tuple[Town, str]:
    """A town whose one order was transferred before the mapping changed."""
    order = town.buy()
    town.orders()
    change_the_mapping(town)
    return town, order


def test_documents_are_left_as_they_are_and_counted(remapped: tuple[Town, str]) -> None:
    town, order = remapped
    before = town.document(order)
    told = town.orders(full=True)
    assert town.document(order) == before
    assert of_route(told.ears.plan, "orders") == [f"skip   Order {order}: mapping changed"]
    assert told.run.tally.of("orders", "skip") == 1
    assert told.writes == 0
    assert not town.held()


def test_new_orders_follow_the_new_mapping(remapped: tuple[Town, str]) -> None:
    town, _ = remapped
    order = town.buy()
    town.orders()
    assert town.document(order)["note"] == order
    assert town.orders().writes == 0


def test_remap_makes_them_tasks_for_a_person(remapped: tuple[Town, str]) -> None:
    town, order = remapped
    town.orders(full=True, remap=True)
    assert town.held()[order].why is Why.TASK


@pytest.mark.parametrize(
    ("status", "state"), [("completed", "confirmed"), ("cancelled", "cancelled")]
)
def test_the_state_of_an_order_still_counts_afterwards(
    remapped: tuple[Town, str], status: str, state: str
) -> None:
    town, order = remapped
    town.set_status(order, status)
    town.orders()
    assert not town.held()
    assert town.states(order) == [state]
