"""Drifts between the parcels that the ERP sent off and those that the shop's orders tell of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from msgspec import Struct

from sync_cli.core.back_records import PackedLine
from sync_cli.core.drift import ERP, Drift, DriftKind, plain
from sync_cli.core.parts import Part

NO_NUMBER = "no number"


class Sent(Struct, frozen=True):
    """A parcel as the ERP tells of it. `name` is what the shop knows it by.

    `lines` are the pieces that the shop's parcel must hold, None where it holds none or that is not
    compared. `made` is the shop's id of it that the sync knows, "" if none.
    """

    name: str
    number: str
    lines: tuple[PackedLine, ...] | None = None
    made: str = ""


class Shown(Struct, frozen=True):
    """A parcel of an order in the shop; `name` is "" where only its number can say which it is.

    `ours` claims that the sync made it.
    """

    id: str
    name: str
    number: str
    ours: bool
    lines: tuple[PackedLine, ...] = ()


class ShopParcels(Struct, frozen=True):
    """What a shop order tells of its parcels.

    `unread` claims that they are not known yet. `kept` claims that all of ours are written again
    when the order is looked at: one that was deleted in the shop, and without one that is no more.
    """

    id: str
    number: str
    shown: tuple[Shown, ...] = ()
    unread: bool = False
    kept: bool = False

    @property
    def label(self) -> str:
        """The order's parcels as people call them."""
        return f"Parcels of order {self.number or self.id}"


def compare_parcels(order: ShopParcels, sent: Sequence[Sent]) -> tuple[Drift, ...]:
    """Where an order and its deliveries tell of other parcels; nothing if they are in step.

    What others entered is nobody's business, unless it has the number of a parcel that was sent:
    then it stands for that one.
    """
    return tuple(_drifts(order, sent))


def pairs_of(
    order: ShopParcels, sent: Sequence[Sent]
) -> tuple[list[tuple[Sent, list[Shown]]], list[Shown]]:
    """Each parcel that was sent with those of the shop that are it, and ours that are none."""
    left = list(order.shown)
    pairs = []
    for one in sent:
        found = [each for each in left if each.name == one.name]
        if not found and one.number:
            alike = (each for each in left if not each.name and each.number == one.number)
            found = list(islice(alike, 1))
        left = [each for each in left if each not in found]
        pairs.append((one, found))
    return pairs, [each for each in left if each.ours]


def _drifts(order: ShopParcels, sent: Sequence[Sent]) -> Iterator[Drift]:
    pairs, unsent = pairs_of(order, sent)
    for one, found in pairs:
        if not found:
            yield _missing(order, one)
        elif len(found) > 1:
            yield _doubled(order, one, len(found))
        else:
            yield from _differences(order, one, found[0])
    for shown in unsent:
        yield _unsent(order, shown, written_again=order.kept and bool(sent))


def _missing(order: ShopParcels, one: Sent) -> Drift:
    what = "was sent off, but the shop's order does not tell of it"
    mend = _look(order)
    if one.made and not order.kept:
        what = f"was sent off and told to the shop as {one.made}, where somebody deleted it"
        mend = (
            "Enter it in the shop by hand: it is not made a second time. If it shall stay away, run"
            f" `{mend}` and `sync-cli held dismiss --route parcels {_id(order, one.name)}`."
        )
    return _drift(order, one, DriftKind.MISSING, what, mend, "parcel", erp=_said(one.number))


def _doubled(order: ShopParcels, one: Sent, times: int) -> Drift:
    what = f"stands {times} times in the shop's order"
    mend = "Keep one of them and delete the others in the shop."
    return _drift(order, one, DriftKind.DUPLICATE, what, mend, "parcel", shop=str(times), erp="1")


def _unsent(order: ShopParcels, shown: Shown, *, written_again: bool) -> Drift:
    what = "stands in the shop's order, but the ERP tells of no such parcel"
    mend = "Delete it in the shop if it did not leave: the sync deletes none."
    if written_again:
        mend = _look(order)
    return _drift(order, shown, DriftKind.EXTRA, what, mend, "parcel", shop=_said(shown.number))


def _differences(order: ShopParcels, one: Sent, shown: Shown) -> Iterable[Drift]:
    if shown.number != one.number:
        shop, erp = _said(shown.number), _said(one.number)
        what = f"its tracking number is {shop} in the shop, but {erp} in the ERP"
        yield _drift(
            order, one, DriftKind.DIFFERENT, what, _look(order), "number", shop=shop, erp=erp
        )
    if shown.ours and one.lines is not None and _by_line(shown.lines) != _by_line(one.lines):
        shop, erp = _pieces(shown.lines), _pieces(one.lines)
        what = f"it holds {shop} in the shop, but {erp} by the ERP"
        yield _drift(
            order, one, DriftKind.DIFFERENT, what, _look(order), "pieces", shop=shop, erp=erp
        )


def _drift(
    order: ShopParcels,
    one: Sent | Shown,
    kind: DriftKind,
    what: str,
    mend: str,
    field: str,
    *,
    shop: str = "",
    erp: str = "",
) -> Drift:
    label = f"Parcel {one.number or one.name} of order {order.number or order.id}"
    said = f"{label}: {what}." if what.startswith("it") else f"{label} {what}."
    id = _id(order, one.name)
    return Drift(Part.PARCELS, kind, id, label, said, mend, ERP, field=field, shop=shop, erp=erp)


def _id(order: ShopParcels, name: str) -> str:
    """What the held list calls the parcel."""
    return f"{order.id}:{name}"


def _look(order: ShopParcels) -> str:
    return f"sync-cli orders --id {order.id}"


def _said(number: str) -> str:
    return number or NO_NUMBER


def _by_line(lines: Iterable[PackedLine]) -> list[tuple[str, str]]:
    return sorted((line.line_id, plain(line.quantity)) for line in lines)


def _pieces(lines: Iterable[PackedLine]) -> str:
    said = [f"{pieces} of line {id}" for id, pieces in _by_line(lines)]
    return ", ".join(said) or "nothing"
