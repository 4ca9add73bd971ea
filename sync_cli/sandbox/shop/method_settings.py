"""What the ways to ship that a fresh shop knows can be set to, after WooCommerce's source."""

from __future__ import annotations

from sync_cli.sandbox.shop.records import Json

_NAMED = "Your customers will see the name of this shipping method during checkout."
_TAXED = {"taxable": "Taxable", "none": "None"}


def _setting(
    name: str, label: str, kind: str = "text", default: str = "", description: str = "",
    placeholder: str = "", options: Json | None = None,
) -> Json:  # fmt: skip
    """A setting as the shop shows it: a default of nothing or zero is told as an empty text."""
    shown: Json = {
        "id": name,
        "label": label,
        "description": description,
        "type": kind,
        "value": default,
        "default": "" if default == "0" else default,
        "tip": description,
        "placeholder": placeholder,
    }
    return {**shown, "options": options} if options else shown


def _by_name(*settings: Json) -> Json:
    return {one["id"]: one for one in settings}


def _title(default: str, example: str) -> Json:
    return _setting("title", "Name", default=default, description=_NAMED, placeholder=example)


METHOD_SETTINGS: dict[str, Json] = {
    "flat_rate": _by_name(
        _title("Flat rate", "e.g. Standard national"),
        _setting("tax_status", "Tax status", "select", "taxable", options=_TAXED),
        _setting("cost", "Cost", default="0"),
    ),
    "free_shipping": _by_name(
        _title("Free shipping", "e.g. Free shipping"),
        _setting(
            "requires", "Free shipping requires", "select",
            options={
                "": "No requirement",
                "coupon": "A valid free shipping coupon",
                "min_amount": "A minimum order amount",
                "either": "A minimum order amount OR coupon",
                "both": "A minimum order amount AND coupon",
            },
        ),
        _setting(
            "min_amount", "Minimum order amount", default="0",
            description="Customers will need to spend this amount to get free shipping.",
        ),
        _setting(
            "ignore_discounts", "Coupons discounts", "checkbox", "no",
            description="If checked, free shipping would be available based on pre-discount"
            " order amount.",
        ),
    ),
    "local_pickup": _by_name(
        _title("Local pickup", "e.g. Local pickup"),
        _setting("tax_status", "Tax status", "select", "taxable", options=_TAXED),
        _setting("cost", "Cost", description="Optional cost for local pickup."),
    ),
}  # fmt: skip
"""The settings of each way by name; what is said about the cost of a flat rate is left out."""
