"""More requests beside the recorded ones: routes of which no recording tells at all."""

from __future__ import annotations

from tests.conformance.neighbours import Asked, delete, get, post, put

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
_ERIKA = {"reviewer": "Erika", "reviewer_email": "erika@buyer.example"}
REVIEWS: tuple[Asked, ...] = (
    get("products/reviews"), get("products/reviews", product="{boot}", _fields="id,rating"),
    get("products/reviews", status="all", per_page=1), get("products/reviews", status="trash"),
    get("products/reviews", reviewer_email="erika@buyer.example", _fields="id"),
    get("products/reviews", search="warm", _fields="id"),
    get("products/reviews", orderby="id", order="asc"), get("products/reviews", orderby="rating"),
    get("products/reviews", after="2026-01-01T00:00:00", _fields="id"),
    get("products/reviews", status="hold"), get("products/reviews", context="edit"),
    get("products/reviews/{review}"), get("products/reviews/{review}", context="edit"),
    get("products/reviews/99999"), get("products/{boot}", _fields="id,average_rating,rating_count"),
    post("products/reviews",
         {"product_id": "{boot}", "review": "Fine\n\nVery", "rating": 4, **_ERIKA}),
    post("products/reviews", {"product_id": "{draft}", "review": "So", "status": "hold", **_ERIKA}),
    post("products/reviews", {"product_id": 99999, "review": "So", **_ERIKA}),
    post("products/reviews", {"product_id": "{boot}", "review": "", **_ERIKA}),
    post("products/reviews", {"product_id": "{boot}", "review": "Keeps warm", **_ERIKA}),
    post("products/reviews", {"product_id": "{boot}"}),
    put("products/reviews/{review}", {"rating": 2, "review": "Wet feet"}),
    put("products/reviews/{review}", {"status": "spam"}),
    put("products/reviews/{review}", {"review": ""}), put("products/reviews/99999", {"rating": 1}),
    put("products/reviews/{review}", {"reviewer_email": "nobody"}),
    delete("products/reviews/{review}"), delete("products/reviews/{review}", force="true"),
    delete("products/reviews/99999", force="true"), get("reports/reviews/totals"),
    post("products/reviews/batch", {
        "create": [{"product_id": "{boot}", "review": "Batch", **_ERIKA}, {"product_id": 99999}],
        "update": [{"id": "{review}", "rating": 1}, {"id": 99999, "rating": 1}]}),
    post("products/reviews/batch", {"delete": ["{review}", 99999]}),
)  # fmt: skip
