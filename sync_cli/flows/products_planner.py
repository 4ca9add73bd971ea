"""What the comparison of articles and products tells its findings to: a plan, or a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sync_cli.core.item import Item
from sync_cli.core.plan import Operation, Skip
from sync_cli.core.products import Product


class Planner(Protocol):
    """Takes what the comparison of articles comes to."""

    def unchanged(self) -> None:
        """An article that was applied as it is."""

    def leave_out(self, operation: Skip, *, was_open: bool) -> None:
        """An article that is left out, with the reason; `was_open`: it was held or begun."""

    def close_later(self, operation: Operation) -> None:
        """An operation that calls nobody."""

    def adopt(self, product: Product, article: Product) -> None:
        """A link to be made by SKU."""

    def in_step(self, item: Item) -> None:
        """A product that holds all values already."""

    def update(self, item: Item, *, overwrites: bool, prices: bool) -> None:
        """Fields to write; is anything overwritten, are prices?"""

    def create(self, item: Item, article: Product) -> None:
        """A product to make."""

    def note_facts(self, facts: Mapping[str, Mapping[str, str]]) -> None:
        """Facts of linked products that orders must know, and that are not known yet."""
