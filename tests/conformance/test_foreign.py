"""Exchanges of a stranger's shop, written by hand: what they tell of it the sandbox cannot know."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.conformance.known import Known
from tests.conformance.recording import Recording, from_json
from tests.conformance.replay import verdict

Json = dict[str, Any]
API = "https://shop.example/wp-json/wc/v3/"
DATE = "Sat, 21 Nov 2026 03:17:24 GMT"


def _exchange(
    path: str, body: Any, *, method: str = "GET", sent: Any = None, status: int = 200,
    query: Json | None = None, headers: dict[str, str] | None = None,
) -> Json:  # fmt: skip
    return {
        "request": {"method": method, "path": f"/wp-json/wc/v3/{path}", "query": query or {},
                    "body": sent, "auth": "basic (read_write key)", "scheme": "https"},
        "response": {"status": status, "body": body, "headers": {
            "Content-Type": "application/json; charset=UTF-8", "Date": DATE, **(headers or {})}},
    }  # fmt: skip


def _links(path: str, home: str, *allow: str) -> Json:
    own = {"href": f"{API}{path}", "targetHints": {"allow": list(allow)}}
    return {"self": [own], "collection": [{"href": f"{API}{home}"}]}


def _setting(name: str, **facts: Any) -> Json:
    links = _links(f"settings/products/{name}", "settings/products", "GET", "POST", "PUT", "PATCH")
    return {"id": name, "group_id": "products", **facts, "_links": links}


WEIGHT = _setting(
    "woocommerce_weight_unit", label="Gewichtseinheit", description="Worin gewogen wird.",
    type="select", default="kg", tip="Worin gewogen wird.", value="oz",
    options={"kg": "kg", "oz": "oz", "st": "stone"},
)  # fmt: skip
PLUGGED = _setting(
    "acme_feed", label="Feed", description="", type="text", default="", value="daily",
)  # fmt: skip
REVIEW: Json = {
    "id": 812, "date_created": "2026-11-20T10:00:00", "date_created_gmt": "2026-11-20T09:00:00",
    "product_id": 77, "product_name": "Teapot &amp; cup",
    "product_permalink": "https://shop.example/product/teapot/", "status": "approved",
    "reviewer": "Jo", "reviewer_email": "jo@buyer.example", "review": "<p>Pours well.</p>\n",
    "rating": 4, "verified": True,
    "reviewer_avatar_urls": {
        size: "https://secure.gravatar.com/avatar/"
        f"dd6c7f7d3ab7eadcd2abd05441960fc43b3779db4feb7d9f98e5d41b54bd7094?s={size}&d=mm&r=g"
        for size in ("24", "48", "96")
    },
    "_links": {**_links("products/reviews/812", "products/reviews",
                        "GET", "POST", "PUT", "PATCH", "DELETE"),
               "up": [{"href": f"{API}products/77"}]},
}  # fmt: skip
FOREIGN = {
    "a country whose states the sandbox does not know": _exchange(
        "data/countries/it",
        {"code": "IT", "name": "Italia", "states": [{"code": "RM", "name": "Roma"}],
         "_links": _links("data/countries/it", "data/countries", "GET")},
    ),
    "a currency that a plug-in adds": _exchange(
        "data/currencies/xau",
        {"code": "XAU", "name": "Gold", "symbol": "Au",
         "_links": _links("data/currencies/XAU", "data/currencies", "GET")},
    ),
    "settings in another language, one of them a plug-in's": _exchange(
        "settings/products", [WEIGHT, PLUGGED]
    ),
    "a setting of a plug-in is written": _exchange(
        "settings/products/acme_feed", {**PLUGGED, "value": "weekly"},
        method="PUT", sent={"value": "weekly"},
    ),
    "a setting of a mail": _exchange(
        "settings/email_new_order/subject", [], status=404,
    ),
    "groups of settings with those of mails": _exchange(
        "settings",
        [{"id": "email", "label": "Emails", "description": "", "parent_id": "",
          "sub_groups": ["email_new_order"],
          "_links": {"options": [{"href": f"{API}settings/email"}]}},
         {"id": "email_new_order", "label": "New order", "description": "To the shop's owner.",
          "parent_id": "email", "sub_groups": [],
          "_links": {"options": [{"href": f"{API}settings/email_new_order"}]}}],
    ),
    "a way to ship of a plug-in": _exchange(
        "shipping_methods/acme", {"id": "acme", "title": "Acme", "description": "By carriage.",
                                  "_links": _links("shipping_methods/acme", "shipping_methods",
                                                   "GET")},
    ),
    "a tool that was run": _exchange(
        "system_status/tools/acme_reset",
        {"id": "acme_reset", "name": "Acme", "action": "Reset", "description": "Forgets all.",
         "success": True, "message": "All is forgotten.",
         "_links": {"item": [{"embeddable": True,
                              "href": f"{API}system_status/tools/acme_reset"}]}},
        method="PUT", sent={"confirm": True},
    ),
    "a list of reviews, of which one page is shown": _exchange(
        "products/reviews", [REVIEW], query={"per_page": "1", "page": "2"},
        headers={"X-WP-Total": "3", "X-WP-TotalPages": "3",
           "Link": f'<{API}products/reviews?per_page=1&page=1>; rel="prev", '
                   f'<{API}products/reviews?per_page=1&page=3>; rel="next"'},
    ),
    "mails that are called otherwise": _exchange(
        "orders/5/actions/email_templates",
        [{"id": "customer_completed_order", "title": "Fertig", "description": "Ist fertig."},
         {"id": "customer_invoice", "title": "Rechnung", "description": "Von Hand."}],
    ),
    "a mail that was sent": _exchange(
        "orders/5/actions/send_email",
        {"message": 'Email template "Fertig" sent to jo@buyer.example.'},
        method="POST", sent={"template_id": "customer_completed_order"},
    ),
    "sales of a shop with customers": _exchange(
        "reports/sales",
        [{"total_sales": "0.00", "net_sales": "0.00", "average_sales": "0.00", "total_orders": 0,
          "total_items": 0, "total_tax": "0.00", "total_shipping": "0.00", "total_refunds": 0,
          "total_discount": "0.00", "totals_grouped_by": "day", "total_customers": 3,
          "totals": {day: {"sales": "0.00", "orders": 0, "items": 0, "tax": "0.00",
                           "shipping": "0.00", "discount": "0.00", "customers": count}
                     for day, count in (("2026-11-01", 2), ("2026-11-02", 1))},
          "_links": {"about": [{"href": f"{API}reports"}]}}],
        query={"date_min": "2026-11-01", "date_max": "2026-11-02"},
    ),
    "a system status of another server": _exchange(
        "system_status",
        {"security": {"secure_connection": True, "hide_errors": False},
         "post_type_counts": [{"type": "post", "count": "4"}],
         "inactive_plugins": [{"plugin": "x/x.php", "name": "X", "version": "1",
                               "version_latest": "1", "url": "", "author_name": "",
                               "author_url": "", "network_activated": False}]},
        query={"_fields": "security,post_type_counts,inactive_plugins"},
    ),
    "names of custom fields": _exchange(
        "products/custom-fields/names", ["brand_code", "total_sales"],
        headers={"X-WP-Total": "2", "X-WP-TotalPages": "1"},
    ),
}  # fmt: skip
FOREIGN["a setting of a mail"]["response"]["body"] = {
    "code": "rest_setting_setting_group_invalid", "message": "Invalid setting group.",
    "data": {"status": 404},
}  # fmt: skip


def _recording(name: str, document: Json) -> Recording:
    return from_json(name, document)


def _differences(document: Json) -> tuple[str, ...]:
    recording = _recording("foreign", document)
    return verdict(recording, Known([recording])).differences


@pytest.mark.parametrize("name", FOREIGN)
def test_what_a_stranger_tells_can_be_prepared(name: str) -> None:
    assert _differences(FOREIGN[name]) == ()


@pytest.mark.parametrize("name", FOREIGN)
def test_a_key_that_no_shop_has_is_found_out(name: str) -> None:
    document = copy.deepcopy(FOREIGN[name])
    answer = document["response"]["body"]
    told = answer[0] if isinstance(answer, list) else answer
    if isinstance(told, dict):
        told["invented"] = 1
        assert _differences(document) != ()
    document = copy.deepcopy(FOREIGN[name])
    document["response"]["status"] += 1
    assert _differences(document) != ()
