"""What differs between the versions of Odoo, as their documentation says it; 17 is proven.

Fields that were renamed are asked for by the name of the version that answers.
"""

from __future__ import annotations

from msgspec import Struct

PROVEN = 17


class Dialect(Struct, frozen=True):
    """The names of one version.

    `stocked` is the field of a product that says whether it is stocked, `stocked_is` its value
    then. `moved` is the quantity of a stock move, `line_taxes` the taxes of an order line, `memo`
    the reference of a payment.
    """

    stocked: str = "type"
    stocked_is: str | bool = "product"
    moved: str = "quantity"
    line_taxes: str = "tax_id"
    memo: str = "ref"


def dialect_of(major: int) -> Dialect:
    """The names of version `major`; of versions that are newer than known, those of 19."""
    if major < PROVEN:
        return Dialect(stocked="detailed_type", moved="quantity_done")
    if major == PROVEN:
        return Dialect()
    taxes = "tax_ids" if major >= 19 else "tax_id"
    return Dialect(stocked="is_storable", stocked_is=True, line_taxes=taxes, memo="memo")
