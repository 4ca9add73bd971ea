"""What stands in a shop around an exchange: others' objects, and what its path and body name."""

from __future__ import annotations

import re
from typing import Any

from tests.conformance.known import kind_of
from tests.conformance.scene import Json, Scene

_KINDS = (
    "product", "variation", "order", "refund", "customer", "coupon", "webhook", "brand", "category",
    "tag", "shipping_class", "review",
)  # fmt: skip


_NO_PRODUCT = ("woocommerce_rest_product_invalid_id", "woocommerce_rest_invalid_id")


def plant_background(
    scene: Scene, *, kinds: tuple[str, ...] = _KINDS, below: int | None = None
) -> None:
    """Plant what was known before the exchange; of posts only those with ids `below`."""
    for kind in kinds:
        for number in sorted(scene.known.ids(kind)):
            body = scene.known.merged(kind, number, scene.recording)
            is_post = kind in ("product", "variation", "order", "refund", "coupon")
            if body and not (is_post and below is not None and number >= below):
                scene.plant(kind, body)


def plant_needed(scene: Scene, body: Any) -> None:
    """Plant what the path and the body name and nobody else has told about."""
    path = scene.recording.path.split("/")
    plant_order_of_path(scene)
    if scene.recording.status >= 400:
        _plant_home(scene, path)
    _plant_named(scene, path)
    if isinstance(body, dict) and scene.recording.status < 400:
        _plant_lines(scene, body)


def plant_order_of_path(scene: Scene) -> None:
    """The order below which the path goes on, where nobody else has told about it."""
    path = scene.recording.path.split("/")
    below = path[0] == "orders" and len(path) > 2 and path[1].isdecimal()
    if not below:
        return
    if message_of(scene.recording.answer) == "Invalid order ID.":
        scene.store.orders.remove(int(path[1]))
    elif scene.store.orders.get(int(path[1])) is None:
        scene.plant("order", {"id": int(path[1])})


def _plant_home(scene: Scene, path: list[str]) -> None:
    """The product or attribute below which the path goes on, unless it is refused for its id."""
    code, kind = code_of(scene.recording.answer), kind_of("/".join(path))
    if kind == "variation" and path[0] == "products" and code not in _NO_PRODUCT:
        number = int(path[1])
        if scene.store.products.get(number) is None:
            scene.plant("product", {"id": number, "type": "variable", "name": "Home"})
    if kind == "option" and not code.endswith("taxonomy_invalid"):
        number = int(path[2])
        if number not in scene.store.attributes:
            scene.plant("attribute", {"id": number})


def _plant_named(scene: Scene, path: list[str]) -> None:
    """The object in the path of an exchange that was not refused for its id."""
    code, kind = code_of(scene.recording.answer), kind_of("/".join(path))
    is_unknown = code.endswith(("invalid_id", "term_invalid", "taxonomy_invalid"))
    is_unknown |= scene.recording.method == "HEAD"  # it answers no code
    if not path[-1].isdecimal() or is_unknown or kind is None or scene.recording.status < 400:
        return
    number = int(path[-1])
    if _is_there(scene, kind, number):
        return
    body: Json = {"id": number, "name": "Named"}
    if code.endswith("already_trashed"):
        body["status"] = "trash"
    role = re.search(r"role (\w+)|with (\w+) role", message_of(scene.recording.answer))
    if role:
        body["role"] = role[1] or role[2]
    if kind in ("variation", "refund", "note"):
        body["parent_id"] = int(path[1])
    if "does not match" in message_of(scene.recording.answer) or "order refund ID" in message_of(
        scene.recording.answer
    ):
        body["parent_id"] += 1  # it stands below another one
    scene.plant(kind, body)


def _is_there(scene: Scene, kind: str, number: int) -> bool:
    """Whether the shop has an object of this kind already."""
    store = scene.store
    if kind == "product":
        return store.product(number) is not None
    if kind in ("order", "customer", "coupon", "webhook", "refund", "review"):
        return getattr(store, f"{kind}s").get(number) is not None
    if kind == "variation":
        return store.variations.get(number) is not None
    return kind == "rate" and any(rate.id == number for rate in store.rates)


def _plant_lines(scene: Scene, body: Json) -> None:
    number = body.get("customer_id")
    if number and scene.store.customers.get(number) is None:
        scene.plant("customer", {"id": number})
    parent = body.get("parent_id")
    if parent and scene.store.orders.get(parent) is None:
        scene.plant("order", {"id": parent})


def code_of(answer: Any) -> str:
    """The code of a refusal."""
    return str(answer.get("code", "")) if isinstance(answer, dict) else ""


def message_of(answer: Any) -> str:
    """The words of a refusal."""
    return str(answer.get("message", "")) if isinstance(answer, dict) else ""


def data_of(answer: Any) -> Json:
    """What a refusal tells beside its words."""
    data = answer.get("data") if isinstance(answer, dict) else None
    return data if isinstance(data, dict) else {}
