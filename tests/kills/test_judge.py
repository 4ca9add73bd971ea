"""The independent judge finds each kind of fault, and nothing where all is well."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict
from typing import Any

import pytest

from tests.kills.judge import judge
from tests.kills.timeline import machine_time

Json = dict[str, Any]
Ledgers = dict[str, Json]


def order(id: int, status: str = "processing", **changes: Any) -> Json:
    return {
        "id": id,
        "status": status,
        "total": "11.90",
        "total_tax": "1.90",
        "currency": "EUR",
        "payment_method": "card",
        "date_paid": "2026-03-01T12:00:01",
        "billing": {"email": "Ada@Mail.example"},
        "meta_data": [{"key": "_sync_cli_document", "value": f"SO{id}"}],
        "line_items": [{"id": 70 + id, "sku": "A", "quantity": 2}],
        "fulfillments": [],
        "notes": [{"note": f"ERP document SO{id} was made of this order. [WC-kill-{id}]"}],
        **changes,
    }


def document(id: str, order_id: int, state: str = "confirmed", **changes: Any) -> Json:
    return {
        "id": id,
        "reference": f"WC-kill-{order_id}",
        "number": f"SO{order_id}",
        "state": state,
        "total": "11.9",
        "tax": "1.900000",
        "currency": "EUR",
        "customer_id": "1",
        "lines": [{"product_id": "5000", "quantity": "2"}],
        **changes,
    }


def shipment(document_id: str, *numbers: str) -> Json:
    return {"order_id": document_id, "parcels": [{"number": number} for number in numbers]}


def entries(*numbers: str) -> Json:
    """The parcels in the metadata of an order."""
    items = [{"tracking_number": number} for number in numbers]
    return {"key": "_wc_shipment_tracking_items", "value": items}


def fulfillment(number: str, line: int, pieces: int) -> Json:
    values = {"_tracking_number": number, "_items": [{"item_id": line, "qty": pieces}]}
    return {"meta_data": [{"key": key, "value": value} for key, value in values.items()]}


def refund(id: int, order_id: int, amount: str = "5.00") -> Json:
    return {"id": id, "parent_id": order_id, "amount": amount}


def credit_note(id: str, refund_id: int, state: str = "confirmed", total: str = "5.0") -> Json:
    return {"id": id, "reference": f"WC-kill-R{refund_id}", "state": state, "total": total}


def payment(id: str, order_id: int, amount: str = "11.90") -> Json:
    return {"id": id, "reference": f"WC-kill-P{order_id}", "amount": amount}


def effect(second: float, what: str, id: str, **facts: Any) -> Json:
    at = f"2026-03-01T12:00:{second:06.3f}+00:00"
    return {"at": at, "what": what, "id": id, "reference": None, **facts}


def all_well() -> Ledgers:
    """One order for two of ten pieces: bought, transferred, counted to nine in the warehouse."""
    product = {
        "id": 7, "sku": "A", "parent_id": 0, "manage_stock": True, "stock_quantity": 7,
    }  # fmt: skip
    bought = order(1)
    shop = {
        "side": "shop",
        "state": {
            "orders": [bought, order(2, "pending"), order(3, "refunded")],
            "products": [product],
            "refunds": [refund(8, 1), refund(9, 3)],
        },
        "effects": [
            effect(1, "stock.set", "7", by="order", old=10, new=8),
            effect(3, "note.created", "1", order="1", text="made. [WC-kill-1]"),
            effect(6, "stock.set", "7", by="api", old=8, new=7),
        ],
    }
    erp = {
        "side": "erp",
        "state": {
            "orders": [document("1", 1)],
            "shipments": [shipment("1", "P1")],
            "credit_notes": [credit_note("1", 8)],
            "payments": [payment("1", 1)],
            "customers": [{"id": "1", "reference": "WC-kill-Cg1", "email": "ada@mail.example"}],
        },
        "effects": [
            effect(1.5, "customer.created", "1", reference="WC-kill-Cg1"),
            effect(2, "order.confirmed", "1", reference="WC-kill-1", state="confirmed"),
            effect(2.5, "credit_note.confirmed", "1", reference="WC-kill-R8", pieces={}),
            effect(4, "stock.set", "5000", warehouse="MAIN", on_hand="9"),
        ],
    }
    bought["meta_data"].append(entries("P1"))
    shelf = {"code": "MAIN", "on_hand": "10"}
    campaign = {
        "key": "kill",
        "longest_delay": 1.0,
        "jump": 400.0,
        "jumps": {"shop": [], "erp": []},
        "unrest": [],
        "runs": [{"from": "2026-03-01T12:00:05+00:00", "to": "2026-03-01T12:00:07+00:00"}],
        "stock": [
            {"id": "5000", "sku": "A", "stocked": True, "unit_factor": "1", "warehouses": [shelf]}
        ],
    }
    return {"shop": shop, "erp": erp, "campaign": campaign}


def orders_of(ledgers: Ledgers) -> list[Json]:
    return list(ledgers["shop"]["state"]["orders"])


def documents_of(ledgers: Ledgers) -> list[Json]:
    documents: list[Json] = ledgers["erp"]["state"]["orders"]
    return documents


def lose_document(ledgers: Ledgers) -> None:
    documents_of(ledgers)[0]["state"] = "draft"


def lose_note(ledgers: Ledgers) -> None:
    orders_of(ledgers)[0]["notes"] = []


def second_document(ledgers: Ledgers) -> None:
    documents_of(ledgers).append(document("2", 1, "draft"))


def second_confirmation(ledgers: Ledgers) -> None:
    """One was cancelled later, so that only the effects tell."""
    documents_of(ledgers).append(document("2", 1, "cancelled", lines=[]))
    events = ledgers["erp"]["effects"]
    events.append(effect(2.1, "order.confirmed", "2", reference="WC-kill-1", state="confirmed"))
    events.append(effect(2.2, "order.cancelled", "2", reference="WC-kill-1", state="cancelled"))


def second_note(ledgers: Ledgers) -> None:
    again = effect(3.1, "note.created", "2", order="1", text="once more. [WC-kill-1]")
    ledgers["shop"]["effects"].append(again)


def second_customer(ledgers: Ledgers) -> None:
    twin = {"id": "2", "reference": "WC-kill-C9", "email": "ADA@mail.example"}
    ledgers["erp"]["state"]["customers"].append(twin)


def other_total(ledgers: Ledgers) -> None:
    documents_of(ledgers)[0]["total"] = "11.91"


def other_customer(ledgers: Ledgers) -> None:
    ledgers["erp"]["state"]["customers"][0]["email"] = "bob@mail.example"


def other_number(ledgers: Ledgers) -> None:
    orders_of(ledgers)[0]["meta_data"][0]["value"] = "SO9"


def unpaid_document(ledgers: Ledgers) -> None:
    documents_of(ledgers).append(document("3", 2, lines=[]))


def foreign_document(ledgers: Ledgers) -> None:
    documents_of(ledgers).append(document("4", 99, lines=[]))


def notes_of(ledgers: Ledgers) -> list[Json]:
    notes: list[Json] = ledgers["erp"]["state"]["credit_notes"]
    return notes


def lose_credit_note(ledgers: Ledgers) -> None:
    notes_of(ledgers)[0]["state"] = "draft"


def second_credit_note(ledgers: Ledgers) -> None:
    notes_of(ledgers).append(credit_note("2", 8, "draft"))


def second_credit(ledgers: Ledgers) -> None:
    again = effect(2.6, "credit_note.confirmed", "2", reference="WC-kill-R8", pieces={})
    ledgers["erp"]["effects"].append(again)


def other_amount(ledgers: Ledgers) -> None:
    notes_of(ledgers)[0]["total"] = "5.01"


def credit_of_nothing(ledgers: Ledgers) -> None:
    notes_of(ledgers).append(credit_note("3", 77))


def credit_of_no_sale(ledgers: Ledgers) -> None:
    notes_of(ledgers).append(credit_note("4", 9))


def lose_payment(ledgers: Ledgers) -> None:
    ledgers["erp"]["state"]["payments"].clear()


def second_payment(ledgers: Ledgers) -> None:
    ledgers["erp"]["state"]["payments"].append(payment("2", 1))


def payment_booked_again(ledgers: Ledgers) -> None:
    booked = [effect(2.7, "payment.booked", id, reference="WC-kill-P1") for id in "12"]
    ledgers["erp"]["effects"].extend(booked)


def other_payment(ledgers: Ledgers) -> None:
    ledgers["erp"]["state"]["payments"][0]["amount"] = "11.91"


def payment_of_nothing(ledgers: Ledgers) -> None:
    ledgers["erp"]["state"]["payments"].append(payment("3", 77))


def lose_parcel(ledgers: Ledgers) -> None:
    orders_of(ledgers)[0]["meta_data"].pop()


def second_parcel(ledgers: Ledgers) -> None:
    orders_of(ledgers)[0]["meta_data"][-1] = entries("P1", "P1")


def parcel_of_nothing(ledgers: Ledgers) -> None:
    orders_of(ledgers)[1]["meta_data"].append(entries("P9"))


def piece_came_back(ledgers: Ledgers) -> None:
    """Put back in the shop, and by the credit note; the shop does not offer it again."""
    ledgers["shop"]["effects"].append(effect(2.2, "stock.set", "7", by="refund", old=8, new=9))
    ledgers["erp"]["effects"][2]["pieces"] = {"5000": "1"}
    ledgers["erp"]["effects"][3]["on_hand"] = "10"


def no_rest(ledgers: Ledgers) -> None:
    ledgers["campaign"]["unrest"] = ["it still writes"]


def shown_too_low(ledgers: Ledgers) -> None:
    ledgers["shop"]["state"]["products"][0]["stock_quantity"] = 6


def shown_too_high(ledgers: Ledgers) -> None:
    ledgers["shop"]["state"]["products"][0]["stock_quantity"] = 8


def raised_for_a_moment(ledgers: Ledgers) -> None:
    """Eight could be sold, but not any more when the run that wrote it began."""
    ledgers["shop"]["effects"][2] |= {"new": 8}


def test_where_all_is_well_nothing_is_found() -> None:
    ledgers = all_well()
    found = asdict(judge(**ledgers))
    assert found == {"in_step": 1, "lost": [], "doubled": [], "wrong": [], "oversold": []}


@pytest.mark.parametrize(
    ("spoil", "kind", "says"),
    [
        (lose_document, "lost", "order 1 has no confirmed document, only ['draft']"),
        (lose_note, "lost", "order 1 has no note"),
        (second_document, "doubled", "order 1 has 2 documents"),
        (second_confirmation, "doubled", "WC-kill-1 was confirmed 2 times"),
        (second_note, "doubled", "order 1 got note [WC-kill-1] 2 times"),
        (second_customer, "doubled", "a person is 2 customers"),
        (other_total, "wrong", "order 1: total 11.90 in the shop, 11.91 in the ERP"),
        (other_customer, "wrong", "order 1: e-mail ada@mail.example in the shop, bob@"),
        (other_number, "wrong", "order 1 carries the number ['SO9'], not SO1"),
        (unpaid_document, "wrong", "order 2 is pending, its document confirmed"),
        (foreign_document, "wrong", "WC-kill-99 is the document of no order"),
        (lose_credit_note, "lost", "refund 8 has no confirmed credit note, only ['draft']"),
        (second_credit_note, "doubled", "refund 8 has 2 credit notes"),
        (second_credit, "doubled", "WC-kill-R8 was confirmed 2 times"),
        (other_amount, "wrong", "refund 8: 5.00 in the shop, 5.01 in the ERP"),
        (credit_of_nothing, "wrong", "WC-kill-R77 is the credit note of no refund"),
        (credit_of_no_sale, "wrong", "refund 9 has a credit note and its order no document"),
        (lose_payment, "lost", "order 1 has no payment"),
        (second_payment, "doubled", "order 1 has 2 payments"),
        (payment_booked_again, "doubled", "WC-kill-P1 was confirmed 2 times"),
        (other_payment, "wrong", "order 1: 11.90 in the shop, 11.91 paid in the ERP"),
        (payment_of_nothing, "wrong", "WC-kill-P77 is the payment of no order"),
        (lose_parcel, "lost", "order 1 lacks parcel P1"),
        (second_parcel, "doubled", "order 1 has parcel P1 2 times"),
        (parcel_of_nothing, "wrong", "order 2 has a parcel P9"),
        (piece_came_back, "wrong", "A: 7 offered, 8 sellable"),
        (no_rest, "wrong", "it still writes"),
        (shown_too_low, "wrong", "A: 6 offered, 7 sellable"),
        (shown_too_high, "oversold", "A: 8 offered, 7 sellable"),
        (raised_for_a_moment, "oversold", "when at most 7 could be sold"),
    ],
)
def test_each_broken_promise_is_found(
    spoil: Callable[[Ledgers], None], kind: str, says: str
) -> None:
    ledgers = deepcopy(all_well())
    spoil(ledgers)
    found = asdict(judge(**ledgers))
    assert any(says in sentence for sentence in found[kind])


def test_a_number_that_could_be_sold_when_its_run_began_is_no_overselling() -> None:
    """Whoever counts and buys within the seconds of a run is the next run's business."""
    ledgers = all_well()
    ledgers["campaign"]["runs"][0]["from"] = "2026-03-01T12:00:03+00:00"
    ledgers["shop"]["effects"][2] |= {"new": 8}
    assert judge(**ledgers).oversold == []


def test_a_number_that_a_lost_call_wrote_late_belongs_to_its_run() -> None:
    ledgers = all_well()
    ledgers["campaign"]["runs"] = [
        {"from": "2026-03-01T12:00:03.500+00:00", "to": "2026-03-01T12:00:04.500+00:00"}
    ]
    ledgers["shop"]["effects"][2] |= {"new": 8}
    assert judge(**ledgers).oversold == []
    ledgers["campaign"]["longest_delay"] = 0.2
    assert len(judge(**ledgers).oversold) == 1


@pytest.mark.parametrize(
    ("told", "real"),
    [
        ("2026-03-01T12:00:10+00:00", "2026-03-01T12:00:10+00:00"),
        ("2026-03-01T12:06:51+00:00", "2026-03-01T12:00:11+00:00"),
        ("2026-03-01T12:13:40+00:00", "2026-03-01T12:00:20+00:00"),
    ],
)
def test_a_ledger_whose_clock_was_put_on_is_read_in_the_machines_time(told: str, real: str) -> None:
    jumps = ["2026-03-01T12:00:10+00:00", "2026-03-01T12:06:58+00:00"]
    assert machine_time(told, jumps, 400.0).isoformat() == real


@pytest.mark.parametrize(
    ("parcels", "kind", "says"),
    [
        ([("P1", 2)], "", ""),
        ([], "lost", "order 1 lacks parcel P1"),
        ([("P1", 1), ("P1", 1)], "doubled", "order 1 has parcel P1 2 times"),
        ([("P1", 3)], "wrong", "order 1: 3 pieces of line 71 are in parcels, 2 ordered"),
        ([("P1, P9", 2)], "wrong", "order 1 has a parcel P9"),
    ],
)
def test_fulfilments_are_judged_with_their_pieces(
    parcels: list[tuple[str, int]], kind: str, says: str
) -> None:
    ledgers = all_well()
    ledgers["campaign"]["parcels"] = "fulfillments"
    orders_of(ledgers)[0]["fulfillments"] = [fulfillment(n, 71, pieces) for n, pieces in parcels]
    found = asdict(judge(**ledgers))
    del found["in_step"]
    texts = {name: texts for name, texts in found.items() if texts}
    assert texts == ({kind: [says]} if kind else {})


def divided() -> Ledgers:
    """As where all is well, but the order is two documents, and its refund two credit notes."""
    ledgers = all_well()
    state, erp = ledgers["shop"]["state"], ledgers["erp"]["state"]
    first = state["orders"][0]
    first["line_items"] = [{"sku": "A"}, {"sku": "B"}]
    first["meta_data"][0]["value"] = "SO1, SO1b"
    first["notes"][0]["note"] = "ERP documents SO1, SO1b were made of this order. [WC-kill-1]"
    others = [one for one in erp["orders"] if one["reference"] != "WC-kill-1"]
    for other in others:
        other["reference"] += "#main"
    mine = document("5001", 1, reference="WC-kill-1#main", total="10.90", tax="1.74")
    more = {"number": "SO1b", "reference": "WC-kill-1#store", "total": "1.00", "tax": "0.16"}
    erp["shipments"] = [shipment("5001", "P1")]
    erp["orders"] = [*others, mine, document("5002", 1, lines=[], **more)]
    kept = [one for one in erp["credit_notes"] if one["reference"] != "WC-kill-R8"]
    notes = [credit_note("91", 8, total="4.00"), credit_note("92", 8, total="1.00")]
    for note, part in zip(notes, ("main", "store"), strict=True):
        note["reference"] += f"#{part}"
    erp["credit_notes"] = [*kept, *notes]
    for one in state["orders"][1:]:
        one["line_items"] = [{"sku": "A"}]
    paid = [payment("91", 1, amount="10.90"), payment("92", 1, amount="1.00")]
    for one, part in zip(paid, ("main", "store"), strict=True):
        one["reference"] += f"#{part}"
    erp["payments"] = [*(one for one in erp["payments"] if one["reference"] != "WC-kill-P1"), *paid]
    ledgers["campaign"] |= {"parts": {"store": ["B"], "main": []}}
    return ledgers


def of_part(ledgers: Ledgers, table: str, name: str) -> Json:
    return next(one for one in ledgers["erp"]["state"][table] if one["reference"] == name)


@pytest.mark.parametrize(
    ("table", "name", "changes", "kind"),
    [
        ("orders", "WC-kill-1#store", {}, ""),
        ("orders", "WC-kill-1#store", {"state": "cancelled"}, "lost"),
        ("orders", "WC-kill-1#store", {"total": "1.01"}, "wrong"),
        ("orders", "WC-kill-1#store", {"number": "SO9"}, "wrong"),
        ("orders", "WC-kill-1#store", {"reference": "WC-kill-1#main"}, "doubled"),
        ("credit_notes", "WC-kill-R8#store", {"total": "1.01"}, "wrong"),
        ("credit_notes", "WC-kill-R8#store", {"state": "cancelled"}, "wrong"),
        ("credit_notes", "WC-kill-R8#store", {"reference": "WC-kill-R8#main"}, "doubled"),
        ("payments", "WC-kill-P1#store", {"amount": "1.01"}, "wrong"),
        ("payments", "WC-kill-P1#store", {"reference": "WC-kill-P1#main"}, "doubled"),
        ("payments", "WC-kill-P1#store", {"reference": "WC-kill-P77#store"}, "wrong"),
    ],
)
def test_documents_of_parts_are_judged_together(
    table: str, name: str, changes: Json, kind: str
) -> None:
    ledgers = divided()
    of_part(ledgers, table, name).update(changes)
    found = asdict(judge(ledgers["shop"], ledgers["erp"], ledgers["campaign"]))
    kinds = ("lost", "doubled", "wrong")
    assert {one for one in kinds if found[one]} >= ({kind} if kind else set()), found
    assert kind or not any(found[one] for one in kinds), found


def test_payments_of_parts_that_add_up_and_are_over_others_are_wrong() -> None:
    ledgers = divided()
    of_part(ledgers, "payments", "WC-kill-P1#store")["amount"] = "10.90"
    of_part(ledgers, "payments", "WC-kill-P1#main")["amount"] = "1.00"
    found = judge(ledgers["shop"], ledgers["erp"], ledgers["campaign"])
    assert [each.partition(" ")[0] for each in found.wrong] == ["order", "order"]
