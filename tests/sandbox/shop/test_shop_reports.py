"""Reports of sales, tools and the system status answer as WooCommerce's source says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shop.conftest import OpenShop, Shop


@pytest.fixture
def posts(open_shop: OpenShop) -> Shop:
    """A shop that stores orders as posts, where alone the reports find them."""
    return open_shop(order_storage="posts")


def _order(shop: Shop, quantity: int = 1, **facts: Any) -> Any:
    line = {"product_id": shop.id_of("A-4"), "quantity": quantity}
    return shop.post("orders", {"line_items": [line], "status": "completed", **facts})


def test_without_orders_every_day_of_the_week_is_a_row_of_zeros(posts: Shop) -> None:
    [sales] = posts.get("reports/sales", period="week")
    assert list(sales["totals"]) == [f"2026-11-{day:02}" for day in range(9, 16)]
    assert sales["totals_grouped_by"] == "day"
    assert sales["totals"]["2026-11-15"] == {
        "sales": "0.00", "orders": 0, "items": 0, "tax": "0.00", "shipping": "0.00",
        "discount": "0.00", "customers": 0,
    }  # fmt: skip
    assert (sales["total_sales"], sales["total_refunds"]) == ("0.00", 0)


def test_sales_are_what_was_sold_less_what_went_back(posts: Shop) -> None:
    first, second = _order(posts, 2), _order(posts)
    posts.post(f"orders/{second['id']}/refunds", {"amount": "4.44", "api_refund": False})
    _order(posts, status="pending")
    [sales] = posts.get("reports/sales")
    total = float(first["total"]) + float(second["total"])
    assert sales["total_sales"] == f"{total - 4.44:.2f}"
    assert (sales["total_orders"], sales["total_items"], sales["total_refunds"]) == (2, 3, 4.44)
    [day] = sales["totals"].values()
    assert (day["sales"], day["orders"], day["items"]) == (f"{total:.2f}", 2, 3)
    [seller] = posts.get("reports/top_sellers")
    assert (seller["name"], seller["quantity"]) == ("Article A-4", 3)


def test_orders_with_tables_of_their_own_are_no_sales(shop: Shop) -> None:
    _order(shop)
    assert shop.get("reports/sales")[0]["total_orders"] == 0
    assert shop.get("reports/top_sellers") == []


@pytest.mark.parametrize(
    ("query", "unit", "names"),
    [
        ({"period": "year"}, "month", [f"2026-{month:02}" for month in range(1, 12)]),
        ({"period": "last_month"}, "day", [f"2026-10-{day:02}" for day in range(1, 32)]),
        ({"date_min": "2026-11-13"}, "day", ["2026-11-13", "2026-11-14", "2026-11-15"]),
        ({"date_min": "2026-01-31", "date_max": "2026-06-30"}, "month",
         ["2026-01", "2026-03", "2026-05", "2026-07"]),
    ],
)  # fmt: skip
def test_a_period_is_cut_into_days_or_months(
    shop: Shop, query: dict[str, str], unit: str, names: list[str]
) -> None:
    [sales] = shop.get("reports/sales", **query)
    assert (sales["totals_grouped_by"], list(sales["totals"])) == (unit, names)


def test_a_day_that_is_none_is_refused(shop: Shop) -> None:
    answer = shop.ask("GET", "reports/sales", date_min="soon")
    assert answer.json is not None
    assert answer.json["data"]["details"]["date_min"]["code"] == "woocommerce_rest_invalid_date"
    assert answer.json["data"]["params"]["date_min"] == "The date you provided is invalid."


def test_reports_are_listed_also_those_that_are_no_route(shop: Shop) -> None:
    reports = {one["slug"]: one["_links"]["self"][0] for one in shop.get("reports")}
    assert len(reports) == 10
    assert reports["sales"]["targetHints"] == {"allow": ["GET"]}
    assert "targetHints" not in reports["tags/totals"]


def test_a_tool_says_what_it_did(shop: Shop) -> None:
    tools = {one["id"]: one["action"] for one in shop.get("system_status/tools")}
    assert tools["recount_terms"] == "Recount terms"
    done = shop.put("system_status/tools/clear_transients", {"confirm": True})
    assert (done["success"], done["message"]) == (True, "Product transients cleared")
    assert shop.get("taxes") != []
    shop.put("system_status/tools/delete_taxes", {})
    assert shop.get("taxes") == []
    answer = shop.ask("GET", "system_status/tools/moon")
    assert answer.json is not None
    assert (answer.status_code, answer.json["message"]) == (404, "Invalid tool ID.")


def test_a_variation_whose_parent_is_gone_is_deleted_by_the_tool(shop: Shop) -> None:
    part = shop.store.sku_holders("W-1-S")[0]
    part.parent_id = 99_999
    done = shop.put("system_status/tools/delete_orphaned_variations", {})
    assert done["message"] == "1 orphaned variations deleted"
    assert shop.store.product(part.id) is None


def test_the_system_status_tells_of_the_server_and_of_what_the_shop_keeps(shop: Shop) -> None:
    status = shop.get("system_status")
    assert list(status) == [
        "environment", "theme", "settings", "database", "active_plugins", "inactive_plugins",
        "dropins_mu_plugins", "security", "pages", "post_type_counts", "logging",
    ]  # fmt: skip
    assert status["active_plugins"][0]["plugin"] == "woocommerce/woocommerce.php"
    counts = {one["type"]: one["count"] for one in status["post_type_counts"]}
    assert counts["product"] == str(len(shop.store.products))
    assert "wp_woocommerce_order_items" in status["database"]["database_tables"]["woocommerce"]
    assert [one["page_name"] for one in status["pages"]][:2] == ["Shop base", "Cart"]
    assert shop.get("system_status", _fields="security.hide_errors") == {
        "security": {"hide_errors": True}
    }
