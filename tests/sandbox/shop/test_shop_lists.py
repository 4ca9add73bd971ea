"""Lists of the pretend shop: bounds, paging, ordering and filters as the real one has them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.sandbox.articles import catalogue
from sync_cli.sandbox.shop.sorted_keys import SortedKeys
from tests.sandbox.shop.conftest import OpenShop, Shop


def _changed_at_noon(shop: Shop) -> int:
    """A product changed at 2026-11-15 12:00:00 UTC, 13:00:00 in the shop."""
    number = shop.id_of("A-1")
    shop.put(f"products/{number}", {"stock_quantity": 3})
    return number


@pytest.mark.parametrize(
    ("bounds", "found"),
    [
        ({"modified_after": "2026-11-15T11:59:59", "dates_are_gmt": "true"}, True),
        ({"modified_after": "2026-11-15T12:00:00", "dates_are_gmt": "true"}, False),
        ({"modified_after": "2026-11-15T12:59:59"}, True),
        ({"modified_after": "2026-11-15T13:00:00"}, False),
        ({"modified_after": "2026-11-15T11:59:59Z"}, True),
        ({"modified_after": "2026-11-15T12:59:59+01:00"}, True),
        # the trap: a suffix and the flag shift the window by the shop's offset
        ({"modified_after": "2026-11-15T11:59:59Z", "dates_are_gmt": "true"}, False),
        ({"modified_after": "2026-11-15 11:59:59.9", "dates_are_gmt": "true"}, True),
    ],
)
def test_a_lower_bound_is_exclusive_and_read_as_the_shop_reads_it(
    shop: Shop, bounds: dict[str, str], found: bool
) -> None:
    number = _changed_at_noon(shop)
    ids = [body["id"] for body in shop.get("products", **bounds, _fields="id")]
    assert (number in ids) is found


def test_an_upper_bound_is_exclusive(shop: Shop) -> None:
    number = _changed_at_noon(shop)
    for bound, found in (("2026-11-15T12:00:00", False), ("2026-11-15T12:00:01", True)):
        query = {"modified_before": bound, "dates_are_gmt": "true", "per_page": 100}
        assert (number in [p["id"] for p in shop.get("products", **query)]) is found


@pytest.mark.parametrize("path", ["products", "variations", "orders", "coupons"])
@pytest.mark.parametrize(
    "text", ["2026-11-15", "1763208000", "", "2026-11-15T12:00", "2026-11-15T12:00:00 01:00"]
)
def test_a_date_that_is_no_date_and_time_is_refused(shop: Shop, path: str, text: str) -> None:
    answer = shop.ask("GET", path, modified_after=text)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["code"] == "rest_invalid_param"
    assert answer.json["data"]["details"]["modified_after"]["code"] == "rest_invalid_date"


def test_customers_know_no_filter_by_change_and_say_so_only_for_the_order(shop: Shop) -> None:
    everyone = shop.total("customers")
    assert shop.total("customers", modified_after="2030-01-01T00:00:00") == everyone
    assert shop.ask("GET", "customers", orderby="modified").status_code == 400


def test_paging_by_number_loses_a_record_when_one_of_an_earlier_page_changes(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(catalogue(30))
    query = {"orderby": "modified", "order": "asc", "per_page": 5, "_fields": "id"}
    first = [body["id"] for body in shop.get("products", **query)]
    untouched = [body["id"] for body in shop.get("products", **query, page=2)]
    shop.put(f"products/{first[0]}", {"meta_data": [{"key": "x", "value": "1"}]})
    second = [body["id"] for body in shop.get("products", **query, page=2)]
    assert untouched[0] not in second


def test_records_of_one_second_are_paged_without_loss(open_shop: OpenShop) -> None:
    shop = open_shop(catalogue(40))
    ids = [p["id"] for p in shop.get("products", per_page=100, _fields="id")]
    shop.post("products/batch", {"update": [{"id": i, "sale_price": ""} for i in ids]})
    query = {"orderby": "modified", "order": "asc", "per_page": 7, "_fields": "id"}
    pages = [shop.get("products", **query, page=page) for page in range(1, 8)]
    assert sorted(body["id"] for page in pages for body in page) == sorted(ids)


def test_excluded_ids_lower_the_total(open_shop: OpenShop) -> None:
    shop = open_shop(catalogue(30), orders=12)
    for path in ("products", "orders", "variations"):
        query = {"orderby": "modified", "order": "asc", "modified_after": "2026-01-01T00:00:00"}
        found = [body["id"] for body in shop.get(path, **query, per_page=5, _fields="id")]
        total = shop.total(path, **query)
        left_out = {**query, "exclude": ",".join(map(str, found[:3]))}
        assert shop.total(path, **left_out) == total - 3
        rest = [body["id"] for body in shop.get(path, **left_out, per_page=5, _fields="id")]
        assert rest[:2] == found[3:]


@pytest.mark.parametrize(
    ("path", "total"), [("products", True), ("variations", True), ("orders", False)]
)
def test_past_the_end_only_orders_forget_their_total(
    open_shop: OpenShop, path: str, total: bool
) -> None:
    shop = open_shop(catalogue(30), orders=5)
    assert shop.get(path, page=50) == []
    assert (shop.total(path, page=50) > 0) is total


@pytest.mark.parametrize("query", [{"per_page": 101}, {"per_page": 0}, {"page": 0}])
def test_a_page_outside_the_limits_is_refused(shop: Shop, query: dict[str, Any]) -> None:
    assert shop.ask("GET", "products", **query).status_code == 400


def test_a_misspelt_filter_gives_the_whole_list(shop: Shop) -> None:
    assert shop.total("products", modifed_after="2030-01-01T00:00:00") == shop.total("products")


def test_a_sku_list_is_cut_by_the_page_and_finds_variations_without_regard_to_case(
    shop: Shop,
) -> None:
    found = shop.get("products", sku="a-1,V-1-r,none,W-1-M", _fields="id,type,sku")
    assert {body["sku"] for body in found} == {"A-1", "V-1-R", "W-1-M"}
    assert len(shop.get("products", sku="a-1,V-1-r,W-1-M", per_page=2)) == 2
    assert "variation" not in {p["type"] for p in shop.get("products", per_page=100)}


def test_include_is_cut_by_the_page_and_leaves_variations_out(shop: Shop) -> None:
    ids = [shop.id_of(sku) for sku in ("A-1", "A-2", "V-1-R")]
    text = ",".join(map(str, ids))
    assert {p["id"] for p in shop.get("products", include=text)} == set(ids[:2])
    assert shop.total("products", include=text, per_page=1) == 2


def test_fields_of_lists_are_those_named_and_nested_names_drop_lists(shop: Shop) -> None:
    assert set(shop.get("products", _fields="id,sku")[0]) == {"id", "sku"}
    assert set(shop.get("products", _fields="id,categories.name")[0]) == {"id"}
    number = shop.id_of("A-1")
    assert set(shop.get(f"products/{number}", _fields="sku")) == {"sku", "_links"}


def test_head_has_the_headers_without_a_body(shop: Shop) -> None:
    answer = shop.ask("HEAD", "products", per_page=2)
    assert answer.get_data() == b""
    assert int(answer.headers["X-WP-TotalPages"]) >= 2
    assert 'rel="next"' in answer.headers["Link"]


def test_an_address_of_more_than_eight_kilobytes_is_refused_by_the_web_server(shop: Shop) -> None:
    answer = shop.ask("GET", "products", sku=",".join(f"SKU-{n:05}" for n in range(900)))
    assert answer.status_code == 414
    assert answer.content_type.startswith("text/html")


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=200))
def test_sorted_keys_keep_the_order_of_a_plain_sort(steps: list[tuple[bool, int]]) -> None:
    keys, plain = SortedKeys(), set[int]()
    for adds, key in steps:
        if not adds:
            keys.discard(key)
            plain.discard(key)
        elif key not in plain:
            keys.add(key)
            plain.add(key)
    ordered = sorted(plain)
    assert keys.between(0, len(keys)) == ordered
    assert [keys.rank(key) for key in ordered] == list(range(len(ordered)))
