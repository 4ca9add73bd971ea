"""Makes records that carry a reference; where the ERP is set so, each reference only once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from sync_cli.sandbox.erp.batches import run_batch
from sync_cli.sandbox.erp.records import Json
from sync_cli.sandbox.erp.refusals import ItemError
from sync_cli.sandbox.erp.store import ErpStore

Draft = TypeVar("Draft")


class Numbered(Protocol):
    """A record with an id."""

    @property
    def id(self) -> int:
        """Its id."""


def create_referenced(
    store: ErpStore,
    items: Sequence[object],
    read: Callable[[ErpStore, object], Draft],
    reference_of: Callable[[Draft], str],
    holders: Callable[[str], Sequence[Numbered]],
    add: Callable[[ErpStore, Draft], Json],
) -> list[Json]:
    """The results of a batch of creates: each item is read, then added.

    `holders` are the records that have a reference; two of one batch may not share one either.
    """
    accepted: set[str] = set()

    def check(item: object) -> Draft:
        draft = read(store, item)
        reference = reference_of(draft)
        if store.settings.unique_references and reference:
            _refuse_duplicate(reference, holders(reference), accepted)
        accepted.add(reference)
        return draft

    with store.lock:
        atomic = store.settings.atomic_batches
        return run_batch(items, check, lambda draft: add(store, draft), atomic=atomic)


def _refuse_duplicate(reference: str, holders: Sequence[Numbered], accepted: set[str]) -> None:
    if holders or reference in accepted:
        message = f"reference {reference!r} is taken"
        id = str(holders[0].id) if holders else None
        raise ItemError("duplicate_reference", message, "reference", id=id)
