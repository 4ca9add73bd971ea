"""Orders that marketplaces split: a whole and its parts, both in the shop's list of orders.

The sale stands there twice, so only one side may be booked, and which one is for the merchant to
say. Nothing of it is booked until then.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from sync_cli.core.errors import Problem


class ChildOrders(StrEnum):
    """Which side of a split order is booked."""

    HOLD = "hold"
    PARENTS = "parents"
    CHILDREN = "children"


class Family(Struct, frozen=True):
    """What an order belongs to.

    `parent` is the id of the order that it is a part of, "" if it is none; `children` are the ids
    of its own parts, as far as they were asked for. `booked` claims that the parent has a document,
    `expected` that it goes to the ERP or has gone; `standing` says how it stands, in words.
    """

    parent: str = ""
    children: tuple[str, ...] = ()
    booked: bool = False
    expected: bool = False
    standing: str = ""

    def left_out(self, booked: ChildOrders) -> str:
        """Why the order is left out because of its family; "" if it is not."""
        if self.parent and self.booked:
            return f"a part of order {self.parent}"
        if self.parent and booked is ChildOrders.PARENTS and self.expected:
            return f"a part of order {self.parent}"
        if self.children and booked is ChildOrders.CHILDREN:
            return f"{BY_PARTS} {_named(self.children)}"
        return ""

    def problem(self, label: str, booked: ChildOrders) -> Problem | None:
        """Why the order is held because of its family; None if it is not."""
        if self.parent and booked is ChildOrders.PARENTS:
            return _without_whole(label, self.parent, self.standing)
        if booked is not ChildOrders.HOLD or not (self.parent or self.children):
            return None
        whole = f"it is a part of order {self.parent}"
        parts = f"it was split into {_named(self.children)}"
        return Problem(
            "order-family",
            label,
            f"{whole if self.parent else parts}, and the sale stands in both: only one side may be"
            " booked",
            "Say which one in the configuration: `orders.child_orders: parents` or `children`. Both"
            " then go on by themselves.",
            system="shop",
        )


BY_PARTS = "booked by its parts:"
"""What begins the reason why a whole is left out."""


def _named(orders: tuple[str, ...]) -> str:
    return f"order{'s' if len(orders) > 1 else ''} {', '.join(orders)}"


def _without_whole(label: str, parent: str, standing: str) -> Problem:
    """A part whose whole is not booked: nobody would ship it, yet its pieces are sold."""
    return Problem(
        "order-without-whole",
        label,
        f"it is a part of order {parent}, which is not booked: {standing}",
        "Put order " + parent + " right in the shop, or cancel this part; it then goes on by"
        " itself. Until then its pieces count as sold.",
        system="shop",
    )
