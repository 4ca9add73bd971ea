"""What is read from the sandbox ERP, while others work in it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sync_cli.connectors.base import Done, Draft
from sync_cli.connectors.rest.connector import RestConnector
from sync_cli.core.errors import AccessDenied, Blocked, ConfigError, SystemDown
from tests.connectors.rest.rest_erp import (
    READER,
    START,
    TOKEN,
    Erp,
    connect,
    customer_draft,
    order_draft,
    sandbox_profile,
    waitless,
)

SECOND = timedelta(seconds=1)


def ids(pages: Any) -> list[str]:
    return [record.id for page in pages for record in page.records]


def customers(connector: RestConnector, *drafts: Draft) -> list[str]:
    results = list(connector.create("customer", drafts))
    assert all(isinstance(result, Done) for result in results), results
    return [result.id for result in results if isinstance(result, Done)]


# who answers


def test_the_erp_says_who_it_is(connector: RestConnector) -> None:
    identity = connector.identify()
    assert (identity.kind, identity.version) == ("sandbox-erp", "1.0")
    assert (identity.address, identity.company) == ("sandbox", "1 Muster GmbH")
    assert identity.clock == START
    assert identity.facts == {"country": "DE", "currency": "EUR", "time_zone": "Europe/Berlin"}
    assert identity.lacks == ()


@pytest.mark.parametrize("address", ["", "/", "/api/v1", "/api/v1/"])
def test_the_address_may_be_given_with_or_without_the_base(erp: Erp, address: str) -> None:
    connector = RestConnector(
        "erp", erp.url + address, sandbox_profile(), {"token": TOKEN}, pacing=waitless()
    )
    assert connector.identify().address == "sandbox"


def test_a_token_with_few_rights_is_told_what_it_lacks(erp: Erp) -> None:
    assert connect(erp, token=READER).identify().lacks == (
        "stock:read",
        "customers:read",
        "customers:write",
        "orders:read",
        "orders:write",
        "orders:confirm",
    )


def test_nothing_of_it_is_kept(erp: Erp, connector: RestConnector) -> None:
    connector.identify()
    erp.do("settings", environment="staging", database="copy")
    erp.clock.advance(60)
    identity = connector.identify()
    assert (identity.environment, identity.address) == ("staging", "copy")
    assert identity.clock == START + timedelta(seconds=60)


# changes


def test_all_records_come_in_pages(erp: Erp) -> None:
    pages = list(connect(erp, sandbox_profile(product=5)).changes("product", None))
    assert ids(pages) == [str(row.id) for row in erp.store.products]
    assert [len(page.records) for page in pages] == [5, 5, 5, 2]


def test_a_record_tells_its_date_birth_and_marks(erp: Erp, connector: RestConnector) -> None:
    erp.do("archive", id=erp.product())
    (page,) = connector.changes("product", START)
    (record,) = page.records
    assert record.modified_at == START
    assert record.birth == (START - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert record.marks == {"archived"}


@pytest.mark.parametrize(
    ("since", "comes"),
    [
        (START, True),
        (START + timedelta(milliseconds=250), True),
        (START + timedelta(milliseconds=251), False),
    ],
)
def test_the_date_asked_for_is_included(
    erp: Erp, connector: RestConnector, since: datetime, comes: bool
) -> None:
    erp.clock.freeze(START + timedelta(milliseconds=250))
    erp.do("edit_product", id=erp.product(), name="new")
    assert ids(connector.changes("product", since)) == [erp.product()] * comes


def test_no_change_is_one_empty_page_with_the_clock(connector: RestConnector) -> None:
    (page,) = connector.changes("order", START)
    assert (page.records, page.clock) == ((), START)


def test_the_clock_is_the_source_s_at_the_start_on_every_page(erp: Erp) -> None:
    connector = connect(erp, sandbox_profile(product=5))
    resumes, clocks = [], []
    for page in connector.changes("product", None):
        resumes.append(page.resume)
        clocks.append(page.clock)
        erp.clock.advance(10)
    for resume in resumes:
        clocks += [page.clock for page in connector.changes("product", None, resume)]
    assert set(clocks) == {START}


def test_the_clock_is_never_later_than_the_start(erp: Erp) -> None:
    """The answer took two seconds, and its date was written at its end."""
    ours = iter(datetime(2031, 1, 1, 0, 0, second, tzinfo=UTC) for second in (0, 1, 3))
    (page,) = connect(erp, clock=lambda: next(ours)).changes("order", None)
    assert page.clock == START - 2 * SECOND


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_missed_while_others_edit(erp: Erp, seed: int) -> None:
    chance = random.Random(seed)
    connector = connect(erp, sandbox_profile(product=3))
    changed = chance.sample([row.id for row in erp.store.products], 11)
    for number in changed:
        erp.clock.advance(1)
        erp.do("edit_product", id=str(number), name=f"before {number}")
    met, edited, clock = set(), set(), None
    for page in connector.changes("product", START):
        met |= {record.id for record in page.records}
        clock = page.clock
        erp.clock.advance(1)
        number = chance.choice([row.id for row in erp.store.products])
        edited.add(str(number))
        erp.do("edit_product", id=str(number), name="meanwhile")
    assert met >= {str(number) for number in changed}
    assert clock is not None
    assert edited <= set(ids(connector.changes("product", clock)))


@pytest.mark.parametrize("pages_read", [1, 2, 3])
def test_an_interrupted_read_goes_on_where_it_was(erp: Erp, pages_read: int) -> None:
    read = connect(erp, sandbox_profile(product=5)).changes("product", None)
    begun = [next(read) for _ in range(pages_read)]
    erp.do("edit_product", id=begun[0].records[0].id, name="edited")
    rest = list(connect(erp, sandbox_profile(product=5)).changes("product", None, begun[-1].resume))
    assert ids(begun) + ids(rest) == [str(row.id) for row in erp.store.products]


def test_a_resumed_read_keeps_its_own_date(erp: Erp) -> None:
    connector = connect(erp, sandbox_profile(product=1))
    erp.clock.advance(1)
    for at in range(3):
        erp.do("edit_product", id=erp.product(at), name="new")
    first = next(connector.changes("product", START + SECOND))
    rest = connector.changes("product", START + timedelta(hours=1), first.resume)
    assert ids([first, *rest]) == sorted(erp.product(at) for at in range(3))


def test_a_read_that_ended_has_nothing_more(connector: RestConnector) -> None:
    (page,) = connector.changes("product", None)
    (again,) = connector.changes("product", None, page.resume)
    assert (again.records, again.clock, again.resume) == ((), page.clock, page.resume)


@pytest.mark.parametrize("resume", ["", "nonsense", "{}", '{"since": 5, "clock": 7}'])
def test_a_position_that_nobody_understands_reads_all_again(
    erp: Erp, connector: RestConnector, resume: str
) -> None:
    assert len(ids(connector.changes("product", None, resume))) == len(erp.store.products)


def test_a_late_commit_is_the_duty_of_the_overlap(erp: Erp, connector: RestConnector) -> None:
    """Such an ERP dates a record by the start of its transaction, which a reader cannot see."""
    late = erp.store.begin_late()
    erp.clock.advance(120)
    (page,) = connector.changes("product", START)
    erp.clock.advance(1)
    late.commit(lambda: erp.do("edit_product", id=erp.product(), name="late"))
    overlap = connector.traits("product").overlap
    assert page.records == ()
    assert ids(connector.changes("product", page.clock)) == []
    assert ids(connector.changes("product", page.clock - overlap)) == [erp.product()]


# fetch, find, census


def test_records_are_read_by_id(erp: Erp, connector: RestConnector) -> None:
    wanted = [erp.product(1), "999999", "x", erp.product(0), erp.product(1), ""]
    found = sorted(record.id for record in connector.fetch("stock", wanted))
    assert found == [erp.product(0), erp.product(1)]


def test_no_ids_make_no_call(connector: RestConnector) -> None:
    assert list(connector.fetch("product", [])) == []
    assert connector.find("product", "sku", ["", " "]) == {"": (), " ": ()}
    assert connector.calls() == {"read": 0, "write": 0}


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("reference", "Ref-Ä", [0]),
        ("reference", "ref-ä", []),
        ("reference", "Ref-A", [1]),
        ("reference", "Ref", []),
        ("reference", "", []),
        ("reference", "None", []),
        ("email", "eva@example.com", [0, 1]),
        ("email", "EVA@EXAMPLE.COM", [0, 1]),
        ("email", "éva@example.com", []),
        ("email", "eva@example.co", []),
        ("email", "  ", []),
    ],
)
def test_equality_is_checked_on_our_side(
    connector: RestConnector, key: str, value: str, found: list[int]
) -> None:
    made = customers(
        connector,
        customer_draft(1, reference="Ref-Ä", email="Eva@example.com"),
        customer_draft(2, reference="Ref-A", email="eva@Example.com"),
    )
    list(connector.create("customer", [Draft("", {"name": "without a reference"})]))
    records = connector.find("customer", key, [value])[value]
    assert [record.id for record in records] == [made[at] for at in found]


def test_each_value_has_its_own_records(erp: Erp, connector: RestConnector) -> None:
    (customer,) = customers(connector, customer_draft(1))
    twice = [order_draft(erp, 1, customer), order_draft(erp, 1, customer)]
    list(connector.create("order", [*twice, order_draft(erp, 2, customer)]))
    list(connector.advance("order", ["2"], "cancelled"))
    found = connector.find("order", "reference", ["WC-shop-1", "WC-shop-2", "WC-shop-3"])
    assert {value: [record.id for record in records] for value, records in found.items()} == {
        "WC-shop-1": ["1", "2"],
        "WC-shop-2": ["3"],
        "WC-shop-3": [],
    }
    assert [set(record.marks) for record in found["WC-shop-1"]] == [set(), {"cancelled"}]


def test_archived_ones_are_found_and_marked(erp: Erp, connector: RestConnector) -> None:
    product = erp.product()
    erp.do("archive", id=product)
    sku = next(row.sku for row in erp.store.products if str(row.id) == product)
    (record,) = connector.find("product", "sku", [sku])[sku]
    assert (record.id, record.marks) == (product, frozenset({"archived"}))


def test_many_values_are_asked_in_batches(connector: RestConnector) -> None:
    values = [f"WC-shop-{number}" for number in range(250)]
    assert list(connector.find("order", "reference", values)) == values
    assert connector.calls()["read"] == 3


def test_what_cannot_be_searched_is_told(connector: RestConnector) -> None:
    with pytest.raises(ConfigError, match="no `find by sku` for stock"):
        connector.find("stock", "sku", ["A"])


def test_a_census_is_cheap_and_complete(erp: Erp) -> None:
    connector = connect(erp, sandbox_profile(product=7))
    rows = list(connector.census("product"))
    assert [row.id for row in rows] == [str(row.id) for row in erp.store.products]
    assert {row.birth for row in rows} == {"2025-02-24T12:00:00.000Z"}
    erp.do("edit_product", id=erp.product(), name="new")
    assert [row.modified_at for row in connector.census("product", START)] == [START]


# the system itself


@pytest.mark.parametrize(
    ("fault", "raises"),
    [
        ({"kind": "status", "status": 503, "retry_after": 3600}, SystemDown),
        ({"kind": "status", "status": 500}, SystemDown),
        ({"kind": "reset"}, SystemDown),
        ({"kind": "html"}, Blocked),
        ({"kind": "status", "status": 401, "body": "json"}, AccessDenied),
        ({"kind": "status", "status": 400, "body": "json"}, ConfigError),
        ({"kind": "status", "status": 404, "body": "json"}, ConfigError),
    ],
)
@pytest.mark.parametrize(
    "read",
    [
        lambda it: it.identify(),
        lambda it: list(it.changes("order", None)),
        lambda it: list(it.census("order")),
        lambda it: list(it.fetch("order", ["1"])),
        lambda it: it.find("order", "reference", ["x"]),
    ],
)
def test_a_fault_of_the_system_is_raised(
    erp: Erp,
    connector: RestConnector,
    fault: dict[str, Any],
    raises: type[Exception],
    read: Callable[[RestConnector], Any],
) -> None:
    erp.hit(**fault)
    with pytest.raises(raises):
        read(connector)


def test_a_read_waits_as_the_system_asks_and_goes_on(erp: Erp, connector: RestConnector) -> None:
    erp.hit("status", status=429, retry_after=2, times=2)
    assert len(ids(connector.changes("product", None))) == len(erp.store.products)
    assert connector.calls()["read"] == 3


def test_a_missing_right_is_access_denied(erp: Erp) -> None:
    with pytest.raises(AccessDenied, match="lacks the right orders:read"):
        list(connect(erp, token=READER).changes("order", None))
