"""What a product's derived fields tell of those that they come from, where these are hidden."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from sync_cli.sandbox.shop.money import parsed
from sync_cli.sandbox.shop.store import ShopStore

Json = dict[str, Any]
_MOST_REVIEWS = 40
_TAG_OR_SIGN = re.compile(r"<span.*?</span>|<[^>]*>|&#?\w+;")


def basis_told(store: ShopStore, body: Json) -> Json:
    """The hidden fields of a product, as those told that are made of them."""
    return {**_prices(store, body), **_address(body), **_stars(body)}


def amounts_in(store: ShopStore, html: str) -> list[str]:
    """The amounts that a price on the shop's pages shows, with a point and without groups."""
    thousands, point = store.settings.thousands_mark, store.settings.decimal_mark
    shown = (_TAG_OR_SIGN.sub("", part).strip() for part in re.findall(r"<bdi>(.*?)</bdi>", html))
    return [amount.replace(thousands, "").replace(point, ".") for amount in shown]


def _prices(store: ShopStore, body: Json) -> Json:
    if "price" in body or "regular_price" in body:
        return _sale_price(body)
    sale = parsed(body.get("sale_price") or "")
    if sale is not None and "price_html" not in body:
        return {"regular_price": f"{sale + 1:f}"}
    html = str(body.get("price_html") or "")
    amounts = [amount for amount in amounts_in(store, html) if parsed(amount) is not None]
    if not amounts:
        is_sold = body.get("purchasable") or body.get("on_sale")
        amounts = ["2.00", "1.00"][: 1 + bool(body.get("on_sale"))] if is_sold else []
    elif "&ndash;" in html:
        return {"price": amounts[0], "regular_price": ""}
    return dict(zip(("regular_price", "sale_price"), amounts, strict=False))


def _sale_price(body: Json) -> Json:
    """A price of a sale that is on: the active one, or one below the regular one."""
    regular, price = (parsed(body.get(name) or "") for name in ("regular_price", "price"))
    if not body.get("on_sale") or "sale_price" in body or regular == price is not None:
        return {}
    if price is None:
        return {} if regular is None else {"sale_price": f"{regular / 2:f}"}
    higher = {} if "regular_price" in body else {"regular_price": f"{price + 1:f}"}
    return {"sale_price": str(body["price"]), **higher}


def _address(body: Json) -> Json:
    """The slug, and the choice of a variation, as the address on the shop's pages names them."""
    address, _, query = str(body.get("permalink") or "").partition("?")
    slug = re.search(r"/product/([^/]+)/$", address)
    found: Json = {}
    if body.get("generated_slug"):
        found["slug"] = body["generated_slug"]
    if slug is not None and not query:
        found["slug"] = slug[1]
    if "post_type=product" in query:
        found["status"] = "draft"
    chosen = [
        (n[len("attribute_") :], v) for n, v in parse_qsl(query) if n.startswith("attribute_")
    ]
    if chosen:
        found["attributes"] = [
            {"id": int(key.startswith("pa_")), "name": key.removeprefix("pa_"), "slug": key,
             "option": option}
            for key, option in chosen
        ]  # fmt: skip
    return found


def _stars(body: Json) -> Json:
    """How many reviews a product has, and how many stars: one of both tells that there are some."""
    if body.get("rating_count"):
        return {"average_rating": "5.00"}
    average = Decimal(str(body.get("average_rating") or 0))
    for count in range(1, _MOST_REVIEWS) if average else ():
        stars = (average * count).to_integral_value()
        if round(stars / count, 2) == average:
            return {"rating_count": count}
    return {}
