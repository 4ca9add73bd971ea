"""One order, several documents: which line goes to which part, and what each part is over.

A part is a warehouse, a vendor, a company or a brand: whatever the merchant's rules name. What no
line pays for alone, shipping and fees, is shared out exactly, so that the parts are the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct, field

from sync_cli.core.bundles import Bundled
from sync_cli.core.errors import Problem
from sync_cli.core.model import (
    ZERO,
    Document,
    DocumentLine,
    DocumentState,
    LineKind,
    Order,
)
from sync_cli.core.money import WIDE, apportion
from sync_cli.core.states import has_reached

SIGN = "#"
WHOLE = ""
"""The part of what stays one document."""


class Shared(StrEnum):
    """What becomes of shipping and fees: shared in proportion to the goods, or all to one part."""

    SHARED = "shared"
    FIRST = "first"


class RoutingRule(Struct, frozen=True):
    """Lines whose fields fit `lines`, of orders whose fields fit `order`, go to `part`.

    Both map a path such as `sku` or `billing.country` to patterns (`*` and `?`, without regard to
    case), one of which must fit; an empty mapping fits everything.
    """

    part: str
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Routing(Struct, frozen=True):
    """The first rule that fits a line names its part; `rest` is the part of all others."""

    rules: tuple[RoutingRule, ...] = ()
    rest: str = WHOLE
    shared: Shared = Shared.SHARED

    @property
    def names(self) -> tuple[str, ...]:
        """Every part that the rules may name, each once."""
        return named_in_order((*(rule.part for rule in self.rules), self.rest))

    def parts_of(self, order: Order) -> tuple[str, ...]:
        """The part of each line of the order, in order; of one without lines a single part.

        What is in a bundle goes where the line goes that holds it together.
        """
        bundled = Bundled(order.lines)
        lines = [bundled.container(line) or line for line in order.lines]
        return tuple(self._part(order, line) for line in lines) or (self._part(order, None),)

    def _part(self, order: Order, line: Any) -> str:
        for rule in self.rules:
            if _fits(order, rule.order) and (not rule.lines or _fits(line, rule.lines)):
                return rule.part
        return self.rest


def named_in_order(parts: Iterable[str]) -> tuple[str, ...]:
    """Each part once, in the order of its first line."""
    return tuple(dict.fromkeys(parts))


def part_id(order_id: str, part: str) -> str:
    """The name of a part of an order, everywhere: "1042#north"."""
    return f"{order_id}{SIGN}{part}" if part else order_id


def order_of(record_id: str) -> str:
    """The order that a part belongs to; an order belongs to itself."""
    return record_id.partition(SIGN)[0]


def split(
    document: Document,
    parts: Mapping[str, str],
    names: Sequence[str],
    decimals: int,
    shared: Shared,
) -> dict[str, Document]:
    """The documents of the parts `names`, the first first; together they are `document` exactly.

    `parts` names the part of each line of the order, by its id; what is none of them is shared.
    `decimals` are those of the amounts.
    """
    own: dict[str, list[DocumentLine]] = {name: [] for name in names}
    others = []
    for line in document.lines:
        if line.line_id in parts:
            own[parts[line.line_id]].append(line)
        else:
            others.append(line)
    goods = {name: list(lines) for name, lines in own.items()}
    # What a gift card paid is shared last, by what each part then costs.
    for line in sorted(others, key=lambda one: one.kind is LineKind.GIFT_CARD):
        is_paid = line.kind is LineKind.GIFT_CARD
        weights = _costs(own) if is_paid else _weights(goods, line, shared)
        for name, share in zip(names, _shares(line, weights, decimals), strict=True):
            if share is not None:
                own[name].append(share)
    found = {name: _part(document, name, lines) for name, lines in own.items()}
    return _with_the_rest(document, found, decimals)


def _weights(
    goods: Mapping[str, Sequence[DocumentLine]], line: DocumentLine, shared: Shared
) -> list[Decimal]:
    """How much of a line goes to each part; where no goods cost anything all to the first.

    A discount goes to the goods of its tax, wherever shipping and fees go.
    """
    is_discount = line.kind is LineKind.DISCOUNT
    nets = [
        max(ZERO, sum((one.net for one in lines if _may_bear(one, line)), ZERO))
        for lines in goods.values()
    ]
    if any(nets) and (is_discount or shared is Shared.SHARED):
        return nets
    return [Decimal(1), *([ZERO] * (len(nets) - 1))]


def _costs(own: Mapping[str, Sequence[DocumentLine]]) -> list[Decimal]:
    """What each part costs so far; where all cost nothing they count alike."""
    costs = [max(ZERO, sum((line.gross for line in lines), ZERO)) for lines in own.values()]
    return costs if any(costs) else [Decimal(1)] * len(costs)


def _may_bear(goods: DocumentLine, line: DocumentLine) -> bool:
    return line.kind is not LineKind.DISCOUNT or goods.tax_key == line.tax_key


def _shares(
    line: DocumentLine, weights: Sequence[Decimal], decimals: int
) -> list[DocumentLine | None]:
    """The line as each part gets it, None where nothing of it does."""
    nets, taxes = (shared_out(one, weights, decimals) for one in (line.net, line.tax))
    first = next(at for at, weight in enumerate(weights) if weight)
    return [
        line.model_copy(update={"net": net, "tax": tax}) if net or tax or at == first else None
        for at, (net, tax) in enumerate(zip(nets, taxes, strict=True))
    ]


def shared_out(amount: Decimal, weights: Sequence[Decimal], decimals: int) -> tuple[Decimal, ...]:
    """An amount in proportion to weights, not all of them 0; the shares add up to it exactly."""
    whole = sum(weights, ZERO)
    exact = [WIDE.divide(WIDE.multiply(amount, weight), whole) for weight in weights]
    return apportion(exact, amount, decimals)


def _part(document: Document, name: str, lines: Sequence[DocumentLine]) -> Document:
    reference = part_id(document.reference, name)
    return document.model_copy(
        update={
            "reference": reference,
            "birth": reference,
            "part": name,
            "lines": tuple(lines),
            "total": sum((line.gross for line in lines), ZERO),
            "total_tax": sum((line.tax for line in lines), ZERO),
        }
    )


def _with_the_rest(
    document: Document, parts: Mapping[str, Document], decimals: int
) -> dict[str, Document]:
    """The parts with their share of what gift cards paid; the first tells of bundled pieces."""
    totals = [max(ZERO, part.total) for part in parts.values()]
    weights = totals if any(totals) else [Decimal(1)] * len(totals)
    prepaid: Iterable[Decimal | None] = [None] * len(totals)
    if document.prepaid is not None:
        prepaid = shared_out(document.prepaid, weights, decimals)
    first = next(iter(parts))
    return {
        name: part.model_copy(
            update={"prepaid": paid, "bundled": document.bundled if name == first else {}}
        )
        for (name, part), paid in zip(parts.items(), prepaid, strict=True)
    }


def joined(documents: Sequence[Document], *, lacks: bool = False) -> Document:
    """What several documents of one order say together, as one.

    It stands where the last of those stands that were not cancelled, is paid once all are, and its
    numbers are named in one text. If it `lacks` one that is still to be made, it is a draft.
    """
    if lacks:
        return joined(documents).model_copy(update={"state": DocumentState.DRAFT, "paid": None})
    if len(documents) == 1:
        return documents[0]
    live = [one for one in documents if one.state is not DocumentState.CANCELLED]
    least = min(live or documents, key=lambda one: sum(has_reached(one.state, s) for s in _STATES))
    paid = [one.paid for one in live]
    return documents[0].model_copy(
        update={
            "number": ", ".join(one.number for one in documents),
            "state": least.state,
            "total": sum((one.total for one in live), ZERO),
            "total_tax": sum((one.total_tax for one in live), ZERO),
            "invoice_number": ", ".join(filter(None, (one.invoice_number for one in live))),
            "paid": None if not paid or None in paid else all(paid),
            "tracking": tuple(number for one in live for number in one.tracking),
        }
    )


_STATES = [state for state in DocumentState if state is not DocumentState.CANCELLED]


def rerouted(label: str, before: Iterable[str], now: Iterable[str]) -> Problem:
    """An order that was edited after its transfer, so that its lines go to other parts."""
    return Problem(
        "order-rerouted",
        label,
        f"it was changed after it was transferred, and its lines now go to {_named(now)} instead of"
        f" {_named(before)}",
        "Make the same change in the ERP, then run `sync-cli held dismiss`.",
        field="lines",
    )


def half_made(label: str, missing: Iterable[str]) -> Problem:
    """An order whose rules changed before all of its documents were made."""
    return Problem(
        "order-half-made",
        label,
        f"it still lacks the document of {_named(missing)}, and the rules of orders.routing that"
        " divided it have changed",
        "Put the rules back until it has gone over; or make that document in the ERP by hand, then"
        " run `sync-cli held dismiss`.",
        field="lines",
    )


def untraced(label: str, id: str, found: Sequence[str], names: Sequence[str]) -> Problem:
    """An order of an older state: the ERP has the documents `found`, not those called `names`."""
    return Problem(
        "order-untraced",
        label,
        "it went over before this state was made: by orders.routing and orders.reference it is"
        f" {', '.join(names)}, but the ERP has {', '.join(found) or 'no such document'}",
        "Put the settings back that were in force when it went over, then run"
        f" `sync-cli held retry {id}`. If what is missing was never made, or is lost,"
        f" `sync-cli orders --id {id}` makes it.",
    )


def _named(parts: Iterable[str]) -> str:
    return ", ".join(part or "the rest" for part in parts)


def _fits(record: Any, wanted: Mapping[str, tuple[str, ...]]) -> bool:
    return record is not None and all(
        any(fnmatchcase(_text_at(record, path), one.casefold()) for one in patterns)
        for path, patterns in wanted.items()
    )


def _text_at(record: Any, path: str) -> str:
    value = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    return "" if value is None else str(value).casefold()
