"""What a fresh shop brings along: a zone for all the world, ways to ship and to pay."""

from __future__ import annotations

from sync_cli.sandbox.shop.records import Json

SHIPPING_METHODS: dict[str, Json] = {
    "flat_rate": {
        "title": "Flat rate",
        "description": "Lets you charge a fixed rate for shipping.",
    },
    "free_shipping": {
        "title": "Free shipping",
        "description": (
            "Free shipping is a special method which can be triggered with coupons and minimum"
            " spends."
        ),
    },
    "local_pickup": {
        "title": "Local pickup",
        "description": (
            "Allow customers to pick up orders themselves. By default, when using local pickup"
            " store base taxes will apply regardless of customer address."
        ),
    },
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
