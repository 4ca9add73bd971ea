"""Lists whose pages are asked for several at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Barrier
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from sync_cli.connectors.http import HttpClient
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.woocommerce.wire import BasicAuth, Wire

ADDRESS = "https://shop.example"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROWS = [{"id": number} for number in range(1, 8)]
MOST = 2
"""The rows that this shop gives at once, however many were asked for."""


@pytest.fixture
def mock() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def wire() -> Wire:
    client = HttpClient(
        "shop", ADDRESS, auth=BasicAuth("ck", "cs"), pacing=Pacing(), clock=lambda: NOON
    )
    return Wire(client, {}, lambda: NOON)


def ids(pages: Iterator[list[dict[str, int]]]) -> list[int]:
    return [row["id"] for page in pages for row in page]


def number_of(request: requests.PreparedRequest) -> int:
    return int(parse_qs(urlsplit(request.url or "").query)["page"][0])


def test_pages_behind_the_first_are_asked_for_two_at_a_time(mock: responses.RequestsMock) -> None:
    both = Barrier(2, timeout=60)

    def reply(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        number = number_of(request)
        if number in (2, 3):
            both.wait()
        rows = ROWS[MOST * (number - 1) : MOST * number]
        return 200, {"X-WP-Total": str(len(ROWS))}, json.dumps(rows)

    mock.add_callback("GET", f"{ADDRESS}/orders", reply)
    assert ids(wire().pages_at_once("orders", {})) == [1, 2, 3, 4, 5, 6, 7]
    assert len(mock.calls) == 4


def test_an_empty_list_is_one_page(mock: responses.RequestsMock) -> None:
    mock.add("GET", f"{ADDRESS}/orders", json=[], headers={"X-WP-Total": "0"})
    assert ids(wire().pages_at_once("orders", {})) == []


def test_without_a_total_pages_are_asked_for_until_one_is_not_full(
    mock: responses.RequestsMock,
) -> None:
    def reply(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        first = 100 * (number_of(request) - 1)
        return 200, {}, json.dumps([{"id": id} for id in range(first, min(first + 100, 150))])

    mock.add_callback("GET", f"{ADDRESS}/orders", reply)
    assert ids(wire().pages_at_once("orders", {})) == list(range(150))
