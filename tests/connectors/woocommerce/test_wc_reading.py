"""Records by id and by key, from the sandbox shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sync_cli.connectors.base import Change, References
from sync_cli.connectors.woocommerce.connector import WooCommerce
from sync_cli.connectors.woocommerce.read import LONGEST_LIST
from sync_cli.core.errors import ConfigError, SystemDown
from tests.connectors.woocommerce.wc_shop import NOON, Shop, records, running


def trash(shop: Shop, table_name: str, number: int) -> None:
    table = getattr(shop.store, table_name)
    table.records[number].status = "trash"
    table.set_trashed(table.records[number], True)


def test_products_and_variations_come_by_id_trashed_ones_marked(shop: Shop) -> None:
    product, other = sorted(shop.store.products.records)[:2]
    variation = min(shop.store.variations.records)
    trash(shop, "products", other)
    wanted = [str(variation), str(product), str(other), "99999999", "abc", "0", str(product)]
    found = {raw.id: raw for raw in shop.open().fetch("product", wanted)}
    assert found.keys() == {str(variation), str(product), str(other)}
    assert found[str(other)].marks == {"trashed"}
    assert found[str(product)].marks == frozenset()
    assert found[str(variation)].data["type"] == "variation"
    assert found[str(variation)].data["parent_id"] in shop.store.products.records


def test_a_trashed_variation_comes_by_id(shop: Shop) -> None:
    variation = min(shop.store.variations.records)
    trash(shop, "variations", variation)
    (raw,) = shop.open().fetch("product", [str(variation)])
    assert (raw.id, raw.marks) == (str(variation), frozenset({"trashed"}))


def test_orders_come_by_id_with_all_decimals_whether_listed_or_single(shop: Shop) -> None:
    first, second = sorted(shop.store.orders.records)[:2]
    trash(shop, "orders", second)
    found = {raw.id: raw for raw in shop.open().fetch("order", [str(first), str(second)])}
    for number in (first, second):
        raw = found[str(number)]
        assert len(raw.data["total"].partition(".")[2]) == 6
        assert raw.birth == shop.store.orders.records[number].order_key
    assert found[str(second)].marks == {"trashed"}


def test_a_hundred_ids_are_one_call(shop: Shop) -> None:
    connector = shop.open()
    ids = [str(number) for number in shop.store.orders.records]
    assert len(list(connector.fetch("order", ids))) == len(ids)
    assert connector.calls() == {"read": 1, "write": 0}


def test_cancelled_orders_are_marked(shop: Shop) -> None:
    number = min(shop.store.orders.records)
    shop.store.orders.records[number].status = "cancelled"
    (raw,) = shop.open().fetch("order", [str(number)])
    assert raw.marks == {"cancelled"}


def test_records_are_the_same_read_by_date_by_id_and_by_key(shop: Shop) -> None:
    fields = {"product": frozenset({"name", "stock_quantity"})}
    connector = shop.open(fields=fields)
    for raw in records(connector, "product"):
        (again,) = connector.fetch("product", [raw.id])
        assert again.data.keys() == raw.data.keys()
        sku = str(raw.data["sku"])
        if sku:
            assert [f.data.keys() for f in connector.find("product", "sku", [sku])[sku]] == [
                raw.data.keys()
            ]


def test_a_single_record_has_no_links_where_lists_have_none(shop: Shop) -> None:
    connector = shop.open(fields={"order": frozenset({"total"})})
    number = min(shop.store.orders.records)
    trash(shop, "orders", number)
    (raw,) = connector.fetch("order", [str(number)])
    assert "_links" not in raw.data


def test_every_sku_is_found_exactly_and_nothing_by_an_empty_one(shop: Shop) -> None:
    products = {
        product.sku: product
        for table in (shop.store.products, shop.store.variations)
        for product in table.records.values()
        if product.sku
    }
    connector = shop.open()
    found = connector.find("product", "sku", [*products, "", "unknown", min(products).lower()])
    assert {sku: [raw.id for raw in raws] for sku, raws in found.items() if raws} == {
        sku: [str(product.id)] for sku, product in products.items()
    }
    assert found[""] == found["unknown"] == ()
    assert connector.calls()["read"] <= 2 * -(-len(products) // 100) + 2


def test_a_trashed_product_is_found_by_its_sku_marked(shop: Shop) -> None:
    number = min(shop.store.products.records)
    trash(shop, "products", number)
    sku = shop.store.products.records[number].sku
    found = shop.open().find("product", "sku", [sku])
    trashed = frozenset({"trashed"})
    assert [(raw.id, raw.marks) for raw in found[sku]] == [(str(number), trashed)]


@pytest.mark.parametrize("sku", ["A,B", "Größe 1/2 & mehr", "+1", "100%", "a" * 200])
def test_skus_may_hold_any_sign(shop: Shop, sku: str) -> None:
    number = min(shop.store.products.records)
    product = shop.store.products.records[number]
    shop.store.put_product(replace(product, sku=sku))
    found = shop.open().find("product", "sku", ["other", sku, "A", "B"])
    assert [raw.id for raw in found[sku]] == [str(number)]
    assert found["A"] == found["B"] == ()


def test_long_skus_are_asked_for_in_addresses_that_fit(shop: Shop) -> None:
    skus = [f"{number:03}-" + "ä" * 90 for number in range(100)]
    connector = shop.open()
    assert set(connector.find("product", "sku", skus)) == set(skus)
    size = len(skus) * (4 + 90 * 6)
    assert connector.calls()["read"] >= 2 * size // LONGEST_LIST


def test_two_products_with_one_sku_both_come(shop: Shop) -> None:
    first, second = sorted(shop.store.products.records)[:2]
    for number in (first, second):
        product = shop.store.products.records[number]
        shop.store.put_product(replace(product, sku="TWIN"))
    found = shop.open().find("product", "sku", ["TWIN"])
    assert sorted(raw.id for raw in found["TWIN"]) == sorted([str(first), str(second)])


def test_the_variations_of_a_parent_are_found(shop: Shop) -> None:
    parent = next(p for p in shop.store.products.records.values() if p.variations)
    found = shop.open(page_size=2).find("product", "parent_id", [str(parent.id), "x", "99999"])
    assert sorted(raw.id for raw in found[str(parent.id)]) == sorted(map(str, parent.variations))
    assert found["x"] == found["99999"] == ()


@pytest.mark.parametrize("address", ["nobody", "nobody@localhost", "a@b.c"])
def test_an_address_that_the_shop_does_not_take_belongs_to_nobody(shop: Shop, address: str) -> None:
    customer = next(iter(shop.store.customers.records.values()))
    found = shop.open().find("customer", "email", [address, customer.email])
    assert found[address] == ()
    assert [raw.id for raw in found[customer.email]] == [str(customer.id)]


def test_customers_are_found_by_email(shop: Shop) -> None:
    customer = next(iter(shop.store.customers.records.values()))
    found = shop.open().find("customer", "email", [customer.email.upper(), "nobody@mail.example"])
    assert [raw.id for raw in found[customer.email.upper()]] == [str(customer.id)]
    assert found["nobody@mail.example"] == ()


def test_orders_are_found_by_number(shop: Shop) -> None:
    number = str(min(shop.store.orders.records))
    found = shop.open().find("order", "number", [number, "R-17", "99999"])
    assert [raw.id for raw in found[number]] == [number]
    assert found["R-17"] == found["99999"] == ()


@pytest.mark.parametrize(
    ("entity", "key"), [("order", "total"), ("product", "name"), ("invoice", "number")]
)
def test_what_a_shop_cannot_be_searched_by_is_a_fault_of_the_configuration(
    shop: Shop, entity: str, key: str
) -> None:
    with pytest.raises(ConfigError, match="cannot be searched"):
        shop.open().find(entity, key, ["1"])


def test_the_census_has_every_living_record_with_its_birth_mark(shop: Shop) -> None:
    trashed = min(shop.store.orders.records)
    trash(shop, "orders", trashed)
    seen = {row.id: row for row in shop.open(page_size=5).census("order")}
    orders = {str(o.id): o for o in shop.store.orders.records.values() if o.id != trashed}
    assert seen.keys() == orders.keys()
    assert {id: row.birth for id, row in seen.items()} == {
        id: order.order_key for id, order in orders.items()
    }


def test_a_census_since_a_date_has_what_changed_then(shop: Shop) -> None:
    for order in shop.store.orders.records.values():
        shop.store.orders.touch(order, int(NOON.timestamp()) - 3600)
    late = max(shop.store.orders.records)
    shop.store.orders.touch(shop.store.orders.records[late], int(NOON.timestamp()) - 60)
    since = NOON - timedelta(minutes=1)
    assert [row.id for row in shop.open().census("order", since)] == [str(late)]


def test_a_census_reads_no_more_than_it_needs(shop: Shop) -> None:
    connector = shop.open()
    assert len(list(connector.census("product"))) == len(shop.store.products) + len(
        shop.store.variations
    )
    assert connector.calls()["read"] == 2


def test_traits_say_what_each_entity_can() -> None:
    with running(14) as shop:
        connector = shop.open()
        assert connector.traits("order").delta
        assert connector.traits("order").overlap == timedelta(minutes=5)
        assert connector.traits("order").batch == 100
        assert not connector.traits("customer").delta
        assert connector.traits("note").reference is References.SEARCHABLE
        patient = shop.open(in_doubt=timedelta(hours=1))
        assert {e: patient.traits(e).in_doubt for e in ("order", "note")} == {
            "order": timedelta(hours=1),
            "note": timedelta(hours=1),
        }
        assert connector.calls() == {"read": 0, "write": 0}
        with pytest.raises(ConfigError, match="no records of kind 'invoice'"):
            connector.traits("invoice")


def test_an_account_that_was_never_changed_is_dated_by_its_registration(shop: Shop) -> None:
    customer = next(iter(shop.store.customers.records.values()))
    customer.modified = None
    seen = {seen.id: seen for seen in shop.open().census("customer")}
    assert seen[str(customer.id)].modified_at == datetime.fromtimestamp(customer.created, UTC)


@pytest.mark.parametrize(
    "read",
    [
        lambda shop: list(shop.changes("note", None)),
        lambda shop: list(shop.fetch("note", ["1"])),
        lambda shop: shop.create("order", []),
        lambda shop: shop.create("customer", []),
        lambda shop: shop.update("note", []),
        lambda shop: shop.update("customer", [Change("1", {"email": "x@y.example"})]),
        lambda shop: shop.advance("product", ["1"], "x"),
        lambda shop: shop.advance("order", ["1"], "shipped"),
    ],
)
def test_what_a_shop_cannot_do_is_a_fault_of_the_configuration(shop: Shop, read: object) -> None:
    with pytest.raises(ConfigError):
        read(shop.open())  # type: ignore[operator]


def test_after_close_nothing_is_left_open(shop: Shop) -> None:
    connector: WooCommerce = shop.open()
    list(connector.census("order"))
    connector.acknowledge("order", "")
    connector.close()
    connector.close()


def test_a_shop_that_went_away_is_down(shop: Shop) -> None:
    shop.hit("reset", "")
    with pytest.raises(SystemDown, match="shop cannot be used now"):
        shop.open().identify()
