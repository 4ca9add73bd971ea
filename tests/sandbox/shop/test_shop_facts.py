"""Settings, countries and currencies of the pretend shop answer as WooCommerce's source says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shop.conftest import Shop

CURRENCY = "settings/general/woocommerce_currency"


def test_a_country_brings_its_states_and_is_found_in_any_case(shop: Shop) -> None:
    german = shop.get("data/countries/de")
    assert (german["code"], german["name"]) == ("DE", "Germany")
    assert {"code": "DE-BE", "name": "Berlin"} in german["states"]
    [own] = german["_links"]["self"]
    assert own["href"].endswith("/data/countries/de")
    codes = [one["code"] for one in shop.get("data/countries")]
    assert len(codes) == 250
    assert codes[:3] == ["AF", "AX", "AL"]


def test_a_continent_shows_the_money_and_measures_of_its_countries(shop: Shop) -> None:
    countries = {one["code"]: one for one in shop.get("data/continents/eu")["countries"]}
    german = countries["DE"]
    assert (german["currency_code"], german["weight_unit"]) == ("EUR", "kg")
    assert (german["decimal_sep"], german["num_decimals"]) == (",", 2)
    assert len(shop.get("data/continents")) == 7


def test_a_currency_is_named_with_its_sign(shop: Shop) -> None:
    dollar = shop.get("data/currencies/usd")
    assert (dollar["name"], dollar["symbol"]) == ("United States (US) dollar", "&#36;")
    assert shop.get("data/currencies/current")["code"] == "EUR"
    assert [one["slug"] for one in shop.get("data")] == ["continents", "countries", "currencies"]


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("data/countries/xx", "woocommerce_rest_data_invalid_location",
         "There are no locations matching these parameters."),
        ("data/continents/xx", "woocommerce_rest_data_invalid_location",
         "There are no locations matching these parameters."),
        ("data/currencies/xxx", "woocommerce_rest_data_invalid_currency",
         "There are no currencies matching these parameters."),
        ("data/currencies/euro", "rest_no_route",
         "No route was found matching the URL and request method."),
        ("settings/moon", "rest_setting_setting_group_invalid", "Invalid setting group."),
        ("settings/general/moon", "rest_setting_setting_invalid", "Invalid setting."),
        ("shipping_methods/pigeon", "woocommerce_rest_shipping_method_invalid",
         "Resource does not exist."),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused(shop: Shop, path: str, code: str, said: str) -> None:
    answer = shop.ask("GET", path)
    assert answer.status_code == 404
    assert answer.json is not None
    assert (answer.json["code"], answer.json["message"]) == (code, said)


def test_the_shop_goes_by_a_setting_that_was_written(shop: Shop) -> None:
    written = shop.put(CURRENCY, {"value": "USD"})
    assert (written["value"], written["group_id"], written["type"]) == ("USD", "general", "select")
    assert written["options"]["USD"] == "United States (US) dollar (&#36;) — USD"
    assert shop.get("data/currencies/current")["code"] == "USD"
    assert shop.post("orders", {})["currency"] == "USD"
    shop.put("settings/general/woocommerce_price_num_decimals", {"value": "3"})
    assert shop.get("system_status")["settings"]["number_of_decimals"] == 3
    shop.put("settings/general/woocommerce_default_country", {"value": "CH:ZH"})
    assert shop.get("settings/general/woocommerce_default_country")["value"] == "CH:ZH"


@pytest.mark.parametrize(
    ("path", "value", "taken"),
    [
        ("settings/general/woocommerce_store_city", "  Bonn ", "Bonn"),
        ("settings/general/woocommerce_store_city", None, ""),
        ("settings/products/woocommerce_notify_low_stock_amount", 5, "5"),
        ("settings/products/woocommerce_manage_stock", "no", "no"),
        ("settings/products/woocommerce_manage_stock", "", "yes"),
        ("settings/general/woocommerce_specific_allowed_countries", ["DE", "XX"], ["DE"]),
        ("settings/general/woocommerce_specific_allowed_countries", "", []),
        ("settings/tax/woocommerce_tax_based_on", "base", "base"),
        ("settings/shipping/woocommerce_ship_to_destination", "billing_only", "billing_only"),
    ],
)
def test_a_setting_takes_what_its_kind_takes(shop: Shop, path: str, value: Any, taken: Any) -> None:
    assert shop.put(path, {"value": value})["value"] == taken
    assert shop.get(path)["value"] == taken


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (CURRENCY, "XXX"),
        ("settings/products/woocommerce_weight_unit", "stone"),
        ("settings/products/woocommerce_manage_stock", "maybe"),
        ("settings/general/woocommerce_specific_allowed_countries", "DE"),
    ],
)
def test_a_setting_refuses_what_is_no_choice_of_it(shop: Shop, path: str, value: Any) -> None:
    before = shop.get(path)["value"]
    answer = shop.ask("PUT", path, {"value": value})
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["code"] == "rest_setting_value_invalid"
    assert shop.get(path)["value"] == before


def test_many_settings_are_written_at_once_each_with_its_own_result(shop: Shop) -> None:
    update = [
        {"id": "woocommerce_store_city", "value": "Bonn"},
        {"id": "woocommerce_currency_pos", "value": "above"},
        {"id": "moon", "value": "x"},
    ]
    done = shop.post("settings/general/batch", {"update": update})["update"]
    assert done[0]["value"] == "Bonn"
    assert [one["error"]["code"] for one in done[1:]] == [
        "rest_setting_value_invalid", "rest_setting_setting_invalid",
    ]  # fmt: skip
    one = {"group_id": "tax", "id": "woocommerce_tax_based_on", "value": "base"}
    [done] = shop.post("settings/batch", {"update": [one]})["update"]
    assert (done["group_id"], done["value"]) == ("tax", "base")
    [made] = shop.post("settings/general/batch", {"create": [{"id": "mine"}]})["create"]
    assert (made["error"]["code"], made["error"]["data"]) == ("invalid-method", {"status": 405})


def test_the_groups_of_settings_are_listed(shop: Shop) -> None:
    groups = {one["id"]: one for one in shop.get("settings")}
    assert list(groups)[:4] == ["general", "products", "tax", "shipping"]
    assert groups["tax"]["label"] == "Tax"
    assert shop.get("settings/checkout") == []


def test_a_way_to_ship_that_a_zone_can_have_is_described(shop: Shop) -> None:
    assert [one["id"] for one in shop.get("shipping_methods")] == [
        "flat_rate", "free_shipping", "local_pickup",
    ]  # fmt: skip
    assert shop.get("shipping_methods/flat_rate")["title"] == "Flat rate"


def test_attributes_are_written_in_a_batch(shop: Shop) -> None:
    done = shop.post("products/attributes/batch", {"create": [{"name": "Fit"}, {}]})["create"]
    assert done[0]["slug"] == "pa_fit"
    assert done[1]["error"]["code"] == "woocommerce_rest_cannot_create"
    number = done[0]["id"]
    update = [{"id": number, "name": "Cut"}, {"id": 999, "name": "x"}]
    done = shop.post("products/attributes/batch", {"update": update})["update"]
    assert (done[0]["name"], done[1]["error"]["data"]["status"]) == ("Cut", 404)
    shop.post("products/attributes/batch", {"delete": [number]})
    assert shop.ask("GET", f"products/attributes/{number}").status_code == 404


def test_a_method_of_a_zone_can_be_set_to_what_its_kind_can(shop: Shop) -> None:
    zone = shop.post("shipping/zones", {"name": "Germany"})["id"]
    home = f"shipping/zones/{zone}/methods"
    sent = {"method_id": "flat_rate", "settings": {"cost": "4.90", "title": "Post", "moon": "x"}}
    made = shop.post(home, sent)
    assert (made["title"], made["method_title"]) == ("Post", "Flat rate")
    assert made["method_description"] == "Lets you charge a fixed rate for shipping."
    values = {name: one["value"] for name, one in made["settings"].items()}
    assert values == {"title": "Post", "tax_status": "taxable", "cost": "4.90"}
    refused = shop.ask("PUT", f"{home}/{made['id']}", {"settings": {"tax_status": "moon"}})
    assert refused.json is not None
    assert (refused.status_code, refused.json["code"]) == (400, "rest_setting_value_invalid")
    assert shop.get(f"{home}/{made['id']}") == made
