"""Recorded answers of a real shop, and what is made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from sync_cli.connectors.base import Change, Done, Draft, Failed, InDoubt, NotSent
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.woocommerce.connector import WooCommerce
from sync_cli.core.errors import AccessDenied, Blocked, ConfigError, SyncError, SystemDown
from tests.connectors.woocommerce.wc_shop import NOON, Recorded, recorded

ADDRESS = "https://shop.example"
SECRET = "cs_0123456789"


class RecordedShop:
    """A shop that gives recorded answers, in the order they were laid out."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self.mock = mock
        self.slept: list[float] = []

    def open(self, **options: Any) -> WooCommerce:
        given = {"pacing": Pacing(sleep=self.slept.append), "clock": lambda: NOON, **options}
        return WooCommerce("shop", given.pop("url", ADDRESS), "ck_1", SECRET, **given)

    def answers(self, name: str, times: int = 1) -> Recorded:
        exchange = recorded(name)
        for _ in range(times):
            self.mock.add(
                exchange.request["method"],
                f"{ADDRESS}{exchange.request['path']}",
                body=exchange.text,
                status=exchange.status,
                headers={k: v for k, v in exchange.headers.items() if k != "Content-Type"},
                content_type=exchange.headers["Content-Type"],
            )
        return exchange

    def sent(self, number: int = -1) -> tuple[str, dict[str, str], Any]:
        """Path, query and body of one request."""
        request = self.mock.calls[number].request
        parts = urlsplit(request.url or "")
        query = {name: value[0] for name, value in parse_qs(parts.query).items()}
        return parts.path, query, json.loads(request.body) if request.body else None


@pytest.fixture
def shop() -> Iterator[RecordedShop]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield RecordedShop(mock)


def read_products(shop: RecordedShop) -> list[str]:
    return list(shop.open().find("product", "sku", ["ART-1"]))


TROUBLE = [
    ("auth-none", AccessDenied, "does not know the key", "auth: query"),
    ("auth-wrong-key", AccessDenied, "does not know the key", "Check the key"),
    ("auth-wrong-secret", AccessDenied, "the secret is wrong", "Write the secret"),
    ("shop-maintenance-mode", SystemDown, "maintenance", "next run"),
    ("shop-maintenance-mode-accept-json", SystemDown, "12:10:00 UTC", "next run"),
    ("shop-database-down", SystemDown, "HTTP 500", "ask its host"),
    ("shop-bad-gateway", SystemDown, "HTTP 502", "ask its host"),
    ("shop-php-fatal", SystemDown, "HTTP 500", "ask its host"),
    ("shop-php-fatal-accept-json", SystemDown, "internal_server_error", "ask its host"),
]


@pytest.mark.parametrize(("name", "kind", "said", "remedy"), TROUBLE, ids=[c[0] for c in TROUBLE])
def test_a_shop_in_trouble_is_told_in_plain_words(
    shop: RecordedShop, name: str, kind: type[SyncError], said: str, remedy: str
) -> None:
    shop.answers(name, times=9)
    with pytest.raises(kind) as caught:
        read_products(shop)
    assert said in str(caught.value)
    assert remedy in caught.value.remedy
    assert "<" not in caught.value.sentence()
    assert SECRET not in caught.value.sentence()


def test_maintenance_says_when_to_come_again_and_is_not_slept_through(shop: RecordedShop) -> None:
    shop.answers("shop-maintenance-mode")
    with pytest.raises(SystemDown) as caught:
        read_products(shop)
    assert caught.value.not_before == NOON + timedelta(seconds=600)
    assert shop.slept == []


def test_a_read_only_key_is_recognised_when_it_writes(shop: RecordedShop) -> None:
    refused = recorded("auth-read-key-writes")
    url = f"{ADDRESS}/wp-json/wc/v3/products/batch"
    shop.mock.add("POST", url, json=refused.body, status=refused.status)
    connector = shop.open()
    results = list(connector.update("product", [Change("1", {"stock_quantity": 1})]))
    assert isinstance(results[0], NotSent)
    assert "the key is read-only" in results[0].why
    with pytest.raises(AccessDenied, match="read-only") as caught:
        connector.update("product", [])
    assert "read/write key" in caught.value.remedy


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("The API key provided does not have read permissions.", "the key is write-only"),
        ("Ungültiger Zeitstempel.", "refuses the key: Ungültiger Zeitstempel."),
    ],
)
def test_other_refusals_of_the_key(shop: RecordedShop, message: str, said: str) -> None:
    body = {"code": "woocommerce_rest_authentication_error", "message": message}
    shop.mock.add("GET", f"{ADDRESS}/wp-json/wc/v3/products", json=body, status=401)
    with pytest.raises(AccessDenied, match=said):
        read_products(shop)


def test_a_user_without_rights_is_not_taken_for_a_wrong_key(shop: RecordedShop) -> None:
    body = {"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot list resources."}
    shop.mock.add("GET", f"{ADDRESS}/wp-json/wc/v3/products", json=body, status=403)
    with pytest.raises(AccessDenied, match="does not allow the key's user") as caught:
        read_products(shop)
    assert "shop manager" in caught.value.remedy


def test_a_shop_without_woocommerce_is_named(shop: RecordedShop) -> None:
    body = recorded("route-not-found").body
    shop.mock.add("GET", f"{ADDRESS}/wp-json/wc/v3/products", json=body, status=404)
    with pytest.raises(ConfigError, match="REST API of WooCommerce is switched off"):
        read_products(shop)


def test_an_address_that_is_no_shop_is_named(shop: RecordedShop) -> None:
    shop.mock.add("GET", f"{ADDRESS}/wp-json/wc/v3/products", body="<html>404</html>", status=404)
    with pytest.raises(ConfigError, match="has no page"):
        read_products(shop)


def test_an_error_500_of_the_shop_is_no_refusal_of_a_read(shop: RecordedShop) -> None:
    body = {"code": "woocommerce_rest_broken", "message": "Table is locked", "data": 500}
    shop.mock.add("GET", f"{ADDRESS}/wp-json/wc/v3/products", json=body, status=500)
    with pytest.raises(SystemDown, match="woocommerce_rest_broken"):
        read_products(shop)


def test_what_a_read_is_refused_for_is_told(shop: RecordedShop) -> None:
    shop.answers("products-modified-after-bad-date-error")
    with pytest.raises(ConfigError, match=r"refuses GET products: Invalid parameter.*HTTP 400"):
        read_products(shop)


def test_a_firewall_is_named(shop: RecordedShop) -> None:
    page = "<html><body>captcha</body></html>"
    shop.mock.add("GET", f"{ADDRESS}/wp-json/wc/v3/products", body=page, status=202)
    with pytest.raises(Blocked, match="a firewall or captcha stands before it"):
        read_products(shop)


@pytest.mark.parametrize(
    "url",
    [ADDRESS, f"{ADDRESS}/", f"{ADDRESS}/wp-json", f"{ADDRESS}/wp-json/wc/v3/"],
)
def test_the_address_may_be_written_with_or_without_its_api(shop: RecordedShop, url: str) -> None:
    shop.answers("products-filter-sku-comma-list")
    shop.open(url=url).find("product", "sku", ["ART-00010"])
    assert shop.sent(0)[0] == "/wp-json/wc/v3/products"


def test_credentials_go_in_the_header_or_when_asked_for_in_the_query(shop: RecordedShop) -> None:
    shop.answers("products-filter-sku-comma-list", times=9)
    read_products(shop)
    request = shop.mock.calls[-1].request
    assert request.headers["Authorization"].startswith("Basic ")
    assert "consumer" not in str(request.url)
    connector = shop.open(auth_style="query")
    connector.find("product", "sku", ["ART-1"])
    request = shop.mock.calls[-1].request
    assert "Authorization" not in request.headers
    assert shop.sent()[1]["consumer_key"] == "ck_1"
    assert shop.sent()[1]["consumer_secret"] == SECRET
    assert SECRET not in repr(connector)
    with pytest.raises(ConfigError):
        shop.open(auth_style="oauth")


def test_dates_are_asked_for_without_zone_and_with_the_gmt_flag(shop: RecordedShop) -> None:
    shop.answers("orders-modified-after-gmt-flag", times=2)
    since = datetime(2026, 6, 1, 2, 0, 0, tzinfo=UTC)
    list(shop.open().changes("order", since))
    path, query, _ = shop.sent(0)
    assert path == "/wp-json/wc/v3/orders"
    assert query["modified_after"] == "2026-06-01T01:59:59"
    assert query["dates_are_gmt"] == "true"
    assert (query["orderby"], query["order"], query["dp"]) == ("modified", "asc", "6")
    assert shop.sent(1)[1]["status"] == "trash"


def test_only_top_level_fields_are_asked_for_with_those_the_connector_needs(
    shop: RecordedShop,
) -> None:
    shop.answers("products-filter-sku-comma-list", times=2)
    fields = {"product": frozenset({"name", "stock_quantity"})}
    shop.open(fields=fields).find("product", "sku", ["ART-00010"])
    asked = set(shop.sent(0)[1]["_fields"].split(","))
    assert {"name", "stock_quantity", "id", "sku", "parent_id", "date_modified_gmt"} <= asked
    assert not any("." in name for name in asked)


def test_skus_are_compared_by_ourselves(shop: RecordedShop) -> None:
    shop.answers("products-filter-sku-variation-list")
    shop.answers("products-filter-sku-of-trashed")
    values = ["HEMD-11", "HEMD-11-RO-S", "hemd-11-bl-m"]
    found = shop.open().find("product", "sku", values)
    assert {value: [raw.id for raw in raws] for value, raws in found.items()} == {
        "HEMD-11": ["3045"],
        "HEMD-11-RO-S": ["3159"],
        "hemd-11-bl-m": [],
    }
    assert shop.sent(1)[1]["sku"] == "hemd-11-bl-m"
    assert shop.sent(1)[1]["status"] == "trash"


def test_a_shop_that_gives_less_than_asked_for_is_asked_on(shop: RecordedShop) -> None:
    def reply(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        page = int(parse_qs(urlsplit(request.url or "").query)["page"][0])
        rows = [{"id": n, "parent_id": 9} for n in range(1, 8)][2 * page - 2 : 2 * page]
        return 200, {"X-WP-Total": "7"}, json.dumps(rows)

    url = f"{ADDRESS}/wp-json/wc/v3/products/9/variations"
    shop.mock.add_callback("GET", url, reply)
    found = shop.open().find("product", "parent_id", ["9"])
    assert [raw.id for raw in found["9"]] == ["1", "2", "3", "4", "5", "6", "7"]
    assert len(shop.mock.calls) == 4


def test_emails_are_compared_without_regard_to_case(shop: RecordedShop) -> None:
    shop.answers("customers-filter-email-case")
    found = shop.open().find("customer", "email", ["Kunde020@MAIL.example", ""])
    assert [raw.id for raw in found["Kunde020@MAIL.example"]] == ["41"]
    assert found[""] == ()
    assert shop.sent(0)[1]["role"] == "all"


def test_the_identity_is_read_from_the_system_status(shop: RecordedShop) -> None:
    shop.answers("system-status")
    setting = f"{ADDRESS}/wp-json/wc/v3/settings/tax/woocommerce_prices_include_tax"
    shop.mock.add("GET", setting, json={"id": "woocommerce_prices_include_tax", "value": "yes"})
    connector = shop.open()
    identity = connector.identify()
    assert (identity.kind, identity.version) == ("woocommerce", "10.7.0")
    assert identity.address == "https://shop.example"
    assert identity.environment == "production"
    assert identity.clock == datetime(2026, 11, 21, 3, 17, 24, tzinfo=UTC)
    assert identity.lacks == ()
    assert dict(identity.facts) == {
        "decimals": "2",
        "currency": "EUR",
        "hpos": "yes",
        "fulfillments": "off",
        "prices_include_tax": "yes",
    }
    connector.identify()
    assert connector.calls() == {"read": 2, "write": 0}


def test_a_user_without_the_system_status_still_learns_who_the_shop_is(shop: RecordedShop) -> None:
    denied = {
        "code": "woocommerce_rest_cannot_view",
        "message": "Sorry, you cannot list resources.",
    }
    shop.mock.add("GET", f"{ADDRESS}/wp-json/wc/v3/system_status", json=denied, status=403)
    index = {"name": "Laden", "home": ADDRESS, "url": ADDRESS, "timezone_string": "Europe/Berlin"}
    shop.mock.add("GET", f"{ADDRESS}/wp-json/", json=index)
    identity = shop.open().identify()
    assert identity.address == ADDRESS
    assert "system status" in identity.lacks[0]
    assert dict(identity.facts) == {"time_zone": "Europe/Berlin"}


BATCHES = [
    (
        "products-batch-variation-id-error",
        "product",
        Change("3166", {"stock_quantity": 3}),
        "it is a variation now",
    ),
    (
        "orders-batch-update-with-errors",
        "order",
        Change("99999999", {"meta_data": []}),
        "the shop has no record with this id",
    ),
]


@pytest.mark.parametrize(("name", "entity", "change", "said"), BATCHES, ids=[b[0] for b in BATCHES])
def test_errors_of_single_items_are_told(
    shop: RecordedShop, name: str, entity: str, change: Change, said: str
) -> None:
    exchange = recorded(name)
    wrong = [row for row in exchange.body["update"] if str(row["id"]) == change.id]
    shop.mock.add("POST", f"{ADDRESS}{exchange.request['path']}", json={"update": wrong})
    result = next(iter(shop.open().update(entity, [change])))
    assert isinstance(result, Failed)
    assert said in result.problem.message
    assert result.problem.code == "not-found"
    assert not result.problem.transient


def test_a_batch_whose_results_are_hidden_is_in_doubt(shop: RecordedShop) -> None:
    body = recorded("products-batch-fields-nested").body
    shop.mock.add("POST", f"{ADDRESS}/wp-json/wc/v3/products/batch", json=body)
    results = list(shop.open().update("product", [Change("86", {"stock_quantity": 11})]))
    assert isinstance(results[0], InDoubt)


REFUSALS = [
    ("product-create-duplicate-sku-error", "duplicate", "it belongs to record 43", 400),
    ("product-external-managed-error", "no-stock", "external product", 400),
    ("order-status-invalid-error", "refused", "status is not one of", 400),
    ("refund-create-too-much-error", "refund-refused", "Invalid refund amount", 500),
    ("fulfillments-create-meta-without-id-error", "refused", "at least one item", 400),
]


@pytest.mark.parametrize(("name", "code", "said", "status"), REFUSALS, ids=[r[0] for r in REFUSALS])
def test_refusals_of_one_request_become_problems(
    shop: RecordedShop, name: str, code: str, said: str, status: int
) -> None:
    exchange = recorded(name)
    path = f"{ADDRESS}/wp-json/wc/v3/orders/7/notes"
    shop.mock.add("POST", path, json=exchange.body, status=exchange.status)
    draft = Draft("7:R", {"note": "made [R]", "order_id": "7"})
    result = next(iter(shop.open().create("note", [draft])))
    assert isinstance(result, Failed)
    assert (result.problem.code, result.problem.status) == (code, status)
    assert said in result.problem.message
    assert result.problem.remedy


def test_a_recorded_note_is_made(shop: RecordedShop) -> None:
    exchange = shop.answers("order-note-create")
    text = exchange.body["note"]
    assert "[" not in text
    url = f"{ADDRESS}{exchange.request['path']}"
    shop.mock.replace("POST", url, json={**exchange.body, "note": f"{text} [R-1]"}, status=201)
    payload = {"note": f"{text} [R-1]", "customer_note": False, "order_id": "4036"}
    result = next(iter(shop.open().create("note", [Draft("4036:R-1", payload)])))
    assert isinstance(result, Done)
    assert result.id == "686"
    assert shop.sent()[2] == {"note": f"{text} [R-1]", "customer_note": False}


VALUES = [
    ("product-update-stock-unmanaged", {"stock_quantity": 40}, "stock-not-managed", "dropped"),
    (
        "product-update-stock-null",
        {"stock_quantity": 3},
        "not-kept",
        "stock_quantity is 0 and not 3",
    ),
    ("product-update-price-empty", {"regular_price": ""}, "", ""),
    ("product-update-price-empty", {"regular_price": "1.00"}, "not-kept", "'' and not '1.00'"),
    ("product-update-invalid-tax-class", {"tax_class": "x"}, "not-kept", "tax_class is ''"),
    (
        "product-update-meta-by-key",
        {"meta_data": [{"key": "nope", "value": "1"}]},
        "not-kept",
        "nope",
    ),
]


@pytest.mark.parametrize(("name", "fields", "code", "said"), VALUES)
def test_values_that_came_back_different_are_named(
    shop: RecordedShop, name: str, fields: dict[str, Any], code: str, said: str
) -> None:
    row = recorded(name).body
    shop.mock.add("POST", f"{ADDRESS}/wp-json/wc/v3/products/batch", json={"update": [row]})
    result = next(iter(shop.open().update("product", [Change(str(row["id"]), fields)])))
    if not code:
        assert isinstance(result, Done)
        return
    assert isinstance(result, Failed)
    assert result.problem.code == code
    assert said in result.problem.message
