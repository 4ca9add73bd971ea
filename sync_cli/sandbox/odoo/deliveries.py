"""Stock: reservations, deliveries in whole or in part, and what a count sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.odoo.records import Records
from sync_cli.sandbox.odoo.refusals import UserError
from sync_cli.sandbox.odoo.store import Row

_MOVED = ("product", "consu")
_OPEN = ("assigned", "confirmed")


def plan_delivery(records: Records, order: Row) -> None:
    """One delivery for the goods of a confirmed order; none for services alone (118)."""
    lines = [
        line
        for line in records.computed.lines_of("sale.order.line", "order_id", order["id"])
        if line["product_id"]
        and records.value("product.product", line["product_id"], "type") in _MOVED
        and line["product_uom_qty"] > 0
    ]
    if not lines:
        return
    store = records.store
    warehouse = store.row("stock.warehouse", order["warehouse_id"])
    picking = store.insert("stock.picking", _picking(records, order, warehouse))
    for line in lines:
        move = {
            "picking_id": picking,
            "product_id": line["product_id"],
            "product_uom_qty": line["product_uom_qty"],
            "quantity": Decimal(0),
            "state": "confirmed",
            "sale_line_id": line["id"],
            "location_id": warehouse["lot_stock_id"],
            "location_dest_id": customers(records),
            "date": store.now,
            "date_deadline": order["commitment_date"] or order["date_order"],
            "partner_id": order["partner_shipping_id"],
        }
        reserve(records, store.insert("stock.move", move))


def follow_quantity(records: Records, order: Row, line: Row, wanted: Decimal) -> None:
    """What is planned once a line of a confirmed order is over another quantity (135).

    The delivery itself changes only if its deadline is what the order says now; else more becomes
    a second move, and less a RECEIPT beside the delivery (149, 150).
    """
    moves = [
        move
        for move in records.computed.moves_of("sale_line_id", line["id"])
        if move["state"] != "cancel"
    ]
    by = wanted - sum((move["product_uom_qty"] for move in moves), Decimal(0))
    going = next((move for move in moves if move["state"] in _OPEN), None)
    if not by or going is None:
        return
    deadline = order["commitment_date"] or order["date_order"]
    if going["date_deadline"] == deadline and going["product_uom_qty"] + by >= 0:
        _unreserve(records, going)
        changed = {"product_uom_qty": going["product_uom_qty"] + by, "quantity": Decimal(0)}
        records.store.change("stock.move", going["id"], changed)
        reserve(records, going["id"])
        return
    other = {n: v for n, v in going.items() if n not in ("id", "picked")}
    other |= {"product_uom_qty": abs(by), "quantity": Decimal(0), "date_deadline": deadline}
    if by < 0:
        other |= _as_receipt(records, order, going)
    id_ = records.store.insert("stock.move", {**other, "state": "confirmed"})
    if by > 0:
        reserve(records, id_)


def _as_receipt(records: Records, order: Row, going: Row) -> Row:
    """The way round, in a picking of its own."""
    warehouse = records.store.row("stock.warehouse", order["warehouse_id"])
    receipt = {**_picking(records, order, warehouse), "picking_type_code": "incoming"}
    return {
        "picking_id": records.store.insert("stock.picking", receipt),
        "location_id": going["location_dest_id"],
        "location_dest_id": going["location_id"],
    }


def customers(records: Records) -> int:
    """The location outside that deliveries go to."""
    return _location(records, "customer")


def _location(records: Records, usage: str) -> int:
    rows = records.store.table("stock.location").values()
    return next(int(row["id"]) for row in rows if row["usage"] == usage)


def _picking(records: Records, order: Row, warehouse: Row, **more: Any) -> Row:
    number = records.store.number(f"{warehouse['code']}/OUT")
    return {
        "name": f"{warehouse['code']}/OUT/{number:05}",
        "picking_type_code": "outgoing",
        "sale_id": order["id"],
        "origin": order["name"],
        "partner_id": order["partner_shipping_id"],
        "carrier_id": order["carrier_id"],
        "scheduled_date": order["commitment_date"] or records.store.now,
        **more,
    }


def reserve(records: Records, id_: int) -> None:
    """Reserve for a move what is free; what is not stocked is always there."""
    store, move = records.store, records.store.row("stock.move", id_)
    wanted = move["product_uom_qty"]
    quant = _quant(records, move["product_id"], move["location_id"])
    if quant is None:
        taken = wanted if not _is_stocked(records, move["product_id"]) else Decimal(0)
    else:
        taken = max(Decimal(0), min(wanted, quant["quantity"] - quant["reserved_quantity"]))
        reserved = quant["reserved_quantity"] + taken
        store.change("stock.quant", quant["id"], {"reserved_quantity": reserved})
    state = "assigned" if taken == wanted else "confirmed"
    store.change("stock.move", id_, {"quantity": taken, "state": state})


def release(records: Records, picking: Row) -> None:
    """Cancel the open moves of a delivery and give back what they reserved."""
    for move in records.computed.moves_of("picking_id", picking["id"]):
        if move["state"] in _OPEN:
            _unreserve(records, move)
            records.store.change("stock.move", move["id"], {"state": "cancel", "quantity": 0})
            records.store.change("stock.picking", picking["id"], {})


def validate(records: Records, ids: Sequence[int]) -> bool | Row:
    """Ship deliveries: what is picked, or all that is reserved (139 to 142)."""
    pickings = [records.store.row("stock.picking", id_) for id_ in ids]
    open_ones = [p for p in pickings if records.computed.picking_state(p) in _OPEN]
    shipping = {p["id"]: _shipping(records, p) for p in open_ones}
    if not any(sum(parts.values()) for parts in shipping.values()):
        raise UserError(
            "You cannot validate a transfer if no quantities are reserved. To force the transfer,"
            " encode quantities."
        )
    partly = [p["id"] for p in open_ones if _lacks(records, p, shipping[p["id"]])]
    if partly and not records.context.get("skip_backorder"):
        return _backorder_question(partly)
    for picking in open_ones:
        _ship(records, picking, shipping[picking["id"]])
    return True


def _shipping(records: Records, picking: Row) -> dict[int, Decimal]:
    """How much of each move goes: if any is picked, only those."""
    moves = [m for m in records.computed.moves_of("picking_id", picking["id"])
             if m["state"] in _OPEN]  # fmt: skip
    picked = [move for move in moves if move["picked"]]
    return {move["id"]: move["quantity"] for move in picked or moves}


def _lacks(records: Records, picking: Row, shipping: Mapping[int, Decimal]) -> bool:
    moves = records.computed.moves_of("picking_id", picking["id"])
    return any(
        shipping.get(m["id"], Decimal(0)) < m["product_uom_qty"]
        for m in moves
        if m["state"] in _OPEN
    )


def _ship(records: Records, picking: Row, shipping: Mapping[int, Decimal]) -> None:
    store = records.store
    order = store.row("sale.order", picking["sale_id"])
    warehouse = store.row("stock.warehouse", order["warehouse_id"])
    left: list[tuple[Row, Decimal]] = []
    for move in records.computed.moves_of("picking_id", picking["id"]):
        if move["state"] not in _OPEN:
            continue
        goes = shipping.get(move["id"], Decimal(0))
        _unreserve(records, move)
        if move["product_uom_qty"] > goes:
            left.append((move, move["product_uom_qty"] - goes))
        if goes:
            done = {"product_uom_qty": goes, "quantity": goes, "state": "done"}
            store.change("stock.move", move["id"], done)
            _take(records, move["product_id"], move["location_id"], goes)
    if left:
        new = _picking(records, order, warehouse, backorder_id=picking["id"])
        _move_to(records, store.insert("stock.picking", new), left, shipping)
    store.change("stock.picking", picking["id"], {"date_done": store.now})
    store.change("sale.order", order["id"], {})
    store.effect("order.shipped", order["id"], order["client_order_ref"] or "")


def _move_to(
    records: Records,
    picking: int,
    left: Sequence[tuple[Row, Decimal]],
    shipping: Mapping[int, Decimal],
) -> None:
    """The rest of a part delivery goes to a new one, whole moves as they are."""
    for move, rest in left:
        values = {"product_uom_qty": rest, "quantity": Decimal(0), "state": "confirmed"}
        if shipping.get(move["id"]):
            copied = {n: v for n, v in move.items() if n not in ("id", "picked")}
            id_ = records.store.insert("stock.move", {**copied, **values, "picking_id": picking})
        else:
            id_ = move["id"]
            records.store.change("stock.move", id_, {**values, "picking_id": picking})
        reserve(records, id_)


def set_stock(records: Records, product: int, location: int, quantity: Decimal) -> None:
    """A count: the difference is a move, and a quant at zero is cleaned away (115, 116)."""
    quant = _quant(records, product, location)
    before = quant["quantity"] if quant else Decimal(0)
    lost = _location(records, "inventory")
    way = (lost, location) if quantity > before else (location, lost)
    _take(records, product, location, before - quantity)
    records.store.insert(
        "stock.move",
        {
            "product_id": product,
            "product_uom_qty": abs(quantity - before),
            "quantity": abs(quantity - before),
            "state": "done",
            "location_id": way[0],
            "location_dest_id": way[1],
            "date": records.store.now,
        },
    )


def _take(records: Records, product: int, location: int, quantity: Decimal) -> None:
    if not _is_stocked(records, product):
        return
    quant = _quant(records, product, location)
    if quant is None:
        values = {"product_id": product, "location_id": location, "reserved_quantity": Decimal(0)}
        records.store.insert("stock.quant", {**values, "quantity": -quantity})
        return
    left = quant["quantity"] - quantity
    if left or quant["reserved_quantity"]:
        records.store.change("stock.quant", quant["id"], {"quantity": left})
    else:
        records.store.remove("stock.quant", quant["id"])


def _unreserve(records: Records, move: Row) -> None:
    quant = _quant(records, move["product_id"], move["location_id"])
    if quant is not None:
        back = max(Decimal(0), quant["reserved_quantity"] - move["quantity"])
        records.store.change("stock.quant", quant["id"], {"reserved_quantity": back})


def _quant(records: Records, product: int, location: int) -> Row | None:
    rows = records.store.where("stock.quant", "product_id", product)
    return next((row for row in rows if row["location_id"] == location), None)


def _is_stocked(records: Records, product: int) -> bool:
    return bool(records.value("product.product", product, "type") == "product")


def _backorder_question(ids: Sequence[int]) -> Row:
    return {
        "name": "Create Backorder?",
        "type": "ir.actions.act_window",
        "view_mode": "form",
        "res_model": "stock.backorder.confirmation",
        "views": [[920, "form"]],
        "view_id": 920,
        "target": "new",
        "context": {
            "button_validate_picking_ids": list(ids),
            "default_show_transfers": False,
            "default_pick_ids": [[4, id_] for id_ in ids],
        },
    }
