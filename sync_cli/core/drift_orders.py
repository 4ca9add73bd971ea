"""Drifts between the shop's orders and the ERP's documents, in words and with the remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

from msgspec import Struct

from sync_cli.core.drift import SHOP, Drift, DriftKind, Told, drift_of, money
from sync_cli.core.identity import lowest_first
from sync_cli.core.model import DocumentState, OrderState
from sync_cli.core.parts import Part


class ShopOrder(Struct, frozen=True):
    """A shop order as far as it is compared; `needs` claims that it must have a document.

    `unreached` claims that a backfill which has not come to its end may still bring it.
    """

    id: str
    number: str
    state: OrderState
    currency: str
    total: Decimal
    needs: bool
    is_part: bool = False
    unreached: bool = False

    @property
    def label(self) -> str:
        """The order as people call it."""
        return f"Order {self.number or self.id}"

    @property
    def may_keep(self) -> bool:
        """Whether a live document of it is right, even where none would be made today."""
        return self.needs or (self.state in _SOLD and not self.is_part)


class ErpDocument(Struct, frozen=True):
    """An ERP document as far as it is compared; `part` of an order that became several."""

    id: str
    number: str
    state: DocumentState
    currency: str
    total: Decimal
    part: str = ""

    @property
    def is_live(self) -> bool:
        """Whether it stands for a sale."""
        return self.state is not DocumentState.CANCELLED

    @property
    def name(self) -> str:
        """The document as people call it."""
        return f"document {self.number or self.id}"


_SOLD = frozenset(
    {
        OrderState.PROCESSING,
        OrderState.PARTIALLY_SHIPPED,
        OrderState.COMPLETED,
        OrderState.REFUNDED,
    }
)
"""States of a sale that took place: a refund keeps its document, a credit note follows it."""
_CANCELLABLE = frozenset({DocumentState.DRAFT, DocumentState.CONFIRMED})


def reference_pattern(template: str, shop: str) -> re.Pattern[str]:
    """What our references look like; its group is the order's id, which in a shop is a number."""
    before, _, behind = template.replace("{shop}", shop).partition("{id}")
    return re.compile(f"{re.escape(before)}([1-9][0-9]*){re.escape(behind)}")


_Document = TypeVar("_Document", bound=ErpDocument)


def twice(live: Sequence[_Document]) -> list[_Document]:
    """The documents of which one is too many: two of a part, or one of the whole beside parts."""
    by_part: dict[str, list[_Document]] = {}
    for one in live:
        by_part.setdefault(one.part, []).append(one)
    if "" in by_part and len(live) > 1:
        return list(live)
    return next((documents for documents in by_part.values() if len(documents) > 1), [])


def together(documents: Sequence[ErpDocument]) -> tuple[ErpDocument, ...]:
    """The documents of an order; of one in parts its live ones as one, unless one is too many."""
    live = [document for document in documents if document.is_live]
    if twice(live) or not any(document.part for document in live):
        return tuple(documents)
    one = ErpDocument(
        " ".join(document.id for document in live),
        ", ".join(document.number for document in live),
        live[0].state,
        live[0].currency,
        sum((document.total for document in live), Decimal(0)),
    )
    return (one,)


def to_keep(ids: Sequence[str], link: str, rather: Sequence[str] = ()) -> list[str]:
    """Those that the sync knows, else the lowest id, `rather` one of these; `link` names its
    document, of an order in parts all of them."""
    known = [id for id in ids if id in link.split(", ")]
    return known if 0 < len(known) < len(ids) else lowest_first(rather or ids)[:1]


def orphan_of(
    part: Part, reference: str, name: str, amount: str, whole: str, mend: str, field: str
) -> Drift:
    """A record of the ERP, called `name` there, whose `whole` the shop does not have."""
    return Drift(
        part,
        DriftKind.EXTRA,
        reference,
        reference,
        f"{reference}: {name} of the ERP ({amount}) belongs to no {whole} of the shop.",
        mend,
        SHOP,
        field=field,
        erp=amount,
    )


def duplicate_of(
    part: Part,
    record: Told,
    said: str,
    live: Sequence[ErpDocument],
    kept: Sequence[str],
    field: str,
    name: Callable[[ErpDocument], str] = lambda one: one.name,
) -> Drift:
    """A record that the ERP has several times, of which those `kept` shall stay."""
    by_id = {one.id: one for one in live}
    names = ", ".join(by_id[id].number or id for id in lowest_first(by_id))
    return drift_of(
        part,
        record,
        DriftKind.DUPLICATE,
        f"{said} in the ERP: {names}.",
        f"Keep {' and '.join(name(by_id[id]) for id in kept)} and cancel the others in the ERP.",
        field,
        shop="1",
        erp=str(len(live)),
    )


def compare_order(
    reference: str,
    order: ShopOrder | None,
    documents: Sequence[ErpDocument],
    *,
    link: str = "",
) -> tuple[Drift, ...]:
    """Where an order and the documents with its reference disagree; nothing if they are in step.

    `link` is the id of the document that the sync knows as the order's, "" if it knows none.
    """
    live = [document for document in documents if document.is_live]
    if order is None:
        return tuple(_orphan(reference, document) for document in live)
    if not order.may_keep:
        return tuple(_uncalled(order, document, link) for document in live)
    if not live:
        return (_missing(order, documents, link),) if order.needs else ()
    if len(live) > 1:
        return (_duplicate(order, twice(live), link),)
    return tuple(_differences(order, live[0]))


def _missing(order: ShopOrder, documents: Sequence[ErpDocument], link: str) -> Drift:
    what = f"{order.label} ({_money(order.total, order.currency)}) has no document in the ERP."
    mend = f"sync-cli orders --id {order.id}"
    if documents:
        what = f"{order.label}: its {documents[0].name} was cancelled in the ERP."
        mend = "Cancel the order in the shop too, or make a new document in the ERP by hand."
    elif link:
        what = f"{order.label}: its document {link} no longer exists in the ERP."
        mend = (
            "If the ERP was restored from a backup, run `sync-cli state accept --erp-restored`"
            " and `sync-cli orders`; else make the document in the ERP by hand."
        )
    return Drift(
        Part.ORDERS,
        DriftKind.MISSING,
        order.id,
        order.label,
        what,
        mend,
        SHOP,
        field="document",
        shop=_money(order.total, order.currency),
    )


def _orphan(reference: str, document: ErpDocument) -> Drift:
    amount = _money(document.total, document.currency)
    mend = f"Cancel {document.name} in the ERP, or bring the order back in the shop."
    return orphan_of(Part.ORDERS, reference, document.name, amount, "order", mend, "document")


def _uncalled(order: ShopOrder, document: ErpDocument, link: str) -> Drift:
    called_off = order.state is OrderState.CANCELLED and link == document.id
    if called_off and document.state in _CANCELLABLE:
        mend = f"sync-cli orders --id {order.id}"
    elif document.state in _CANCELLABLE:
        mend = f"Cancel {document.name} in the ERP, or bring the order back in the shop."
    else:
        mend = f"Take {document.name} back in the ERP (return, credit note), or restore the order."
    why = "only a part of another order" if order.is_part else f"{_words(order.state)} in the shop"
    return Drift(
        Part.ORDERS,
        DriftKind.EXTRA,
        order.id,
        order.label,
        f"{order.label} is {why}, but its {document.name} is {_words(document.state)} in the ERP.",
        mend,
        SHOP,
        field="state",
        shop=str(order.state),
        erp=str(document.state),
    )


def _duplicate(order: ShopOrder, live: Sequence[ErpDocument], link: str) -> Drift:
    sure = [document.id for document in live if document.state is not DocumentState.DRAFT]
    kept = to_keep([document.id for document in live], link, sure)
    said = f"{order.label} has {len(live)} live documents"
    return duplicate_of(Part.ORDERS, order, said, live, kept, "document")


def _differences(order: ShopOrder, document: ErpDocument) -> Iterable[Drift]:
    by_hand = f"Correct {document.name} in the ERP: the sync never rewrites a document."
    if document.currency and document.currency != order.currency:
        yield _different(order, "currency", order.currency, document.currency, by_hand)
    elif document.total != order.total:
        shop = _money(order.total, order.currency)
        yield _different(order, "total", shop, _money(document.total, order.currency), by_hand)
    if order.needs and document.state is DocumentState.DRAFT:
        wanted, here = str(DocumentState.CONFIRMED), str(document.state)
        yield _different(order, "state", wanted, here, f"sync-cli orders --id {order.id}")


def _different(order: ShopOrder, name: str, shop: str, erp: str, mend: str) -> Drift:
    verb = "should be" if name == "state" else "is"
    what = f"{order.label}: {name} {verb} {shop} by the shop, but is {erp} in the ERP."
    return Drift(
        Part.ORDERS,
        DriftKind.DIFFERENT,
        order.id,
        order.label,
        what,
        mend,
        SHOP,
        field=name,
        shop=shop,
        erp=erp,
    )


def _money(amount: Decimal, currency: str) -> str:
    return f"{money(amount)} {currency}".strip()


def _words(state: OrderState | DocumentState) -> str:
    return str(state).replace("_", " ")
