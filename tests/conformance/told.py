"""What an answer tells about objects that had to be there before it, when nobody else does."""

from __future__ import annotations

import copy
import json
import re
from decimal import Decimal

from sync_cli.sandbox.shop.records import Term
from sync_cli.sandbox.shop.slugs import slug_of
from tests.conformance.known import kind_of
from tests.conformance.scene import Json, Scene

_COUNTED: dict[str, tuple[str, str, Json]] = {
    "orders": ("order", "status", {}),
    "products": ("product", "type", {}),
    "customers": ("customer", "is_paying_customer", {"paying": True, "non_paying": False}),
    "coupons": ("coupon", "discount_type", {}),
    "reviews": ("review", "rating", {f"rated_{stars}_out_of_5": stars for stars in range(1, 6)}),
}
"""Which objects a report counts, by which field, and its values where not the row's slug."""
_PLENTY = Decimal(100_000)


def plant_bought(scene: Scene, answer: Json, sent_body: Json | None) -> None:
    """Plant the products of an order's lines by planting the order and taking it out again."""
    if "line_items" not in answer or kind_of(scene.recording.path) != "order":
        return
    posted = (sent_body or {}).get("line_items") or []
    sent = [line for line in posted if "subtotal" not in line]
    lines = answer["line_items"]
    _forget_goods(scene, lines if sent else [])
    trial = {**copy.deepcopy(answer), "line_items": lines}
    scene.plant("order", trial)
    scene.store.orders.remove(answer["id"])


def _forget_goods(scene: Scene, lines: list[Json]) -> None:
    """Take out the goods of lines: what they cost is told by the lines themselves."""
    for line in lines:
        for table in (scene.store.products, scene.store.variations):
            table.remove(line["variation_id"] or line["product_id"])


def plant_counted(scene: Scene) -> None:
    """As many objects of each kind as a report of totals counts."""
    parts = scene.recording.path.split("/")
    counted = _COUNTED.get(parts[1]) if parts[0] == "reports" and parts[2:] == ["totals"] else None
    rows = scene.recording.answer if counted is not None else ()
    number = 60_000_000
    for row in rows:
        for _ in range(row["total"]):
            number += 1
            kind, field, values = counted or ("", "", {})
            scene.plant(kind, {"id": number, field: values.get(row["slug"], row["slug"])})


def plant_counting_parent(scene: Scene) -> None:
    """The parent counts the pieces of a variation that shows some and was told to count none."""
    sent = scene.recording.body if isinstance(scene.recording.body, dict) else {}
    answer = scene.recording.answer
    pieces = answer.get("stock_quantity")
    counts_none = sent.get("manage_stock") in (False, "parent")
    if answer.get("manage_stock") != "parent" and not (counts_none and pieces is not None):
        return
    parent = scene.store.products.get(int(scene.recording.path.split("/")[1]))
    if parent is not None:
        parent.managed, parent.stock = True, pieces
        parent.stock_status = str(answer.get("stock_status") or "instock")


def plant_tax_class(scene: Scene) -> None:
    """The tax class that a deletion names, as the answer shows it."""
    answer = scene.recording.answer
    is_there = scene.recording.method == "DELETE"
    if is_there and scene.recording.path.startswith("taxes/classes/") and "slug" in answer:
        scene.store.tax_classes[answer["slug"]] = answer["name"]


def plant_group(scene: Scene, answer: Json) -> None:
    """A part of a grouped product that costs what the whole is said to cost at least."""
    sent = scene.recording.body if isinstance(scene.recording.body, dict) else {}
    parts = answer.get("grouped_products") or sent.get("grouped_products") or ()
    if "price" in answer and kind_of(scene.recording.path) == "product":
        for number in parts[:1]:
            scene.plant("product", {"id": number, "regular_price": answer["price"]})


def plant_namesake(scene: Scene, answer: Json) -> None:
    """Others that hold the addresses which a number behind a new one's own shows to be taken."""
    stored = re.fullmatch(r"(.+)-(\d+)", str(answer.get("slug") or ""))
    sent = scene.recording.body if isinstance(scene.recording.body, dict) else {}
    if kind_of(scene.recording.path) != "product" or stored is None:
        return
    base = stored[1]
    if slug_of(str(sent.get("slug") or sent.get("name", ""))) != base:
        return
    for at in range(1, int(stored[2])):
        slug = base if at == 1 else f"{base}-{at}"
        if slug not in scene.store.slugs:
            scene.plant("product", {"id": scene.store.next_id("filler"), "slug": slug})


def plant_named_terms(scene: Scene, answer: Json) -> None:
    """The terms that a request names by id, as the answer shows them."""
    body, store = scene.recording.body, scene.store
    for field in ("brands", "categories", "tags"):
        terms = store.terms[field]
        asked = {entry.get("id") for entry in body.get(field) or () if isinstance(entry, dict)}
        for entry in answer.get(field) or ():
            if entry["id"] in asked:
                terms.setdefault(entry["id"], Term(entry["id"], entry["name"], entry["slug"]))


def plant_attributes(scene: Scene, body: Json) -> None:
    """The shared attributes that a product shows, and those that its parent offers to choose."""
    shown = body.get("attributes") or ()
    for entry in shown:
        if entry["id"] and entry["id"] not in scene.store.attributes:
            scene.plant("attribute", {name: entry[name] for name in ("id", "name", "slug")})
    parent = scene.store.products.get(int(body.get("parent_id") or 0))
    if parent is None or not all("option" in entry for entry in shown):
        return
    known = {(e["id"], e["name"]): e for e in parent.extra.get("attributes", ())}
    for entry in shown:
        known.setdefault((entry["id"], entry["name"]), {**entry, "options": [entry["option"]]})
    parent.extra["attributes"] = [{**entry, "variation": True} for entry in known.values()]


def plant_shipping_class(scene: Scene, answer: Json) -> None:
    """The shipping class that a request names and the answer took."""
    number = answer.get("shipping_class_id")
    if number:
        slug = str(answer.get("shipping_class") or f"class-{number}")
        scene.store.shipping_classes.setdefault(number, Term(number, slug, slug))


def plant_coupons(scene: Scene, answer: Json) -> None:
    """The coupons that an order took, as its lines tell about them."""
    for at, line in enumerate(answer.get("coupon_lines") or (), start=1):
        if scene.store.coupon_by_code(line["code"]) is None:
            amount = str(line.get("nominal_amount", line["discount"]))
            kind = line.get("discount_type", "fixed_cart")
            info = next((m["value"] for m in line["meta_data"] if m["key"] == "coupon_info"), "[]")
            number = (json.loads(info) or [at])[0]
            facts = {"code": line["code"], "amount": amount, "discount_type": kind}
            scene.plant("coupon", {"id": number, **facts})


def plant_named_images(scene: Scene) -> None:
    """The images that a request names by id, as the answer shows them."""
    body = scene.recording.body if isinstance(scene.recording.body, dict) else {}
    asked = {image.get("id") for image in body.get("images") or ()}
    for image in scene.recording.answer.get("images") or ():
        if image["id"] in asked:
            scene.store.images.setdefault(image["id"], image)


def plant_older_files(scene: Scene) -> None:
    """The files whose names a number behind a new one's name shows to be taken."""
    body = scene.recording.body if isinstance(scene.recording.body, dict) else {}
    for sent, image in zip(
        body.get("images") or (), scene.recording.answer.get("images") or (), strict=False
    ):
        stem, _, ending = str(sent.get("src", "")).rpartition("/")[2].rpartition(".")
        stored = re.fullmatch(rf"(.*/){re.escape(stem)}-(\d+)\.{ending}", image["src"])
        if stored is None:
            continue
        for at in range(int(stored[2])):
            name = f"{stem}-{at}.{ending}" if at else f"{stem}.{ending}"
            scene.store.images.setdefault(
                -1 - at, {**image, "id": -1 - at, "src": stored[1] + name}
            )


def plant_removed_goods(scene: Scene, kind: str, before: Json) -> None:
    """The products of lines that an update adds, at the price that these lines show."""
    lines = scene.recording.answer.get("line_items") or () if kind == "order" else ()
    known = {line["id"] for line in before.get("line_items") or ()}
    added = [line for line in lines if line["id"] not in known]
    if added:
        if not any("subtotal" in line for line in scene.recording.body.get("line_items") or ()):
            _forget_goods(scene, added)
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
