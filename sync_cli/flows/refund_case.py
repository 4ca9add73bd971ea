"""One refund under way from the shop to the ERP, as the flow of refunds passes it on."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.core.credits import Credit
from sync_cli.core.identity import fitting
from sync_cli.core.item import Item
from sync_cli.core.refund_records import Refund
from sync_cli.core.routing import part_id


class Case(Struct, frozen=True):
    """One refund under way: what the engine sees of it, and the refund if it was readable.

    `credit` is what it gives back once that is proven: of a part of its order what that part gives
    back. `whole` is the refund itself, where this is one of its parts. `idle` are the corrections
    without which the very same refund would be read.
    """

    item: Item
    refund: Refund | None = None
    credit: Credit | None = None
    whole: Item | None = None
    idle: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether a credit note may have to be made of it: nothing speaks against it yet."""
        item = self.item
        return item.link is None and item.problem is None and not item.waits and not item.filtered

    @property
    def is_begun(self) -> bool:
        """Whether it has a credit note, or may have one of which nobody knows yet."""
        return self.item.link is not None or self.item.intent is not None

    def but(self, **changes: Any) -> Case:
        """The same case with another item."""
        return replace(self, item=replace(self.item, **changes))

    def of_part(self, name: str, credit: Credit | None = None) -> Case:
        """The part `name` of this refund, which has a credit note of its own."""
        item = self.item
        own = replace(
            item,
            id=part_id(item.id, name),
            part=name,
            label=f"{item.label}, part {name}",
            reference=fitting(part_id(item.reference, name)),
            match=part_id(item.match, name),
            link=None,
            applied=None,
            intent=None,
        )
        return Case(own, self.refund, credit, item)
