"""What a refund gives back of a bundle, where the ERP's document has one line for several.

The ERP knows what is in a bundle, or knows only its contents; the shop refunds each line for
itself. To the ERP belongs the money, exactly and under its own tax. Pieces come back under the
article that went out: of a line that never had one there are none to come back.
"""

from __future__ import annotations

from msgspec.structs import replace

from sync_cli.core.bundles import Bundled, Bundles, without_article
from sync_cli.core.credits import Credit, CreditLine
from sync_cli.core.model import ZERO, LineKind, Order, OrderLine

PIECES_IN_A_BUNDLE = "pieces came back for which another line of the bundle stands in the ERP"


def as_booked(order: Order, credit: Credit, how: Bundles) -> Credit:
    """The credit by the lines that the ERP's document has; the same sums.

    What is refunded of a line that another stands for raises that one's line, if pieces of it come
    back in the same refund; else it is an amount, under the names of both.
    """
    left_out = without_article(order, how)
    bundled = Bundled(order.lines)
    kept = [line for line in credit.lines if not _is_one_of(left_out, line)]
    for line in credit.lines:
        sold = line.sold
        if sold is None or not _is_one_of(left_out, line) or not (line.net or line.tax):
            continue
        stands = (bundled.container(sold) if how is Bundles.CONTAINER else None) or sold
        at = _its_goods(kept, stands, line.tax_key)
        if at is None:
            kept.append(_as_amount(line, _named(sold, stands)))
        else:
            goods = kept[at]
            kept[at] = replace(goods, net=goods.net + line.net, tax=goods.tax + line.tax)
    return replace(credit, lines=tuple(kept))


def without_shelf(order: Order, credit: Credit, how: Bundles) -> str:
    """In words that pieces came back which the ERP does not count by themselves; "" if none did."""
    left_out = without_article(order, how)
    back = any(_is_one_of(left_out, line) and line.pieces for line in credit.lines)
    return PIECES_IN_A_BUNDLE if back else ""


def _is_one_of(left_out: frozenset[str], line: CreditLine) -> bool:
    return line.sold is not None and line.sold.id in left_out


def _its_goods(lines: list[CreditLine], stands: OrderLine, tax_key: str) -> int | None:
    """The place of the line by which pieces of `stands` come back under this tax."""
    for at, line in enumerate(lines):
        same = line.sold is not None and line.sold.id == stands.id and line.tax_key == tax_key
        if same and line.kind is LineKind.PRODUCT and line.pieces:
            return at
    return None


def _named(sold: OrderLine, stands: OrderLine) -> OrderLine:
    if sold.id == stands.id:
        return sold
    return stands.model_copy(update={"name": f"{stands.name}: {sold.name}"})


def _as_amount(line: CreditLine, sold: OrderLine) -> CreditLine:
    return replace(line, kind=LineKind.ADJUSTMENT, pieces=ZERO, restocked=False, sold=sold)
