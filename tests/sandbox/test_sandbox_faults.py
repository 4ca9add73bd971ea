"""Each fault as a client sees it, and what the ERP did meanwhile."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import requests
from werkzeug.test import Client

from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.faults import KINDS, FaultKind, FaultRule, Faults, rule_from_json
from sync_cli.sandbox.wire import ConnectionGone, FaultyWire

if TYPE_CHECKING:
    from tests.sandbox.conftest import ErpSide

NEW_CUSTOMER = {"items": [{"name": "Erika Muster"}]}


@dataclass(frozen=True)
class Case:
    """A fault, what the client gets (None: no answer), whether it is JSON, what was done."""

    kind: str
    status: int | None
    is_json: bool
    created: int
    rule: dict[str, Any] = field(default_factory=dict)


CASES = (
    Case("lost_before", None, False, 0),
    Case("lost_after", None, False, 1),
    Case("late", None, False, 1, {"delay": 0.01}),
    Case("late", None, False, 1, {"delay": 0.01, "hold": True}),
    Case("delay_commit", 200, True, 1, {"delay": 0.01}),
    Case("status", 503, False, 0),
    Case("status", 429, True, 0, {"status": 429, "body": "json"}),
    Case("status", 500, False, 0, {"status": 500}),
    Case("status", 502, True, 0, {"status": 502, "body": "json"}),
    Case("trouble", 503, True, 0),
    Case("trouble", 500, True, 0, {"trouble": "php_fatal"}),
    Case("trouble", 500, False, 0, {"trouble": "database_down"}),
    Case("trouble", 502, False, 0, {"trouble": "bad_gateway"}),
    Case("trouble", 504, False, 0, {"trouble": "gateway_timeout"}),
    Case("status_after", 500, False, 1),
    Case("status_after", 504, True, 1, {"status": 504, "body": "json"}),
    Case("reset", None, False, 0),
    Case("html", 202, False, 0),
    Case("warning", 200, False, 1),
    Case("truncate", 200, False, 1),
    Case("slow", 200, True, 1, {"delay": 0.01}),
    Case("no_auth", 401, True, 0),
    Case("clock_skew", 200, True, 1, {"delay": 3600}),
    Case("edit", 200, True, 1, {"edit": "settings"}),
)


def test_every_kind_of_fault_is_explained_and_tried() -> None:
    assert set(KINDS) == set(get_args(FaultKind)) == {case.kind for case in CASES}


def is_json(answer: requests.Response) -> bool:
    try:
        answer.json()
    except requests.JSONDecodeError:
        return False
    return True


def dropped(erp: ErpSide, path: str = "/customers") -> bool:
    try:
        erp.call("POST", path, NEW_CUSTOMER)
    except requests.ConnectionError:
        return True
    return False


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind} {case.rule}")
def test_what_the_client_sees_and_what_was_done(erp: ErpSide, case: Case) -> None:
    erp.hit(case.kind, methods=("POST",), path="/customers", times=1, **case.rule)
    if case.status is None:
        assert dropped(erp)
    else:
        answer = erp.call("POST", "/customers", NEW_CUSTOMER)
        assert (answer.status_code, is_json(answer)) == (case.status, case.is_json)
    assert erp.faults.settled()
    assert erp.effects("customer.created") == case.created
    assert erp.call("POST", "/customers", NEW_CUSTOMER).status_code == 200  # the fault is over
    assert erp.effects("customer.created") == case.created + 1


@pytest.mark.parametrize(("kind", "reset"), [("lost_before", False), ("reset", True)])
def test_a_reset_is_no_orderly_close(erp: ErpSide, kind: str, reset: bool) -> None:
    erp.hit(kind)
    port = int(erp.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(b"GET /api/v1/info HTTP/1.1\r\nHost: x\r\n\r\n")
        if reset:
            with pytest.raises(ConnectionResetError):
                connection.recv(100)
        else:
            assert connection.recv(100) == b""


@pytest.mark.parametrize("hold", [False, True])
def test_a_late_request_takes_effect_after_the_client_was_dropped(erp: ErpSide, hold: bool) -> None:
    erp.hit("late", methods=("POST",), path="/customers", hold=hold)
    with erp.store.lock:  # nothing can be committed while the client is dropped
        assert dropped(erp)
        assert erp.effects("customer.created") == 0
    assert erp.faults.settled()
    assert erp.effects("customer.created") == 1


def test_a_delayed_commit_happens_though_the_client_gave_up(erp: ErpSide) -> None:
    erp.hit("delay_commit", path="/customers")
    with erp.store.lock:
        with pytest.raises(requests.ReadTimeout):
            erp.call("POST", "/customers", NEW_CUSTOMER, timeout=0.05)
        assert erp.faults.wait_for_hits(1)
        assert erp.effects("customer.created") == 0
    assert erp.faults.settled()
    assert erp.effects("customer.created") == 1


@pytest.mark.parametrize(
    ("rule", "order"),
    [
        (FaultRule("slow", delay=30), ["carried out", "waited 30"]),
        (FaultRule("delay_commit", delay=30), ["waited 30", "carried out"]),
        (FaultRule("late", delay=30), ["waited 30, alone", "carried out, alone"]),
        (FaultRule("late", delay=30, hold=True), ["waited 30", "carried out, alone"]),
    ],
    ids=lambda value: f"{value.kind} {value.hold}" if isinstance(value, FaultRule) else "",
)
def test_when_the_delay_is_spent_and_the_client_dropped(rule: FaultRule, order: list[str]) -> None:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    events: list[str] = []

    def note(event: str) -> None:
        try:
            events.append(event if theirs.recv(1) else f"{event}, alone")
        except BlockingIOError:
            events.append(event)

    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        note("carried out")
        start_response("200 OK", [])
        return [b"{}"]

    faults = Faults()
    faults.add(rule)
    wire = FaultyWire(app, faults, SandboxClock(), sleep=lambda seconds: note(f"waited {seconds}"))
    with ours, theirs, suppress(ConnectionGone):
        Client(wire).get("/", environ_overrides={"werkzeug.socket": ours})
    assert events == order


@pytest.mark.parametrize("retry_after", [7, "Fri, 31 Jan 2025 12:00:00 GMT"])
def test_retry_after_is_sent_where_asked(erp: ErpSide, retry_after: int | str) -> None:
    erp.hit("status", times=1, status=429)
    erp.hit("status", status=429, retry_after=retry_after)
    assert "Retry-After" not in erp.call("GET", "/info").headers
    assert erp.call("GET", "/info").headers["Retry-After"] == str(retry_after)


def test_json_of_a_faulty_status_has_the_sides_form(erp: ErpSide) -> None:
    erp.hit("status", body="json")
    error = erp.call("GET", "/info").json()["error"]
    assert error == {"code": "http_503", "message": "503 Service Unavailable", "field": None}


def test_a_php_warning_stands_before_whole_json(erp: ErpSide) -> None:
    erp.hit("warning")
    text = erp.call("GET", "/info").text
    assert "<b>Warning</b>" in text
    assert text.endswith("}")


def test_a_skewed_clock_shows_in_the_date_and_in_the_records(erp: ErpSide) -> None:
    erp.clock.freeze()
    before = erp.clock.now()
    erp.hit("clock_skew", times=1, delay=-86400)
    answer = erp.call("GET", "/info")
    assert (erp.clock.now() - before).total_seconds() == -86400
    assert answer.headers["Date"].endswith(f"{erp.clock.now():%H:%M:%S} GMT")
    assert erp.clock.now().strftime("%Y-%m-%dT%H") in answer.json()["now"]


def test_an_edit_runs_after_the_page_was_read_and_before_it_arrives(erp: ErpSide) -> None:
    seen: list[str] = []
    erp.faults.register_edit("sell out", lambda sku: seen.append(sku))
    erp.hit(
        "edit", path="/stock", times=1, edit="set_stock", args={"sku": "A-000001", "on_hand": 0}
    )
    erp.hit("edit", path="/stock", times=1, edit="sell out", args={"sku": "A-000002"})
    first = erp.items("/stock", limit=2)
    assert [row["warehouses"][0]["on_hand"] for row in first] == ["0", "38"]
    second = erp.items("/stock", limit=2)
    assert [row["warehouses"][0]["on_hand"] for row in second] == ["0", "0"]
    assert seen == ["A-000002"]


@pytest.mark.parametrize(
    ("rule", "hit"),
    [
        ({"times": 2}, [1, 1, 0, 0, 0, 0]),
        ({"every": 3}, [0, 0, 1, 0, 0, 1]),
        ({"every": 2, "times": 1}, [0, 1, 0, 0, 0, 0]),
        ({"methods": ("POST",)}, [0, 0, 0, 0, 0, 0]),
        ({"methods": ("get",)}, [1, 1, 1, 1, 1, 1]),
        ({"path": r"/info\?n=[24]$"}, [0, 0, 1, 0, 1, 0]),
        ({"path": "^/stock"}, [0, 0, 0, 0, 0, 0]),
        ({"probability": 0.0}, [0, 0, 0, 0, 0, 0]),
        ({"probability": 1.0}, [1, 1, 1, 1, 1, 1]),
    ],
)
def test_which_requests_a_rule_hits(rule: dict[str, Any], hit: list[int]) -> None:
    faults = Faults()
    number = faults.add(FaultRule("status", **rule))
    struck = [int(faults.strike("GET", f"/info?n={n}") is not None) for n in range(6)]
    assert struck == hit
    assert faults.hits(number) == faults.total_hits() == sum(hit)


def test_chance_is_drawn_from_the_seed() -> None:
    def draw(seed: int) -> list[bool]:
        faults = Faults()
        faults.add(FaultRule("status", probability=0.5, seed=seed))
        return [faults.strike("GET", "/") is not None for _ in range(64)]

    assert draw(1) == draw(1) != draw(2)
    assert 16 < sum(draw(1)) < 48


def test_the_first_rule_that_hits_is_applied(erp: ErpSide) -> None:
    erp.hit("status", status=502, times=1)
    erp.hit("status", status=429)
    assert [erp.call("GET", "/info").status_code for _ in range(2)] == [502, 429]
    erp.faults.clear()
    assert erp.call("GET", "/info").status_code == 200
    assert erp.faults.total_hits() == 2


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "kind"),
        ({"kind": "flood"}, "flood"),
        ({"kind": "slow", "dealy": 1}, "dealy"),
        ({"kind": "slow", "every": 0}, "every"),
        ({"kind": "slow", "path": "("}, "read"),
        ({"kind": "edit"}, "edit"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(document: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        rule_from_json(document)


def test_waiting_for_hits_ends_with_them_or_with_the_time(erp: ErpSide) -> None:
    erp.hit("status", times=1)
    assert not erp.faults.wait_for_hits(1, timeout=0)
    erp.call("GET", "/info")
    assert erp.faults.wait_for_hits(1, timeout=0)


def test_a_rule_can_look_into_the_body_and_the_request_still_arrives(erp: ErpSide) -> None:
    erp.hit("status_after", holds="Erika", status=502, times=1)
    assert erp.call("POST", "/customers", {"items": [{"name": "Max Muster"}]}).status_code == 200
    assert erp.call("POST", "/customers", NEW_CUSTOMER).status_code == 502
    assert erp.effects("customer.created") == 2
