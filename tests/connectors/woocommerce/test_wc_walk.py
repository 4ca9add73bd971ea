"""Reading what changed while others edit: nothing that was there is left out."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_cli.connectors.base import Page
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.woocommerce.clock_change import repeated_hour
from sync_cli.connectors.woocommerce.connector import WooCommerce
from sync_cli.connectors.woocommerce.position import Crowd
from sync_cli.core.errors import ConfigError, SystemDown
from tests.connectors.woocommerce.wc_shop import NOON, Shop, records, running

SECOND = timedelta(seconds=1)
PAGE = 5
TABLES = {"product": ("products", "variations"), "order": ("orders",)}
SINCE = NOON - timedelta(seconds=60)


def tables(shop: Shop, entity: str) -> list[Any]:
    return [getattr(shop.store, name) for name in TABLES[entity]]


def stamps(shop: Shop, entity: str) -> dict[str, int]:
    """Id and second of modification of every record, trashed ones too."""
    return {
        str(id): record.modified
        for table in tables(shop, entity)
        for id, record in table.records.items()
    }


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


class Editors:
    """What others do between two pages, from a list drawn by the test."""

    def __init__(
        self, shop: Shop, entity: str, rounds: Sequence[Sequence[tuple[str, int]]]
    ) -> None:
        self.shop = shop
        self.tables = tables(shop, entity)
        self.rounds = iter(rounds)

    def work(self) -> None:
        with self.shop.store.lock:
            for what, number in next(self.rounds, ()):
                self.edit(what, number)

    def edit(self, what: str, number: int) -> None:
        if what == "wait":
            self.shop.clock.advance(number % 3)
            return
        table = self.tables[number % len(self.tables)]
        living = sorted(set(table.records) - table.trashed)
        if not living:
            return
        record = table.records[living[number % len(living)]]
        if what == "delete":
            table.remove(record.id)
            return
        if what == "trash":
            record.status = "trash"
            table.set_trashed(record, True)
        table.touch(record, self.shop.store.now())


EDITS = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(["touch", "touch", "trash", "delete", "wait"]), st.integers(0, 99)
        ),
        max_size=4,
    ),
    max_size=30,
)
AGES = st.lists(st.sampled_from([0, 0, 0, 1, 2, 30, 60, 61, 90]), min_size=60, max_size=60)


def spread(shop: Shop, entity: str, ages: Sequence[int]) -> None:
    """Give the records these ages in seconds: some seconds get a crowd."""
    now = shop.store.now()
    for table in tables(shop, entity):
        for age, record in zip(cycle(ages), list(table.records.values()), strict=False):
            table.touch(record, now - age)


def read_on(
    open_shop: Callable[[], WooCommerce],
    entity: str,
    since: datetime | None,
    breaks: Sequence[bool],
) -> Iterator[Page]:
    """One read, broken off and resumed by another connector behind some of its pages."""
    wanted = iter(breaks)
    resume: str | None = None
    while True:
        for page in open_shop().changes(entity, since, resume):
            yield page
            resume = page.resume
            if next(wanted, False):
                break
        else:
            return


@pytest.mark.scenario
@pytest.mark.parametrize("since", [SINCE, None], ids=["changes", "whole"])
@pytest.mark.parametrize("entity", ["product", "order"])
@settings(max_examples=30)
@given(ages=AGES, rounds=EDITS, breaks=st.lists(st.booleans(), max_size=20))
def test_what_was_there_when_a_read_began_comes_whatever_happens_between_its_pages(
    entity: str,
    since: datetime | None,
    ages: list[int],
    rounds: list[list[tuple[str, int]]],
    breaks: list[bool],
) -> None:
    bound = 0 if since is None else seconds(since)
    with running(14, 30) as shop:
        spread(shop, entity, ages)
        there = {id for id, at in stamps(shop, entity).items() if at >= bound}
        shop.between(r"/(products|variations|orders)\?", Editors(shop, entity, rounds).work)

        def open_shop() -> WooCommerce:
            return shop.open(page_size=PAGE)

        pages = list(read_on(open_shop, entity, since, breaks))
        came = {raw.id for page in pages for raw in page.records}
        assert {page.clock for page in pages} == {NOON}
        assert there & stamps(shop, entity).keys() <= came

        shop.faults.clear()
        later = records(shop.open(), entity, pages[0].clock)
        last = {
            raw.id: raw.modified_at
            for raw in [*(raw for page in pages for raw in page.records), *later]
        }
        for id, at in stamps(shop, entity).items():
            if at >= bound:
                assert last[id] == datetime.fromtimestamp(at, UTC), "its last change was not read"


@pytest.mark.parametrize("entity", ["product", "order", "customer"])
def test_a_whole_read_brings_every_record_once(shop: Shop, entity: str) -> None:
    found = [raw.id for raw in records(shop.open(page_size=PAGE), entity)]
    tables = [getattr(shop.store, name) for name in (*TABLES.get(entity, ("customers",)),)]
    assert sorted(found) == sorted(str(id) for table in tables for id in table.records)
    assert len(set(found)) == len(found)


def test_bounds_are_closed_and_trashed_records_come_marked(shop: Shop) -> None:
    table = shop.store.orders
    for order in table.records.values():
        table.touch(order, seconds(NOON) - 100)
    first, second, third = sorted(table.records)[:3]
    table.touch(table.records[first], seconds(NOON) - 10)
    table.touch(table.records[second], seconds(NOON) - 11)
    table.records[third].status = "trash"
    table.set_trashed(table.records[third], True)
    table.touch(table.records[third], seconds(NOON) - 10)
    found = records(shop.open(), "order", NOON - 10 * SECOND)
    assert [(raw.id, raw.marks) for raw in found] == [
        (str(first), frozenset()),
        (str(third), {"trashed"}),
    ]


def test_a_read_of_nothing_is_one_empty_page_with_the_shops_clock(shop: Shop) -> None:
    shop.clock.set_offset(7200)
    pages = list(shop.open(clock=lambda: NOON).changes("order", NOON + timedelta(days=1)))
    assert [(page.records, page.clock) for page in pages] == [((), NOON + timedelta(hours=2))]
    again = list(shop.open().changes("order", NOON, pages[-1].resume))
    assert [(page.records, page.clock) for page in again] == [((), NOON + timedelta(hours=2))]


def test_a_position_that_cannot_be_read_begins_again(shop: Shop) -> None:
    whole = records(shop.open(), "order")
    for resume in ("", "nonsense", "{}", '{"version": 99}', "[]", "null"):
        pages = shop.open().changes("order", None, resume)
        assert [raw.id for page in pages for raw in page.records] == [raw.id for raw in whole]


def test_a_second_of_very_many_records_is_read_by_id(shop: Shop) -> None:
    spread(shop, "product", [5] * 60)
    connector = shop.open(page_size=PAGE)
    found = [raw.id for raw in records(connector, "product", SINCE)]
    assert sorted(found) == sorted(stamps(shop, "product"))


def test_the_second_behind_a_crowd_is_read_too(shop: Shop) -> None:
    spread(shop, "product", [5] * 40 + [4] * 5 + [3] * 15)
    found = [raw.id for raw in records(shop.open(page_size=PAGE), "product", SINCE)]
    assert sorted(found) == sorted(stamps(shop, "product"))


def test_who_leaves_a_crowd_while_it_is_read_by_id_hides_nobody(shop: Shop) -> None:
    spread(shop, "order", [5] * 60)
    shop.clock.advance(60)
    numbers = iter(sorted(shop.store.orders.records))

    def leave() -> None:
        with shop.store.lock:
            shop.store.orders.touch(shop.store.orders.records[next(numbers)], shop.store.now())

    shop.faults.register_edit("leave", leave)
    shop.hit("edit", "orderby=id", edit="leave", times=3)
    found = {raw.id for raw in records(shop.open(page_size=2), "order", SINCE)}
    assert found == stamps(shop, "order").keys()


def test_addresses_stay_short_in_a_second_of_a_thousand_records() -> None:
    with running(14) as shop:
        table = shop.store.products
        model = next(iter(table.records.values()))
        for number in range(1000):
            table.add(replace(model, id=10_000_000 + number, modified=seconds(NOON) - 5))
        found = [raw.id for raw in records(shop.open(), "product", NOON - 5 * SECOND)]
    assert len(found) == len(set(found)) == 1000


def test_records_that_all_move_behind_the_start_are_still_read() -> None:
    with running(14, 30) as shop:
        spread(shop, "order", list(range(30, 0, -1)))

        def move() -> None:
            shop.clock.advance(10)
            with shop.store.lock:
                for order in shop.store.orders.records.values():
                    shop.store.orders.touch(order, shop.store.now())

        shop.faults.register_edit("move", move)
        shop.hit("edit", r"/orders\?", edit="move", times=1)
        found = {raw.id for raw in records(shop.open(page_size=PAGE), "order", SINCE)}
        assert found == stamps(shop, "order").keys()


@pytest.mark.parametrize("deleted", [1, 3, 9])
def test_deletions_hide_nobody_from_a_read_by_id(shop: Shop, deleted: int) -> None:
    table = shop.store.customers
    model = next(iter(table.records.values()))
    for number in range(30):
        table.add(replace(model, id=1000 + number))

    def delete() -> None:
        with shop.store.lock:
            for number in sorted(table.records)[:deleted]:
                table.remove(number)

    shop.faults.register_edit("delete", delete)
    reads: tuple[Callable[[], list[str]], ...] = (
        lambda: [raw.id for raw in records(shop.open(page_size=3), "customer")],
        lambda: [seen.id for seen in shop.open(page_size=3).census("customer")],
    )
    for read in reads:
        shop.faults.clear()
        before = sorted(table.records)
        shop.hit("edit", r"offset=([3-9]|\d\d)", edit="delete", times=2)
        found = read()
        assert len(found) == len(set(found))
        assert {str(number) for number in table.records} <= set(found)
        assert set(found) <= {str(number) for number in before}


def test_a_shop_that_ignores_the_offset_is_named() -> None:
    def reply(_request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        rows = [{"id": number} for number in range(1, PAGE + 1)]
        return 200, {"X-WP-Total": "50"}, json.dumps(rows)

    with responses.RequestsMock() as mock:
        mock.add_callback("GET", f"{ADDRESS}/wp-json/wc/v3/customers", reply)
        with pytest.raises(ConfigError, match="the offset on customers"):
            list(shop_at(ADDRESS).changes("customer", None))


def test_edits_without_end_end_the_read_far_behind_its_start_and_are_left_to_the_next() -> None:
    with running(14, 30) as shop:
        spread(shop, "order", [0] * 60)

        def storm() -> None:
            shop.clock.advance(1)
            with shop.store.lock:
                for order in shop.store.orders.records.values():
                    shop.store.orders.touch(order, shop.store.now())

        shop.between(r"/orders\?", storm)
        connector = shop.open(page_size=PAGE)
        clock = [page.clock for page in connector.changes("order", SINCE)][-1]
        assert connector.calls()["read"] < 300
        shop.faults.clear()
        assert len(records(shop.open(), "order", clock)) == 30


def test_an_answer_that_breaks_off_is_asked_for_again(shop: Shop) -> None:
    shop.hit("truncate", "/orders", times=1)
    shop.hit("status", "/orders", status=502, times=1)
    assert len(records(shop.open(), "order")) == 12
    assert len(shop.slept) == 2


def test_a_read_that_cannot_go_on_says_so(shop: Shop) -> None:
    shop.hit("status", "/orders", status=502)
    with pytest.raises(SystemDown, match="502"):
        records(shop.open(), "order")


# lists that answer otherwise than the sandbox does

ADDRESS = "https://shop.example"


def shop_at(address: str) -> WooCommerce:
    return WooCommerce(
        "shop", address, "ck", "cs", pacing=Pacing(), clock=lambda: NOON, page_size=PAGE
    )


def ask(answer: Callable[[dict[str, str]], list[dict[str, Any]]], **options: Any) -> list[str]:
    """The ids of a read of orders from a shop whose list is `answer` to each query."""

    def reply(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        query = {
            name: value[0] for name, value in parse_qs(urlsplit(request.url or "").query).items()
        }
        return 200, {}, json.dumps(answer(query))

    with responses.RequestsMock() as mock:
        mock.add_callback("GET", f"{ADDRESS}/wp-json/wc/v3/orders", reply)
        shop = shop_at(ADDRESS)
        since = options.get("since", SINCE)
        return [raw.id for page in shop.changes("order", since) for raw in page.records]


def row(id: int, utc: str | None, local: str | None = None) -> dict[str, Any]:
    return {"id": id, "date_modified_gmt": utc, "date_modified": local or utc, "status": "pending"}


def living(query: dict[str, str], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [] if query.get("status") == "trash" else rows


def test_a_shop_that_ignores_the_filter_is_named() -> None:
    rows = [row(1, "2020-01-01T00:00:00"), row(2, "2026-11-21T11:59:59")]
    with pytest.raises(ConfigError, match="ignores the filter `modified_after` on orders"):
        ask(lambda query: living(query, rows))


def test_a_shop_that_ignores_the_order_is_named() -> None:
    rows = [row(n, f"2026-11-21T11:59:{59 - n}") for n in range(PAGE)]
    with pytest.raises(ConfigError, match="ignores the order by modification on orders"):
        ask(lambda query: living(query, rows))


def test_records_without_a_date_come() -> None:
    rows = [row(n, None) for n in range(1, 8)] + [row(9, "2026-11-21T11:59:59")]

    def answer(query: dict[str, str]) -> list[dict[str, Any]]:
        without = query.get("exclude", "").split(",")
        after = query.get("modified_after", "")
        left = [each for each in rows if str(each["id"]) not in without]
        dated = [each for each in left if not after or (each["date_modified_gmt"] or "") > after]
        return living(query, dated[int(query.get("offset", 0)) :][:PAGE])

    assert sorted(ask(answer, since=None)) == ["1", "2", "3", "4", "5", "6", "7", "9"]


def test_a_shop_that_gives_less_than_asked_for_is_read_to_its_end() -> None:
    def reply(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        query = parse_qs(urlsplit(request.url or "").query)
        without = query.get("exclude", [""])[0].split(",")
        left = [n for n in range(10, 30) if str(n) not in without and "status" not in query]
        after = query.get("modified_after", [""])[0]
        left = [n for n in left if f"2026-11-21T11:59:{n}" > after]
        rows = [row(n, f"2026-11-21T11:59:{n}") for n in left[:2]]
        return 200, {"X-WP-Total": str(len(left))}, json.dumps(rows)

    with responses.RequestsMock() as mock:
        mock.add_callback("GET", f"{ADDRESS}/wp-json/wc/v3/orders", reply)
        shop = WooCommerce("shop", ADDRESS, "ck", "cs", pacing=Pacing(), clock=lambda: NOON)
        found = [raw.id for page in shop.changes("order", SINCE) for raw in page.records]
    assert found == [str(n) for n in range(10, 30)]


SUMMER, WINTER = timedelta(hours=2), timedelta(hours=1)
CHANGE = datetime(2026, 10, 25, 1, 0)  # noqa: DTZ001 - a UTC date as the shop writes it
"""When the clocks of Berlin go back."""


def stored(id: int, minutes: int) -> dict[str, Any]:
    """A product changed so many minutes after the change of clocks."""
    utc = CHANGE + timedelta(minutes=minutes)
    local = utc + (SUMMER if minutes < 0 else WINTER)
    return row(id, utc.isoformat(), local.isoformat())


@pytest.mark.parametrize("step", [1, 7, 11, 13])
def test_in_the_night_when_the_clocks_go_back_nothing_is_passed_by(step: int) -> None:
    rows = [stored(n, (n * step) % 240 - 120) for n in range(1, 61)]

    def answer(query: dict[str, str]) -> list[dict[str, Any]]:
        found = rows
        for name, fits in (("modified_after", operator.gt), ("modified_before", operator.lt)):
            if name in query:
                found = [r for r in found if fits(r["date_modified_gmt"], query[name])]
        if "include" in query:
            return [r for r in found if str(r["id"]) in query["include"].split(",")]
        found = [r for r in found if str(r["id"]) not in query.get("exclude", "").split(",")]
        by = "date_modified" if query["orderby"] == "modified" else "id"
        first = (int(query.get("page", 1)) - 1) * PAGE
        return living(query, sorted(found, key=lambda r: (r[by], r["id"]))[first : first + PAGE])

    since = CHANGE.replace(tzinfo=UTC) - timedelta(hours=2)
    assert set(ask(answer, since=since)) == {str(n) for n in range(1, 61)}


@pytest.mark.parametrize(
    ("minutes", "window"),
    [
        ([-50, -40, -30], None),
        ([10, 20, 30], None),
        ([-50, 20, -35], ("00:25", "02:20")),
        ([-50, 20, 30], ("00:30", "02:20")),
        ([-50, 20, 80], None),
    ],
)
def test_the_hour_that_comes_twice(minutes: list[int], window: tuple[str, str] | None) -> None:
    rows = [stored(n, minute) for n, minute in enumerate(minutes)]
    if window is None:
        assert repeated_hour(rows, None) is None
        return
    # the window ends an hour behind the first record of winter time
    since = (CHANGE + timedelta(minutes=minutes[-1] - 60)).isoformat()
    until = (CHANGE + timedelta(minutes=20 + 60)).isoformat()
    assert repeated_hour(rows, None) == Crowd(since, until)
