"""The words of a profile are enough for an ERP of single calls: header, lines, quote, validate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Response

from sync_cli.connectors.base import Done, Draft, Failed, InDoubt, NotSent, Result
from sync_cli.connectors.rest.connector import RestConnector
from sync_cli.connectors.rest.loading import parse_profile
from sync_cli.core.errors import AccessDenied, ConfigError, SystemDown
from tests.connectors.rest.rest_erp import waitless
from tests.connectors.rest.rest_steps import PROFILE, Steps, error, running_steps

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
LINES = [{"sku": "A"}, {"sku": "B"}]


@pytest.fixture
def erp() -> Iterator[Steps]:
    with running_steps() as side:
        yield side


def connect(erp: Steps, words: str = PROFILE, key: str = "k", **options: Any) -> RestConnector:
    return RestConnector(
        "erp",
        erp.url,
        parse_profile(words, "steps.yaml"),
        {"key": key},
        pacing=waitless(at_once=options.pop("at_once", 2)),
        clock=options.pop("clock", lambda: NOON),
    )


@pytest.fixture
def connector(erp: Steps) -> RestConnector:
    return connect(erp)


def draft(number: int, lines: list[Any] | None = None, at: str = "") -> Draft:
    payload = {"ext": f"WC-{number}", "customer": "7", "lines": LINES if lines is None else lines}
    return Draft(f"WC-{number}", payload, at)


def kinds(results: list[Result]) -> list[str]:
    return [type(result).__name__ for result in results]


def broken() -> Response:
    """An answer after which nobody knows anything."""
    return Response("<br />Fatal error: out of memory", 500)


# reading


def test_the_words_reach_who_answers(connector: RestConnector) -> None:
    identity = connector.identify()
    assert (identity.address, identity.version, identity.lacks) == ("Steps", "7", ("invoices",))
    assert identity.clock == NOON + timedelta(seconds=5)


def test_without_a_date_header_the_clock_is_asked_and_taken_back_to_the_start(erp: Steps) -> None:
    seconds = iter(range(100))
    connector = connect(erp, clock=lambda: NOON + timedelta(seconds=next(seconds)))
    clocks = {page.clock for page in connector.changes("order", None)}
    assert len(clocks) == 1
    assert clocks.pop() < NOON + timedelta(seconds=5)


def test_dates_that_are_excluded_are_asked_a_second_earlier(
    erp: Steps, connector: RestConnector
) -> None:
    erp.put("1")
    erp.put("2", tms=1_741_003_199)
    (page, *_) = connector.changes("order", NOON)
    assert [(record.id, record.modified_at) for record in page.records] == [("1", NOON)]
    assert page.total == 1


def test_pages_by_number_are_read_until_a_pass_brings_nothing_new(
    erp: Steps, connector: RestConnector
) -> None:
    for number in range(7):
        erp.put(str(number))
    pages = connector.changes("order", None)
    met = [record.id for record in next(pages).records]
    erp.rows.pop("0")
    met += [record.id for page in pages for record in page.records]
    assert sorted(met) == [str(number) for number in range(7)]


def test_a_record_without_the_key_is_not_found_by_a_word_for_nothing(
    erp: Steps, connector: RestConnector
) -> None:
    erp.put("1", ext=None)
    assert connector.find("order", "ext", ["None"]) == {"None": ()}


def test_a_single_record_that_is_not_there_is_absent(erp: Steps, connector: RestConnector) -> None:
    erp.put("1")
    assert [record.id for record in connector.fetch("order", ["2", "1"])] == ["1"]
    found = connector.find("order", "ext", ["wc-1", "WC-1", "WC 2?", ""])
    assert {value: len(records) for value, records in found.items()} == {
        "wc-1": 0,
        "WC-1": 1,
        "WC 2?": 0,
        "": 0,
    }


@pytest.mark.parametrize(
    ("code", "raises"),
    [("rights", AccessDenied), ("closed", SystemDown), ("other", ConfigError)],
)
def test_an_error_that_comes_with_200_is_an_error(
    erp: Steps, connector: RestConnector, code: str, raises: type[Exception]
) -> None:
    erp.fails["orders"] = lambda: error(code, "no")
    with pytest.raises(raises, match="no"):
        list(connector.changes("order", None))


def test_a_wrong_key_is_access_denied(erp: Steps) -> None:
    with pytest.raises(AccessDenied, match="no such key"):
        connect(erp, key="x").identify()


# creating in two steps


def test_a_header_and_its_lines_are_one_record(connector: RestConnector) -> None:
    results = list(connector.create("order", [draft(1), draft(2)]))
    assert kinds(results) == ["Done", "Done"]
    for result in results:
        assert isinstance(result, Done)
        assert result.as_stored["lines"] == LINES
        assert result.as_stored["ext"] in {"WC-1", "WC-2"}


@pytest.mark.parametrize(
    ("lines_there", "asked"),
    [
        ([], ["GET /orders/1", "POST /orders/1/lines", "GET /orders/1"]),
        (LINES, ["GET /orders/1"]),
    ],
)
def test_a_half_made_record_is_completed_and_a_whole_one_left(
    erp: Steps, connector: RestConnector, lines_there: list[Any], asked: list[str]
) -> None:
    erp.put("1", lines=lines_there)
    (result,) = connector.create("order", [draft(1, at="1")])
    assert isinstance(result, Done)
    assert result.as_stored["lines"] == LINES
    assert erp.asked == asked


def test_a_record_whose_lines_are_refused_stays_half_made_and_says_so(
    connector: RestConnector,
) -> None:
    (result,) = connector.create("order", [draft(1, [{"sku": "A"}, {}])])
    assert isinstance(result, Failed)
    assert result.id == "1"
    assert result.problem.message == "line 2: it is empty; record 1 stays there half made"
    assert result.problem.field == "order_lines.1"


@pytest.mark.parametrize(("lost", "id_"), [("orders", ""), ("lines", "1")])
def test_a_lost_step_is_in_doubt_with_the_id_that_is_known(
    erp: Steps, connector: RestConnector, lost: str, id_: str
) -> None:
    erp.fails[lost] = broken
    (result,) = connector.create("order", [draft(1)])
    assert isinstance(result, InDoubt)
    assert result.id == id_


def test_a_system_that_closes_between_the_steps_leaves_a_doubt_not_an_untouched_record(
    erp: Steps,
) -> None:
    connector = connect(erp, at_once=1)
    erp.fails["lines"] = lambda: error("closed", "closed for the night")
    results = list(connector.create("order", [draft(1), draft(2)]))
    assert kinds(results) == ["InDoubt", "NotSent"]
    assert isinstance(results[0], InDoubt)
    assert results[0].id == "1"
    assert len(erp.rows) == 1
    with pytest.raises(SystemDown, match="closed for the night"):
        connector.identify()


def test_a_record_that_cannot_be_read_back_is_in_doubt(erp: Steps) -> None:
    connector = connect(erp)
    erp.fails["1"] = lambda: error("unknown", "none")
    (result,) = connector.create("order", [draft(1)])
    assert isinstance(result, InDoubt)
    assert (result.id, len(erp.rows)) == ("1", 1)


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ("{ref: '99'}", "the answer is about 99 instead"),
        ("{no: 'id'}", "A order without an id"),
        ("join(',', data)", "does not fit the answer"),
    ],
)
def test_an_answer_that_proves_nothing_is_a_doubt(erp: Steps, item: str, why: str) -> None:
    words = PROFILE.replace("send: lines", f'send: lines\n          item: "{item}"')
    connector = connect(erp, words)
    (result,) = connector.create("order", [draft(1)])
    assert isinstance(result, InDoubt)
    assert result.id == "1"
    assert why in result.why


def test_a_profile_that_cannot_read_an_answer_stops_the_next_call(erp: Steps) -> None:
    words = PROFILE.replace("send: lines", "send: lines\n          item: \"{no: 'id'}\"")
    connector = connect(erp, words, at_once=1)
    assert kinds(list(connector.create("order", [draft(1), draft(2)]))) == ["InDoubt", "NotSent"]
    with pytest.raises(ConfigError, match="without an id"):
        connector.identify()


def test_a_success_without_an_id_is_a_doubt(erp: Steps) -> None:
    words = PROFILE.replace("          id: data\n", "          id: nothing\n")
    (result,) = connect(erp, words).create("order", [draft(1)])
    assert isinstance(result, InDoubt)
    assert "not under which id" in result.why


def test_nothing_is_added_to_a_record_that_is_gone(erp: Steps) -> None:
    words = PROFILE.replace("          unless: lines\n", "")
    (result,) = connect(erp, words).create("order", [draft(1, at="77")])
    assert isinstance(result, Failed)
    assert result.problem.code == "not-found"
    assert erp.asked == ["GET /orders/77"]


def test_after_a_failed_look_nothing_more_is_sent(erp: Steps) -> None:
    erp.put("1")
    erp.fails["1"] = lambda: error("closed", "closed for the night")
    results = list(connect(erp, at_once=1).create("order", [draft(1, at="1"), draft(2)]))
    assert kinds(results) == ["NotSent", "NotSent"]
    assert erp.asked == ["GET /orders/1"]


# advancing in two steps


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        ("draft", ["quote", "validate"]),
        ("quoted", ["validate"]),
        ("valid", []),
    ],
)
def test_only_the_missing_steps_are_made(
    erp: Steps, connector: RestConnector, status: str, asked: list[str]
) -> None:
    erp.put("1", status=status)
    (result,) = connector.advance("order", ["1"], "confirmed")
    assert isinstance(result, Done)
    assert result.as_stored["status"] == "valid"
    made = [each.rpartition("/")[2] for each in erp.asked if each.startswith("POST")]
    assert made == asked


def test_a_document_without_a_way_is_left_alone(erp: Steps, connector: RestConnector) -> None:
    erp.put("1", status="void")
    (result,) = connector.advance("order", ["1"], "confirmed")
    assert isinstance(result, Failed)
    assert result.problem.message == "it is void and cannot become confirmed"
    assert erp.asked == ["GET /orders/1"]


def test_a_step_that_says_yes_and_does_nothing_is_no_success(
    erp: Steps, connector: RestConnector
) -> None:
    erp.put("1", status="quoted")
    erp.fails["validate"] = lambda: Response('{"data": true}', mimetype="application/json")
    (result,) = connector.advance("order", ["1"], "confirmed")
    assert isinstance(result, Failed)
    assert result.problem.code == "wrong-state"


def test_after_a_lost_step_the_next_one_is_not_made(erp: Steps, connector: RestConnector) -> None:
    erp.put("1")
    erp.fails["quote"] = broken
    (result,) = connector.advance("order", ["1"], "confirmed")
    assert isinstance(result, InDoubt)
    assert not any(each.endswith("validate") for each in erp.asked)


def test_a_busy_document_is_tried_again_later(erp: Steps, connector: RestConnector) -> None:
    erp.put("1")
    erp.fails["quote"] = lambda: error("busy", "lock 77")
    (result,) = connector.advance("order", ["1"], "confirmed")
    assert isinstance(result, Failed)
    assert (result.problem.message, result.problem.transient) == ("somebody works on it", True)


def test_a_system_that_closes_between_the_steps_of_a_document_leaves_a_doubt(erp: Steps) -> None:
    erp.put("1")
    erp.put("2")
    erp.fails["validate"] = lambda: error("closed", "closed for the night")
    results = list(connect(erp, at_once=1).advance("order", ["1", "2"], "confirmed"))
    assert kinds(results) == ["InDoubt", "InDoubt"]
    assert {row["status"] for row in erp.rows.values()} == {"quoted"}


def test_a_first_step_that_never_left_changes_nothing(erp: Steps) -> None:
    erp.put("1")
    erp.fails["quote"] = lambda: error("closed", "closed for the night")
    (result,) = connect(erp).advance("order", ["1"], "confirmed")
    assert isinstance(result, NotSent)


# other ways to show who we are


@pytest.mark.parametrize(
    "auth",
    [
        '{kind: header, headers: {X-Key: "{key}"}}',
        '{kind: query, params: {secret: "{key}"}}',
        '{kind: basic, user: sync, password: "{key}"}',
    ],
)
def test_the_key_goes_where_the_profile_says(erp: Steps, auth: str) -> None:
    words = PROFILE.replace('{kind: header, headers: {X-Key: "{key}"}}', auth)
    connector = connect(erp, words)
    assert connector.identify().address == "Steps"
    erp.put("1")
    assert [record.id for page in connector.changes("order", None) for record in page.records] == [
        "1"
    ]
    with pytest.raises(AccessDenied):
        connect(erp, words, key="x").identify()
