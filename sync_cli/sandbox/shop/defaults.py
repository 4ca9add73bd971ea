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
MAILS: dict[str, Json] = {
    "customer_invoice": {
        "title": "Order details",
        "description": "Manually send an email to your customers containing their order"
        " information and payment links",
    },
    "customer_completed_order": {
        "title": "Completed order",
        "description": "Send an email to customers notifying them that their order is complete and"
        " has been shipped",
    },
    "customer_failed_order": {
        "title": "Failed order",
        "description": "Receive an email notification when an order that was processing or on hold"
        " fails",
    },
    "customer_on_hold_order": {
        "title": "Order on-hold",
        "description": "Send an email to customers notifying them when their order has been placed"
        " on hold",
    },
    "customer_processing_order": {
        "title": "Processing order",
        "description": "Send an email to customers notifying them that their order is being"
        " processed",
    },
    "customer_refunded_order": {
        "title": "Refunded order",
        "description": "Send an email to customers notifying them when an order has been partially"
        " or fully refunded",
    },
}
"""The mails about an order that its customer can be sent once more."""
TOOLS: dict[str, Json] = {
    name: {"name": title, "action": action, "message": message}
    for name, title, action, message in (
        (
            "clear_transients",
            "WooCommerce transients",
            "Clear transients",
            "Product transients cleared",
        ),
        (
            "clear_expired_transients",
            "Expired transients",
            "Clear transients",
            "0 transients rows cleared",
        ),
        (
            "delete_orphaned_variations",
            "Orphaned variations",
            "Delete orphaned variations",
            "0 orphaned variations deleted",
        ),
        (
            "clear_expired_download_permissions",
            "Used-up download permissions",
            "Clean up download permissions",
            "0 permissions deleted",
        ),
        (
            "regenerate_product_lookup_tables",
            "Product lookup tables",
            "Regenerate",
            "Lookup tables are regenerating",
        ),
        (
            "repair_coupons_lookup_table",
            "Coupons lookup table",
            "Repair",
            "No entries with zero discount amount found. Coupons lookup table is up to date.",
        ),
        ("recount_terms", "Term counts", "Recount terms", "Terms successfully recounted"),
        ("reset_roles", "Capabilities", "Reset capabilities", "Roles successfully reset"),
        (
            "clear_sessions",
            "Clear customer sessions",
            "Clear",
            "Deleted all active sessions, and 0 saved carts.",
        ),
        ("clear_template_cache", "Clear template cache", "Clear", "Template cache cleared."),
        (
            "clear_system_status_theme_info_cache",
            "Clear system status theme info cache",
            "Clear",
            "System status theme info cache cleared.",
        ),
        (
            "install_pages",
            "Create default WooCommerce pages",
            "Create pages",
            "All missing WooCommerce pages successfully installed",
        ),
        (
            "delete_taxes",
            "Delete WooCommerce tax rates",
            "Delete tax rates",
            "Tax rates successfully deleted",
        ),
        (
            "regenerate_thumbnails",
            "Regenerate shop thumbnails",
            "Regenerate",
            "Thumbnail regeneration has been scheduled to run in the background.",
        ),
        (
            "db_update_routine",
            "Update database",
            "Update database",
            "Database upgrade routine has been scheduled to run in the background.",
        ),
        (
            "recreate_order_address_fts_index",
            "Re-create Order Address FTS index",
            "Recreate index",
            "FTS index recreated.",
        ),
        (
            "verify_db_tables",
            "Verify base database tables",
            "Verify database",
            "Database verified successfully.",
        ),
    )
}
"""The tools of the system status: what each says when it has run."""
