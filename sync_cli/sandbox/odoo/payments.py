"""Payments as the button "Register Payment" books them: made, posted and settled in one act.

No recording shows it; it is told as Odoo's documentation of the wizard and its forms say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.odoo.records import Records
from sync_cli.sandbox.odoo.refusals import UserError
from sync_cli.sandbox.odoo.store import Row

WIZARD = "account.payment.register"


def wizard_defaults(records: Records, values: Mapping[str, Any]) -> Row:
    """What the wizard knows by itself: the invoices of its context, and what is open on them."""
    context = records.context
    if context.get("active_model") != "account.move":
        raise UserError("The register payment wizard should only be called on account.move records")
    moves = [records.store.row("account.move", id_) for id_ in context.get("active_ids", ())]
    if any(move["state"] != "posted" for move in moves):
        raise UserError("You can only register payment for posted journal entries.")
    owed = [move for move in moves if _left(records, move) > 0]
    if not owed:
        raise UserError(
            "You can't register a payment because there is nothing left to pay on the selected"
            " journal items."
        )
    return {
        "amount": sum((_left(records, move) for move in owed), Decimal(0)),
        "payment_date": records.store.now.date().isoformat(),
        "currency_id": owed[0]["currency_id"],
        "journal_id": next(
            row["id"]
            for row in records.store.table("account.journal").values()
            if row["type"] in ("bank", "cash")
        ),
        "communication": " ".join(sorted(str(move["name"]) for move in owed)),
        **values,
        "move_ids": [move["id"] for move in owed],
    }


def book(records: Records, wizards: Sequence[int]) -> Any:
    """Book what each wizard says; the answer is an action, or true where nothing is to open."""
    made = [_book(records, records.store.row(WIZARD, wizard)) for wizard in wizards]
    if records.context.get("dont_redirect_to_payments"):
        return True
    return {
        "name": "Payments",
        "type": "ir.actions.act_window",
        "res_model": "account.payment",
        "res_id": made[0],
    }


def _book(records: Records, wizard: Row) -> int:
    store = records.store
    moves = [store.row("account.move", id_) for id_ in wizard["move_ids"]]
    journal = store.row("account.journal", wizard["journal_id"])
    prefix = f"P{journal['code']}/{wizard['payment_date'].year}"
    payment = {
        "name": f"{prefix}/{store.number(prefix):05}",
        "ref": wizard["communication"],
        "state": "posted",
        "payment_type": "inbound",
        "partner_type": "customer",
        "amount": wizard["amount"],
        "date": wizard["payment_date"],
        "currency_id": wizard["currency_id"],
        "journal_id": journal["id"],
        "partner_id": moves[0]["partner_id"],
    }
    id_ = store.insert("account.payment", payment)
    settle(records, id_, [move["id"] for move in moves])
    return id_


def settle(records: Records, payment: int, moves: Sequence[int]) -> None:
    """Settle invoices by a payment, the oldest first; what is more than they owe stays open."""
    row = records.store.row("account.payment", payment)
    left, settled = row["amount"], []
    for id_ in moves:
        move = records.store.row("account.move", id_)
        share = min(left, _left(records, move))
        if share > 0:
            records.store.change("account.move", id_, {"paid": (move["paid"] or 0) + share})
            settled.append(id_)
            left -= share
    records.store.change("account.payment", payment, {"reconciled_invoice_ids": settled})
    records.store.effect("payment.booked", payment, row["ref"] or "", amount=row["amount"])


def _left(records: Records, move: Row) -> Decimal:
    return records.computed.move_amounts(move["id"]).total - (move["paid"] or 0)
