"""What each kind of answer and each fault of the network means, for reads and for writes."""

from __future__ import annotations

import base64
import json
import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import responses
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, ReadTimeoutError

from sync_cli.connectors.http import (
    AnswerLost,
    CallNotSent,
    HttpClient,
    Refusal,
    RequestRefused,
)
from sync_cli.connectors.http_answers import Received
from sync_cli.connectors.pacing import Pacing
from sync_cli.core.errors import AccessDenied, Blocked, ConfigError, SyncError, SystemDown
from sync_cli.sandbox.server import serve

BASE = "https://shop.example/api"
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SECRET = "cs_very_secret"
HTML = "<!DOCTYPE html><html><body>Hello</body></html>"
CAPTCHA = "<html><body>Please solve this captcha</body></html>"
MOVED = {"Location": "https://www.shop.example/api/orders?consumer_secret=leak"}
LOGIN = {"Location": "/login.php"}


def basic(request: requests.PreparedRequest) -> requests.PreparedRequest:
    pair = base64.b64encode(f"ck:{SECRET}".encode()).decode()
    request.headers["Authorization"] = f"Basic {pair}"
    return request


def query(request: requests.PreparedRequest) -> requests.PreparedRequest:
    request.url = f"{request.url}?consumer_secret={SECRET}"
    return request


class Wire:
    """A client whose network is scripted and whose time passes only by sleeping."""

    def __init__(self, mock: responses.RequestsMock, **options: Any) -> None:
        self.mock = mock
        self.seconds = 0.0
        self.slept: list[float] = []
        self.pacing = Pacing(monotonic=lambda: self.seconds, sleep=self.sleep)
        self.client = HttpClient(
            "shop", BASE, pacing=self.pacing, clock=lambda: NOW, **{"auth": basic, **options}
        )

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def answers(
        self,
        status: int = 200,
        body: Any = "[]",
        headers: Mapping[str, str] | None = None,
        times: int = 1,
    ) -> None:
        text = body if isinstance(body, str | bytes | Exception) else json.dumps(body)
        for _ in range(times):
            for method in ("GET", "POST"):
                self.mock.add(
                    method,
                    f"{BASE}/orders",
                    body=text,
                    status=status,
                    headers=dict(headers or {}),
                    content_type="text/html" if status == 0 else "application/json",
                )

    def read(self) -> Any:
        return self.client.call("GET", "/orders", repeatable=True, expect=list)

    def write(self, *, repeatable: bool = False) -> Any:
        return self.client.call(
            "POST", "/orders", body={}, repeatable=repeatable, expect=list, write=True
        )


@pytest.fixture
def wire() -> Iterator[Wire]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Wire(mock)


def php_warning(json_text: str) -> str:
    return f"<br />\n<b>Warning</b>: Undefined variable $x in <b>a.php</b><br />\n{json_text}"


def test_an_answer_has_decimals_the_shops_clock_and_its_size(wire: Wire) -> None:
    wire.answers(body='[{"price": 0.10}]', headers={"Date": "Sat, 21 Nov 2026 03:17:16 GMT"})
    answer = wire.read()
    assert str(answer.data[0]["price"]) == "0.10"
    assert answer.clock == datetime(2026, 11, 21, 3, 17, 16, tzinfo=UTC)
    assert (answer.status, answer.size) == (200, 17)


def test_without_a_date_header_the_own_clock_counts(wire: Wire) -> None:
    wire.answers()
    assert wire.read().clock == NOW


def test_requests_ask_for_json_and_carry_the_credentials(wire: Wire) -> None:
    wire.answers()
    wire.client.call(
        "GET",
        "/orders",
        params={"sku": "a b,ü", "n": "1"},
        headers={"X-Db": "main"},
        repeatable=True,
        expect=list,
    )
    sent = wire.mock.calls[0].request
    assert sent.headers["Accept"] == "application/json"
    assert sent.headers["Authorization"].startswith("Basic ")
    assert sent.headers["X-Db"] == "main"
    assert sent.url == f"{BASE}/orders?sku=a+b,%C3%BC&n=1"


READ_FAULTS = [
    ("wrong key", 401, {"code": "no", "message": "Not you"}, {}, AccessDenied, "Not you"),
    ("no right", 403, {"code": "no", "message": "Not you"}, {}, AccessDenied, "HTTP 403"),
    ("password of the server", 401, HTML, {}, AccessDenied, "password of its own"),
    ("captcha with 202", 202, CAPTCHA, {}, Blocked, "firewall or captcha"),
    ("captcha with 200", 200, CAPTCHA, {}, Blocked, "firewall or captcha"),
    ("web page with 200", 200, HTML, {}, Blocked, "web page instead of data"),
    ("firewall with 403", 403, HTML, {}, Blocked, "HTTP 403"),
    ("firewall with 405", 405, HTML, {}, Blocked, "HTTP 405"),
    ("firewall with 503", 503, CAPTCHA, {}, Blocked, "HTTP 503"),
    ("challenge", 503, HTML, {"cf-mitigated": "challenge"}, Blocked, "HTTP 503"),
    ("wrong address", 404, HTML, {}, ConfigError, f"no page {BASE}/orders"),
    ("moved", 301, "", MOVED, ConfigError, "https://www.shop.example/api/orders ("),
    ("login page", 302, "", LOGIN, Blocked, "https://shop.example/login.php"),
    ("another shape", 200, {"a": 1}, {}, ConfigError, "another shape"),
    ("PHP warning", 200, php_warning("[]"), {}, ConfigError, "PHP message before the JSON"),
    ("maintenance", 503, {"code": "wp_die"}, {"Retry-After": "600"}, SystemDown, "maintenance"),
    ("maintenance page", 503, HTML, {"Retry-After": "600"}, SystemDown, "03:10:00 UTC"),
    ("too many", 429, {"code": "slow"}, {"Retry-After": "31"}, SystemDown, "fewer requests"),
    ("database down", 500, HTML, {}, SystemDown, "HTTP 500"),
    ("PHP down", 502, HTML, {}, SystemDown, "HTTP 502"),
    ("fatal error", 500, {"code": "internal_server_error"}, {}, SystemDown, "internal_server"),
    ("empty", 200, "", {}, SystemDown, "an empty answer"),
    ("broken off", 200, '[{"id": 1}, {"i', {}, SystemDown, "no whole JSON"),
]


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind", "words"),
    [case[1:] for case in READ_FAULTS],
    ids=[case[0] for case in READ_FAULTS],
)
def test_a_read_tells_what_the_answer_means(
    wire: Wire, status: int, body: Any, headers: dict[str, str], kind: type[SyncError], words: str
) -> None:
    wire.answers(status, body, headers, times=9)
    with pytest.raises(kind) as caught:
        wire.read()
    assert words in str(caught.value)
    assert caught.value.remedy
    assert "consumer_secret" not in caught.value.sentence()


def test_a_php_warning_is_told_with_its_remedy(wire: Wire) -> None:
    wire.answers(body=php_warning("[]"))
    with pytest.raises(ConfigError) as caught:
        wire.read()
    assert "display_errors" in caught.value.remedy


def test_a_request_of_its_own_fault_is_refused_with_the_servers_words(wire: Wire) -> None:
    body = {"code": "rest_invalid_param", "message": "Bad <b>sku</b>", "data": {"params": {}}}
    wire.answers(400, body)
    with pytest.raises(RequestRefused) as caught:
        wire.read()
    refused = caught.value
    assert (refused.status, refused.code, refused.message) == (400, "rest_invalid_param", "Bad sku")
    assert refused.body == body
    assert wire.slept == []


@pytest.mark.parametrize("status", [413, 414])
def test_what_is_too_large_is_refused_also_by_the_web_server(wire: Wire, status: int) -> None:
    wire.answers(status, HTML)
    with pytest.raises(RequestRefused) as caught:
        wire.write()
    assert caught.value.status == status


WRITE_FAULTS = [
    ("captcha with 202", 202, CAPTCHA, {}, AnswerLost),
    ("firewall with 403", 403, HTML, {}, AnswerLost),
    ("PHP warning", 200, php_warning("[]"), {}, AnswerLost),
    ("another shape", 200, {"a": 1}, {}, AnswerLost),
    ("empty", 200, "", {}, AnswerLost),
    ("broken off", 200, "[1", {}, AnswerLost),
    ("fatal error", 500, HTML, {}, AnswerLost),
    ("fatal error in JSON", 500, {"code": "internal_server_error"}, {}, AnswerLost),
    ("gateway time-out", 504, HTML, {}, AnswerLost),
    ("access denied", 401, {"code": "no", "message": "No"}, {}, CallNotSent),
    ("wrong address", 404, HTML, {}, CallNotSent),
    ("moved", 301, "", MOVED, CallNotSent),
    ("maintenance", 503, {"code": "wp_die"}, {"Retry-After": "600"}, CallNotSent),
    ("too many", 429, HTML, {"Retry-After": "90"}, CallNotSent),
]


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind"),
    [case[1:] for case in WRITE_FAULTS],
    ids=[case[0] for case in WRITE_FAULTS],
)
def test_a_write_tells_whether_it_may_have_been_done(
    wire: Wire, status: int, body: Any, headers: dict[str, str], kind: type[Exception]
) -> None:
    wire.answers(status, body, headers)
    with pytest.raises(kind):
        wire.write()
    assert len(wire.mock.calls) == 1
    assert wire.slept == []


REFUSED = requests.ConnectionError(
    MaxRetryError(None, "/x?s=" + SECRET, NewConnectionError(None, "refused"))  # type: ignore[arg-type]
)
RESET = requests.ConnectionError(ProtocolError("reset", ConnectionResetError(104)))
CONNECT_TIMEOUT = requests.ConnectTimeout("/x?s=" + SECRET)
READ_TIMEOUT = requests.ReadTimeout("/x?s=" + SECRET)
BODY_TIMEOUT = requests.ConnectionError(ReadTimeoutError(None, "/x", "slow"))  # type: ignore[arg-type]
NETWORK = [
    ("refused", REFUSED, CallNotSent, "no connection to shop.example", 5),
    ("no connection in time", CONNECT_TIMEOUT, CallNotSent, "in time", 2),
    ("no answer in time", READ_TIMEOUT, AnswerLost, "no answer in time", 2),
    ("no end in time", BODY_TIMEOUT, AnswerLost, "no answer in time", 2),
    ("reset", RESET, AnswerLost, "broke off", 5),
]


@pytest.mark.parametrize(
    ("error", "kind", "words", "attempts"),
    [case[1:] for case in NETWORK],
    ids=[case[0] for case in NETWORK],
)
def test_faults_of_the_network(
    wire: Wire, error: Exception, kind: type[Exception], words: str, attempts: int
) -> None:
    wire.answers(body=error, times=9)
    with pytest.raises(SystemDown) as down:
        wire.read()
    assert words in str(down.value)
    assert len(wire.mock.calls) == attempts
    with pytest.raises(kind):
        wire.write()
    repeats = 1 if kind is AnswerLost else attempts
    assert len(wire.mock.calls) == attempts + repeats


def test_no_secret_is_in_what_is_raised_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        wire = Wire(mock, auth=query)
        wire.answers(body=REFUSED, times=9)
        with pytest.raises(SystemDown) as caught:
            wire.read()
        text = "".join(traceback.format_exception(caught.value))
    assert SECRET not in text + caplog.text + repr(wire.client)


def test_urllib3_never_logs_addresses(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with responses.RequestsMock() as mock:
        Wire(mock)
    assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.WARNING)


def test_an_answer_shows_neither_headers_nor_data(wire: Wire) -> None:
    wire.answers(body='["erika@example.org"]', headers={"Link": "<https://x?consumer_secret=1>"})
    assert "erika" not in repr(wire.read())
    wire.answers(body='["erika@example.org"]', headers={"Link": "<https://x?consumer_secret=1>"})
    assert "consumer_secret" not in repr(wire.read())


@pytest.mark.parametrize("call", [Wire.read, lambda wire: wire.write(repeatable=True)])
def test_what_is_repeatable_is_made_again_with_growing_waits(
    wire: Wire, call: Callable[[Wire], Any]
) -> None:
    wire.answers(502, HTML, times=4)
    wire.answers(body="[1]")
    assert call(wire).data == [1]
    assert len(wire.slept) == 4
    for low, waited in zip((1, 2, 4, 8), wire.slept, strict=True):
        assert low <= waited <= low + 1


def test_a_repeatable_write_that_never_got_an_answer_is_in_doubt_and_the_next_call_says_why(
    wire: Wire,
) -> None:
    wire.answers(502, HTML, times=5)
    with pytest.raises(AnswerLost, match="502"):
        wire.write(repeatable=True)
    with pytest.raises(CallNotSent):
        wire.write()
    with pytest.raises(SystemDown, match="502"):
        wire.read()
    wire.mock.reset()
    wire.answers(body="[1]")
    assert wire.read().data == [1]


def test_a_short_retry_after_is_waited_for(wire: Wire) -> None:
    wire.answers(429, {"code": "slow"}, {"Retry-After": "7"})
    wire.answers(body="[1]")
    assert wire.write().data == [1]
    assert wire.slept == [7]


def test_a_long_retry_after_is_not_waited_for_but_told(wire: Wire) -> None:
    wire.answers(503, {"code": "wp_die"}, {"Retry-After": "600"})
    with pytest.raises(SystemDown) as caught:
        wire.read()
    assert caught.value.not_before == NOW + timedelta(seconds=600)
    assert wire.slept == []


def test_a_retry_after_may_be_a_date_of_the_servers_clock(wire: Wire) -> None:
    dates = {
        "Retry-After": "Sat, 21 Nov 2026 05:20:00 GMT",
        "Date": "Sat, 21 Nov 2026 05:00:00 GMT",
    }
    wire.answers(503, HTML, dates)
    with pytest.raises(SystemDown) as caught:
        wire.read()
    assert caught.value.not_before == NOW + timedelta(minutes=20)


def test_strain_makes_the_pace_slower(wire: Wire) -> None:
    assert wire.pacing.at_once == 2
    wire.answers(429, HTML, {"Retry-After": "1"})
    wire.answers()
    wire.write()
    assert wire.pacing.at_once == 1


def test_a_write_that_was_denied_is_not_sent_and_the_next_call_says_why(wire: Wire) -> None:
    wire.answers(401, {"code": "no", "message": "Not you"})
    with pytest.raises(CallNotSent) as caught:
        wire.write()
    assert isinstance(caught.value.fault, AccessDenied)
    assert len(wire.mock.calls) == 1
    with pytest.raises(CallNotSent):
        wire.write()
    assert len(wire.mock.calls) == 1
    with pytest.raises(AccessDenied, match="Not you"):
        wire.client.raise_fault()
    wire.client.raise_fault()


def test_one_lost_answer_is_that_calls_own_three_in_a_row_are_the_systems(wire: Wire) -> None:
    for body in ("[1", "[]", "[1", "[1", "[1"):
        wire.answers(body=body)
        if body == "[]":
            wire.write()
            continue
        with pytest.raises(AnswerLost):
            wire.write()
    with pytest.raises(SystemDown, match="3 writing calls"):
        wire.read()


def test_a_call_may_have_more_patience_but_not_with_time_outs(wire: Wire) -> None:
    def write() -> None:
        wire.client.call("POST", "/orders", repeatable=False, expect=list, write=True, patience=5)

    wire.answers(502, HTML, times=4)
    for _ in range(4):
        with pytest.raises(AnswerLost):
            write()
    wire.client.raise_fault()
    wire.mock.reset()
    wire.answers(body=READ_TIMEOUT)
    with pytest.raises(AnswerLost):
        write()
    with pytest.raises(SystemDown, match="5 writing calls"):
        wire.client.raise_fault()


def test_a_connector_may_read_refusals_in_its_own_way() -> None:
    def refine(refusal: Refusal) -> Exception | None:
        assert refusal.call == "POST /orders"
        return RequestRefused(refusal.status, "mine", "Own words", None)

    with responses.RequestsMock() as mock:
        wire = Wire(mock, refine=refine)
        wire.mock.add("POST", f"{BASE}/orders", json={"code": "x"}, status=500)
        with pytest.raises(RequestRefused, match="Own words"):
            wire.write()


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://shop.example", True),
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:80", True),
        ("http://shop.example", False),
        ("http://10.0.0.1", False),
        ("ftp://shop.example", False),
        ("shop.example", False),
        ("https://user:pw@shop.example", False),
    ],
)
def test_plain_http_goes_to_this_machine_only(address: str, fits: bool) -> None:
    def open_client() -> HttpClient:
        return HttpClient("shop", address, auth=basic, pacing=Pacing(), clock=lambda: NOW)

    if fits:
        open_client().close()
        return
    with pytest.raises(ConfigError) as caught:
        open_client()
    assert "pw" not in caught.value.sentence()
    assert ("@" in address) != (f", {address}, is not https" in caught.value.sentence())


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        (f"{BASE}/orders?page=2", True),
        ("https://evil.example/orders", False),
        ("http://shop.example/api/orders", False),
    ],
)
def test_credentials_go_to_no_other_server(wire: Wire, path: str, fits: bool) -> None:
    wire.answers()
    if fits:
        wire.client.call("GET", path, repeatable=True, expect=list)
        return
    with pytest.raises(ConfigError, match="another server"):
        wire.client.call("GET", path, repeatable=True, expect=list)


def test_an_https_address_of_a_plain_server_is_a_fault_of_the_configuration() -> None:
    with serve(lambda _environ, _start: []) as server:
        address = f"https://127.0.0.1:{server.port}"
        client = HttpClient("shop", address, auth=basic, pacing=Pacing(), clock=lambda: NOW)
        with pytest.raises(ConfigError, match="No secure connection"):
            client.call("GET", "/", repeatable=True, expect=list)
        with pytest.raises(CallNotSent) as caught:
            client.call("POST", "/", repeatable=False, expect=list, write=True)
        assert isinstance(caught.value.fault, ConfigError)
        client.close()


def test_a_port_where_nobody_listens_is_a_system_that_is_down() -> None:
    with serve(lambda _environ, _start: []) as server:
        address = server.url
    slept: list[float] = []
    pacing = Pacing(sleep=slept.append)
    client = HttpClient("erp", address, auth=basic, pacing=pacing, clock=lambda: NOW)
    with pytest.raises(CallNotSent):
        client.call("POST", "/", repeatable=False, expect=list, write=True)
    with pytest.raises(SystemDown, match="erp cannot be used now"):
        client.raise_fault()
    assert len(slept) == 4
    client.close()


def test_a_secret_with_a_line_end_is_named_but_not_shown() -> None:
    def broken(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {SECRET}\n"
        return request

    with serve(lambda _environ, _start: []) as server:
        client = HttpClient("erp", server.url, auth=broken, pacing=Pacing(), clock=lambda: NOW)
        with pytest.raises((ConfigError, SystemDown)) as caught:
            client.call("GET", "/", repeatable=False, expect=list)
        client.close()
    assert "credential" in str(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def refused_within(data: Any) -> bool:
    return isinstance(data, dict) and "error" in data


def test_a_refusal_inside_a_success_is_one_to_the_call_and_not_to_the_system() -> None:
    with responses.RequestsMock() as mock:
        wire = Wire(mock, refuses=refused_within)
        mock.add("POST", f"{BASE}/orders", json={"error": "no stock", "code": "rule"})
        with pytest.raises(RequestRefused, match="no stock") as refused:
            wire.write()
    assert (refused.value.status, refused.value.code) == (200, "rule")
    wire.client.raise_fault()


def test_a_refusal_inside_a_success_is_read_by_the_connector() -> None:
    def refine(refusal: Refusal) -> Exception | None:
        return AccessDenied(refusal.system, "The key is wrong.", "Make another.")

    with responses.RequestsMock() as mock:
        wire = Wire(mock, refuses=refused_within, refine=refine)
        mock.add("GET", f"{BASE}/orders", json={"error": "denied"})
        with pytest.raises(AccessDenied, match="key is wrong"):
            wire.read()


def test_an_error_page_is_read_by_the_connector_first() -> None:
    def refine_page(received: Received) -> Exception | None:
        full = b"out of space" in received.body
        return RequestRefused(received.status, "too-large", "too much", None) if full else None

    with responses.RequestsMock() as mock:
        wire = Wire(mock, refine_page=refine_page)
        mock.add("POST", f"{BASE}/orders", body="<h1>out of space</h1>", status=503)
        with pytest.raises(RequestRefused, match="too much") as refused:
            wire.write()
    assert refused.value.code == "too-large"
    wire.client.raise_fault()


def test_a_call_is_named_by_its_label_where_it_has_one() -> None:
    with responses.RequestsMock() as mock:
        wire = Wire(mock)
        mock.add("POST", f"{BASE}/rpc", json={"message": "no"}, status=403)
        with pytest.raises(AccessDenied, match=r"refuses sale\.read \(HTTP 403\)"):
            wire.client.call("POST", "/rpc", repeatable=True, expect=dict, label="sale.read")
