"""The parts that a comparison has; apart from all else, because the command line names them."""

from __future__ import annotations

from enum import StrEnum


class Part(StrEnum):
    """What is compared."""

    ORDERS = "orders"
    REFUNDS = "refunds"
    PAYMENTS = "payments"
    PARCELS = "parcels"
    CUSTOMERS = "customers"
    PRODUCTS = "products"
    STOCK = "stock"
