"""More requests beside the recorded ones: routes of which no recording tells at all."""

from __future__ import annotations

from tests.conformance.neighbours import Asked, get, post, put

FACTS: tuple[Asked, ...] = (
    get("data"), get("data/countries"), get("data/countries", _fields="code,name"),
    get("data/countries/de"), get("data/countries/XX"), get("data/continents"),
    get("data/continents/eu"), get("data/continents/xx"), get("data/currencies"),
    get("data/currencies/usd"), get("data/currencies/xxx"), get("data/currencies/euro"),
    get("settings"), get("settings/general"),
    get("settings/tax", _fields="id,value,default"), get("settings/products"),
    get("settings/products", _fields="id,value"), get("settings/moon"),
    get("settings/checkout"), get("settings/general/woocommerce_currency"),
    get("settings/general/woocommerce_currency", _fields="id,value"), get("settings/tax/moon"),
    get("settings/moon/woocommerce_currency"),
    put("settings/general/woocommerce_currency", {"value": "USD"}),
    put("settings/general/woocommerce_currency", {"value": "EUR"}),
    put("settings/general/woocommerce_currency", {"value": "XXX"}),
    put("settings/tax/woocommerce_prices_include_tax", {"value": "yes"}, _fields="value"),
    put("settings/products/woocommerce_weight_unit", {"value": "g"}),
    put("settings/products/woocommerce_weight_unit", {"value": "stone"}),
    put("settings/general/woocommerce_store_city", {"value": " Hamburg "}),
    put("settings/products/woocommerce_manage_stock", {"value": "maybe"}),
    put("settings/general/woocommerce_specific_allowed_countries", {"value": ["DE", "XX"]}),
    put("settings/general/woocommerce_specific_allowed_countries", {"value": "DE"}),
    put("settings/moon/woocommerce_currency", {"value": "EUR"}),
    put("settings/general/moon", {"value": "EUR"}),
    post("settings/general/batch", {"update": [
        {"id": "woocommerce_store_city", "value": "Bonn"}, {"id": "moon", "value": "x"},
        {"id": "woocommerce_currency_pos", "value": "above"}]}),
    post("settings/batch", {"update": [
        {"group_id": "tax", "id": "woocommerce_tax_based_on", "value": "base"},
        {"group_id": "moon", "id": "woocommerce_tax_based_on", "value": "base"}]}),
    get("shipping_methods"), get("shipping_methods", _fields="id,title"),
    get("shipping_methods/flat_rate"), get("shipping_methods/pigeon"),
)  # fmt: skip
