"""The shop before an exchange with a route that helps whoever edits products."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.times import parse_bound, second_of_wall
from tests.conformance.known import Known
from tests.conformance.recording import Recording
from tests.conformance.scene import Json, Scene
from tests.conformance.surroundings import plant_background

_NUMBER = 65_000_000
_COPY = " (Copy)"
_KEPT_BESIDE = ("date_created", "date_modified", "date_on_sale_from", "date_on_sale_to")
_LISTED = {"category_ids": "categories", "tag_ids": "tags", "brand_ids": "brands"}
_PATHS: Mapping[str, str] = {
    "duplicate": r"products/\d+/duplicate",
    "generate": r"products/\d+/variations/generate",
    "related": r"products/\d+/related",
    "names": r"products/custom-fields/names",
    "slug": r"products/shipping_classes/slug-suggestion",
}


def is_helped(path: str) -> bool:
    """Whether the path is one of these routes."""
    return _what(path) != ""


def _what(path: str) -> str:
    return next((what for what, form in _PATHS.items() if re.fullmatch(form, path)), "")


def helped_scene(recording: Recording, known: Known) -> Scene:
    """The shop with what the answer was made from."""
    scene = Scene(recording, known)
    _PLANTERS[_what(recording.path)](scene)
    return scene


def _number(scene: Scene) -> int:
    return int(scene.recording.path.split("/")[1])


def _plant_names(scene: Scene) -> None:
    """Products with these keys, and with as many before and after them as the total says."""
    shown = [name for name in scene.recording.answer if name != "total_sales"]
    total = int(scene.recording.answer_headers.get("X-WP-Total", len(shown)))
    is_searched = not _is_found(scene, "total_sales")
    rest = total - len(shown) - (0 if is_searched else 1)
    query = scene.recording.query
    place = (int(query.get("page", 1)) - 1) * int(query.get("per_page", 10))
    search, is_down = query.get("search", ""), query.get("order") == "desc"
    if shown or total:
        low = "!" if not is_down else "~"
        high = "~" if not is_down else "!"
        before = [f"{low}{search}{at:03}" for at in range(min(place, max(0, rest)))]
        after = [f"{high}{search}{at:03}" for at in range(max(0, rest - len(before)))]
        keys = [*before, *shown, *after]
        metas = [{"id": at, "key": key, "value": "x"} for at, key in enumerate(keys, start=1)]
        scene.plant("product", {"id": _NUMBER, "meta_data": metas})


def _is_found(scene: Scene, key: str) -> bool:
    return scene.recording.query.get("search", "").lower() in key


def _plant_classes(scene: Scene) -> None:
    """The shipping classes that have the slugs below the one that was suggested."""
    base = slug_of(scene.recording.query.get("name", ""))
    found = re.fullmatch(rf"{re.escape(base)}-(\d+)", str(scene.recording.answer))
    for at in range(1, int(found[1]) if found else 1):
        slug = base if at == 1 else f"{base}-{at}"
        scene.plant("shipping_class", {"id": at, "name": slug, "slug": slug})


def _plant_related(scene: Scene) -> None:
    scene.plant("product", {"id": _number(scene)})
    for number in scene.recording.answer.get("related_ids") or ():
        scene.plant("product", {"id": number})


def _plant_combinations(scene: Scene) -> None:
    """The product as it is known; else one with as many choices as variations were made."""
    number, answer = _number(scene), scene.recording.answer
    if scene.known.merged("product", number, scene.recording):
        plant_background(scene, kinds=("product", "variation"))
        return
    count = answer.get("count")
    if count is None:
        scene.plant("product", {"id": number, "type": "simple"})
        return
    options = [f"{at:03}" for at in range(count)]
    size = {"id": 0, "name": "Size", "slug": "Size", "variation": True, "options": options}
    product: Json = {"id": number, "type": "variable", "attributes": [size] if count else []}
    scene.plant("product", product)
    for at in range(answer.get("deleted_count", 0)):
        other = [{"id": 0, "name": "Hue", "slug": "Hue", "option": f"{at}"}]
        scene.plant("variation", {"id": _NUMBER + at, "parent_id": number, "attributes": other})


def _plant_original(scene: Scene) -> None:
    """The product that the copy was made from, which differs in what a copy gets anew."""
    answer: Json = scene.recording.answer
    sent = scene.recording.body if isinstance(scene.recording.body, dict) else {}
    number = _number(scene)
    told = scene.known.merged("product", number, scene.recording)
    plain = {name: value for name, value in answer.items() if name not in _KEPT_BESIDE}
    facts: Json = {**plain, **_as_shown(answer), **told, "id": number, "type": _kind(answer, told)}
    facts["name"] = sent.get("name") or str(answer.get("name", "")).removesuffix(_COPY)
    facts["sku"] = told.get("sku") or _sku_before(str(answer.get("sku") or ""))
    facts["status"], facts["slug"] = told.get("status", "publish"), told.get("slug", "original")
    for field, kind in (("category_ids", "category"), ("tag_ids", "tag"), ("brand_ids", "brand")):
        for term in answer.get(field) or ():
            scene.plant(kind, {"id": term})
    scene.plant("product", facts)
    product = scene.store.products.records[number]
    if product.kind == "variable" and not product.variations:
        part = {"id": _NUMBER, "parent_id": number, "regular_price": answer.get("price", "")}
        scene.plant("variation", part)
    product.modified = _second(answer.get("date_modified"), product.modified, scene)
    scene.next_post_is(int(answer.get("id", number + 1)))
    metas = [meta["id"] for meta in answer.get("meta_data") or ()]
    if metas:
        scene.store.rewind("product_meta", min(metas))


def _as_shown(answer: Json) -> Json:
    """The fields that other answers show in another form."""
    sizes = {name: answer.get(name, "") for name in ("length", "width", "height")}
    images = [*([answer["image_id"]] if answer.get("image_id") else []),
              *(answer.get("gallery_image_ids") or ())]  # fmt: skip
    attributes = answer.get("attributes") or {}
    return {
        **{kind: [{"id": n} for n in answer.get(name) or ()] for name, kind in _LISTED.items()},
        "dimensions": sizes,
        "images": [{"id": int(number), "src": "", "name": ""} for number in images],
        "attributes": [{"id": 0, "name": name, "slug": name, "options": []} for name in attributes],
        "default_attributes": [
            {"id": 0, "name": name, "option": option}
            for name, option in dict(answer.get("default_attributes") or {}).items()
        ],
        "downloads": [
            {"id": number, "name": "", "file": ""} for number in answer.get("downloads") or ()
        ],
        "low_stock_amount": answer.get("low_stock_amount") or None,
        "external_url": answer.get("product_url", ""),
        "grouped_products": answer.get("children") or [],
        "shipping_class_id": answer.get("shipping_class_id", 0),
    }


def _kind(answer: Json, told: Json) -> str:
    if "type" in told:
        return str(told["type"])
    if "product_url" in answer:
        return "external"
    if answer.get("price") and answer.get("regular_price") == "":
        return "variable"
    return "grouped" if "children" in answer else "simple"


def _sku_before(sku: str) -> str:
    """An SKU after which the copy's is the next."""
    root, _, last = sku.rpartition("-")
    if not root or not last.isdecimal():
        return sku
    return root if last == "1" else f"{root}-{int(last) - 1}"


def _second(value: Any, default: int | None, scene: Scene) -> int | None:
    if not isinstance(value, dict):
        return default
    text = str(value.get("date", ""))[:19].replace(" ", "T")
    bound = parse_bound(text)
    return default if bound is None else second_of_wall(bound.shown, scene.store.settings.time_zone)


_PLANTERS: Mapping[str, Callable[[Scene], None]] = {
    "duplicate": _plant_original,
    "generate": _plant_combinations,
    "related": _plant_related,
    "names": _plant_names,
    "slug": _plant_classes,
}
