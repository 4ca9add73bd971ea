"""What each answer of Odoo means: configuration, access, down, blocked, too large, or a record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from sync_cli.connectors.http import AnswerLost, RequestRefused
from sync_cli.connectors.odoo.wire import Ask, Login, Wire
from sync_cli.connectors.pacing import Pacing
from sync_cli.core.errors import AccessDenied, Blocked, ConfigError, SyncError, SystemDown
from tests.connectors.odoo.odoo_erp import Erp, recorded, running

URL = "https://odoo.example"
KEY = "API_KEY_SHOPSYNC"
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


class Talk:
    """A wire whose network is scripted and whose time passes only by sleeping."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self.mock = mock
        self.seconds = 0.0
        pacing = Pacing(monotonic=lambda: self.seconds, sleep=self.sleep)
        login = Login(URL, "erp", "shopsync", KEY)
        self.wire = Wire("erp", login, pacing=pacing, clock=lambda: NOW)
        self.answers({"jsonrpc": "2.0", "id": 1, "result": 6})

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def answers(self, body: Any, status: int = 200, times: int = 1, **headers: str) -> None:
        """What the next calls are answered with; the first one is the login."""
        text = body if isinstance(body, str | Exception) else json.dumps(body)
        for _ in range(times):
            self.mock.add("POST", f"{URL}/jsonrpc", body=text, status=status, headers=headers)

    def replays(self, name: str) -> None:
        """The next call is answered as recorded."""
        answer = recorded(name)["response"]
        self.answers(answer["body"], answer["status"])

    def read(self) -> Any:
        return self.wire.read("sale.order", "search_count", domain=[])

    def write(self) -> Any:
        return self.wire.write(Ask("sale.order", "action_confirm", [1]))


@pytest.fixture
def talk() -> Iterator[Talk]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Talk(mock)


MEANINGS = [
    ("006", AccessDenied, "does not accept the API key", "new key"),
    ("010", AccessDenied, "lacks a right on sale.order", "Sales/Administrator"),
    ("011", AccessDenied, "lacks a right on product.product", "Sales/Administrator"),
    ("120", AccessDenied, "lacks a right on stock.valuation.layer", "Inventory/Administrator"),
    ("075", AccessDenied, "access rights to post an invoice", "Give it in Odoo"),
    ("005", ConfigError, "no database of the configured name", "Correct `database`"),
    ("012", ConfigError, "no field no_such_field on product.product", "renamed"),
    ("013", ConfigError, "no field no_such_field on product.product", "renamed"),
    ("014", ConfigError, "no field no_such_field on res.partner", "renamed"),
    ("015", ConfigError, "Object no.such.model doesn't exist", "Install the modules"),
    ("016", ConfigError, "The method 'no_such_method' does not exist", "not supported"),
]


@pytest.mark.parametrize(
    ("name", "error", "says", "remedy"), MEANINGS, ids=[m[0] for m in MEANINGS]
)
def test_recorded_refusals_say_what_a_person_can_do(
    talk: Talk, name: str, error: type[SyncError], says: str, remedy: str
) -> None:
    talk.replays(name)
    with pytest.raises(error) as raised:
        talk.read()
    assert says in str(raised.value)
    assert remedy in raised.value.remedy
    assert "Traceback" not in raised.value.sentence()
    assert KEY not in raised.value.sentence()


def test_a_refused_write_of_that_kind_certainly_had_no_effect(talk: Talk) -> None:
    talk.replays("011")
    with pytest.raises(Exception, match="lacks a right"):
        talk.write()
    with pytest.raises(AccessDenied):
        talk.wire.client.raise_fault()


@pytest.mark.parametrize("name", ["067", "048", "125", "134"])
def test_rules_of_the_business_refuse_one_call_alone(talk: Talk, name: str) -> None:
    talk.replays(name)
    with pytest.raises(RequestRefused) as refused:
        talk.write()
    assert refused.value.message in recorded(name)["response"]["body"]["error"]["data"]["message"]
    talk.wire.client.raise_fault()


def test_a_wrong_login_is_no_error_to_odoo_and_one_to_us(talk: Talk) -> None:
    talk.mock.reset()
    talk.replays("004")
    with pytest.raises(AccessDenied, match="knows no user"):
        talk.read()


def test_no_free_connection_is_tried_again_and_then_is_an_outage(talk: Talk) -> None:
    pool = {"name": "psycopg2.pool.PoolError", "message": "The Connection Pool Is Full"}
    refusal = {"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "data": pool}}
    talk.answers(refusal)
    talk.answers({"jsonrpc": "2.0", "id": 1, "result": 3})
    assert talk.read() == 3
    talk.answers(refusal, times=9)
    with pytest.raises(SystemDown, match="no free connection"):
        talk.read()


def test_a_write_that_lost_against_another_is_made_again(talk: Talk) -> None:
    name = "psycopg2.errors.SerializationFailure"
    data = {"name": name, "message": "could not serialize access"}
    talk.answers({"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "data": data}})
    talk.answers({"jsonrpc": "2.0", "id": 1, "result": True})
    assert talk.write() is True


@pytest.mark.parametrize(
    ("status", "body", "error", "says"),
    [
        (502, "<html>Bad Gateway</html>", SystemDown, "HTTP 502"),
        (500, "<!doctype html><title>500</title>", SystemDown, "HTTP 500"),
        (404, "<html>nothing here</html>", ConfigError, "no page"),
        (200, "<html>please log in</html>", Blocked, "web page instead of data"),
        (403, "<html>denied by firewall</html>", Blocked, "HTTP 403"),
    ],
)
def test_pages_come_from_what_stands_before_odoo(
    talk: Talk, status: int, body: str, error: type[SyncError], says: str
) -> None:
    talk.answers(body, status, times=9)
    with pytest.raises(error, match=says):
        talk.read()


def test_an_error_page_leaves_a_write_in_doubt(talk: Talk) -> None:
    talk.answers("<html>Internal Server Error</html>", 500)
    with pytest.raises(AnswerLost, match=r"sale\.order\.action_confirm"):
        talk.write()


def test_null_is_a_result(talk: Talk) -> None:
    talk.replays("104")
    assert talk.wire.write(Ask("sale.order", "action_quotation_sent", [236])) is None


def test_messages_name_model_and_method_and_never_a_secret(talk: Talk) -> None:
    talk.answers("<html>x</html>", 502, times=9)
    with pytest.raises(SystemDown, match=r"sale\.order\.search_count") as down:
        talk.read()
    for text in (down.value.sentence(), repr(talk.wire.login), repr(talk.wire.client)):
        assert KEY not in text


def test_a_call_has_the_recorded_form(talk: Talk) -> None:
    talk.answers({"jsonrpc": "2.0", "id": 1, "result": []})
    talk.wire.ask(
        Ask(
            "product.product",
            "search_read",
            None,
            {"domain": recorded("024")["request"]["body"]["params"]["args"][5][0]},
            recorded("024")["request"]["body"]["params"]["args"][6],
        )
    )
    sent = json.loads(talk.mock.calls[-1].request.body or b"")
    assert {**sent, "id": 1} == recorded("024")["request"]["body"]


def test_the_api_of_odoo_19_takes_named_arguments_and_a_bearer(erp: Erp) -> None:
    connector = erp.open(api="json2")
    with running() as newer:
        assert connector.identify().kind == "odoo"
        assert newer.url != erp.url
    pages = list(connector.changes("product", None))
    assert any(raw.data["default_code"] == "A-000000" for page in pages for raw in page.records)
    with pytest.raises(AccessDenied):
        erp.open(key="wrong", api="json2").identify()
