"""An independent verdict: are the shop and the ERP in step? Reads only what the sides wrote down.

It knows nothing of the program under test. `python -m sync_cli.sandbox.verdict SHOP ERP` takes the
two dumped ledgers and prints what is lost, doubled, wrong or oversold.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

LIVE = frozenset({"confirmed", "shipped", "done"})
TRANSFERRED = frozenset({"processing", "completed"})
HOLDING = frozenset({"processing", "completed", "on-hold", "refunded"})
DOCUMENT = "_sync_cli_document"
PART = "#"
"""Stands before the part in the name of one of several documents: "WC-main-12#north"."""


@dataclass(slots=True)
class Verdict:
    """Sentences by kind of fault; empty lists mean that all is well."""

    in_step: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    oversold: list[str] = field(default_factory=list)
    stock: list[str] = field(default_factory=list)

    @property
    def drifts(self) -> list[str]:
        """All faults."""
        return [*self.lost, *self.doubled, *self.wrong, *self.oversold, *self.stock]


def judge(
    shop: Mapping[str, Any],
    erp: Mapping[str, Any],
    *,
    key: str,
    excused: Iterable[str] = (),
    excused_refunds: Iterable[str] = (),
    refunds: bool = True,
) -> Verdict:
    """Compare both sides' state; `key` is the shop's key in references.

    Every transferred order must have exactly one live document to the cent, or one for each of its
    parts that together are the order to the cent, its number on the order, and one note; every
    managed product the sellable stock of its article; and, where `refunds` are transferred, every
    refund of an order with a document exactly one credit note to the cent, or one for each part
    that together are the refund, and no credit note is without its refund. `excused` orders and
    `excused_refunds` wait.
    """
    verdict = Verdict()
    waiting = {str(order) for order in excused}
    documents = _live(erp["orders"])
    for order in shop["orders"]:
        if order["status"] in TRANSFERRED and str(order["id"]) not in waiting:
            _judge_order(order, documents.get(f"WC-{key}-{order['id']}", []), verdict)
    for reference, found in documents.items():
        verdict.doubled += _twice(reference, found, "live documents")
    if refunds:
        waiting_refunds = {str(refund) for refund in excused_refunds}
        _judge_refunds(shop, erp, documents, key, waiting_refunds, verdict)
    _judge_customers(erp["customers"], verdict)
    _judge_stock(shop, erp, documents, key, verdict)
    return verdict


def _live(orders: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Documents that nobody cancelled by the name of what they were made of, all parts together."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for document in orders:
        if document["state"] != "cancelled" and document["reference"]:
            found.setdefault(document["reference"].partition(PART)[0], []).append(document)
    return found


def _twice(thing: str, documents: Iterable[Mapping[str, Any]], what: str) -> list[str]:
    """What there is more than once of one thing: one part, or the whole of it beside its parts."""
    counts = Counter(document["reference"].partition(PART)[2] for document in documents)
    said = [
        f"{thing}{f', part {part},' if part else ''} has {n} {what}"
        for part, n in counts.items()
        if n > 1
    ]
    beside = "" in counts and len(counts) > 1
    return [*said, f"{thing} has {what} of its whole and of parts"] if beside else said


def _sum(documents: Iterable[Mapping[str, Any]]) -> Decimal:
    return sum((Decimal(document["total"]) for document in documents), Decimal(0))


def _judge_order(
    order: Mapping[str, Any], documents: list[Mapping[str, Any]], verdict: Verdict
) -> None:
    live = [document for document in documents if document["state"] in LIVE]
    if not live:
        verdict.lost.append(f"order {order['id']} has no confirmed document")
        return
    if _sum(live) != Decimal(order["total"]):
        verdict.wrong.append(
            f"order {order['id']}: {order['total']} in the shop, {_sum(live)} in the ERP"
        )
    for currency in {document["currency"] for document in live} - {order["currency"]}:
        verdict.wrong.append(f"order {order['id']}: currency {currency}")
    told = [entry["value"] for entry in order["meta_data"] if entry["key"] == DOCUMENT]
    numbers = sorted(document["number"] for document in live)
    if [sorted(numbers_of.split(", ")) for numbers_of in told] != [numbers]:
        verdict.wrong.append(f"order {order['id']} carries {told}, not {', '.join(numbers)}")
    notes = [note for note in order.get("notes", []) if "[WC-" in note["note"]]
    if "notes" in order and len(notes) != 1:
        verdict.doubled.append(f"order {order['id']} has {len(notes)} notes of the sync")
    verdict.in_step += 1


def _judge_refunds(
    shop: Mapping[str, Any],
    erp: Mapping[str, Any],
    documents: Mapping[str, list[Mapping[str, Any]]],
    key: str,
    waiting: set[str],
    verdict: Verdict,
) -> None:
    """Each refund once, to the cent; one that waits may not be there yet, but never wrong."""
    notes = _live(erp.get("credit_notes", ()))
    for refund in shop.get("refunds", ()):
        found = notes.pop(f"WC-{key}-R{refund['id']}", [])
        booked = [note for note in found if note["state"] in LIVE]
        sold = documents.get(f"WC-{key}-{refund['parent_id']}", [])
        due = any(document["state"] in LIVE for document in sold) and Decimal(refund["amount"])
        name = f"refund {refund['id']}"
        if not booked and due and str(refund["id"]) not in waiting:
            verdict.lost.append(f"{name} has no confirmed credit note")
        verdict.doubled += _twice(name, found, "live credit notes")
        if booked and _sum(booked) != Decimal(refund["amount"]):
            verdict.wrong.append(
                f"{name}: {refund['amount']} in the shop, {_sum(booked)} in the ERP"
            )
    verdict.wrong += [f"{name} is the credit note of no refund" for name in notes]


def _judge_customers(customers: Iterable[Mapping[str, Any]], verdict: Verdict) -> None:
    counts = Counter(customer["reference"] for customer in customers if customer["reference"])
    verdict.doubled += [f"customer {name} exists {n} times" for name, n in counts.items() if n > 1]


def _judge_stock(
    shop: Mapping[str, Any],
    erp: Mapping[str, Any],
    documents: Mapping[str, list[Mapping[str, Any]]],
    key: str,
    verdict: Verdict,
) -> None:
    unseen = _unseen(shop["orders"], documents, key)
    rows = {row["sku"]: row for row in erp["stock"] if row["sku"]}
    counts = Counter(row["sku"] for row in erp["stock"])
    for product in shop["products"]:
        row = rows.get(product["sku"])
        if row is None or counts[product["sku"]] > 1 or product["manage_stock"] is not True:
            continue
        if not row["stocked"] or row["archived"] or product["type"] == "variable":
            continue
        units = sum(Decimal(w["on_hand"]) - Decimal(w["demand"]) for w in row["warehouses"])
        pieces = units // Decimal(row["unit_factor"]) - unseen[product["id"]]
        expected = max(0, int(pieces))
        shown = int(product["stock_quantity"])
        if shown > expected:
            verdict.oversold.append(f"{product['sku']}: {shown} offered, {expected} sellable")
        elif shown < expected:
            verdict.stock.append(f"{product['sku']}: {shown} offered, {expected} sellable")


def _unseen(
    orders: Iterable[Mapping[str, Any]],
    documents: Mapping[str, list[Mapping[str, Any]]],
    key: str,
) -> Counter[int]:
    """Pieces held by shop orders without a confirmed document, by product or variation id."""
    pieces: Counter[int] = Counter()
    for order in orders:
        own = documents.get(f"WC-{key}-{order['id']}", [])
        if order["status"] not in HOLDING or any(d["state"] in LIVE for d in own):
            continue
        for line in order["line_items"]:
            reduced = [e["value"] for e in line["meta_data"] if e["key"] == "_reduced_stock"]
            pieces[line["variation_id"] or line["product_id"]] += int(reduced[0]) if reduced else 0
    return pieces


def main(arguments: list[str]) -> int:
    """Judge two dumped ledgers; the exit code is 1 if anything is not in step."""
    shop_file, erp_file, *rest = arguments
    shop, erp = (json.loads(Path(name).read_text("utf-8")) for name in (shop_file, erp_file))
    verdict = judge(shop["state"], erp["state"], key=rest[0] if rest else "main")
    for sentence in verdict.drifts:
        print(sentence)
    print(f"{verdict.in_step} orders in step, {len(verdict.drifts)} drifts")
    return 1 if verdict.drifts else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
