"""What each answer of a real Tryton means: the recordings of its refusals, one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sync_cli.connectors.http_answers import Passing, Received, RequestRefused, accepted
from sync_cli.connectors.tryton.answers import (
    FAULT,
    OVERTAKEN,
    QUESTION,
    REFUSED,
    SESSION_OVER,
    TOO_LARGE,
    TOO_MANY_LOGINS,
    is_refusal,
    read_page,
    read_refusal,
)
from sync_cli.core.errors import AccessDenied, Blocked, ConfigError

RECORDINGS = Path(__file__).parents[1] / "recordings" / "tryton"
BUSY = (
    "<!doctype html>\n<html lang=en>\n<title>503 Service Unavailable</title>\n<h1>x</h1>\n<p>{}</p>"
)


def meaning(status: int, body: Any, *, write: bool) -> Exception:
    """What an answer raises."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    received = Received("erp", "sale.sale.read", "http://erp/run/rpc/", write, status, {}, data)
    with pytest.raises(Exception) as raised:  # noqa: PT011
        accepted(received, dict, read_refusal, is_refusal, read_page)
    return raised.value


def recorded(number: str, *, write: bool = False) -> Exception:
    """What a recorded answer raises."""
    (path,) = RECORDINGS.glob(f"{number}-*.json")
    answer = json.loads(path.read_text(encoding="utf-8"))["response"]
    body = "" if answer["body"] is None else answer["body"]
    return meaning(answer["status"], body, write=write)


@pytest.mark.parametrize(
    ("number", "write", "code", "says"),
    [
        ("006", False, SESSION_OVER, "ended"),
        ("007", False, SESSION_OVER, "ended"),
        ("008", True, SESSION_OVER, "ended"),
        ("069", False, TOO_MANY_LOGINS, "passwords"),
        ("037", True, REFUSED, "The web ID on the sale must be unique per shop."),
        ("065", True, REFUSED, "must be unique"),
        ("078", True, QUESTION, "invoice date in the future"),
        ("067", True, OVERTAKEN, ""),
        ("016", True, FAULT, "nofield"),
    ],
)
def test_a_refusal_is_the_calls_own(number: str, write: bool, code: str, says: str) -> None:
    said = recorded(number, write=write)
    assert isinstance(said, RequestRefused)
    assert said.code == code
    assert says in said.message


@pytest.mark.parametrize("number", ["014", "015", "017"])
def test_a_field_or_model_that_is_not_there_is_a_matter_of_configuration(number: str) -> None:
    said = recorded(number)
    assert isinstance(said, ConfigError)
    assert "sale.sale.read" in str(said)
    assert "docs/tryton.md" in said.remedy


@pytest.mark.parametrize(("number", "write"), [("012", False), ("052", True)])
def test_a_right_that_lacks_stops_the_run(number: str, write: bool) -> None:
    said = recorded(number, write=write)
    assert isinstance(said, AccessDenied)
    assert "not allowed" in str(said)
    assert "groups" in said.remedy


def test_a_proxy_that_wants_fewer_requests_is_no_wrong_password() -> None:
    assert isinstance(meaning(429, "<html>slow down</html>", write=True), Passing)


def test_an_unknown_database_is_no_outage() -> None:
    said = recorded("009")
    assert isinstance(said, ConfigError)
    assert "database" in said.sentence()


def test_a_method_that_is_not_offered_is_told_as_what_stands_before_it() -> None:
    assert isinstance(recorded("018"), Blocked)


@pytest.mark.parametrize("write", [False, True])
def test_a_batch_that_is_too_large_is_no_outage(write: bool) -> None:
    said = meaning(503, BUSY.format("parser stack overflow"), write=write)
    assert isinstance(said, RequestRefused)
    assert said.code == TOO_LARGE


@pytest.mark.parametrize("write", [False, True])
def test_a_busy_database_has_done_nothing(write: bool) -> None:
    said = meaning(503, BUSY.format("database is locked"), write=write)
    assert isinstance(said, Passing)
    assert not said.doubtful


def test_a_page_of_what_stands_before_tryton_stays_doubtful() -> None:
    said = meaning(503, "<html><h1>503 Service Temporarily Unavailable</h1></html>", write=True)
    assert isinstance(said, Passing)
    assert said.doubtful
