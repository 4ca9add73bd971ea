"""The harness prepares a shop for answers that hide what their sums are made of."""

from __future__ import annotations

from itertools import product

import pytest

from tests.conformance.known import Known
from tests.conformance.neighbours import Asked, Neighbourhood, get, post, put
from tests.conformance.replay import verdict

_BILLED = {
    "line_items": [{"product_id": "{boot}", "quantity": 2}],
    "fee_lines": [{"name": "Fee", "total": "5.00"}],
    "shipping_lines": [{"method_id": "flat_rate", "method_title": "Flat", "total": "4.90"}],
    "billing": {"country": "DE"},
}
_ONE_FEE = {"fee_lines": [{"name": "Fee", "total": "5.00"}]}
_COUNTED = (
    put("products/{parent}", {"manage_stock": True, "stock_quantity": 9}),
    put("products/{parent}/variations/{variation}", {"manage_stock": False}),
)


def _differences(asked: Asked, *before: Asked) -> tuple[str, ...]:
    """What differs in the replay of an exchange that stands alone beside the rates of tax."""
    town = Neighbourhood()
    rates = town.ask(get("taxes"))
    for one in before:
        made = town.ask(one)
        assert made.status < 400, made.answer
        town.names["made"] = made.answer["id"]
    recording = town.ask(asked)
    assert recording.status < 400, recording.answer
    return verdict(recording, Known([rates, recording])).differences


@pytest.mark.parametrize(
    "fields",
    [
        "id,status,total,total_tax",
        "id,date_created,total,needs_payment,customer_id",
        "id,total,total_tax,tax_lines,shipping_total,discount_total,refunds",
    ],
)
def test_orders_of_a_product_whose_lines_are_hidden(fields: str) -> None:
    assert _differences(get("orders", product="{boot}", _fields=fields)) == ()


@pytest.mark.parametrize(
    ("fields", "country"),
    list(
        product(
            (
                "id,total_tax",
                "id,total,line_items",
                "id,total,line_items,shipping_lines",
                "id,status,total,tax_lines",
                "id,total,total_tax,cart_tax,shipping_tax,shipping_total",
            ),
            ("AT", "FR"),
        )
    ),
)
def test_another_country_for_an_order_of_which_a_part_is_shown(fields: str, country: str) -> None:
    change = put("orders/{made}", {"billing": {"country": country}}, _fields=fields)
    assert _differences(change, post("orders", _BILLED)) == ()


@pytest.mark.parametrize("fields", ["id,total,total_tax,line_items", "id,total,line_items"])
def test_an_order_of_one_hidden_fee(fields: str) -> None:
    assert _differences(get("orders/{made}", _fields=fields), post("orders", _ONE_FEE)) == ()
    bare = post("orders", {"line_items": [], **_ONE_FEE}, _fields=fields)
    assert _differences(bare) == ()


@pytest.mark.parametrize("value", [False, "parent"])
@pytest.mark.parametrize("fields", ["", "id,manage_stock,stock_quantity", "id,stock_quantity"])
def test_a_variation_whose_parent_counts(value: bool | str, fields: str) -> None:
    query = {"_fields": fields} if fields else {}
    home = "products/{parent}/variations/{variation}"
    assert _differences(put(home, {"manage_stock": value}, **query), *_COUNTED) == ()


@pytest.mark.parametrize(
    "fields",
    ["id,price_html", "id,purchasable,date_modified", "id,on_sale,stock_status", "id,permalink",
     "id,average_rating", "id,rating_count", "id,on_sale,regular_price", "id,on_sale,price"],
)  # fmt: skip
@pytest.mark.parametrize(
    "asked",
    [get("products/{boot}"), get("products", per_page=3), get("products", include="{parent}"),
     get("products/{parent}/variations"), put("products/{boot}", {"weight": "2"})],
    ids=lambda asked: asked.name(),
)  # fmt: skip
def test_a_product_of_which_only_what_follows_is_shown(asked: Asked, fields: str) -> None:
    cut = Asked(asked.method, asked.path, {**asked.query, "_fields": fields}, asked.body)
    assert _differences(cut) == ()


@pytest.mark.parametrize(
    "asked",
    [
        get("products", on_sale="true", _fields="id,price_html"),
        put("products/{boot}", {"status": "future"}, _fields="id,sale_price"),
        put("products/{boot}", {"backorders": "yes"}, _fields="id,shipping_class_id"),
        get("products/{parent}", _fields="id,has_options"),
        get("orders", product="{boot}", _fields="id,is_editable"),
        get("orders/{paid}", _fields="id,needs_payment"),
        get("customers/{customer}", _fields="id,avatar_url"),
        post("orders", {"line_items": [{"product_id": "{boot}"}]}, _fields="id,cart_tax"),
        post("orders", {"line_items": [{"product_id": "{boot}"}]}, _fields="id,tax_lines"),
    ],
    ids=lambda asked: asked.name(),
)
def test_other_answers_that_hide_what_they_come_from(asked: Asked) -> None:
    assert _differences(asked) == ()
