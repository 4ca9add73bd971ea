"""The words of a profile are enough for another kind of ERP: OData, with a login and $skip."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from requests import Request

from sync_cli.connectors.base import Change, Done, Draft, Failed
from sync_cli.connectors.rest.auth import Session
from sync_cli.connectors.rest.connector import RestConnector
from sync_cli.connectors.rest.loading import parse_profile
from sync_cli.connectors.rest.profile import LoginAuth
from sync_cli.core.errors import AccessDenied, ConfigError, SystemDown
from tests.connectors.rest.rest_erp import waitless
from tests.connectors.rest.rest_odata import PROFILE, OData, running_odata


@pytest.fixture
def erp() -> Iterator[OData]:
    with running_odata() as side:
        yield side


def connect(erp: OData, password: str = "right") -> RestConnector:
    return RestConnector(
        "erp",
        erp.url,
        parse_profile(PROFILE, "odata.yaml"),
        {"company": "O'Neil & Söhne", "user": "sync", "password": password},
        pacing=waitless(),
        clock=lambda: datetime(2025, 3, 3, 11, 0, tzinfo=UTC),
    )


def read(connector: RestConnector, *arguments: Any) -> list[str]:
    pages = connector.changes("customer", *arguments)
    return [record.id for page in pages for record in page.records]


# login


def test_one_login_is_enough(erp: OData) -> None:
    connector = connect(erp)
    erp.put("C1")
    assert connector.identify().address == "O'Neil & Söhne"
    assert read(connector, None) == ["C1"]
    assert erp.logins == 1


def test_a_session_that_is_over_is_opened_anew(erp: OData) -> None:
    connector = connect(erp)
    connector.identify()
    erp.sessions.clear()
    results = list(connector.create("customer", [Draft("C1", {"Code": "C1", "Name": "N"})]))
    assert isinstance(results[0], Done)
    assert erp.logins == 2


def test_a_wrong_password_is_access_denied(erp: OData) -> None:
    with pytest.raises(AccessDenied, match="Login failed"):
        connect(erp, "wrong").identify()


def test_of_two_threads_one_opens_the_new_session() -> None:
    tokens = iter(["first", "second"])
    words = parse_profile(PROFILE, "odata.yaml").auth
    assert isinstance(words, LoginAuth)
    session = Session("erp", words, {}, lambda: {"SessionId": next(tokens)})

    def sent() -> str:
        request = session(Request("GET", "https://erp.example/").prepare())
        return str(request.headers["Cookie"])

    with ThreadPoolExecutor(1) as other:
        assert {sent(), other.submit(sent).result()} == {"B1SESSION=first"}
        session.accepted()
        assert session.is_over()
        assert sent() == "B1SESSION=second"
        assert other.submit(session.is_over).result()
        assert other.submit(sent).result() == "B1SESSION=second"


def test_a_session_that_is_never_accepted_is_access_denied(erp: OData) -> None:
    connector = connect(erp)
    erp.honours_sessions = False
    with pytest.raises(AccessDenied, match="Invalid session"):
        connector.identify()
    assert erp.logins == 1


# changes


def test_all_pages_are_followed(erp: OData) -> None:
    for number in range(8):
        erp.put(f"C{number}")
    assert read(connect(erp), None) == [f"C{number}" for number in range(8)]


def test_local_minutes_are_asked_for_and_read(erp: OData) -> None:
    erp.put("C1", "2025-07-01T13:59")
    erp.put("C2", "2025-07-01T14:00", Frozen=True)
    since = datetime(2025, 7, 1, 12, 0, 59, tzinfo=UTC)
    (page, *_) = connect(erp).changes("customer", since)
    (record,) = page.records
    assert (record.id, record.marks) == ("C2", frozenset({"archived"}))
    assert record.modified_at == datetime(2025, 7, 1, 12, 0, tzinfo=UTC)


def test_rows_that_shift_while_they_are_read_are_met(erp: OData) -> None:
    """A row that vanishes from the first page pulls one of the second over the edge."""
    for number in range(9):
        erp.put(f"C{number}")
    gone = iter(["C0", "C3"])

    def remove() -> None:
        erp.rows.pop(next(gone, ""), None)

    erp.after_page = remove
    met = read(connect(erp), None)
    assert set(met) >= {f"C{number}" for number in range(9)} - {"C0", "C3"}
    assert len(met) == len(set(met))


@pytest.mark.parametrize("pages_read", [1, 2, 3, 4])
def test_a_read_of_shifting_pages_goes_on_where_it_was(erp: OData, pages_read: int) -> None:
    for number in range(9):
        erp.put(f"C{number}")
    changes = connect(erp).changes("customer", None)
    begun = [next(changes)]
    erp.rows.pop("C0")
    begun += [next(changes) for _ in range(pages_read - 1)]
    assert isinstance(changes, Generator)
    changes.close()  # A read that was interrupted asks for nothing more.
    rest = list(connect(erp).changes("customer", None, begun[-1].resume))
    met = {record.id for page in (*begun, *rest) for record in page.records}
    assert met >= {f"C{number}" for number in range(1, 9)}
    assert len({page.clock for page in (*begun, *rest)}) == 1


def test_pages_that_never_settle_end_as_a_system_fault(erp: OData) -> None:
    fresh = iter(range(10, 10_000))

    def replace_all() -> None:
        erp.rows.clear()
        erp.put(f"C{next(fresh)}")

    erp.after_page = replace_all
    with pytest.raises(SystemDown, match="changes faster than its pages"):
        read(connect(erp), None)


def test_a_link_to_another_server_is_not_followed(erp: OData) -> None:
    for number in range(4):
        erp.put(f"C{number}")
    erp.foreign_links = True
    with pytest.raises(ConfigError, match=r"another server, https://elsewhere\.example"):
        read(connect(erp), None)


def test_a_census_is_read_from_the_changes(erp: OData) -> None:
    erp.put("C1", "2025-07-01T14:00")
    (row,) = connect(erp).census("customer")
    assert (row.id, row.birth) == ("C1", "2025-01-01")
    assert row.modified_at == datetime(2025, 7, 1, 12, 0, tzinfo=UTC)


# find and fetch


def test_values_stand_quoted_in_a_filter(erp: OData) -> None:
    erp.put("C1", Name="O'Neil")
    erp.put("C2", Name="o'neil")
    erp.put("C3", Name="' or Name eq '")
    connector = connect(erp)
    found = connector.find("customer", "name", ["O'Neil", "x' or Code eq 'C2", "' or Name eq '"])
    assert {value: [record.id for record in records] for value, records in found.items()} == {
        "O'Neil": ["C1"],
        "x' or Code eq 'C2": [],
        "' or Name eq '": ["C3"],
    }


def test_finding_follows_the_pages_too(erp: OData) -> None:
    for number in range(7):
        erp.put(f"C{number}", Name="same")
    assert len(connect(erp).find("customer", "name", ["same"])["same"]) == 7


def test_rows_are_fetched_by_a_filter(erp: OData) -> None:
    for number in range(7):
        erp.put(f"C{number}")
    wanted = ["C6", "C1", "c2", "none"]
    assert sorted(record.id for record in connect(erp).fetch("customer", wanted)) == ["C1", "C6"]


# writing


def test_single_records_are_made_one_by_one(erp: OData) -> None:
    drafts = [Draft(f"C{at}", {"Code": f"C{at}", "Name": "N" if at else ""}) for at in range(3)]
    results = list(connect(erp).create("customer", [*drafts, drafts[1]]))
    assert [type(result) for result in results] == [Failed, Done, Done, Failed]
    empty, taken = results[0], results[3]
    assert isinstance(empty, Failed)
    assert isinstance(taken, Failed)
    assert (empty.problem.message, empty.problem.status) == ("Name is missing", 400)
    assert taken.problem.code == "duplicate-reference"


def test_an_update_without_an_answer_is_read_back(erp: OData) -> None:
    erp.put("C1")
    erp.put("C2")
    changes = [Change("C1", {"Phone": "1"}), Change("C2", {"Phone": "2"}), Change("C3", {"a": "b"})]
    results = list(connect(erp).update("customer", changes))
    assert [type(result) for result in results] == [Done, Done, Failed]
    assert isinstance(results[0], Done)
    assert results[0].as_stored["Phone"] == "1"


@pytest.mark.parametrize(
    ("keeps", "field"),
    [
        (lambda fields: {**fields, "Phone": ""}, "Phone"),
        (lambda fields: {**fields, "Limit": "12.51"}, "Limit"),
        (lambda fields: {**fields, "Tags": ["a"]}, "Tags"),
        (lambda fields: {**fields, "Address": {"City": "Ulm"}}, "Address.Zip"),
        (lambda fields: {**fields, "Limit": 12.50, "Note": None, "Of": "ERP"}, None),
    ],
)
def test_an_answer_that_does_not_hold_what_was_sent_is_no_success(
    erp: OData, keeps: Any, field: str | None
) -> None:
    erp.put("C1")
    erp.keeps = keeps
    sent = {"Phone": "secret", "Limit": "12.50", "Tags": ["a", "b"], "Note": ""}
    change = Change("C1", {**sent, "Address": {"City": "Ulm", "Zip": "89073"}})
    (result,) = connect(erp).update("customer", [change])
    if field is None:
        assert isinstance(result, Done)
        return
    assert isinstance(result, Failed)
    assert (result.problem.code, result.problem.field) == ("not-kept", field)
    assert "secret" not in result.problem.sentence()


def test_the_overlap_of_local_time_is_declared() -> None:
    profile = parse_profile(PROFILE, "odata.yaml")
    traits = profile.entities["customer"].traits.as_traits()
    assert traits.overlap == timedelta(minutes=70)
    assert traits.resolution == timedelta(minutes=1)
