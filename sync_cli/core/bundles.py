"""Bundles: a line that holds together the lines of what is in it, as the usual plug-ins make them.

Shop and ERP may know a bundle by other articles. Whatever stands for it, its amounts are those of
all its lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from sync_cli.core.errors import Problem
from sync_cli.core.model import ZERO, DocumentLine, LineKind, Order, OrderLine
from sync_cli.core.taxes import TaxKeys


class Bundles(StrEnum):
    """Which lines of a bundle the ERP gets.

    `lines`: all, each under its own article. `container`: the line that holds it together alone,
    at the price of all; the ERP knows what is in it. `contents`: what is in it alone; a price of
    the whole goes along as a line without an article.
    """

    LINES = "lines"
    CONTAINER = "container"
    CONTENTS = "contents"


class Bundled:
    """Which line of an order holds which together."""

    def __init__(self, lines: Sequence[OrderLine]) -> None:
        self._by_id = {line.id: line for line in lines}
        self._by_key = {line.cart_key: line for line in lines if line.cart_key}
        self._containers = {line.id: self._outermost(line) for line in lines}
        self._holding = {held.id for held in self._containers.values() if held is not None}

    def container(self, line: OrderLine) -> OrderLine | None:
        """The outermost line that holds this one, None if it stands for itself."""
        return self._containers.get(line.id)

    def holds_others(self, line: OrderLine) -> bool:
        """Whether others are in it."""
        return line.id in self._holding

    def _outermost(self, line: OrderLine) -> OrderLine | None:
        found, seen = None, {line.id}
        above = self._above(line)
        while above is not None and above.id not in seen:
            seen.add(above.id)
            found, above = above, self._above(above)
        return found

    def _above(self, line: OrderLine) -> OrderLine | None:
        if line.bundled_by in self._by_id:
            return self._by_id[line.bundled_by]
        return self._by_key.get(line.bundle_key) if line.bundle_key else None


def without_article(order: Order, how: Bundles) -> frozenset[str]:
    """The ids of lines that need no article of the ERP, because another line stands for them."""
    if how is Bundles.LINES:
        return frozenset()
    bundled = Bundled(order.lines)
    return frozenset(line.id for line in order.lines if _is_stood_for(bundled, line, how))


def _is_stood_for(bundled: Bundled, line: OrderLine, how: Bundles) -> bool:
    if how is Bundles.CONTENTS:
        return bundled.holds_others(line)
    return bundled.container(line) is not None


def mixed_taxes(order: Order, how: Bundles) -> Problem | None:
    """Why a bundle cannot go over as one line."""
    if how is not Bundles.CONTAINER:
        return None
    bundled, keys = Bundled(order.lines), TaxKeys(order)
    for line in order.lines:
        container = bundled.container(line)
        if container is None or not (line.total or line.total_tax):
            continue
        own, other = keys.of(line), keys.of(container)
        if own != other:
            return Problem(
                "bundle-taxes",
                "",
                f"the bundle {container.name} was charged with {other}, but {line.name} in it with"
                f" {own}",
                "Set orders.lines.bundles to lines or contents, or give all of it one tax class.",
                field="bundled_by",
            )
    return None


def stood_for(order: Order, lines: Sequence[DocumentLine], how: Bundles) -> list[DocumentLine]:
    """The document lines of an order's goods without those that others stand for; the same sums."""
    left_out = without_article(order, how)
    if not left_out:
        return list(lines)
    by_id = {sold.id: line for sold, line in zip(order.lines, lines, strict=True)}
    if how is Bundles.CONTENTS:
        return [
            _as_amount(line) if id in left_out else line
            for id, line in by_id.items()
            if id not in left_out or line.net or line.tax
        ]
    bundled = Bundled(order.lines)
    for sold in order.lines:
        container = bundled.container(sold) if sold.id in left_out else None
        if container is not None:
            by_id[container.id] = _with(by_id[container.id], by_id.pop(sold.id))
    return list(by_id.values())


def _as_amount(line: DocumentLine) -> DocumentLine:
    """The price of a bundle whose contents go over as goods."""
    nothing = {"product_key": "", "sku": "", "quantity": Decimal(1), "pieces": ZERO}
    return line.model_copy(update={"kind": LineKind.FEE, **nothing})


def _with(container: DocumentLine, part: DocumentLine) -> DocumentLine:
    """The container's line at the price of both."""
    both = {"net": container.net + part.net, "tax": container.tax + part.tax}
    if container.list_net is not None or part.list_net is not None:
        (net, tax), (more_net, more_tax) = _listed(container), _listed(part)
        both |= {"list_net": net + more_net, "list_tax": tax + more_tax}
    return container.model_copy(update=both)


def _listed(line: DocumentLine) -> tuple[Decimal, Decimal]:
    """The amounts before a discount, those paid where there is none."""
    return (
        line.net if line.list_net is None else line.list_net,
        line.tax if line.list_tax is None else line.list_tax,
    )
