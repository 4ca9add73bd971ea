"""The verdict on a campaign, from both ledgers and nothing else: `python -m tests.kills.judge
FOLDER`.

An independent reader: imports nothing of the program, and asks nothing of its state file.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.kills.timeline import (
    LIVE,
    MILLISECOND,
    Change,
    Json,
    Timeline,
    first_rows,
    lines_of,
    machine_time,
)

TRANSFERRED = frozenset({"processing", "completed"})
AUTOMATIC = frozenset({"bacs", "card"})
"""Methods by which orders of a campaign are paid without anybody's word."""
REFUNDED = "refunded"
"""An order that was given back as a whole keeps its document, if it had one by then."""
NUMBER = "_sync_cli_document"
ITEMS = "_wc_shipment_tracking_items"
TRACKING = "_tracking_number"
PACKED = "_items"
FULFILLMENTS = "fulfillments"
PART = "#"
"""Stands before the part in the name of one of several documents: "WC-kill-12#store"."""
SLACK = timedelta(seconds=1)
"""How late a call may be carried out beyond its delay, on a busy machine."""


@dataclass
class Findings:
    """What is wrong, in sentences by kind; all empty if the promises were kept."""

    in_step: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    oversold: list[str] = field(default_factory=list)


def judge(shop: Json, erp: Json, campaign: Json) -> Findings:
    """Compare both ledgers ({"effects", "state"}), knowing when runs were at work.

    In the end every transferred order has exactly one live document, equal to the cent, its number
    and one note, and every refund of it exactly one credit note, equal to the cent, and what the
    shop received for it is booked as exactly one payment, equal to the cent, and it tells of every
    parcel that was sent off, of each once, and claims no piece twice; where orders are
    divided each has one live document for each part of its lines, each with its payment, and its
    refunds one credit note at most for each, equal to the cent together. Nothing was ever confirmed
    or created twice; every product shows what can be sold, and no write showed more than could be
    sold at some moment of the run that sent it.
    """
    verdict = Findings(wrong=list(campaign["unrest"]))
    reference = f"WC-{campaign['key']}-"
    documents = _by_whole(erp["state"]["orders"])
    customers = {customer["id"]: customer for customer in erp["state"]["customers"]}
    sold = {_whole(d) for d in erp["state"]["orders"] if d["state"] in LIVE}
    _judge_refunds(shop, erp, reference, sold, verdict)
    _judge_payments(shop, erp, reference, sold, verdict)
    _judge_parcels(shop, erp, reference, campaign, verdict)
    for order in shop["state"]["orders"]:
        own = documents.pop(f"{reference}{order['id']}", [])
        left = [document for document in own if document["state"] != "cancelled"]
        _judge_order(order, left, customers, campaign.get("parts", {}), verdict)
    verdict.wrong += [f"{name} is the document of no order" for name in documents]
    verdict.doubled += _repeated(shop["effects"], erp["effects"])
    verdict.doubled += _same_people(erp["state"]["customers"])
    _judge_stock(shop, erp, campaign, verdict)
    return verdict


def _by_whole(documents: Iterable[Json]) -> dict[str, list[Json]]:
    """Documents by the name of what they were made of, those of its parts together."""
    found: dict[str, list[Json]] = {}
    for document in documents:
        found.setdefault(_whole(document), []).append(document)
    return found


def _whole(document: Json) -> str:
    return str(document["reference"]).partition(PART)[0]


def _part(document: Json) -> str:
    return str(document["reference"]).partition(PART)[2]


def _parts_of(order: Json, parts: Mapping[str, Sequence[str]]) -> set[str]:
    """The parts that an order must be divided into: "" where it stays whole.

    `parts` names the articles of each part; all others are of the last one.
    """
    if not parts:
        return {""}
    *named, rest = parts
    skus = [line["sku"] for line in order["line_items"]]
    return {next((part for part in named if sku in parts[part]), rest) for sku in skus} or {rest}


def _judge_order(
    order: Json,
    left: Sequence[Json],
    customers: Mapping[str, Json],
    parts: Mapping[str, Sequence[str]],
    verdict: Findings,
) -> None:
    """`left` are the documents of this order that nobody cancelled."""
    name = f"order {order['id']}"
    verdict.doubled += _too_many(name, "documents", left)
    if order["status"] == REFUNDED and not left:
        return
    if order["status"] not in (*TRANSFERRED, REFUNDED):
        states = [document["state"] for document in left]
        verdict.wrong += [f"{name} is {order['status']}, its document {state}" for state in states]
        return
    live = [document for document in left if document["state"] in LIVE]
    if not live:
        states = [document["state"] for document in left]
        verdict.lost.append(f"{name} has no confirmed document, only {states}")
        return
    wanted, there = _parts_of(order, parts), {_part(document) for document in live}
    if wanted != there:
        verdict.lost.append(f"{name} has documents of {sorted(there)}, not of {sorted(wanted)}")
        return
    verdict.in_step += 1
    verdict.wrong += [f"{name}: {what}" for what in _differences(order, live, customers)]
    _judge_told(name, order, live, verdict)


def _judge_refunds(
    shop: Json, erp: Json, reference: str, sold: set[str], verdict: Findings
) -> None:
    """Each refund of a document that is `sold` has one credit note, and no other has any."""
    notes = _by_whole(erp["state"]["credit_notes"])
    for refund in shop["state"]["refunds"]:
        name = f"refund {refund['id']}"
        own = notes.pop(f"{reference}R{refund['id']}", [])
        left = [note for note in own if note["state"] != "cancelled"]
        if len(left) > len({_part(note) for note in left}):
            verdict.doubled.append(f"{name} has {len(left)} credit notes")
        if f"{reference}{refund['parent_id']}" not in sold:
            verdict.wrong += [f"{name} has a credit note and its order no document" for _ in left]
            continue
        booked = [note for note in left if note["state"] in LIVE]
        if not booked:
            states = [note["state"] for note in left]
            verdict.lost.append(f"{name} has no confirmed credit note, only {states}")
        given = sum((Decimal(note["total"]) for note in booked), Decimal(0))
        if booked and given != Decimal(refund["amount"]):
            verdict.wrong.append(f"{name}: {refund['amount']} in the shop, {given} in the ERP")
    verdict.wrong += [f"{name} is the credit note of no refund" for name in notes]


def _judge_payments(
    shop: Json, erp: Json, reference: str, sold: set[str], verdict: Findings
) -> None:
    """Each order that is `sold` and was paid by itself has one payment, or one for each part, and
    no other needs any."""
    payments = _by_whole(erp["state"]["payments"])
    documents = _by_whole(erp["state"]["orders"])
    for order in shop["state"]["orders"]:
        name = f"order {order['id']}"
        own = payments.pop(f"{reference}P{order['id']}", [])
        verdict.doubled += _too_many(name, "payments", own)
        is_due = order["status"] in (*TRANSFERRED, REFUNDED) and f"{reference}{order['id']}" in sold
        was_paid = order["payment_method"] in AUTOMATIC and order["date_paid"] is not None
        if is_due and was_paid and Decimal(order["total"]) and not own:
            verdict.lost.append(f"{name} has no payment")
        paid = sum((Decimal(payment["amount"]) for payment in own), Decimal(0))
        if own and paid != Decimal(order["total"]):
            verdict.wrong.append(f"{name}: {order['total']} in the shop, {paid} paid in the ERP")
        verdict.wrong += _ill_divided(name, own, documents.get(f"{reference}{order['id']}", []))
    verdict.wrong += [f"{name} is the payment of no order" for name in payments]


def _judge_parcels(
    shop: Json, erp: Json, reference: str, campaign: Json, verdict: Findings
) -> None:
    """Every parcel of an order's deliveries stands in the shop once, and there are no others."""
    documents = {document["id"]: _whole(document) for document in erp["state"]["orders"]}
    sent: dict[str, set[str]] = {}
    for shipment in erp["state"].get("shipments", ()):
        whole = documents.get(shipment["order_id"], "")
        sent.setdefault(whole, set()).update(one["number"] for one in shipment["parcels"])
    for order in shop["state"]["orders"]:
        name, wanted = f"order {order['id']}", sent.get(f"{reference}{order['id']}", set())
        told = Counter(_told_parcels(order, campaign.get("parcels", "")))
        verdict.lost += [f"{name} lacks parcel {one}" for one in sorted(wanted - told.keys())]
        twice = [(one, times) for one, times in told.items() if times > 1]
        verdict.doubled += [f"{name} has parcel {one} {times} times" for one, times in twice]
        verdict.wrong += [f"{name} has a parcel {one}" for one in sorted(told.keys() - wanted)]
        verdict.wrong += [f"{name}: {what}" for what in _claimed_too_often(order)]


def _told_parcels(order: Json, place: str) -> Iterator[str]:
    """The tracking numbers that the shop's order tells; several may stand in one fulfilment."""
    if place == FULFILLMENTS:
        for fulfillment in order["fulfillments"]:
            yield from _meta(fulfillment, TRACKING, "").split(", ")
    else:
        yield from (entry["tracking_number"] for entry in _meta(order, ITEMS, ()))


def _claimed_too_often(order: Json) -> Iterator[str]:
    """Lines of which fulfilments hold more pieces than were ordered."""
    claimed: Counter[int] = Counter()
    for fulfillment in order.get("fulfillments", ()):
        for item in _meta(fulfillment, PACKED, ()):
            claimed[item["item_id"]] += item["qty"]
    ordered = {line["id"]: line["quantity"] for line in order.get("line_items", ()) if "id" in line}
    for line, pieces in claimed.items():
        if pieces > ordered.get(line, 0):
            yield f"{pieces} pieces of line {line} are in parcels, {ordered.get(line, 0)} ordered"


def _meta(record: Json, key: str, default: Any) -> Any:
    return next((one["value"] for one in record["meta_data"] if one["key"] == key), default)


def _too_many(name: str, what: str, own: Sequence[Json]) -> Iterator[str]:
    """What is there more than once for the whole of it, or for one part."""
    for part, count in Counter(map(_part, own)).items():
        if count > 1:
            yield f"{name} has {count} {what}{f' of {part}' if part else ''}"


def _ill_divided(name: str, own: Sequence[Json], documents: Sequence[Json]) -> Iterator[str]:
    """Payments over another sum than the document of their part."""
    for payment in own:
        part = _part(payment)
        totals = [Decimal(one["total"]) for one in documents if _part(one) == part]
        if part and Decimal(payment["amount"]) not in totals:
            yield f"{name}: {payment['amount']} paid of {part}, its document is over {totals}"


def _differences(
    order: Json, documents: Sequence[Json], customers: Mapping[str, Json]
) -> Iterator[str]:
    total, tax = (
        sum((Decimal(document[name]) for document in documents), Decimal(0))
        for name in ("total", "tax")
    )
    pairs: list[tuple[str, object, object]] = [
        ("total", Decimal(order["total"]), total),
        ("tax", _cents(order["total_tax"]), _cents(str(tax))),
    ]
    for document in documents:
        email = str(customers.get(document["customer_id"], {}).get("email")).casefold()
        pairs.append(("currency", order["currency"], document["currency"]))
        pairs.append(("e-mail", order["billing"]["email"].casefold(), email))
    for what, ours, theirs in pairs:
        if ours != theirs:
            yield f"{what} {ours} in the shop, {theirs} in the ERP"


def _cents(amount: str) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


def _judge_told(name: str, order: Json, documents: Sequence[Json], verdict: Findings) -> None:
    """The numbers of its documents stand on the order, and in exactly one note."""
    told = [entry["value"] for entry in order["meta_data"] if entry["key"] == NUMBER]
    numbers = sorted(str(document["number"]) for document in documents)
    if [sorted(each.split(", ")) for each in told] != [numbers]:
        verdict.wrong.append(f"{name} carries the number {told}, not {', '.join(numbers)}")
    notes = [n["note"] for n in order["notes"] if f"[{_whole(documents[0])}]" in n["note"]]
    if not notes:
        verdict.lost.append(f"{name} has no note")
    elif len(notes) > 1:
        verdict.doubled.append(f"{name} has {len(notes)} notes")
    elif any(number not in notes[0] for number in numbers):
        verdict.wrong.append(f"the note of {name} does not name {', '.join(numbers)}")


def _repeated(shop: Iterable[Json], erp: Iterable[Json]) -> Iterator[str]:
    """What happened more than once and may happen only once, whatever became of it later."""
    booked = ("order.confirmed", "credit_note.confirmed", "payment.booked")
    confirmed = Counter(e["reference"] for e in erp if e["what"] in booked)
    created = Counter(e["reference"] for e in erp if e["what"] == "customer.created")
    notes = Counter(
        (e["order"], e["text"].rpartition("[")[2])
        for e in shop
        if e["what"] == "note.created" and e["text"].endswith("]")
    )
    yield from (f"{name} was confirmed {n} times" for name, n in confirmed.items() if n > 1)
    yield from (f"customer {name} was made {n} times" for name, n in created.items() if n > 1)
    yield from (f"order {o} got note [{t} {n} times" for (o, t), n in notes.items() if n > 1)


def _same_people(customers: Iterable[Json]) -> Iterator[str]:
    """One person, known by the address, is one customer."""
    counts = Counter(customer["email"].casefold() for customer in customers if customer["email"])
    yield from (f"a person is {n} customers" for n in counts.values() if n > 1)


def _judge_stock(shop: Json, erp: Json, campaign: Json, verdict: Findings) -> None:
    products = shop["state"]["products"]
    timeline = Timeline(first_rows(campaign["stock"], products), lines_of(erp["state"]["orders"]))
    changes = [*_changes(shop, campaign), *_changes(erp, campaign)]
    runs = [(_instant(run["from"]), _instant(run["to"])) for run in campaign["runs"]]
    start = min([*(change.at for change in changes), *(begun for begun, _ in runs)])
    timeline.follow(changes, start)
    for product in products:
        _judge_shown(product, timeline.last(str(product["id"])), verdict)
    late = timedelta(seconds=campaign["longest_delay"]) + SLACK
    verdict.oversold += _raised_too_far(changes, timeline, runs, late)


def _changes(ledger: Json, campaign: Json) -> Iterator[Change]:
    side = str(ledger["side"])
    for effect in ledger["effects"]:
        at = machine_time(effect["at"], campaign["jumps"][side], campaign["jump"])
        yield Change(at, side, effect)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _judge_shown(product: Json, sellable: int | None, verdict: Findings) -> None:
    if sellable is None or product["manage_stock"] is not True:
        return
    shown = int(product["stock_quantity"])
    sentence = f"{product['sku']}: {shown} offered, {sellable} sellable"
    if shown > sellable:
        verdict.oversold.append(sentence)
    elif shown < sellable:
        verdict.wrong.append(sentence)


def _raised_too_far(
    changes: Iterable[Change],
    timeline: Timeline,
    runs: Sequence[tuple[datetime, datetime]],
    late: timedelta,
) -> Iterator[str]:
    """Writes of a number that at no moment since its run began could be sold.

    A call that was lost may be carried out `late` after its run was killed.
    """
    for change in changes:
        effect = change.effect
        if effect["what"] != "stock.set" or effect.get("by") != "api":
            continue
        senders = [begun for begun, ended in runs if begun <= change.at <= ended + late]
        since = min(senders, default=change.at) - MILLISECOND
        most = timeline.most(str(effect["id"]), since, change.at)
        if most is not None and int(effect["new"]) > most:
            yield (
                f"{effect['reference']} was set from {effect['old']} to {effect['new']} at"
                f" {effect['at']}, when at most {most} could be sold"
            )


def main(folder: Path) -> int:
    """Print the verdict as JSON."""
    names = ("shop-ledger.json", "erp-ledger.json", "campaign.json")
    shop, erp, campaign = (json.loads((folder / name).read_text("utf-8")) for name in names)
    print(json.dumps(asdict(judge(shop, erp, campaign))))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
