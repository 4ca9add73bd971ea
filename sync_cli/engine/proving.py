"""The second proof of documents under way: may one be confirmed, and how is a coin made up for?"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.connectors.base import Draft
from sync_cli.core.errors import Problem
from sync_cli.core.item import Intent, Item, Step
from sync_cli.core.model import Document, DocumentState
from sync_cli.core.money import plain
from sync_cli.core.second_proof import (
    Apart,
    Equal,
    Verdict,
    differs,
    second_proof,
    with_rounding_line,
)
from sync_cli.engine.route import Route

CANCELLED = str(DocumentState.CANCELLED)


class Half(Struct, frozen=True):
    """A document on its way: the record, its open intent, and what the target holds of it."""

    item: Item
    intent: Intent
    target: str
    document: Document | None = None

    def advancing(self) -> Half:
        """The half as its intent then stands in the journal."""
        return replace(self, intent=replace(self.intent, step=Step.ADVANCE, target=self.target))

    def told(self, what: str) -> Half:
        """The half whose audit will say this too."""
        because = "; ".join(filter(None, (self.item.because, what)))
        return replace(self, item=replace(self.item, because=because))


class Prover:
    """Holds what the target stored of a document against what the record says."""

    def __init__(self, route: Route) -> None:
        self.route = route

    def verdict(self, half: Half) -> Verdict | Problem:
        """The second proof: what the target stored must be what the order says, to the cent."""
        item, document = half.item, half.document
        ours = item.record
        if document is None or not isinstance(ours, Document) or item.wanted == CANCELLED:
            return Equal()
        if document.state != DocumentState.DRAFT:
            return Equal()
        if half.intent.payload and half.intent.payload != item.fingerprint:
            return _outdated(item, half.target)
        rate_limit = self.route.rate_limit
        return second_proof(ours, document, limit=self._limit(), rate_limit=rate_limit)

    def _limit(self) -> Decimal:
        """What a rounding line may carry: nothing where the target was given the taxes."""
        given = self.route.target.traits(self.route.target_entity).taxes_given
        return Decimal(0) if given else self.route.rounding

    def still_apart(self, half: Half, by: Decimal) -> Problem:
        """It is still short after its rounding line: there is never a second one."""
        said = f"is still {plain(-by)} off after its rounding line"
        return differs(half.item.label, Apart("total", said), self.route.target.name)

    def rounded(self, half: Half, by: Decimal) -> Draft | Problem:
        """The draft with its rounding line, or why the mapping cannot write one."""
        item, write = half.item, self.route.write_document
        if write is None or not isinstance(item.record, Document):
            raise TypeError(f"route {self.route.name} writes no documents")
        payload = write(with_rounding_line(item.record, by), item.refs)
        if isinstance(payload, Problem):
            return payload.about(item.label)
        return Draft(item.reference, payload, half.target)


def _outdated(item: Item, target: str) -> Problem:
    return Problem(
        "draft-outdated",
        item.label,
        f"it was changed while its draft {target} was being made",
        "The draft is cancelled and made anew by itself.",
        transient=True,
    )
