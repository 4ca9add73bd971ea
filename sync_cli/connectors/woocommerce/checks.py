"""Values that the shop would take without an error and store as something else.

Items of a batch are not checked against its schema: the stock "n/a" becomes 0, the price "n/a"
becomes none, an unknown status `draft` or `pending` [6.3]. So they are checked before they go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sync_cli.connectors.woocommerce.entities import ORDER, shape_of
from sync_cli.core.errors import Problem

_WHOLE = re.compile(r"-?\d+")
_PRICE = re.compile(r"\d+(\.\d+)?|")
_TAG = re.compile(r"<[^>]*>")
_BARCODE = re.compile(r"[0-9-]*")
_LONGEST = 60
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


def _is_plain_text(value: Any) -> bool:
    """A text without tags: the shop cuts them out of names and SKUs without an error [4.6]."""
    return isinstance(value, str) and _TAG.search(value) is None


def _is_barcode(value: Any) -> bool:
    """Digits and dashes: letters and blanks are dropped without an error [18.3]."""
    return isinstance(value, str) and bool(_BARCODE.fullmatch(value))


def _is_moment(value: Any) -> bool:
    """An ISO time, or "" for none."""
    try:
        return value == "" or bool(datetime.fromisoformat(value))
    except (TypeError, ValueError):
        return False


def _are_attributes(value: Any) -> bool:
    """Each with a name and a value: customers could take any where one is missing [5.6]."""
    return isinstance(value, list) and all(
        isinstance(one, Mapping) and one.get("name") and (one.get("option") or one.get("options"))
        for one in value
    )


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
    "type": (_is_one_of("simple", "variable", "grouped", "external"), "simple or variable"),
    "name": (_is_plain_text, "a text without HTML tags, which the shop would cut out"),
    "sku": (_is_plain_text, "a text without HTML tags, which the shop would cut out"),
    "weight": (_is_price, 'a text such as "0.25", or "" for none'),
    "global_unique_id": (_is_barcode, "digits and dashes; the shop would drop all else"),
    "tax_class": (_is_plain_text, "the name of a tax class"),
    "date_on_sale_from_gmt": (_is_moment, 'a time in UTC, or "" for none'),
    "date_on_sale_to_gmt": (_is_moment, 'a time in UTC, or "" for none'),
    "attributes": (_are_attributes, "a list in which each attribute has a name and a value"),
}


def refuse_product(system: str, record: str, fields: Mapping[str, Any]) -> Problem | None:
    """Why these fields of a product must not be sent; None if they may."""
    for name, value in fields.items():
        fits, wanted = _CHECKS.get(name, (None, ""))
        if fits is not None and not fits(value):
            return Problem(
                "invalid-value",
                record,
                f"{_short(value)} is no value for {name}, which is {wanted}",
                "Correct the value at its source, or the mapping. Nothing was written.",
                system=system,
                field=name,
            )
    return _refuse_sale(system, record, fields)


def _refuse_sale(system: str, record: str, fields: Mapping[str, Any]) -> Problem | None:
    """A sale price that is not below the regular one is dropped without an error [4.2]."""
    sale, regular = fields.get("sale_price"), fields.get("regular_price")
    if not sale or regular is None or (regular and Decimal(sale) < Decimal(regular)):
        return None
    return Problem(
        "sale-not-below-price",
        record,
        f"the sale price {sale} is not below the regular price {regular or '(none)'}, and the"
        " shop would drop it",
        "Correct the prices at their source. Nothing was written.",
        system=system,
        field="sale_price",
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


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
