"""What an answer hides and yet depends on: goods that only a total tells of.

An answer that was cut by `_fields` may show what an order costs without its lines. What the hidden
goods cost is found by asking the shop twice: a total grows evenly with it.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.shop.money import rounded
from tests.conformance.before import recalculates
from tests.conformance.known import kind_of
from tests.conformance.recording import Recording
from tests.conformance.scene import Json, Scene
from tests.conformance.sending import send

Build = Callable[[Decimal], Scene]
_ONE = Decimal(1)
_BESIDE = ("fee_lines", "shipping_lines")
_SUMS = ("total", "total_tax", "cart_tax")
_A_FEW_UNITS = Decimal("0.05")
"""What rounding may leave between the lines and the total."""
_TRIED = (Decimal(1000), Decimal(2000))
"""Enough that no discount or negative fee takes more than the goods cost."""


def hides_goods(recording: Recording, body: Json) -> bool:
    """Whether an order of which `body` is known costs what its hidden lines make it cost."""
    answer = recording.answer
    if kind_of(recording.path) != "order" or _sum_of(answer) is None:
        return False
    if not recalculates(recording.body):
        return False
    others = [name for name in _BESIDE if name not in body]
    asked = [name for name in others if name in (recording.body or {})]
    return "line_items" not in body or bool(asked) or (bool(others) and _leaves_rest(answer))


def _leaves_rest(order: Json) -> bool:
    """Whether an order of which goods are shown costs more or less than the lines shown."""
    lists = ("line_items", *_BESIDE)
    if "total" not in order or "line_items" not in order:
        return False
    shown = [line for name in lists for line in order.get(name) or ()]
    costs = sum((Decimal(line["total"]) + Decimal(line["total_tax"]) for line in shown), Decimal(0))
    return abs(Decimal(order["total"]) - costs) > _A_FEW_UNITS


def solved(build: Build, recording: Recording) -> Scene:
    """The scene with hidden goods of such a price that the sum is the one recorded."""
    wanted = _sum_of(recording.answer)
    low, high = (_sum_of(send(build(price)).get_json(silent=True)) for price in _TRIED)
    if wanted is None or low is None or high is None or low == high:
        return build(_ONE)
    slope = (high - low) / (_TRIED[1] - _TRIED[0])
    price = rounded(_TRIED[0] + (wanted - low) / slope, 4)
    found = _sum_of(send(build(price)).get_json(silent=True))
    return build(price if found is None else rounded(price + (wanted - found) / slope, 4))


def _sum_of(answer: Any) -> Decimal | None:
    """What an order costs, or its taxes where that is all that it tells."""
    if not isinstance(answer, dict):
        return None
    for name in _SUMS:
        if name in answer:
            return Decimal(answer[name])
    rates = answer.get("tax_lines")
    return Decimal(rates[0]["tax_total"]) if rates else None


def plant_hidden_goods(scene: Scene, price: Decimal) -> None:
    """The products that the lines of a request name, where the answer hides the lines."""
    body = scene.recording.body if isinstance(scene.recording.body, dict) else {}
    for line in body.get("line_items") or ():
        number = line.get("variation_id") or line.get("product_id")
        if line.get("sku") and not scene.store.sku_holders(str(line["sku"])):
            number = scene.store.next_id("filler")
            facts = {"sku": line["sku"], "name": "Hidden"}
            scene.plant("product", {"id": number, "regular_price": f"{price:f}", **facts})
        elif isinstance(number, int) and scene.store.product(number) is None:
            scene.plant("product", {"id": number, "regular_price": f"{price:f}", "name": "Hidden"})


def plant_hidden_coupons(scene: Scene) -> None:
    """The coupons that a request names, where the answer hides what they took off.

    The lines, if they are shown, tell how much that was.
    """
    body, answer = scene.recording.body, scene.recording.answer
    sent = body.get("coupon_lines") or () if isinstance(body, dict) else ()
    lines = () if "coupon_lines" in answer else answer.get("line_items") or ()
    taken = sum((Decimal(x["subtotal"]) - Decimal(x["total"]) for x in lines), Decimal(0))
    for at, line in enumerate(sent):
        code = str(line.get("code") or "").lower()
        if code and "coupon_lines" not in answer and scene.store.coupon_by_code(code) is None:
            amount = "0" if at else f"{taken:f}"
            scene.plant("coupon", {"id": 1 + at, "code": code, "amount": amount})
