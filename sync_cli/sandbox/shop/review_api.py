"""The routes of the reviews of products; to the shop they are comments, as notes of orders are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.http import (
    Answer,
    Call,
    chosen,
    created,
    links,
    paged,
    refuse_existing,
)
from sync_cli.sandbox.shop.listing import ListSpec, ids, is_true, page_of, wish_of
from sync_cli.sandbox.shop.product_facts import ProductView
from sync_cli.sandbox.shop.product_view import product_json
from sync_cli.sandbox.shop.records import Json, Review
from sync_cli.sandbox.shop.store import ShopStore, folded
from sync_cli.sandbox.shop.times import gmt_text, local_text

_REVIEWS = ListSpec(local_dates=True)
_HOME = "products/reviews"
_AVATARS = (24, 48, 96)
_SORT_KEYS: Mapping[str, Callable[[Review], Any]] = {
    "product": lambda review: (review.product_id, review.id),
}
_FIELDS = {"reviewer": "reviewer", "reviewer_email": "email", "review": "text"}
_SAID_TWICE = "Duplicate comment detected; it looks as though you&#8217;ve already said that!"
_BACK = {"unspam": "spam", "untrash": "trash"}
"""Words that bring a review back, and from where."""


def _review_json(store: ShopStore, review: Review, *, edit: bool) -> Json:
    product = store.products.get(review.product_id)
    names = frozenset({"name", "permalink"})
    shown = product_json(ProductView(store), product, names) if product is not None else {}
    base = f"{store.settings.base_url}/wp-json/wc/v3/products"
    mail = hashlib.sha256(review.email.strip().lower().encode()).hexdigest()
    avatar = f"https://secure.gravatar.com/avatar/{mail}"
    return {
        "id": review.id,
        "date_created": local_text(review.created, store.settings.time_zone),
        "date_created_gmt": gmt_text(review.created),
        "product_id": review.product_id,
        "product_name": shown.get("name", ""),
        "product_permalink": shown.get("permalink", False),
        "status": review.status,
        "reviewer": review.reviewer,
        "reviewer_email": review.email,
        "review": review.text if edit else as_paragraphs(review.text),
        "rating": review.rating,
        "verified": review.verified,
        "reviewer_avatar_urls": {str(s): f"{avatar}?s={s}&d=mm&r=g" for s in _AVATARS},
        "_links": {
            **links(store, _HOME, review.id),
            "up": [{"href": f"{base}/{review.product_id}"}],
        },
    }


def as_paragraphs(text: str) -> str:
    """A text as pages show it: a paragraph for each block, a break for each end of a line."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    lines = (block.replace("\n", "<br />\n") for block in blocks)
    return "".join(block if block.startswith("<p") else f"<p>{block}</p>\n" for block in lines)


def list_reviews(call: Call) -> Answer:
    """`GET /products/reviews`: those approved, unless another status is asked for."""
    is_trash = call.query.get("status") == "trash"
    wish = wish_of(
        call.store,
        _REVIEWS,
        call.query,
        matches=_filter(call.query),
        sort_keys=_SORT_KEYS,
        trashed=is_trash,
    )
    found, total = call.store.reviews.find(wish)
    page, edit = page_of(call.query), call.query.get("context") == "edit"
    bodies = [chosen(_review_json(call.store, one, edit=edit), call.names) for one in found]
    return paged(call, bodies, total, page.size, page.number)


def _filter(query: Mapping[str, str]) -> Callable[[Review], bool]:
    status, products = query.get("status", "approved"), ids(query.get("product"))
    statuses = ("approved", "hold") if status == "all" else (status,)
    mail, text = query.get("reviewer_email", ""), folded(query.get("search", ""))
    only_users = bool(ids(query.get("reviewer")))

    def matches(review: Review) -> bool:
        return (
            review.status in statuses
            and (not products or review.product_id in products)
            and (not mail or review.email.lower() == mail.lower())
            and (not text or any(text in folded(part) for part in _searched(review)))
            and not only_users
        )

    return matches


def _searched(review: Review) -> tuple[str, ...]:
    return review.reviewer, review.email, review.text


def _found(store: ShopStore, number: Any) -> Review:
    review = store.reviews.get(int(number or 0))
    if review is None:
        raise ShopError("woocommerce_rest_review_invalid_id", "Invalid review ID.", 404)
    _check_product(store, review.product_id)
    return review


def _check_product(store: ShopStore, number: Any) -> None:
    if store.products.get(int(number or 0)) is None:
        raise ShopError("woocommerce_rest_product_invalid_id", "Invalid product ID.", 404)


def get_review(call: Call) -> Answer:
    """`GET /products/reviews/{id}`."""
    edit = call.query.get("context") == "edit"
    body = _review_json(call.store, _found(call.store, call.numbers[0]), edit=edit)
    return Answer(chosen(body, call.single_names))


def post_review(call: Call) -> Answer:
    """`POST /products/reviews`."""
    refuse_existing(call, "review", "product review")
    review = _create(call.store, call.body)
    body = chosen(_review_json(call.store, review, edit=True), call.single_names)
    return created(call, body, review.id)


def _create(store: ShopStore, body: Json) -> Review:
    _check_product(store, body.get("product_id"))
    text = str(body.get("review") or "")
    if not text:
        raise _no_content()
    review = Review(store.next_id("note"), store.now(), None, int(body["product_id"]))
    _write(review, body)
    _refuse_double(store, review)
    review.status = "approved"
    _set_status(review, str(body.get("status") or "approved"))
    review.rating = int(body.get("rating") or 0)
    review.verified = _has_bought(store, review)
    store.reviews.add(review, trashed=review.status == "trash")
    return review


def _has_bought(store: ShopStore, review: Review) -> bool:
    """Whether an order that is paid brought the product to the reviewer's address."""
    return any(
        order.status in ("processing", "completed")
        and order.billing.get("email", "").lower() == review.email.lower() != ""
        and any(item.product_id == review.product_id for item in order.items)
        for order in store.orders.records.values()
    )


def _no_content() -> ShopError:
    return ShopError("woocommerce_rest_review_content_invalid", "Invalid review content.", 400)


def _refuse_double(store: ShopStore, review: Review) -> None:
    """The same words of the same person about one product are taken once."""
    for other in store.reviews.records.values():
        same = other.product_id == review.product_id and other.text == review.text
        person = other.reviewer == review.reviewer or (other.email and other.email == review.email)
        if same and person and other.status != "trash":
            raise ShopError("woocommerce_rest_comment_duplicate", _SAID_TWICE, 409)


def _write(review: Review, body: Json) -> None:
    for name, field in _FIELDS.items():
        if body.get(name) is not None:
            setattr(review, field, str(body[name]).strip())


def _set_status(review: Review, status: str) -> None:
    """Another status; "unspam" and "untrash" bring back the one before."""
    if status in _BACK:
        if review.status == _BACK[status]:
            review.status = review.before
    elif status != review.status:
        review.before, review.status = review.status, status


def put_review(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /products/reviews/{id}`."""
    review = _update(call.store, call.numbers[0], call.body)
    return Answer(chosen(_review_json(call.store, review, edit=True), call.single_names))


def _update(store: ShopStore, number: Any, body: Json) -> Review:
    review = _found(store, number)
    if body.get("product_id"):
        _check_product(store, body["product_id"])
        review.product_id = int(body["product_id"])
    if body.get("review") == "":
        raise _no_content()
    _write(review, body)
    if body.get("status"):
        _set_status(review, str(body["status"]))
    if body.get("rating"):
        review.rating = int(body["rating"])
    store.reviews.set_trashed(review, review.status == "trash")
    return review


def delete_review(call: Call) -> Answer:
    """`DELETE /products/reviews/{id}`: to the trash, or with `force` out of the shop."""
    store, review = call.store, _found(call.store, call.numbers[0])
    if is_true(call.query.get("force")):
        return Answer(chosen(_drop(store, review), call.names))
    if review.status == "trash":
        message = "The object has already been trashed."
        raise ShopError("woocommerce_rest_already_trashed", message, 410)
    _set_status(review, "trash")
    store.reviews.set_trashed(review, True)
    return Answer(chosen(_review_json(store, review, edit=True), call.single_names))


def _drop(store: ShopStore, review: Review) -> Json:
    previous = _review_json(store, review, edit=True)
    del previous["_links"]
    store.reviews.remove(review.id)
    return {"deleted": True, "previous": previous}


class ReviewBatch:
    """The items of `/products/reviews/batch`."""

    def __init__(self, store: ShopStore) -> None:
        self._store = store

    def create(self, item: Json) -> Json:
        """Make one; raises ShopError."""
        return _review_json(self._store, _create(self._store, item), edit=True)

    def update(self, number: Any, item: Json) -> Json:
        """Change one; raises ShopError."""
        return _review_json(self._store, _update(self._store, number, item), edit=True)

    def delete(self, number: Any) -> Json:
        """Take one out for good; raises ShopError."""
        return _drop(self._store, _found(self._store, number))
