"""A refund of an order that became several documents: what each of its parts gives back.

Goods belong to the part that sold them. What was shared out among the parts, shipping and fees, and
what no line of the refund accounts for is given back by each part in proportion to what is left of
it there, so that together the parts give back the refund exactly, and all refunds together never
more of a part than it is over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from sync_cli.core.credits import Credit, CreditLine
from sync_cli.core.errors import Problem
from sync_cli.core.model import ZERO, Document, LineKind
from sync_cli.core.money import WIDE, apportion, plain

NET, TAX = 0, 1


def divide(
    credits_in_time: Iterable[Credit],
    documents: Mapping[str, Document],
    allotted: Mapping[str, str],
    decimals: int,
) -> Iterator[dict[str, Credit]]:
    """What each part gives back of each credit in turn; a part that gives nothing is absent.

    `documents` are the parts of the order, by their names; `allotted` names the part of each line
    of the order by its id.
    """
    left = _Left(documents)
    for credit in credits_in_time:
        yield _Dividing(left, allotted, decimals).of(credit)


def is_shared(credit: Credit, allotted: Mapping[str, str]) -> bool:
    """Whether anything of it belongs to no line of goods, so that several parts may give it."""
    return any(line.sold is None or line.sold.id not in allotted for line in credit.lines)


class _Left:
    """What earlier credits have left of each part: by tax, and of what was shared by its line."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self.parts = tuple(documents)
        self._left: defaultdict[tuple[str, str, str], list[Decimal]] = defaultdict(
            lambda: [ZERO, ZERO]
        )
        self._taxes: set[tuple[str, str]] = set()
        self._tax_of: dict[tuple[str, str], str] = {}
        for part, document in documents.items():
            for line in document.lines:
                if line.kind is not LineKind.ROUNDING:
                    self._taxes.add((part, line.tax_key))
                    self._tax_of[part, line.line_id] = line.tax_key
                    self._move(part, line.line_id, line.tax_key, line.net, line.tax)

    def take(self, part: str, line: CreditLine) -> None:
        """This much less is left of a part: under the tax of the line that was sold, where a refund
        names a tax that the part never had, as one without the taxes of its lines does."""
        sold = line.sold.id if line.sold is not None else ""
        key = line.tax_key
        if (part, key) not in self._taxes:
            key = self._tax_of.get((part, sold), key)
        self._move(part, sold, key, -line.net, -line.tax)

    def weights(self, line: CreditLine, kind: int, amount: Decimal) -> list[Decimal]:
        """How much each part gives of an amount: by what is left there of the same line, else
        under the same tax, else at all; where nothing is left the first gives it.

        An amount that is all that is left is given back just as it is left, also where that is
        below zero: a discount may stand against goods of another tax.
        """
        sold = line.sold.id if line.sold is not None else ""
        places = [(sold, line.tax_key)] if sold else []
        for line_id, tax_key in (*places, ("", line.tax_key), ("", "")):
            left = [self._left[part, line_id, tax_key][kind] for part in self.parts]
            if sum(left, ZERO) == amount != 0:
                return left
            found = [one if one * amount > 0 else ZERO for one in left]
            if any(found):
                return found
        return [Decimal(1), *([ZERO] * (len(self.parts) - 1))]

    def _move(self, part: str, line_id: str, tax_key: str, net: Decimal, tax: Decimal) -> None:
        for place in {(line_id, tax_key), ("", tax_key), ("", "")}:
            sums = self._left[(part, *place)]
            sums[NET] += net
            sums[TAX] += tax


class _Dividing:
    """One credit on its way to the parts."""

    def __init__(self, left: _Left, allotted: Mapping[str, str], decimals: int) -> None:
        self._left = left
        self._allotted = allotted
        self._decimals = decimals

    def of(self, credit: Credit) -> dict[str, Credit]:
        """The credit of each part that gives anything back, in the order of the parts."""
        lines: dict[str, list[CreditLine]] = {part: [] for part in self._left.parts}
        for line in credit.lines:
            for part, share in self._shares(line):
                lines[part].append(share)
                self._left.take(part, share)
        return {
            part: Credit(tuple(own), credit.adjusted if _is_adjusted(own) else ZERO)
            for part, own in lines.items()
            if own
        }

    def _shares(self, line: CreditLine) -> list[tuple[str, CreditLine]]:
        """The line as each part gives it back."""
        if line.sold is not None and line.sold.id in self._allotted:
            return [(self._allotted[line.sold.id], line)]
        nets = self._shared_out(line, NET, line.net)
        taxes = self._shared_out(line, TAX, line.tax)
        return [
            (part, replace(line, net=net, tax=tax))
            for part, net, tax in zip(self._left.parts, nets, taxes, strict=True)
            if net or tax
        ]

    def _shared_out(self, line: CreditLine, kind: int, amount: Decimal) -> tuple[Decimal, ...]:
        weights = self._left.weights(line, kind, amount)
        whole = sum(weights, ZERO)
        exact = [WIDE.divide(WIDE.multiply(amount, weight), whole) for weight in weights]
        return apportion(exact, amount, self._decimals)


def _is_adjusted(lines: Sequence[CreditLine]) -> bool:
    return any(line.sold is None for line in lines)


def exceeds(label: str, part: str, given: Decimal, total: Decimal) -> Problem:
    """More would be given back of a part than its document is over."""
    return Problem(
        "refund-exceeds",
        label,
        f"its credit notes would give back {plain(given)} of part {part}, whose document is over"
        f" {plain(total)}",
        "Delete the refund in the shop and make it anew with the lines that are given back; or make"
        " the credit notes in the ERP by hand, then run `sync-cli held dismiss`.",
        "shop",
        "amount",
    )


def below_zero(label: str, part: str, amount: Decimal) -> Problem:
    """What is taken off, a gift card's line or a discount, is more than a part gives back."""
    return Problem(
        "refund-below-zero",
        label,
        f"its credit note of part {part} would be over {plain(amount)}: what is taken off in it is"
        " more than what it gives back",
        "Make the credit notes in the ERP by hand, then run `sync-cli held dismiss`.",
        "shop",
        "amount",
    )


def undecided(label: str, cancelled: Iterable[str]) -> Problem:
    """An amount that could be of any part, while the ERP cancelled the document of one."""
    return Problem(
        "refund-undivided",
        label,
        f"the ERP cancelled the document of {', '.join(cancelled)}, and not all of the refund's"
        " money is for goods that it names, so that nobody can tell what is left to give back",
        "Delete the refund in the shop and make it anew with its lines; or make the credit note in"
        " the ERP by hand, then run `sync-cli held dismiss`.",
        "shop",
        "amount",
    )


def redivided(label: str, before: str, now: str) -> Problem:
    """Refunds before it changed after its first credit note was made."""
    return Problem(
        "refund-redivided",
        label,
        f"its parts were {before} when its first credit note was made, and would be {now} by now:"
        " the order or an earlier refund has changed since",
        "Make the missing credit note in the ERP by hand, then run `sync-cli held dismiss`.",
        "shop",
        "amount",
    )


def unallotted(label: str, order: str, parts: Iterable[str]) -> Problem:
    """Nobody knows any more which line of the order went to which of its documents."""
    return Problem(
        "refund-unallotted",
        label,
        f"order {order} went over as {', '.join(parts)}, and by the rules of orders.routing, as"
        " they are now, its lines belong to other parts",
        "Put the rules back that were in force when the order went over; or make the credit note in"
        " the ERP by hand, then run `sync-cli held dismiss`.",
    )
