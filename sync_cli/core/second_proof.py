"""The second proof: the document that the ERP stored against the order that it was made of.

Nothing unequal is ever confirmed. Where the ERP computes taxes itself its total may be some units
off, and ONE rounding line may bring it back; its tax may then be as many units off, because the
ERP is the one that computes it.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from sync_cli.core.errors import Problem
from sync_cli.core.model import Document, DocumentLine, LineKind
from sync_cli.core.money import WIDE, plain, round_half_up

ROUNDING = "rounding"
"""The tax key of a rounding line, to be listed in the ERP's table of tax codes."""


class Equal(Struct, frozen=True):
    """It is what the order says, and may be confirmed."""


class Short(Struct, frozen=True):
    """A rounding line of `by` (which may be negative) would make it equal."""

    by: Decimal


class Apart(Struct, frozen=True):
    """It must not be confirmed; `message` holds both computations in words.

    `remedy` is what to do about it, where that is not to compare taxes and rounding.
    """

    field: str
    message: str
    remedy: str = ""


Verdict = Equal | Short | Apart

_COMPARE = "Compare taxes and rounding of both systems (`sync-cli explain`)"


def second_proof(
    ours: Document,
    theirs: Document,
    *,
    limit: Decimal = Decimal(0),
    rate_limit: Decimal | None = None,
) -> Verdict:
    """Whether `theirs`, as the ERP stored it, is the document `ours`.

    `limit` is how much of the currency a rounding line may carry at most; zero where the ERP was
    given the taxes and so has no reason to differ. `rate_limit` is by how many percent the ERP's
    exchange rate may differ from the order's, where both say one; None: it is not asked.
    """
    if theirs.currency and theirs.currency != ours.currency:
        return Apart("currency", f"has currency {theirs.currency}, the order has {ours.currency}")
    if rate_limit is not None and (apart := _rates_apart(ours, theirs, rate_limit)):
        return apart
    if abs(theirs.total_tax - ours.total_tax) > limit:
        return Apart("total_tax", _both("total_tax", ours, theirs, limit))
    by = ours.total - theirs.total
    if abs(by) > limit:
        return Apart("total", _both("total", ours, theirs, limit))
    return Short(by) if by else Equal()


def _rates_apart(ours: Document, theirs: Document, limit: Decimal) -> Apart | None:
    """Books kept at another rate than the customer was charged at are other books.

    An ERP that keeps rates of its own converts by these, whatever the order says.
    """
    said, kept = ours.exchange_rate, theirs.exchange_rate
    if not said or kept is None:
        return None
    by = WIDE.multiply(WIDE.divide(abs(kept - said), said), Decimal(100))
    if by <= limit:
        return None
    has = (
        f"would be converted by the ERP's own rate: it has {plain(kept)} {ours.currency} for one of"
        " its own currency"
        if kept
        else f"cannot be converted: the ERP lacks the rate of {ours.currency}, or of its own"
        f" currency, for {ours.ordered_on}"
    )
    return Apart(
        "exchange_rate",
        f"{has}, the order was charged at {plain(said)}; {plain(round_half_up(by, 2))} % apart,"
        f" allowed are {plain(limit)} % (orders.exchange_rate_limit)",
        f"Enter the rate of {ours.ordered_on} for {ours.currency} in the ERP, or allow more",
    )


def with_rounding_line(document: Document, by: Decimal) -> Document:
    """The document with one more line, last, that carries `by` and no tax."""
    line = DocumentLine(
        kind=LineKind.ROUNDING, text="Rounding", net=by, tax_key=ROUNDING, unit_price=by
    )
    return document.model_copy(update={"lines": (*document.lines, line)})


def differs(label: str, apart: Apart, system: str) -> Problem:
    """Why the draft was cancelled, for the held list."""
    return Problem(
        "document-differs",
        label,
        f"the draft made of it {apart.message}",
        f"The draft was cancelled, nothing was booked. {apart.remedy or _COMPARE}, then run"
        " `sync-cli held retry`.",
        system=system,
        field=apart.field,
    )


def _both(field: str, ours: Document, theirs: Document, limit: Decimal) -> str:
    said = (
        f"has {field} {getattr(theirs, field)} ({_sum(theirs)}),"
        f" the order has {getattr(ours, field)} ({_sum(ours)})"
    )
    return f"{said}; a rounding line may carry {plain(limit)} at most" if limit else said


def _sum(document: Document) -> str:
    net = document.total - document.total_tax
    return f"{plain(net)} net + {plain(document.total_tax)} tax = {plain(document.total)}"
