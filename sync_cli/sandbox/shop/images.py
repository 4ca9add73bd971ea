"""Images of products: "loaded" by address under a new id each time, or chosen by id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.records import Json
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.times import gmt_text, local_text, wall_second

_MISSING = ("fehlt", "missing", "404")
"""Words in an address that stand for a file that cannot be loaded; the sandbox loads nothing."""


def chosen_images(store: ShopStore, wanted: Iterable[Any], kind: str = "product") -> list[int]:
    """The ids of the images asked for, in that order; raises ShopError for one that is not there.

    Nothing is stored when one of them is missing.
    """
    entries = [entry for entry in wanted if isinstance(entry, dict)]
    for entry in entries:
        _check(store, entry, kind)
    return [_image_id(store, entry) for entry in entries if entry.get("id") or entry.get("src")]


def _check(store: ShopStore, entry: Json, kind: str) -> None:
    if entry.get("id"):
        if entry["id"] not in store.images:
            message = f"#{entry['id']} is an invalid image ID."
            raise ShopError(f"woocommerce_{kind}_invalid_image_id", message, 400)
        return
    source = str(entry.get("src", ""))
    if any(word in source for word in _MISSING):
        message = f"Error getting remote image {source}. Error: Not Found"
        raise ShopError(f"woocommerce_{kind}_image_upload_error", message, 400)


def _image_id(store: ShopStore, entry: Json) -> int:
    if entry.get("id"):
        return int(entry["id"])
    number = store.next_id("post")
    store.images[number] = _image(store, number, entry)
    return number


def _image(store: ShopStore, number: int, entry: Json) -> Json:
    now, settings = store.now(), store.settings
    file = urlsplit(str(entry["src"])).path.rpartition("/")[2] or f"image-{number}.png"
    name = _free_name(store, file)
    month = (gmt_text(now) or "")[:7].replace("-", "/")
    address = f"{settings.base_url}/wp-content/uploads/{month}/{name}"
    # the shop shows local times of images with the zone's offset added once more
    twice = local_text(wall_second(now, settings.time_zone), settings.time_zone)
    return {
        "id": number,
        "date_created": twice,
        "date_created_gmt": gmt_text(now),
        "date_modified": twice,
        "date_modified_gmt": gmt_text(now),
        "src": address,
        "name": str(entry.get("name") or name),
        "alt": str(entry.get("alt", "")),
        "srcset": "",
        "sizes": "(max-width: 40px) 100vw, 40px",
        "thumbnail": address,
    }


def _free_name(store: ShopStore, file: str) -> str:
    taken = {image["src"].rpartition("/")[2] for image in store.images.values()}
    stem, dot, ending = file.rpartition(".")
    name, number = file, 0
    while name in taken:
        number += 1
        name = f"{stem}-{number}{dot}{ending}" if stem else f"{file}-{number}"
    return name
