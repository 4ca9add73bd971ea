"""What a fresh shop brings along: a zone for all the world, ways to ship and to pay."""

from __future__ import annotations

from sync_cli.sandbox.shop.records import Json

SHIPPING_METHODS = {
    "flat_rate": "Flat rate",
    "free_shipping": "Free shipping",
    "local_pickup": "Local pickup",
}
REST_OF_WORLD: Json = {"id": 0, "name": "Locations not covered by your other zones", "order": 0}
GATEWAYS: tuple[Json, ...] = tuple(
    {
        "id": name,
        "title": title,
        "description": "",
        "order": order,
        "enabled": True,
        "method_title": title,
        "method_description": "",
        "method_supports": ["products"],
        "settings": {},
    }
    for order, (name, title) in enumerate(
        (
            ("bacs", "Direct bank transfer"),
            ("cheque", "Check payments"),
            ("cod", "Cash on delivery"),
        )
    )
)
"""The ways to pay that a fresh shop brings along; none of them has settings in the sandbox."""
