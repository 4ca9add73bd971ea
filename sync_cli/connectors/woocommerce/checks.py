"""Values that the shop would take without an error and store as something else.

Items of a batch are not checked against its schema: the stock "n/a" becomes 0, the price "n/a"
becomes none, an unknown status `draft` or `pending` [6.3]. So they are checked before they go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sync_cli.connectors.woocommerce.entities import ORDER, shape_of
from sync_cli.core.errors import Problem

_WHOLE = re.compile(r"-?\d+")
_PRICE = re.compile(r"\d+(\.\d+)?|")
REFUNDED = "refunded"


def _is_whole(value: Any) -> bool:
    """A whole number of pieces: 2.5 is cut to 2."""
    if isinstance(value, bool):
        return False
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return isinstance(value, int) or (isinstance(value, str) and bool(_WHOLE.fullmatch(value)))


def _is_price(value: Any) -> bool:
    """A decimal text with a point, or "" for no price: null empties nothing in a batch [4.1]."""
    return isinstance(value, str) and bool(_PRICE.fullmatch(value))


def _is_one_of(*words: Any) -> Callable[[Any], bool]:
    return lambda value: value in words


_CHECKS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "stock_quantity": (_is_whole, "a whole number"),
    "regular_price": (_is_price, 'a text such as "12.50", or "" for no price'),
    "sale_price": (_is_price, 'a text such as "12.50", or "" for no price'),
    "manage_stock": (_is_one_of(True, False, "parent"), "true or false"),
    "backorders": (_is_one_of("no", "notify", "yes"), "no, notify or yes"),
    "status": (
        _is_one_of("publish", "private", "draft", "pending", "future"),
        "publish, private, draft, pending or future",
    ),
}


def refuse_product(system: str, record: str, fields: Mapping[str, Any]) -> Problem | None:
    """Why these fields of a product must not be sent; None if they may."""
    for name, value in fields.items():
        fits, wanted = _CHECKS.get(name, (None, ""))
        if fits is not None and not fits(value):
            return Problem(
                "invalid-value",
                record,
                f"{value!r} is no value for {name}, which is {wanted}",
                "Correct the value at its source, or the mapping. Nothing was written.",
                system=system,
                field=name,
            )
    return None


def refuse_status(system: str, record: str, status: Any) -> Problem | None:
    """Why an order must not be given this status; None if it may.

    A PUT of `refunded` makes a refund over the whole rest by itself [8.4].
    """
    if status == REFUNDED:
        said = "the status refunded would make a refund by itself"
    elif status not in shape_of(ORDER).traits.states:
        said = f"the shop has no order status {status!r}"
    else:
        return None
    return Problem(
        "invalid-value",
        record,
        said,
        "Correct the table of states in the mapping. Nothing was written.",
        system=system,
        field="status",
    )
