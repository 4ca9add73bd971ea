"""Put reviews of products into a store."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.shop.records import Review
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.times import parse_bound

Json = dict[str, Any]
_FILLERS = 90_000_000
"""The first number of reviews of which only a product's stars tell."""


def plant_review(store: ShopStore, body: Json, *, default_second: int) -> None:
    """Store a review as an answer shows it, its text without the marks of paragraphs."""
    bound = parse_bound(str(body.get("date_created_gmt")))
    made = bound.shown if bound else default_second
    review = Review(int(body["id"]), made, None, int(body["product_id"]))
    review.reviewer = str(body.get("reviewer", ""))
    review.email = str(body.get("reviewer_email", ""))
    review.text = plain(str(body.get("review", "")))
    review.rating = int(body.get("rating") or 0)
    review.verified = bool(body.get("verified"))
    review.status = str(body.get("status") or "approved")
    store.reviews.add(review, trashed=review.status == "trash")
    store.reserve("note", review.id)


def plain(text: str) -> str:
    """A text as it was written, from paragraphs as a page shows them."""
    if not text.startswith("<p>"):
        return text
    inner = re.sub(r"</p>\n?<p>", "\n\n", text.strip().removeprefix("<p>").removesuffix("</p>"))
    return inner.replace("<br />\n", "\n")


def _is_filler(review: Review, product_id: int) -> bool:
    return review.product_id == product_id and review.id >= _FILLERS


def plant_stars(store: ShopStore, body: Json) -> None:
    """As many reviews of a product as it says to have, with the stars that it has on average."""
    count = int(body.get("rating_count") or 0)
    total = int((Decimal(str(body.get("average_rating") or 0)) * count).to_integral_value())
    for number in [r.id for r in store.reviews.records.values() if _is_filler(r, int(body["id"]))]:
        store.reviews.remove(number)
    for at in range(count):
        number = max([_FILLERS, *store.reviews.records]) + 1
        rating = total // count + (at < total % count)
        store.reviews.add(Review(number, 0, None, int(body["id"]), rating=rating))
