"""How this pretend ERP behaves: what differs from one real ERP to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ALL_RIGHTS = (
    "products:read",
    "stock:read",
    "customers:read",
    "customers:write",
    "orders:read",
    "orders:write",
    "orders:confirm",
)
"""Every right that a token can have, in the order in which /info names them."""


@dataclass
class ErpSettings:
    """The ERP's habits; a test may change them while the ERP runs.

    `unique_references`: a second order of one reference is refused. `atomic_batches`: a batch of
    creates or confirms with one bad item does nothing at all. `round_lines`: each order line's net
    and tax are rounded half up to two decimals before they are summed. `computes_taxes`: what a
    line comes to is made of its quantity, its `unit_price` (cut to `price_digits` decimals, half
    up) and its `tax_code`, whose percentage stands in `tax_rates`; net and tax that are sent do not
    matter. `late_commit`: every write
    becomes visible so many seconds after the time it is stamped with, as in ERPs whose changed_at
    is the start of the transaction. `returns_by_hand`: the goods of a credit note are put back by
    people, and not at once when it is confirmed.
    """

    unique_references: bool = False
    atomic_batches: bool = False
    round_lines: bool = False
    computes_taxes: bool = False
    price_digits: int = 2
    tax_rates: Mapping[str, str] = field(
        default_factory=lambda: {"standard": "19", "reduced-rate": "7", "zero-rate": "0"}
    )
    late_commit: float = 0.0
    returns_by_hand: bool = False
    database: str = "sandbox"
    environment: Literal["production", "staging"] = "production"
    company_id: str = "1"
    company_name: str = "Muster GmbH"
    country: str = "DE"
    currency: str = "EUR"
    time_zone: str = "Europe/Berlin"
