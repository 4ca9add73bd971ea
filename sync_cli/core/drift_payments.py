"""Drifts between what the shop says was paid and the payments that the ERP has booked for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial

from msgspec import Struct, field

from sync_cli.core.drift import RESTORED, Drift, DriftKind, drift_of, money
from sync_cli.core.drift_orders import (
    ErpDocument,
    duplicate_of,
    orphan_of,
    to_keep,
    together,
    twice,
)
from sync_cli.core.model import DocumentState
from sync_cli.core.parts import Part

_drift = partial(drift_of, Part.PAYMENTS)


class ShopPayment(Struct, frozen=True):
    """An order's payment as far as it is compared; `needs` claims that it must be booked.

    `why_not` says why it need not be. `kept` claims that a payment that is booked is right all the
    same: the money did come. `unreached` is as for orders. Of an order in several documents `parts`
    names those that must be paid, and `made` are the payments of parts that the sync knows;
    `by_hand` claims that a person settled others, so that less may be booked.
    """

    id: str
    number: str
    currency: str
    amount: Decimal
    needs: bool
    why_not: str = ""
    kept: bool = False
    unreached: bool = False
    parts: tuple[str, ...] = ()
    made: Mapping[str, str] = field(default_factory=dict)
    by_hand: bool = False

    @property
    def label(self) -> str:
        """The payment as people call it."""
        return f"Payment of order {self.number or self.id}"


def compare_payment(
    reference: str,
    payment: ShopPayment | None,
    booked: Sequence[ErpDocument],
    *,
    link: str = "",
) -> tuple[Drift, ...]:
    """Where an order's payment and those with its reference disagree; nothing if they are in step.

    Those of an order in parts are put together. `link` is the id of the payment that the sync knows
    as the order's.
    """
    paid = {one.part for one in booked if one.is_live}
    booked = together(booked)
    live = [one for one in booked if one.is_live]
    if payment is None:
        return tuple(_orphan(reference, one) for one in live)
    if not (payment.needs or payment.kept):
        return tuple(_uncalled(payment, one) for one in live)
    if not live:
        return (_missing(payment, booked, link),) if payment.needs else ()
    if len(live) > 1:
        return (_duplicate(payment, twice(live), link),)
    if "" not in paid and (missing := [part for part in payment.parts if part not in paid]):
        return tuple(_lacking(payment, part) for part in missing)
    return tuple(_differences(payment, live[0]))


def _missing(payment: ShopPayment, booked: Sequence[ErpDocument], link: str) -> Drift:
    amount = _money(payment.amount, payment.currency)
    what = f"{payment.label} ({amount}) is not booked in the ERP."
    mend = f"sync-cli orders --id {payment.id}"
    if booked:
        what = f"{payment.label}: {_name(booked[0])} was cancelled in the ERP."
        mend = "Book it in the ERP by hand, or correct in the shop that it was paid."
    elif link:
        what = f"{payment.label}: its payment {link} no longer exists in the ERP."
        mend = RESTORED
    return _drift(payment, DriftKind.MISSING, what, mend, "payment", shop=amount)


def _lacking(payment: ShopPayment, part: str) -> Drift:
    """A part that is not paid, while others of the order are."""
    what = f"{payment.label} is not booked in the ERP for part {part}."
    mend = f"sync-cli orders --id {payment.id}"
    if link := payment.made.get(part):
        what = f"{payment.label}: its payment {link} of part {part} no longer counts in the ERP."
        mend = f"Was it cancelled there? Then book it by hand. {RESTORED}"
    return _drift(payment, DriftKind.MISSING, what, mend, "payment")


def _orphan(reference: str, one: ErpDocument) -> Drift:
    amount = _money(one.total, one.currency)
    mend = f"Cancel {_name(one)} in the ERP, or bring the order back in the shop."
    return orphan_of(Part.PAYMENTS, reference, _name(one), amount, "order", mend, "payment")


def _uncalled(payment: ShopPayment, one: ErpDocument) -> Drift:
    return _drift(
        payment,
        DriftKind.EXTRA,
        f"{payment.label} is booked as {_name(one)}, but should not be: {payment.why_not}.",
        f"Cancel {_name(one)} in the ERP, or correct in the shop that the order was paid.",
        "payment",
        erp=_money(one.total, one.currency),
    )


def _duplicate(payment: ShopPayment, live: Sequence[ErpDocument], link: str) -> Drift:
    kept = to_keep([one.id for one in live], link)
    said = f"{payment.label} is booked {len(live)} times"
    return duplicate_of(Part.PAYMENTS, payment, said, live, kept, "payment", _name)


def _differences(payment: ShopPayment, one: ErpDocument) -> Iterable[Drift]:
    by_hand = f"Correct {_name(one)} in the ERP: the sync never rewrites one."
    shop, erp = _money(payment.amount, payment.currency), _money(one.total, one.currency)
    same_money = (one.currency or payment.currency) == payment.currency
    enough = one.total <= payment.amount if payment.by_hand else one.total == payment.amount
    if not (same_money and enough):
        what = f"{payment.label}: {shop} were paid in the shop, but {erp} are booked in the ERP."
        yield _drift(payment, DriftKind.DIFFERENT, what, by_hand, "amount", shop=shop, erp=erp)
    if one.state is DocumentState.DRAFT:
        what = f"{payment.label}: {_name(one)} is only a draft in the ERP."
        mend = f"Post {_name(one)} in the ERP."
        yield _drift(payment, DriftKind.DIFFERENT, what, mend, "state", shop="booked", erp="draft")


def _name(one: ErpDocument) -> str:
    return f"payment {one.number or one.id}"


def _money(amount: Decimal, currency: str) -> str:
    return f"{money(amount)} {currency}".strip()
