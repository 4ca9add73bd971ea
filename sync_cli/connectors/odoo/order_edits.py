"""Late edits of sales orders: addresses and note, as long as they still reach what they are for.

Each order is read before anything is written: how it stands, what has left, what was billed. Only
what differs is written, and all of it is read back. A line, a price or a date is never written: a
date without a day of delivery would make every later change of a quantity miss the planned delivery
(FACTS 6 and 6a, 149). A new address on the order does not reach the deliveries that are planned
already (FACTS 6a), so that these are given it themselves, with their moves.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import ClassVar

from msgspec import Struct, field

from sync_cli.connectors.base import Change, Done, Failed, InDoubt, NotSent, Raw, Result, batched
from sync_cli.connectors.marks import changed_by_others, marks_of_fields
from sync_cli.connectors.odoo.addresses import (
    Address,
    Addresses,
    address_of,
    address_or_customer,
    is_blank,
)
from sync_cli.connectors.odoo.asking import rows_where
from sync_cli.connectors.odoo.loading import UTC_CONTEXT, Load, Loaded, Loader, Outcome
from sync_cli.connectors.odoo.lookups import NotNamed
from sync_cli.connectors.odoo.problems import unnamed
from sync_cli.connectors.odoo.shapes import ORDER, ORDER_EDITS, shape_of
from sync_cli.connectors.odoo.values import Row, id_of, number_of, text_of
from sync_cli.connectors.odoo.writing import Desk, result_of
from sync_cli.connectors.problems import edited_meanwhile, not_editable, not_found, not_kept
from sync_cli.core.values import Discreet

_DELIVERY, _INVOICE, _NOTE = ORDER_EDITS
_PARTNERS = {_DELIVERY: "partner_shipping_id", _INVOICE: "partner_invoice_id"}
_USES = {_DELIVERY: "delivery", _INVOICE: "invoice"}
_OPEN_STATES = ("draft", "sent", "sale")
_GONE = ("done", "cancel")
_ORDER_FIELDS = ("state", "partner_id", *_PARTNERS.values(), "note", "invoice_ids")
_MOVE_FIELDS = ("state", "partner_id", "picking_id")
_TAGS = re.compile(r"<[^>]*>")


class Standing(Discreet, Struct, frozen=True):
    """An order with what has become of it: its outgoing deliveries, their moves, its invoices."""

    hidden: ClassVar[frozenset[str]] = frozenset({"row", "pickings", "moves"})

    row: Row
    pickings: Sequence[Row] = ()
    moves: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    invoices: Sequence[str] = ()

    @property
    def open_pickings(self) -> list[Row]:
        """The deliveries that have yet to leave."""
        return [row for row in self.pickings if row.get("state") not in _GONE]

    @property
    def left(self) -> list[str]:
        """The numbers of the deliveries that have left."""
        return [text_of(row.get("name")) for row in self.pickings if row.get("state") == "done"]


class _Edit(Discreet, Struct):
    """One change on its way: the addresses and then the values that it asks for, its result."""

    hidden: ClassVar[frozenset[str]] = frozenset({"values"})

    change: Change
    order: Standing
    addresses: dict[str, Address | None] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    result: Result | None = None


class Edits:
    """`update` of sales orders."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shape = shape_of(ORDER)
        self._addresses = Addresses(desk.wire)
        self._orders = Loader(desk.wire, self._shape.model, UTC_CONTEXT)
        self._deliveries = Loader(desk.wire, "stock.picking")

    def update(self, changes: Sequence[Change]) -> Iterator[Result]:
        """See `Connector.update`."""
        for some in batched(changes, self._shape.traits.batch):
            standing = self._standing(some)
            if isinstance(standing, NotSent):
                yield from [standing] * len(some)
            else:
                yield from self._update(some, standing)

    def _update(self, changes: Sequence[Change], before: Mapping[str, Standing]) -> list[Result]:
        edits = {
            change.id: _Edit(change, before[change.id]) for change in changes if change.id in before
        }
        for edit in edits.values():
            edit.result = self._refused(edit)
        self._choose(_open(edits))
        self._write(_open(edits))
        self._read_back(_open(edits))
        label, system = self._shape.label.lower(), self._desk.system
        return [
            edits[change.id].result or NotSent()
            if change.id in edits
            else Failed(not_found(system, change.id, label, change.id), change.id)
            for change in changes
        ]

    def _refused(self, edit: _Edit) -> Failed | NotSent | None:
        """Why the change cannot be made; else its addresses are known afterwards."""
        system, id_ = self._desk.system, edit.change.id
        if why := _why_not(edit.change, edit.order):
            return Failed(not_editable(system, id_, sorted(edit.change.fields), why), id_)
        try:
            found = self._desk.safely(lambda: self._addresses_of(edit))
        except NotNamed as no:
            return Failed(unnamed(system, id_, str(no), no.field), id_)
        if isinstance(found, NotSent):
            return found
        edit.addresses = found
        return None

    def _addresses_of(self, edit: _Edit) -> dict[str, Address | None]:
        """The addresses that are to be there; None for one that follows another. Raises NotNamed.

        Goods without an address of their own go where the invoice goes, also where only that moved.
        """
        owner, lookups = id_of(edit.order.row.get("partner_id")), self._desk.lookups
        named = {name: edit.change.fields[name] for name in _USES if name in edit.change.fields}
        delivery = edit.change.beside.get(_DELIVERY)
        if _INVOICE in named and delivery is not None and is_blank(delivery):
            named[_DELIVERY] = delivery
        return {
            name: None if is_blank(given) else address_of(owner, _USES[name], given, lookups)
            for name, given in named.items()
        }

    def _choose(self, edits: Sequence[_Edit]) -> None:
        """The ids of all addresses; those that exist nowhere are made in one call."""
        asked = [a for edit in edits for a in edit.addresses.values() if a is not None]
        ids = self._desk.safely(lambda: self._addresses.ids(asked) if asked else {})
        for edit in edits:
            if isinstance(ids, NotSent):
                edit.result = ids
                continue
            values = _values(edit, ids)
            if isinstance(values, dict):
                edit.values = values
                edit.result = self._edited_meanwhile(edit)
            else:
                edit.result = result_of(values, None)

    def _edited_meanwhile(self, edit: _Edit) -> Failed | None:
        """A second try finds what somebody corrected in the order since the first."""
        change, row = edit.change, edit.order.row
        now = _marks(row, change.fields)
        others = changed_by_others(
            change, now, lambda name: name in edit.values and _holds(row, name, edit.values)
        )
        if not others:
            return None
        return Failed(edited_meanwhile(self._desk.system, change.id, others), change.id)

    def marks(self, changes: Sequence[Change]) -> dict[str, dict[str, str]]:
        """See `Marks.marks`."""
        ids = sorted({number_of(change.id) for change in changes})
        found = rows_where(self._desk.wire, self._shape.model, "id", ids, _ORDER_FIELDS)
        rows = {str(row["id"]): row for row in found}
        return {
            change.id: _marks(rows[change.id], change.fields)
            for change in changes
            if change.id in rows
        }

    def _write(self, edits: Sequence[_Edit]) -> None:
        """First the deliveries: the goods must not leave for the old place meanwhile."""
        loads = {edit.change.id: _delivery_loads(edit) for edit in edits}
        flat = [load for own in loads.values() for load in own]
        for load, outcome in zip(flat, self._deliveries.load(flat), strict=True):
            self._note(edits, load, outcome)
        going = [load for edit in edits if edit.result is None for load in _order_loads(edit)]
        for load, outcome in zip(going, self._orders.load(going), strict=True):
            self._note(edits, load, outcome)

    @staticmethod
    def _note(edits: Sequence[_Edit], load: Load, outcome: Outcome) -> None:
        if not isinstance(outcome, Loaded):
            edit = next(edit for edit in edits if edit.change.id == load.label)
            edit.result = result_of(outcome, None)

    def _read_back(self, edits: Sequence[_Edit]) -> None:
        """What is stored now decides, not what the calls said."""
        changes = [edit.change for edit in edits]
        after = self._standing(changes) if changes else {}
        stored = self._desk.stand(self._shape, [c.id for c in changes]) if changes else {}
        for edit in edits:
            if isinstance(after, NotSent) or isinstance(stored, NotSent):
                edit.result = InDoubt("it could not be read back", edit.change.id)
            else:
                edit.result = self._judged(edit, after.get(edit.change.id), stored)

    def _judged(
        self, edit: _Edit, order: Standing | None, stored: Mapping[str, Raw]
    ) -> Done | Failed:
        system, id_ = self._desk.system, edit.change.id
        raw = stored.get(id_)
        if order is None or raw is None:
            return Failed(not_found(system, id_, self._shape.label.lower(), id_), id_)
        if lost := _lost(edit, order):
            return Failed(not_kept(system, id_, lost), id_)
        if _DELIVERY in edit.addresses and (why := _has_left(order)):
            return Failed(not_editable(system, id_, [_DELIVERY], why), id_)
        return Done(raw.id, raw.data, raw.birth)

    def _standing(self, changes: Sequence[Change]) -> dict[str, Standing] | NotSent:
        return self._desk.safely(lambda: self._read(changes))

    def _read(self, changes: Sequence[Change]) -> dict[str, Standing]:
        """The orders of these changes with what hangs on the fields that are to change."""
        wire = self._desk.wire
        ids = sorted({number_of(change.id) for change in changes})
        orders = list(rows_where(wire, self._shape.model, "id", ids, _ORDER_FIELDS))
        named = {name for change in changes for name in change.fields}
        pickings: list[Row] = []
        moves: dict[str, list[Row]] = defaultdict(list)
        if named & _USES.keys():
            fields = ("name", "state", "partner_id", "sale_id")
            outgoing = [["picking_type_code", "=", "outgoing"]]
            pickings = list(
                rows_where(wire, "stock.picking", "sale_id", ids, fields, domain=outgoing)
            )
            going = [row["id"] for row in pickings if row.get("state") not in _GONE]
            for move in rows_where(wire, "stock.move", "picking_id", going, _MOVE_FIELDS):
                if move.get("state") not in _GONE:
                    moves[id_of(move.get("picking_id"))].append(move)
        invoices: dict[int, Row] = {}
        if _INVOICE in named:
            billed = sorted({id_ for row in orders for id_ in row.get("invoice_ids") or ()})
            found = rows_where(wire, "account.move", "id", billed, ("name", "state"))
            invoices = {row["id"]: row for row in found if row.get("state") != "cancel"}
        return {
            str(row["id"]): Standing(
                row,
                [one for one in pickings if id_of(one.get("sale_id")) == str(row["id"])],
                moves,
                [_number(invoices[id_]) for id_ in row.get("invoice_ids") or () if id_ in invoices],
            )
            for row in orders
        }


def _open(edits: Mapping[str, _Edit]) -> list[_Edit]:
    return [edit for edit in edits.values() if edit.result is None]


def _number(invoice: Row) -> str:
    name = text_of(invoice.get("name"))
    return name if name not in ("", "/") else "a draft"


def _why_not(change: Change, order: Standing) -> str:
    """Why the order does not take this change any more, in words; "" if it does."""
    if strange := sorted(change.fields.keys() - set(ORDER_EDITS)):
        return f"{', '.join(strange)} is never changed in an order that was made"
    state = text_of(order.row.get("state"))
    if state not in _OPEN_STATES:
        return f"it is {state}"
    if _INVOICE in change.fields and order.invoices:
        return f"an invoice was made of it already ({', '.join(order.invoices)})"
    return _has_left(order) if _DELIVERY in change.fields else ""


def _has_left(order: Standing) -> str:
    return f"{', '.join(order.left)} has left already" if order.left else ""


def _values(edit: _Edit, ids: Mapping[Address, Outcome]) -> dict[str, str] | Outcome:
    """The values that the order is to have: ids of addresses, and the text of the note."""
    row = edit.order.row
    values: dict[str, str] = {}
    for name in (_INVOICE, _DELIVERY):
        if name not in edit.addresses:
            continue
        invoice = values.get(_INVOICE) or id_of(row.get(_PARTNERS[_INVOICE]))
        owner = id_of(row.get("partner_id")) if name == _INVOICE else invoice
        found = address_or_customer(ids, edit.addresses[name], owner)
        if not isinstance(found, str):
            return found
        values[name] = found
    if _NOTE in edit.change.fields:
        values[_NOTE] = text_of(edit.change.fields[_NOTE])
    return values


def _delivery_loads(edit: _Edit) -> list[Load]:
    """The deliveries that have yet to leave and would go to another place."""
    to = edit.values.get(_DELIVERY)
    if to is None:
        return []
    return [
        Load(
            edit.change.id,
            {".id": str(picking["id"]), "partner_id/.id": to},
            [
                {"move_ids/.id": str(move["id"]), "move_ids/partner_id/.id": to}
                for move in edit.order.moves.get(str(picking["id"]), ())
            ],
        )
        for picking in edit.order.open_pickings
        if _goes_elsewhere(picking, edit.order, to)
    ]


def _goes_elsewhere(picking: Row, order: Standing, to: str) -> bool:
    rows = (picking, *order.moves.get(str(picking["id"]), ()))
    return any(id_of(row.get("partner_id")) != to for row in rows)


def _order_loads(edit: _Edit) -> list[Load]:
    """The order's own fields, those alone that are not so yet."""
    differing = [name for name in edit.values if not _holds(edit.order.row, name, edit.values)]
    if not differing:
        return []
    own = {
        f"{_PARTNERS[name]}/.id" if name in _PARTNERS else name: edit.values[name]
        for name in sorted(differing)
    }
    return [Load(edit.change.id, {".id": edit.change.id, **own})]


def _holds(row: Row, name: str, values: Mapping[str, str]) -> bool:
    if name in _PARTNERS:
        return id_of(row.get(_PARTNERS[name])) == values[name]
    return _plain(text_of(row.get(name))) == " ".join(values[name].split())


def _marks(row: Row, names: Collection[str]) -> dict[str, str]:
    """Marks of what the order holds: of the addresses which, of the note its words."""
    stored = {name: id_of(row.get(_PARTNERS[name])) for name in names if name in _PARTNERS}
    if _NOTE in names:
        stored[_NOTE] = _plain(text_of(row.get(_NOTE)))
    return marks_of_fields(stored, stored)


def _lost(edit: _Edit, order: Standing) -> list[str]:
    """The fields that were written and are not so."""
    lost = {name for name in edit.values if not _holds(order.row, name, edit.values)}
    to = edit.values.get(_DELIVERY)
    if to and any(_goes_elsewhere(one, order, to) for one in order.open_pickings):
        lost.add(_DELIVERY)
    return sorted(lost)


def _plain(stored: str) -> str:
    """The words of a note: Odoo makes a paragraph of HTML of it (128)."""
    return " ".join(html.unescape(_TAGS.sub(" ", stored)).split())
