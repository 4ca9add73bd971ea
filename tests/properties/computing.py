"""What an ERP makes of unit prices and tax codes: net and tax of each line, rounded per line."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

OVERLAY = Path(__file__).parents[1] / "overlays" / "computing"
RATES = {"standard": Decimal(19), "reduced-rate": Decimal(7), "zero-rate": Decimal(0)}
CENT = Decimal("0.01")


def amounts(line: Mapping[str, Any], *, inclusive: bool) -> tuple[Decimal, Decimal]:
    """Net and tax of a line whose unit price has two decimals; half a cent is rounded up."""
    price = Decimal(line["unit_price"]).quantize(CENT, ROUND_HALF_UP)
    left = 100 - Decimal(line.get("discount") or 0)
    amount = (price * Decimal(line["quantity"]) * left / 100).quantize(CENT, ROUND_HALF_UP)
    rate = RATES[line["tax_code"]] / 100
    tax = amount * rate / (1 + rate) if inclusive else amount * rate
    tax = tax.quantize(CENT, ROUND_HALF_UP)
    return (amount - tax, tax) if inclusive else (amount, tax)
