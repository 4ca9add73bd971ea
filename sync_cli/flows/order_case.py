"""One order under way from the shop to the ERP, as the flow of orders passes it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.core.item import Item, Link
from sync_cli.core.model import Order
from sync_cli.core.plan import is_left_out
from sync_cli.core.proof import Proven
from sync_cli.flows.idle_corrections import Otherwise


class Case(Struct, frozen=True):
    """One order under way: what the engine sees of it, and the order itself if it was readable.

    `mark` says what makes it suspicious, `proof` that it adds up. `known_parts` are those that it
    was divided into before, with their links where they have documents. `allotted` names the part
    of each of its lines; `whole` is the order itself, where this is one of its parts. `otherwise`
    is what it would be without each of its corrections, `idle` names those without which its
    document would be the same.
    """

    item: Item
    order: Order | None = None
    mark: str = ""
    proof: Proven | None = None
    known_parts: Mapping[str, Link | None] = field(default_factory=dict)
    allotted: tuple[str, ...] = ()
    whole: Item | None = None
    otherwise: tuple[Otherwise, ...] = ()
    idle: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether it may have to be made: nothing speaks against it yet."""
        item = self.item
        return item.link is None and item.problem is None and not item.waits and not item.filtered

    @property
    def is_edited(self) -> bool:
        """Whether its document may have to take a change: it is not what was applied."""
        item = self.item
        if item.link is None or item.problem is not None or item.waits or not item.fingerprint:
            return False
        return item.applied is None or item.applied.payload != item.fingerprint

    @property
    def is_left_out(self) -> bool:
        """Whether the filter leaves it out, and nothing of it was ever begun in the ERP."""
        return is_left_out(self.item) and not self.known_parts

    @property
    def targets(self) -> list[str]:
        """The ERP's ids of its documents."""
        linked = [link.target for link in self.known_parts.values() if link is not None]
        if linked or self.item.link is None:
            return linked
        return [self.item.link.target]

    def but(self, **changes: Any) -> Case:
        """The same case with another item."""
        return replace(self, item=replace(self.item, **changes))
