"""The shop before a write of reviews: the products that they are about, and who bought them."""

from __future__ import annotations

from typing import Any

from tests.conformance.implied import line_of
from tests.conformance.known import bodies_of, kind_of
from tests.conformance.scene import Json, Scene
from tests.conformance.surroundings import code_of

_ORDERS = 60_900_000


def plant_reviewed(scene: Scene) -> None:
    """The products of the reviews that a write makes or takes out, and those taken out."""
    recording = scene.recording
    if kind_of(recording.path) != "review" or recording.method == "GET":
        return
    for body in _taken_out(recording.answer):
        scene.plant("review", body)
    for body in bodies_of(recording):
        _plant_product(scene, body)
        if body.get("verified"):
            _plant_buyer(scene, body)
    asked = recording.body if isinstance(recording.body, dict) else {}
    if recording.status >= 400 and "product_invalid_id" not in code_of(recording.answer):
        _plant_product(scene, asked)
    if code_of(recording.answer).endswith("comment_duplicate"):
        scene.plant("review", {"id": 1, **asked})


def _taken_out(answer: Any) -> list[Json]:
    """What the answer to a deletion for good, or to a batch, tells of reviews that are gone."""
    told = answer if isinstance(answer, dict) else {}
    entries = [told, *(told.get("delete") or ())]
    return [entry["previous"] for entry in entries if isinstance(entry.get("previous"), dict)]


def _plant_product(scene: Scene, body: Json) -> None:
    """The product of a review, which stands in the shop before the review does."""
    number = body.get("product_id")
    if number and scene.store.products.get(int(number)) is None:
        scene.plant("review", {**body, "id": 1})
        scene.store.reviews.remove(1)


def _plant_buyer(scene: Scene, body: Json) -> None:
    """A paid order of the reviewer with the product."""
    number = _ORDERS + int(body["id"])
    billing = {"email": body.get("reviewer_email", "")}
    lines = [line_of(number, int(body["product_id"]))]
    order = {"id": number, "status": "completed", "billing": billing, "line_items": lines}
    scene.plant("order", order)
