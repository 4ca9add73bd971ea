"""What an answer tells about objects that had to be there before it, when nobody else does."""

from __future__ import annotations

import copy
from decimal import Decimal

from sync_cli.sandbox.shop.records import Term
from tests.conformance.known import kind_of
from tests.conformance.scene import Json, Scene

_PLENTY = Decimal(100_000)


def plant_bought(scene: Scene, answer: Json) -> None:
    """Plant the products of an order's lines by planting the order and taking it out again."""
    if "line_items" not in answer or kind_of(scene.recording.path) != "order":
        return
    posted = scene.recording.body.get("line_items") or []
    sent = [line for line in posted if "subtotal" not in line]
    lines = answer["line_items"]
    for line in lines if sent else ():
        for table in (scene.store.products, scene.store.variations):
            table.remove(line["variation_id"] or line["product_id"])
    trial = {**copy.deepcopy(answer), "line_items": lines}
    scene.plant("order", trial)
    scene.store.orders.remove(answer["id"])


def plant_group(scene: Scene, answer: Json) -> None:
    """A part of a grouped product that costs what the whole is said to cost at least."""
    for number in (answer.get("grouped_products") or ())[:1]:
        scene.plant("product", {"id": number, "regular_price": answer["price"]})


def plant_named_terms(scene: Scene, answer: Json) -> None:
    """The brands and categories that a request names by id, as the answer shows them."""
    for field, terms in (("brands", scene.store.brands), ("categories", scene.store.categories)):
        asked = {entry.get("id") for entry in scene.recording.body.get(field) or ()}
        for entry in answer.get(field) or ():
            if entry["id"] in asked:
                terms.setdefault(entry["id"], Term(entry["id"], entry["name"], entry["slug"]))


def plant_named_images(scene: Scene) -> None:
    """The images that a request names by id, as the answer shows them."""
    body = scene.recording.body if isinstance(scene.recording.body, dict) else {}
    asked = {image.get("id") for image in body.get("images") or ()}
    for image in scene.recording.answer.get("images") or ():
        if image["id"] in asked:
            scene.store.images.setdefault(image["id"], image)


def plant_removed_goods(scene: Scene, kind: str, before: Json) -> None:
    """The products of lines that an update adds, at the price that these lines show."""
    lines = scene.recording.answer.get("line_items") or () if kind == "order" else ()
    known = {line["id"] for line in before.get("line_items") or ()}
    added = [line for line in lines if line["id"] not in known]
    if added:
        scene.plant("order", {"id": before["id"], "line_items": copy.deepcopy(added)})
        scene.store.orders.remove(before["id"])


def plant_sold(scene: Scene, order_id: int) -> None:
    """An order of which only a refund tells: its lines, and as much money as the refund needs."""
    answer = scene.recording.answer
    full = any(m.get("value") == "full" for m in answer.get("meta_data") or ())
    lists = {
        name: [_sold(line) for line in answer.get(name) or ()]
        for name in ("line_items", "shipping_lines")
    }
    scene.plant("order", {"id": order_id, **lists, "tax_lines": answer.get("tax_lines") or []})
    order = scene.store.orders.records[order_id]
    order.total = Decimal(answer["amount"]) if full else _PLENTY
    order.status = "completed"


def _sold(line: Json) -> Json:
    """The line of an order that a refunded line was made from."""
    sold = copy.deepcopy(line)
    sold["id"] = int(next(m["value"] for m in line["meta_data"] if m["key"] == "_refunded_item_id"))
    sold["meta_data"] = []
    for name in ("subtotal", "total"):
        sold[name] = str(sold.get(name, "0")).lstrip("-")
    sold["quantity"] = abs(line.get("quantity", 1)) or 1
    sold["taxes"] = []
    return sold
