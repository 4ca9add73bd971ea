"""Reviews of products answer as WooCommerce's source says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shop.conftest import Shop

ERIKA = {"reviewer": "Erika", "reviewer_email": "erika@buyer.example"}


def _made(shop: Shop, sku: str = "A-1", **facts: Any) -> Any:
    body = {"product_id": shop.id_of(sku), "review": "Keeps warm", "rating": 5, **ERIKA, **facts}
    return shop.post("products/reviews", body)


def test_a_review_is_shown_with_its_product_and_as_paragraphs(shop: Shop) -> None:
    made = _made(shop, review="Fine.\nReally.\n\nVery.")
    assert made["review"] == "Fine.\nReally.\n\nVery."
    shown = shop.get(f"products/reviews/{made['id']}")
    assert shown["review"] == "<p>Fine.<br />\nReally.</p>\n<p>Very.</p>\n"
    assert shown["product_name"] == "Article A-1"
    assert shown["product_permalink"].endswith("/product/article-a-1/")
    assert (shown["status"], shown["rating"], shown["verified"]) == ("approved", 5, False)
    assert shown["reviewer_avatar_urls"].keys() == {"24", "48", "96"}
    assert shown["_links"].keys() == {"self", "collection", "up"}


def test_the_stars_of_approved_reviews_are_those_of_the_product(shop: Shop) -> None:
    number = shop.id_of("A-1")
    _made(shop)
    second = _made(shop, review="Cold", rating=2)
    shown = shop.get(f"products/{number}", _fields="average_rating,rating_count")
    assert (shown["average_rating"], shown["rating_count"]) == ("3.50", 2)
    shop.put(f"products/reviews/{second['id']}", {"status": "hold"})
    shown = shop.get(f"products/{number}", _fields="average_rating,rating_count")
    assert (shown["average_rating"], shown["rating_count"]) == ("5.00", 1)
    totals = {row["slug"]: row["total"] for row in shop.get("reports/reviews/totals")}
    assert (totals["rated_5_out_of_5"], totals["rated_2_out_of_5"]) == (1, 1)


def test_a_review_of_who_bought_the_product_is_verified(shop: Shop) -> None:
    line = {"product_id": shop.id_of("A-1"), "quantity": 1}
    mail = {"email": "erika@buyer.example"}
    shop.post("orders", {"line_items": [line], "billing": mail, "status": "completed"})
    assert _made(shop)["verified"] is True
    assert _made(shop, "A-2")["verified"] is False


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"product_id": 99999}, 404, "woocommerce_rest_product_invalid_id"),
        ({"review": ""}, 400, "woocommerce_rest_review_content_invalid"),
        ({"id": 5}, 400, "woocommerce_rest_review_exists"),
        ({"reviewer": None}, 400, "rest_missing_callback_param"),
        ({"status": "good"}, 400, "rest_invalid_param"),
        ({}, 409, "woocommerce_rest_comment_duplicate"),
    ],
)
def test_a_review_that_cannot_be_made_is_refused(
    shop: Shop, facts: dict[str, Any], status: int, code: str
) -> None:
    _made(shop)
    sent = {"product_id": shop.id_of("A-1"), "review": "Keeps warm", **ERIKA, **facts}
    answer = shop.ask("POST", "products/reviews", sent)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_the_list_holds_approved_ones_unless_others_are_asked_for(shop: Shop) -> None:
    first, held = _made(shop), _made(shop, review="Hm", status="hold")
    trashed = _made(shop, "A-2", review="Bad")
    shop.ask("DELETE", f"products/reviews/{trashed['id']}")

    def listed(**query: Any) -> list[int]:
        return [one["id"] for one in shop.get("products/reviews", _fields="id", **query)]

    assert listed() == [first["id"]]
    assert listed(status="hold") == [held["id"]]
    assert listed(status="all") == [held["id"], first["id"]]
    assert listed(status="trash") == [trashed["id"]]
    assert listed(status="all", order="asc") == [first["id"], held["id"]]
    assert listed(product=shop.id_of("A-2")) == []
    assert listed(search="WARM") == [first["id"]]
    assert listed(reviewer_email="nobody@buyer.example") == []
    assert shop.total("products/reviews", status="all") == 2


def test_a_review_goes_to_the_trash_and_comes_back(shop: Shop) -> None:
    home = f"products/reviews/{_made(shop)['id']}"
    answer = shop.ask("DELETE", home)
    assert answer.json is not None
    assert answer.json["status"] == "trash"
    assert shop.ask("DELETE", home).status_code == 410
    assert shop.put(home, {"status": "untrash"})["status"] == "approved"
    gone = shop.ask("DELETE", home, force="true").json
    assert gone is not None
    assert gone["deleted"] is True
    assert gone["previous"]["review"] == "Keeps warm"
    assert "_links" not in gone["previous"]
    again = shop.ask("GET", home)
    assert again.json is not None
    assert (again.status_code, again.json["message"]) == (404, "Invalid review ID.")


def test_many_reviews_are_written_at_once(shop: Shop) -> None:
    number = _made(shop)["id"]
    product = shop.id_of("A-2")
    done = shop.post(
        "products/reviews/batch",
        {
            "create": [{"product_id": product, "review": "Good", **ERIKA}, {"product_id": 99999}],
            "update": [{"id": number, "rating": 1}],
        },
    )
    assert done["create"][0]["product_id"] == product
    assert done["create"][1]["error"]["code"] == "woocommerce_rest_product_invalid_id"
    assert done["update"][0]["rating"] == 1
    [gone] = shop.post("products/reviews/batch", {"delete": [number]})["delete"]
    assert gone["deleted"] is True
