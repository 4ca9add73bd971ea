"""Writing to a shop: absolute values, in batches as large as it bears, each answer compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from msgspec import Struct

from sync_cli.connectors.base import Change, Done, Failed, InDoubt, Json, NotSent, Result
from sync_cli.connectors.http import AnswerLost, CallNotSent, RequestRefused
from sync_cli.connectors.woocommerce.checks import refuse_product, refuse_status
from sync_cli.connectors.woocommerce.compare import differences, problem_of_differences
from sync_cli.connectors.woocommerce.entities import CUSTOMER, ORDER, PRODUCT, shape_of
from sync_cli.connectors.woocommerce.refusals import problem_of
from sync_cli.connectors.woocommerce.wire import Wire
from sync_cli.core.errors import ConfigError, Problem, SyncError
from sync_cli.core.values import Discreet

PATIENCE = 9
"""Lost answers in a row before the shop counts as down: in seven halvings a batch of 100 is down
to the one product that breaks a plug-in of the shop, and all others are written."""
_SHRINKING_ATTEMPTS = 2
_TOO_LARGE = 413
_OF_ORDERS = frozenset({"meta_data", "status"})
_OF_CUSTOMERS = frozenset({"meta_data"})


class Item(Discreet, Struct, frozen=True):
    """One change on its way: its place among the results, and what to call it in messages."""

    hidden: ClassVar[frozenset[str]] = frozenset({"fields"})

    place: int
    id: str
    label: str
    fields: Json

    @property
    def body(self) -> dict[str, Any]:
        """The item as a batch takes it."""
        return {**self.fields, "id": int(self.id)}


Placed = list[tuple[int, Result]]
Task = Callable[[], Placed]
Refuse = Callable[[str, str, Json], Problem | None]


def update_products(wire: Wire, changes: Sequence[Change]) -> Iterator[Result]:
    """Write products in batches, and variations in those of their parents [5.5]."""
    items, refused = _items(wire, PRODUCT, changes, refuse_product)
    groups: dict[str, list[Item]] = {}
    for item in items:
        parent = changes[item.place].parent
        path = f"products/{parent}/variations" if parent not in ("", "0") else "products"
        groups.setdefault(path, []).append(item)
    return _in_order(wire, _batches(wire, groups), refused)


def update_orders(wire: Wire, changes: Sequence[Change]) -> Iterator[Result]:
    """Write metadata in batches, a status only by itself: in a batch an unknown one is no error
    but sets the order to pending [6.3].

    Raises ConfigError for any other field: an address or a line recalculates the order [7.8].
    """
    _refuse_fields(
        changes, _OF_ORDERS, "order", "the shop would compute a paid order anew with today's taxes"
    )
    items, refused = _items(wire, ORDER, changes, _refuse_order)
    plain = [item for item in items if "status" not in item.fields]
    single = (partial(_put_order, wire, item) for item in items if "status" in item.fields)
    return _in_order(wire, _chain(_batches(wire, {"orders": plain}), single), refused)


def update_customers(wire: Wire, changes: Sequence[Change]) -> Iterator[Result]:
    """Write metadata in batches.

    Raises ConfigError for any other field: what a customer entered is never overwritten.
    """
    _refuse_fields(changes, _OF_CUSTOMERS, "customer", "it belongs to the customer")
    items, refused = _items(wire, CUSTOMER, changes, lambda *_: None)
    return _in_order(wire, _batches(wire, {"customers": items}), refused)


def advance_orders(wire: Wire, ids: Sequence[str], to: str) -> Iterator[Result]:
    """Bring orders to status `to`, each by itself; who is there already is left alone.

    Raises ConfigError for a status that orders do not have.
    """
    if to not in shape_of(ORDER).traits.states:
        raise ConfigError(f"The shop has no order status {to!r}.", "Correct the table of states.")
    tasks: list[Task] = [
        partial(_advance, wire, Item(place, id, f"Order {id}", {"status": to}))
        for place, id in enumerate(ids)
    ]
    return _in_order(wire, iter(tasks), {})


def _items(
    wire: Wire, entity: str, changes: Sequence[Change], refuse: Refuse
) -> tuple[list[Item], dict[int, Result]]:
    """The changes that may be sent, and the results of those that must not be."""
    items: list[Item] = []
    refused: dict[int, Result] = {}
    for place, change in enumerate(changes):
        label = f"{shape_of(entity).label} {change.id}"
        problem = refuse(wire.name, label, change.fields)
        if not change.id.isdecimal():
            problem = problem_of(wire.name, label, {"message": f"{change.id!r} is no id"})
        if problem is not None:
            refused[place] = Failed(problem, change.id)
        else:
            items.append(Item(place, change.id, label, change.fields))
    return items, refused


def _refuse_order(system: str, label: str, fields: Json) -> Problem | None:
    return refuse_status(system, label, fields["status"]) if "status" in fields else None


def _refuse_fields(changes: Sequence[Change], allowed: frozenset[str], what: str, why: str) -> None:
    others = {name for change in changes for name in change.fields} - allowed
    if others:
        raise ConfigError(
            f"The field {', '.join(sorted(others))} of a shop {what} is never written: {why}.",
            f"Write {' or '.join(sorted(allowed))} instead, in the mapping.",
        )


def _chain(first: Iterable[Task], then: Iterable[Task]) -> Iterator[Task]:
    yield from first
    yield from then


def _in_order(wire: Wire, tasks: Iterator[Task], known: dict[int, Result]) -> Iterator[Result]:
    """The results by place, each as soon as all before it are known."""
    results, place = dict(known), 0
    for placed in wire.pacing.run_in_order(tasks):
        results.update(placed)
        while place in results:
            yield results.pop(place)
            place += 1
    yield from (results[place] for place in sorted(results))


def _batches(wire: Wire, groups: Mapping[str, list[Item]]) -> Iterator[Task]:
    """Batches of each group, cut when they are due, as large as the shop bears by then."""
    for path, items in groups.items():
        start = 0
        while start < len(items):
            size = wire.pacing.batch
            yield partial(_send, wire, path, items[start : start + size])
            start += size


def _send(wire: Wire, path: str, items: list[Item], attempt: int = 1, doubt: str = "") -> Placed:
    """Send a batch; where the answer is lost or it is too large, again in halves.

    That is harmless: the values are absolute. `doubt` is why an earlier attempt may have been
    carried out.
    """
    ids = [item.id for item in items]
    try:
        answer = wire.client.call(
            "POST",
            f"{path}/batch",
            body={"update": [item.body for item in items]},
            repeatable=False,
            expect=partial(_answers, ids),
            write=True,
            patience=PATIENCE,
        )
    except CallNotSent as fault:
        return [(item.place, _unsent(item, fault.why, doubt)) for item in items]
    except AnswerLost as lost:
        if attempt <= _SHRINKING_ATTEMPTS:
            wire.pacing.shrink_batch(len(items))
        if lost.fault is not None or (len(items) == 1 and attempt > 1):
            return [(item.place, InDoubt(lost.why, item.id)) for item in items]
        return _again(wire, path, items, attempt + 1, lost.why)
    except RequestRefused as refused:
        if refused.status == _TOO_LARGE and len(items) > 1:
            wire.pacing.shrink_batch(len(items))
            return _again(wire, path, items, attempt, doubt)
        return [(item.place, _refused(wire, item, refused, doubt)) for item in items]
    wire.pacing.grow_batch(len(items))
    rows = answer.data["update"]
    return [(item.place, _judged(wire, item, row)) for item, row in zip(items, rows, strict=True)]


def _again(wire: Wire, path: str, items: list[Item], attempt: int, doubt: str) -> Placed:
    if len(items) == 1:
        return _send(wire, path, items, attempt, doubt)
    half = (len(items) + 1) // 2
    first = _send(wire, path, items[:half], attempt, doubt)
    return first + _send(wire, path, items[half:], attempt, doubt)


def _answers(ids: list[str], data: Any) -> bool:
    """One result an item, in order [6.2]: a failed one names no other id than its own."""
    rows = data.get("update") if isinstance(data, dict) else None
    if not isinstance(rows, list) or len(rows) != len(ids):
        return False
    return all(
        isinstance(row, dict) and ("error" in row or str(row.get("id")) == id)
        for id, row in zip(ids, rows, strict=True)
    )


def _unsent(item: Item, why: str, doubt: str) -> Result:
    return InDoubt(doubt, item.id) if doubt else NotSent(why)


def _refused(wire: Wire, item: Item, refused: RequestRefused, doubt: str) -> Result:
    if doubt:
        return InDoubt(doubt, item.id)
    return Failed(problem_of(wire.name, item.label, refused.body, refused.status), item.id)


def _judged(wire: Wire, item: Item, row: dict[str, Any]) -> Result:
    """Done, if the answer of this item holds what was sent."""
    if "error" in row:
        return Failed(problem_of(wire.name, item.label, row["error"]), item.id)
    found = list(differences(item.fields, row))
    if found:
        return Failed(problem_of_differences(wire.name, item.label, found, row), item.id)
    return Done(item.id, row)


def _put_order(wire: Wire, item: Item) -> Placed:
    """A status by a PUT of its own; sent twice it changes nothing more."""
    try:
        answer = wire.client.call(
            "PUT",
            f"orders/{item.id}",
            params={"_fields": ",".join(["id", *item.fields])},
            body=item.fields,
            repeatable=True,
            expect=lambda data: isinstance(data, dict) and str(data.get("id")) == item.id,
            write=True,
        )
    except CallNotSent as fault:
        return [(item.place, NotSent(fault.why))]
    except AnswerLost as lost:
        return [(item.place, InDoubt(lost.why, item.id))]
    except RequestRefused as refused:
        return [(item.place, _refused(wire, item, refused, ""))]
    return [(item.place, _judged(wire, item, answer.data))]


def _advance(wire: Wire, item: Item) -> Placed:
    problem = refuse_status(wire.name, item.label, item.fields["status"])
    if problem is not None:
        return [(item.place, Failed(problem, item.id))]
    try:
        row = wire.record(f"orders/{item.id}", {"_fields": "id,status"})
    except SyncError as fault:
        wire.client.remember_fault(fault)
        return [(item.place, NotSent(str(fault)))]
    if row is None:
        gone = {"code": "woocommerce_rest_shop_order_invalid_id"}
        return [(item.place, Failed(problem_of(wire.name, item.label, gone, 404), item.id))]
    if row.get("status") == item.fields["status"]:
        return [(item.place, Done(item.id, row))]
    return _put_order(wire, item)
