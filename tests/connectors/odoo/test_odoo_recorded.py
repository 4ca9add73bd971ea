"""What the connector sends is what was recorded to work; recorded answers mean what they say."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sync_cli.connectors.base import Done, Draft, Failed, Raw
from sync_cli.connectors.odoo.connector import Odoo
from tests.connectors.odoo.odoo_erp import recorded
from tests.connectors.odoo.tape import Asked, Tape, Turns

SINCE = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
WAREHOUSES = [{"id": 1, "code": "WH", "name": "Nord"}, {"id": 2, "code": "SUED", "name": "Sued"}]


def changed(connector: Odoo, entity: str, since: datetime) -> list[Raw]:
    return [raw for page in connector.changes(entity, since) for raw in page.records]


def goods(product: str, name: str, quantity: str, price: str, taxes: str, **more: Any) -> Any:
    own = {"product_id": product, "name": name, "product_uom_qty": quantity}
    return {**own, "price_unit": price, "tax_id": taxes, **more}


WHOLE = Draft(
    "WC-9003",
    {
        "partner_id": "649", "partner_invoice_id": "650", "partner_shipping_id": "651",
        "date_order": "2026-11-20T09:15:00Z", "carrier_id": "2", "warehouse_id": "2",
        "pricelist_id": "4", "payment_term_id": "4", "note": "Bitte klingeln",
        "order_line": [
            goods("2", "Artikel eins, blau", "3", "19.9958", "14", discount="12.5"),
            goods("4", "Artikel drei", "2", "7.3349", "14,15"),
            goods("6", "Artikel fuenf", "1", "5", ""),
            {"display_type": "line_note", "name": "Geschenk: Alles Gute!\nZweite Zeile"},
            goods("2003", "DHL Paket", "1", "4.12", "14", is_delivery=True),
        ],
    },
)  # fmt: skip


def test_a_whole_order_is_loaded_as_recorded() -> None:
    tape = Tape(["054", "127", "128"])
    with tape.playing():
        (result,) = tape.open().create("order", [WHOLE])
    assert isinstance(result, Done), result
    sent, recorded_ = tape.requests("sale.order.load")[0], recorded("127")
    header = recorded_["request"]["body"]["params"]["args"][5][0]
    assert sorted(sent.given[0]) == sorted(header)
    assert sent.keywords == {"context": {"tz": "UTC"}}
    assert sent.cells() == Asked.of(recorded_["request"]["body"]).cells()
    assert (result.id, result.as_stored["amount_total"]) == ("77", Decimal("90.86"))


def test_the_loser_of_two_loads_repeats_and_gets_the_id() -> None:
    lost, won = (recorded(number)["response"]["body"]["result"] for number in ("101", "102"))
    row = {"id": 223, "state": "draft", "client_order_ref": "WC-7100"}
    tape = Tape([], {"sale.order.load": Turns(lost, won), "sale.order.read": [row]})
    with tape.playing():
        (result,) = tape.open().create("order", [Draft("WC-7100", dict(WHOLE.payload))])
    assert isinstance(result, Done)
    assert result.id == "223"
    assert len(tape.requests("sale.order.load")) == 2


@pytest.mark.parametrize(("number", "says"), [("131", "database id '999999'"), ("132", "'name'")])
def test_the_bad_one_of_sixty_is_taken_out(number: str, says: str) -> None:
    refused = recorded(number)["response"]["body"]["result"]
    good = {"ids": list(range(1, 60)), "messages": [], "nextrow": 0}
    rows = [{"id": n, "state": "draft", "client_order_ref": f"{n}"} for n in range(1, 60)]
    tape = Tape([], {"sale.order.load": Turns(refused, good), "sale.order.read": rows})
    with tape.playing():
        drafts = [Draft(f"93{n:02}", dict(WHOLE.payload)) for n in range(60)]
        results = list(tape.open().create("order", drafts))
    failed = results.pop(30)
    assert isinstance(failed, Failed)
    assert says in failed.problem.message
    assert failed.problem.record == "9330"
    assert all(isinstance(result, Done) for result in results)
    first, second = (len(asked.given[1]) for asked in tape.requests("sale.order.load"))
    assert first - second == len(WHOLE.payload["order_line"])


def standing(model: str, id_: int, **fields: Any) -> dict[str, Any]:
    return {f"{model}.read": [{"id": id_, **fields}]}


@pytest.mark.parametrize(
    ("entity", "model", "id_", "before", "to", "number"),
    [
        ("order", "sale.order", 62, {"state": "draft"}, "confirmed", "066"),
        ("order", "sale.order", 63, {"state": "draft"}, "cancelled", "065"),
        ("order", "sale.order", 222, {"state": "sale"}, "cancelled", "100"),
        ("refund", "account.move", 27, {"state": "draft"}, "confirmed", "145"),
        ("invoice", "account.move", 8, {"state": "draft"}, "confirmed", "121"),
        ("shipment", "stock.picking", 111, {"state": "assigned"}, "shipped", "142"),
    ],
)
def test_steps_are_sent_as_recorded(
    entity: str, model: str, id_: int, before: dict[str, str], to: str, number: str
) -> None:
    tape = Tape([number], standing(model, id_, **before))
    with tape.playing():
        list(tape.open().advance(entity, [str(id_)], to))
    args = recorded(number)["request"]["body"]["params"]["args"]
    (sent,) = tape.requests(f"{args[3]}.{args[4]}")
    assert (sent.given, sent.keywords) == (args[5], args[6])


def test_dates_are_written_back_as_recorded() -> None:
    """In one load, with the time zone; recorded 148 names the orders by external ids."""
    rows = [
        {"id": 1214 + n, "state": state, "date_order": f"2026-11-20 09:1{n}:00",
         "commitment_date": "2026-11-25 12:00:00"}
        for state in ("draft", "sale") for n in range(3)
    ]  # fmt: skip
    tape = Tape([], {
        "sale.order.action_confirm": True, "sale.order.read": Turns(rows[:3], rows[3:]),
        "sale.order.load": {"ids": [1214, 1215, 1216], "messages": []},
    })  # fmt: skip
    with tape.playing():
        results = list(tape.open().advance("order", ["1214", "1215", "1216"], "confirmed"))
    assert all(isinstance(result, Done) for result in results)
    (sent,) = tape.requests("sale.order.load")
    assert sent.given == [
        [".id", "date_order"],
        [[str(1214 + n), f"2026-11-20 09:1{n}:00"] for n in range(3)],
    ]
    assert sent.keywords == recorded("148")["request"]["body"]["params"]["args"][6]


def test_a_credit_note_is_loaded_as_recorded() -> None:
    invoice = {"id": 15, "move_type": "out_invoice", "state": "posted", "partner_id": [650, "N"]}
    sold = {"id": 2206, "order_id": [500, "S1"], "product_id": [56, "x"]}
    note = {"id": 27, "state": "draft", "move_type": "out_refund", "amount_total": 9.23}
    tape = Tape(["144"], {
        "sale.order.search_read": [{"id": 500, "invoice_ids": [15]}],
        "account.move.search_read": Turns([], [invoice]), "account.move.read": [note],
        "sale.order.line.search_read": [sold],
    })  # fmt: skip
    line = {"product_id": "56", "name": "Artikel drei", "quantity": "1", "price_unit": "7.33",
            "discount": "0.0", "tax_ids": "14,15"}  # fmt: skip
    payload = {"order_id": "500", "invoice_date": "2026-11-21", "invoice_line_ids": [line]}
    with tape.playing():
        (result,) = tape.open().create("refund", [Draft("WC-REFUND-9901", payload)])
    (sent,) = tape.requests("account.move.load")
    args = recorded("144")["request"]["body"]["params"]["args"]
    assert sorted(sent.given[0]) == sorted(args[5][0])
    assert sent.keywords == args[6]
    assert sent.cells() == Asked.of(recorded("144")["request"]["body"]).cells()
    assert isinstance(result, Done)
    assert (result.id, result.as_stored["amount_total"]) == ("27", Decimal("9.23"))


READS = [
    ("product", "034", {"page_size": 100}),
    ("shipment", "084", {}),
    ("stock", "117", {}),
]


@pytest.mark.parametrize(("entity", "number", "options"), READS)
def test_changes_are_asked_for_as_recorded(
    entity: str, number: str, options: dict[str, Any]
) -> None:
    domain = recorded(number)["request"]["body"]["params"]["args"][5][0]
    since = next(term[2] for term in domain if term[0] == "write_date")
    moment = datetime.strptime(since, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    page = [{"id": n, "write_date": since} for n in range(2, 102)]
    tape = Tape([number], {"product.product.search_read": page if entity == "product" else [],
                           "stock.warehouse.search_read": WAREHOUSES})  # fmt: skip
    with tape.playing():
        connector = tape.open(**options)
        pages = connector.changes(entity, moment)
        next(pages)
        next(pages, None)
    assert tape.was_asked(number)


def test_a_delivery_is_read_with_its_parcel() -> None:
    order = {"id": 62, "client_order_ref": "WC-5001"}
    tape = Tape(["084"], {"sale.order.search_read": [order]})
    with tape.playing():
        (raw,) = changed(tape.open(), "shipment", datetime(2026, 11, 21, 3, 16, 20, tzinfo=UTC))
    assert raw.data["parcels"][0]["number"] == "00340434161094000002"
    assert raw.data["parcels"][0]["carrier"] == "DHL Paket"
    assert raw.data["order_reference"] == "WC-5001"
    assert raw.data["backorder_id"] == {"id": "61", "name": "WH/OUT/00061"}


def test_stock_by_warehouse_is_asked_for_with_the_context() -> None:
    tape = Tape([], {"stock.warehouse.search_read": WAREHOUSES})
    with tape.playing():
        list(tape.open().fetch("stock", ["2"]))
    contexts = [a.keywords.get("context") for a in tape.requests("product.product.search_read")]
    recorded_ = [
        recorded(n)["request"]["body"]["params"]["args"][6]["context"] for n in ("024", "025")
    ]
    assert contexts == recorded_


def test_orders_are_found_by_their_reference() -> None:
    tape = Tape([], {"sale.order.search_read": recorded("064")["response"]["body"]["result"]})
    with tape.playing():
        found = tape.open(fields={"order": frozenset()}).find("order", "reference", ["WC-5001"])
    assert [raw.id for raw in found["WC-5001"]] == ["62", "63"]


def test_empty_values_are_null_and_relations_have_id_and_name() -> None:
    tape = Tape([], {"sale.order.read": recorded("061")["response"]["body"]["result"]})
    with tape.playing():
        (raw,) = tape.open().fetch("order", ["62"])
    assert raw.data["currency_id"] == {"id": "125", "name": "EUR"}
    assert raw.data["origin"] is None
    assert raw.data["delivery_status"] is None
    assert raw.data["order_line"] == ["181", "182", "183"]
    assert raw.birth == "WC-5001"
    assert raw.modified_at == datetime(2026, 11, 21, 3, 15, tzinfo=UTC)


def test_noise_of_floats_is_gone() -> None:
    rows = recorded("129")["response"]["body"]["result"]
    lines = [{**row, "order_id": [77, "S00077"]} for row in rows]
    order = {"id": 77, "state": "draft"}
    tape = Tape([], {"sale.order.read": [order], "sale.order.line.search_read": lines})
    with tape.playing():
        connector = tape.open(fields={"order": frozenset({"lines"})})
        (raw,) = connector.fetch("order", ["77"])
    taxes = [str(line["price_tax"]) for line in raw.data["lines"]]
    assert taxes == ["9.98", "3.82", "0", "0", "0.78"]
