"""The shop before a batch: its objects without what their items change, and who is in the way."""

from __future__ import annotations

import re
from typing import Any

from tests.conformance.before import before_update
from tests.conformance.known import Known, bodies_of, kind_of
from tests.conformance.recording import Recording
from tests.conformance.reviewed import plant_reviewed
from tests.conformance.scene import Json, Scene
from tests.conformance.surroundings import code_of, data_of, plant_background
from tests.conformance.told import plant_attributes, plant_bought, plant_coupons

COUNTERS = {
    "customer": "user", "webhook": "webhook", "note": "note", "review": "note",
    "fulfillment": "fulfillment", "rate": "rate", "attribute": "attribute",
    **dict.fromkeys(("brand", "category", "tag", "shipping_class", "option"), "term"),
}  # fmt: skip
"""Which numbers a kind of object takes, where not those of posts."""


def batch_scene(recording: Recording, known: Known) -> Scene:
    """The shop before a batch: each object without what its item changes."""
    scene = Scene(recording, known)
    results = list(bodies_of(recording))
    asked = recording.body or {}
    kept = {entry.get("id") for entry in asked.get("update") or ()} | set(asked.get("delete") or ())
    fresh = [body["id"] for body in results if body["id"] not in kept and body["id"]]
    plant_background(scene, below=min(fresh, default=None))
    kind = str(kind_of(recording.path))
    _plant_batch_goods(scene, kind, kept)
    _plant_batch_parent(scene, kind)
    plant_reviewed(scene)
    updates = {entry.get("id"): entry for entry in asked.get("update") or ()}
    for body in results:
        if body["id"] in kept:
            change = updates.get(body["id"], {})
            scene.plant(kind, before_update(recording, kind, body, None, change=change))
    for body in results:
        plant_attributes(scene, body)
    _plant_batch_errors(scene, kind)
    if fresh:
        scene.store.rewind(COUNTERS.get(kind, "post"), min(fresh))
    return scene


def _plant_batch_goods(scene: Scene, kind: str, kept: set[Any]) -> None:
    """The products and coupons that new orders of a batch show."""
    sent = iter((scene.recording.body or {}).get("create") or ())
    for body in bodies_of(scene.recording):
        if kind == "order" and body["id"] not in kept:
            plant_bought(scene, body, next(sent, {}))
            plant_coupons(scene, body)


def _plant_batch_parent(scene: Scene, kind: str) -> None:
    parts, results = scene.recording.path.split("/"), scene.recording.answer
    made = results.get("create") or () if isinstance(results, dict) else ()
    if any(code_of(b.get("error")) == "woocommerce_rest_product_invalid_id" for b in made):
        return
    if kind == "variation" and scene.store.products.get(int(parts[1])) is None:
        plant_parent(scene, int(parts[1]), next((b for b in made if "permalink" in b), {}))


def _plant_batch_errors(scene: Scene, kind: str) -> None:
    """Who holds what items were refused for, and what else the refused items name."""
    asked, answer = scene.recording.body or {}, scene.recording.answer
    for name in ("create", "update", "delete"):
        results = answer.get(name) or () if isinstance(answer, dict) else ()
        for entry, result in zip(asked.get(name) or (), results, strict=False):
            item = entry if isinstance(entry, dict) else {"id": entry}
            if "error" in result:
                _plant_refused_item(scene, kind, item, result["error"])


def _plant_refused_item(scene: Scene, kind: str, item: Json, error: Json) -> None:
    holder, code = data_of(error).get("resource_id"), code_of(error)
    if holder and scene.store.product(holder) is None and not _is_new(scene.recording, holder):
        scene.plant("product", {"id": holder, "sku": item.get("sku", ""), "name": "H"})
    if code == "registration-error-email-exists":
        if scene.store.customer_by_email(str(item.get("email"))) is None:
            scene.plant("customer", {"id": 90_000_001, "email": item.get("email")})
    elif code == "woocommerce_rest_invalid_product_id":
        scene.plant("variation", {"id": item["id"], "parent_id": 1})
    elif isinstance(item.get("id"), int) and not code.endswith("invalid_id"):
        parts = scene.recording.path.split("/")
        home = {"parent_id": int(parts[1])} if kind == "variation" else {}
        if kind in ("product", "variation") and scene.store.product(item["id"]) is None:
            scene.plant(kind, {"id": item["id"], "sku": f"OWN-{item['id']}", **home})


def _is_new(recording: Recording, number: int) -> bool:
    return any(body.get("id") == number for body in recording.answer.get("create") or ())


def plant_parent(scene: Scene, number: int, part: Json) -> None:
    """A variable product, named as the address of its new variation says."""
    address = re.search(r"/product/([^/]+)/", str(part.get("permalink", "")))
    scene.plant("product", {"id": number, "type": "variable", "slug": address and address[1]})
