"""A shop before WooCommerce 10.3, which lists variations below their product alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sync_cli.connectors.base import Raw
from sync_cli.connectors.woocommerce.entities import PRODUCT, REFUND
from sync_cli.connectors.woocommerce.position import read_position
from sync_cli.core.errors import ConfigError
from tests.connectors.woocommerce.wc_shop import NOON, Shop, records, running

OLD = "9.8.5"
FIELDS = {PRODUCT: frozenset({"sku", "stock_quantity"})}


@pytest.fixture
def older() -> Iterator[Shop]:
    with running(60, version=OLD) as shop:
        yield shop


def parents(shop: Shop) -> list[Any]:
    return [one for one in shop.store.products.records.values() if one.variations]


def variation_of(shop: Shop, at: int = 0) -> Any:
    return shop.store.variations.records[parents(shop)[at].variations[0]]


def trash(shop: Shop, variation: Any) -> None:
    variation.status = "trash"
    shop.store.variations.set_trashed(variation, True)


def seen(found: list[Raw]) -> list[tuple[Any, ...]]:
    keys = ("sku", "type", "parent_id", "stock_quantity")
    rows = [(raw.id, raw.birth, sorted(raw.marks), *map(raw.data.get, keys)) for raw in found]
    return sorted(rows)


def below(shop: Shop) -> int:
    return len(parents(shop))


@pytest.mark.parametrize("fields", [None, FIELDS])
@pytest.mark.parametrize("ago", [None, timedelta(days=4000)])
def test_a_read_of_an_older_shop_finds_what_one_of_a_newer_finds(
    fields: Any, ago: timedelta | None
) -> None:
    since = None if ago is None else NOON - ago
    found = []
    for version in (OLD, "10.7.0"):
        with running(60, version=version) as shop:
            trash(shop, variation_of(shop, 1))
            found.append(seen(records(shop.open(fields=fields), PRODUCT, since)))
    assert found[0] == found[1]
    assert {"variation", "variable", "simple"} <= {row[4] for row in found[0]}
    assert len([row for row in found[0] if row[2] == ["trashed"]]) == 1


def test_a_change_of_a_variation_is_found_though_its_product_did_not_move(older: Shop) -> None:
    older.clock.advance(3600)
    variation = variation_of(older)
    older.store.variations.touch(variation, older.store.now())
    found = records(older.open(), PRODUCT, NOON + timedelta(minutes=30))
    assert [raw.id for raw in found] == [str(variation.id)]


def test_the_variations_of_a_trashed_product_come_marked(older: Shop) -> None:
    parent = parents(older)[0]
    for number in parent.variations:
        trash(older, older.store.variations.records[number])
    parent.status = "trash"
    older.store.products.set_trashed(parent, True)
    found = [raw.id for raw in records(older.open(), PRODUCT) if "trashed" in raw.marks]
    assert sorted(found) == sorted(map(str, [parent.id, *parent.variations]))


@pytest.mark.parametrize("since", [None, NOON - timedelta(days=4000)])
def test_a_read_goes_on_behind_each_of_its_pages(older: Shop, since: Any) -> None:
    connector = older.open(page_size=3)
    pages = list(connector.changes(PRODUCT, since))
    whole = {raw.id for page in pages for raw in page.records}
    assert len(whole) == len(older.store.products) + len(older.store.variations)
    for at in range(0, len(pages), 4):
        before = {raw.id for page in pages[: at + 1] for raw in page.records}
        rest = connector.changes(PRODUCT, since, pages[at].resume)
        after = [page for page in rest if page.records]
        assert before | {raw.id for page in after for raw in page.records} == whole
        assert {page.clock for page in after} <= {pages[0].clock}
    assert all(read_position(page.resume) is not None for page in pages)


def test_a_read_that_was_left_off_is_taken_up_after_the_shop_was_brought_up_to_date() -> None:
    with running(60, version=OLD) as shop:
        pages = list(shop.open(page_size=3).changes(PRODUCT, None))
    middle = next(at for at, page in enumerate(pages) if '"seen":["0"' in page.resume)
    before = {raw.id for page in pages[: middle + 1] for raw in page.records}
    with running(60) as shop:
        rest = list(shop.open(page_size=3).changes(PRODUCT, None, pages[middle].resume))
        whole = {str(id) for table in (shop.store.products, shop.store.variations)
                 for id in table.records}  # fmt: skip
    assert before | {raw.id for page in rest for raw in page.records} == whole


def test_variations_that_are_deleted_between_two_pages_take_no_other_along(older: Shop) -> None:
    parent = max(parents(older), key=lambda one: len(one.variations))
    kept = parent.variations[1:]
    path = f"/products/{parent.id}/variations"

    def delete_first() -> None:
        if parent.variations[0] not in kept:
            older.store.variations.remove(parent.variations[0])
            parent.variations = list(kept)

    older.between(path, delete_first)
    found = {raw.id for raw in records(older.open(page_size=2), PRODUCT)}
    assert {str(number) for number in kept} <= found


def test_records_by_id_cost_two_calls_a_product(older: Shop) -> None:
    parent, other = parents(older)[:2]
    trash(older, older.store.variations.records[other.variations[0]])
    wanted = [parent.id, *parent.variations, *other.variations, 77_777_777]
    connector = older.open()
    found = {raw.id: raw for raw in connector.fetch(PRODUCT, list(map(str, wanted)))}
    assert sorted(map(int, found)) == sorted(wanted[:-1])
    assert found[str(parent.variations[0])].data["parent_id"] == parent.id
    assert found[str(other.variations[0])].marks == {"trashed"}
    # products, variations in vain; each half: two products and the unknown id
    assert sum(connector.calls().values()) <= 2 + 2 * 2 * 2 + 1


def test_a_census_counts_the_living_of_an_older_shop(older: Shop) -> None:
    trash(older, variation_of(older))
    counted = [one.id for one in older.open().census(PRODUCT)]
    assert len(set(counted)) == len(counted)
    assert len(counted) == len(older.store.products) + len(older.store.variations) - 1


def test_the_list_that_is_not_there_is_asked_for_once(older: Shop) -> None:
    connector = older.open()
    records(connector, PRODUCT)
    first = sum(connector.calls().values())
    records(connector, PRODUCT)
    assert sum(connector.calls().values()) - first == first - 1
    # products; products and their variations; trash; both again with the trash
    assert first - 1 == 1 + (1 + below(older)) + 1 + (1 + below(older) + 1)


def test_a_list_that_no_other_stands_for_is_told() -> None:
    with (
        running(3, version="8.9.3") as shop,
        pytest.raises(ConfigError, match=r"does not know GET refunds.*9\.0 or newer"),
    ):
        records(shop.open(), REFUND)


def test_pages_of_an_older_shop_are_as_long_as_others(older: Shop) -> None:
    pages = list(older.open(page_size=2).changes(PRODUCT, None))
    most = max(len(one.variations) for one in parents(older))
    assert all(len(page.records) < 2 + most for page in pages)
