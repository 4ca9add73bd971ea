"""Long lists are read while other things are compared; nothing of them is lost or mistaken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from sync_cli.connectors.memory import MemoryConnector, MemorySystem, Shape
from sync_cli.core.errors import SystemDown
from sync_cli.core.parts import Part
from sync_cli.flows.reconcile_ahead import Lists, ReadAhead, of_erp, of_shop

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
KINDS = ("customer", "product", "stock")


@pytest.fixture
def system() -> MemorySystem:
    """250 records of each kind."""
    made = MemorySystem("erp", lambda: NOW, {kind: Shape() for kind in KINDS})
    for kind in KINDS:
        for number in range(250):
            made.put(kind, {"id": f"{kind}-{number:03}"})
    return made


@pytest.fixture
def connector(system: MemorySystem) -> MemoryConnector:
    return MemoryConnector(system)


@pytest.fixture
def side(connector: MemoryConnector) -> Iterator[ReadAhead]:
    with closing(ReadAhead(connector, Lists(KINDS, frozenset({"product"})))) as made:
        yield made


def ids(side: ReadAhead, kind: str, since: datetime | None = None) -> list[str]:
    return [raw.id for page in side.changes(kind, since) for raw in page.records]


def all_of(kind: str) -> list[str]:
    return [f"{kind}-{number:03}" for number in range(250)]


def test_each_list_is_whole(side: ReadAhead) -> None:
    assert [ids(side, kind) for kind in KINDS] == [all_of(kind) for kind in KINDS]


def test_a_list_that_nobody_wants_does_not_stand_in_the_way(side: ReadAhead) -> None:
    assert ids(side, "stock") == all_of("stock")
    assert ids(side, "customer") == all_of("customer"), "passed over, so it is read anew"


def test_a_list_left_half_way_is_not_taken_for_the_next(side: ReadAhead) -> None:
    assert len(next(side.changes("product", None)).records) == 100
    assert ids(side, "stock") == all_of("stock")


def test_a_list_asked_for_twice_is_read_anew(side: ReadAhead, system: MemorySystem) -> None:
    assert ids(side, "product") == all_of("product")
    system.put("product", {"id": "product-999"})
    assert ids(side, "product") == [*all_of("product"), "product-999"]


def test_a_window_is_asked_for_when_it_is_wanted(side: ReadAhead, system: MemorySystem) -> None:
    system.put("product", {"id": "product-999"}, at=NOW.replace(hour=9))
    assert ids(side, "product", NOW.replace(hour=9)) == ["product-999"]


def test_changes_that_several_parts_need_are_asked_for_once(
    side: ReadAhead, connector: MemoryConnector, system: MemorySystem
) -> None:
    hour = NOW.replace(hour=9)
    system.put("product", {"id": "product-999"}, at=hour)
    system.put("stock", {"id": "stock-999"}, at=hour)
    for kind in ("product", "stock"):
        ids(side, kind, hour)
    before = sum(connector.calls().values())
    assert ids(side, "product", hour) == ["product-999"]
    assert sum(connector.calls().values()) == before
    ids(side, "stock", hour)
    assert sum(connector.calls().values()) > before, "stock is not shared"


def test_what_parts_share_is_told_by_both_sides() -> None:
    assert of_shop(tuple(Part)) == Lists(("customer", "product"), frozenset({"order"}))
    assert of_erp(tuple(Part)) == Lists(("customer", "product", "stock"), frozenset({"order"}))
    assert of_erp((Part.ORDERS, Part.PAYMENTS)).shared == frozenset()
    assert of_shop((Part.ORDERS, Part.REFUNDS)).shared == frozenset()


def test_a_fault_is_raised_by_the_list_that_met_it(system: MemorySystem) -> None:
    def break_down() -> None:
        raise SystemDown("erp", "the ERP is down", "wait")

    broken = MemoryConnector(system, between_pages=break_down)
    with closing(ReadAhead(broken, Lists(("product", "stock")))) as side:
        for kind in ("product", "stock"):
            with pytest.raises(SystemDown):
                ids(side, kind)
