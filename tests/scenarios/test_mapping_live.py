"""Mappings tried on the records of both systems: check, preview, diff. Nothing is written."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.scenarios.stage import GUEST, Stage, article, open_stage

pytestmark = pytest.mark.scenario

PERSONAL = ("Erika", "Mustermann", "erika@kunde.example", "Heidestrasse")


def own(stage: Stage, name: str, text: str, folder: str = "own") -> Path:
    """A folder of overlays with one in it, such as "woocommerce/order"."""
    path = stage.folder / folder / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return stage.folder / folder


def use(stage: Stage, folder: Path) -> None:
    """From now on these overlays are in force."""
    stage.configure(lambda data: data.update(mappings=str(folder)))


def documents(stage: Stage) -> list[dict[str, Any]]:
    """The ERP's documents as it shows them to anybody with a token."""
    head = {"Authorization": f"Bearer {stage.sandbox.erp_token}"}
    address = f"{stage.sandbox.erp_url}/api/v1/orders"
    return list(requests.get(address, headers=head, timeout=60).json()["items"])


def written_nothing(stage: Stage, before: int) -> bool:
    """Whether neither side changed, no state was made, and only reading calls went out."""
    methods = {request.method for request in stage.shop_wire.requests}
    return stage.effects() == before and not stage.state.exists() and methods <= {"GET"}


# check --live


def test_records_that_fit_are_said_to_fit(stage: Stage) -> None:
    stage.buy("A-0001", "A-0002", times=3)
    before = stage.effects()
    said = stage.run("mapping", "check", "--live")
    assert "woocommerce order: 3 records, all fit" in said.out
    assert "woocommerce order -> sandbox-erp document: 3 records, all fit" in said.out
    assert "sandbox-erp product -> woocommerce product: 20 records, all fit" in said.out
    assert written_nothing(stage, before)


def test_a_renamed_field_is_named_with_file_and_line(stage: Stage) -> None:
    stage.buy("A-0001", times=2)
    overlay = "read:\n  replace:\n    - {to: number, from: order_no, required: true}\n"
    use(stage, own(stage, "woocommerce/order", overlay))
    said = stage.type("mapping", "check", "--live")
    assert said.code == 3
    assert "order_no is missing (2 of 2, first order" in said.out
    assert "correct `from` in woocommerce/order.yaml (overlay):3" in said.out


def test_an_unknown_value_of_a_table_is_named(stage: Stage) -> None:
    stage.buy("A-0001")
    own(stage, "sandbox-erp/document", "parts: {line: {replace: [\n"
        "  {to: tax_code, from: sku, table: tax_codes}]}}\n")  # fmt: skip
    use(stage, stage.folder / "own")
    said = stage.type("mapping", "check", "--live")
    assert said.code == 3
    assert "woocommerce order -> sandbox-erp document: 1 record, at least 1" in said.out
    assert "'A-0001'" in said.out
    assert "tables.tax_codes" in said.out


def test_an_empty_required_field_is_named(tmp_path: Path) -> None:
    with open_stage(tmp_path, articles=[article("A-1"), article("A-2", name="")]) as stage:
        overlay = "read: {replace: [{to: name, from: name, required: true}]}"
        use(stage, own(stage, "sandbox-erp/product", overlay))
        said = stage.type("mapping", "check", "--live")
        assert said.code == 3
        assert "sandbox-erp product: 2 records, at least 1 do not fit" in said.out
        assert "name is empty (1 of 2" in said.out


def test_records_that_a_system_cannot_list_stop_no_others(stage: Stage) -> None:
    stage.buy("A-0001")
    own(stage, "woocommerce/shipment", "entity: shipment\nsystem: woocommerce\n"
        "read: [{to: number, from: number}]\n")  # fmt: skip
    use(stage, stage.folder / "own")
    said = stage.run("mapping", "check", "--live")
    assert "these records cannot be listed. A WooCommerce shop has no records of kind" in said.out
    assert "woocommerce order: 1 record, all fit" in said.out


def test_no_more_records_are_read_than_asked_for(stage: Stage) -> None:
    stage.buy("A-0001", times=6)
    said = stage.run("mapping", "check", "--live", "--limit", "2")
    assert "woocommerce order: 2 records" in said.out


def test_the_check_for_machines(stage: Stage) -> None:
    stage.buy("A-0001")
    said = stage.run("mapping", "check", "--live", "--json")
    [orders] = [one for one in json.loads(said.out) if one["entity"] == "order" and not one["to"]]
    assert (orders["system"], orders["read"], orders["findings"]) == ("woocommerce", 1, [])


# preview


def payload_of(stage: Stage, *words: str) -> dict[str, Any]:
    """The payload that a preview shows."""
    payload = json.loads(stage.run("mapping", "preview", *words, "--json").out)["payload"]
    assert isinstance(payload, dict)
    return payload


def test_a_preview_is_what_a_run_then_writes(stage: Stage) -> None:
    [order] = stage.buy("A-0003", "A-0007", customer_note="please ring")
    shown = payload_of(stage, "order", order)
    stage.run("orders")
    [stored] = documents(stage)
    for name in ("reference", "currency", "note", "payment_method", "shipping_method"):
        assert stored[name] == shown[name], name
    assert stored["ordered_at"].startswith(shown["ordered_at"].removesuffix("Z"))
    assert stored["billing"] == {**stored["billing"], **shown["billing"]}
    assert len(stored["lines"]) == len(shown["lines"])
    for kept, wanted in zip(stored["lines"], shown["lines"], strict=True):
        assert (kept["kind"], kept["text"], kept["tax_code"]) == (
            wanted["kind"],
            wanted["text"],
            wanted["tax_code"],
        )
        assert str(kept["product_id"] or "") == str(wanted["product_id"] or "")
        for amount in ("quantity", "net", "tax"):
            assert Decimal(str(kept[amount])) == Decimal(wanted[amount])


def test_a_preview_stands_side_by_side(stage: Stage) -> None:
    [order] = stage.buy("A-0003")
    before = stage.effects()
    said = stage.run("mapping", "preview", "order", order)
    rows = [line.split("\t") for line in said.out.splitlines() if "\t" in line]
    total = next(row for row in rows if row[3].startswith("lines[0].net"))
    assert total == [
        "line_items[0].total = 10.000000",
        "lines[0].total = 10.000000",
        "lines[0].net = 10.00",
        "lines[0].net = 10.00",
    ]
    assert ["number = " + order, "number = " + order, "", ""] in rows
    assert any(row[3].startswith("billing.city = Koeln") for row in rows)
    assert written_nothing(stage, before)


def test_the_shipping_line_stands_beside_the_shops_own(stage: Stage) -> None:
    post = {"method_id": "flat_rate", "method_title": "Post", "total": "4.90"}
    [order] = stage.buy("A-0003", "A-0004", shipping_lines=[post])
    said = stage.run("mapping", "preview", "order", order)
    rows = [line.split("\t") for line in said.out.splitlines() if "\t" in line]
    shipping = next(row for row in rows if row[3].startswith("lines[2].text"))
    assert shipping[0] == "shipping_lines[0].method_title = Post"


def test_a_preview_says_why_an_order_would_be_held(tmp_path: Path) -> None:
    goods = [article("A-1"), article("SHOP-ONLY", in_erp=False)]
    with open_stage(tmp_path, articles=goods) as stage:
        [order] = stage.buy("SHOP-ONLY")
        said = stage.type("mapping", "preview", "order", order)
        assert said.code == 3
        assert "held: Order" in said.out
        assert "no articles of the ERP have the SKU 'SHOP-ONLY'" in said.out


def test_products_and_stock_are_found_by_their_sku(stage: Stage) -> None:
    assert payload_of(stage, "product", "A-0005")["sku"] == "A-0005"
    assert payload_of(stage, "stock", "A-0005") == {"stock_quantity": 50}


def test_a_customer_with_the_name_that_the_erp_gets(stage: Stage) -> None:
    key = (stage.sandbox.consumer_key, stage.sandbox.consumer_secret)
    address = f"{stage.sandbox.shop_url}/wp-json/wc/v3/customers"
    anna = {"email": "anna@kunde.example", "first_name": "Anna"}
    found = requests.post(address, auth=key, json=anna, timeout=60).json()
    shown = payload_of(stage, "customer", str(found["id"]))
    assert (shown["name"], shown["reference"]) == ("Anna", f"WC-main-C{found['id']}")
    assert payload_of(stage, "customer", "anna@kunde.example") == shown


def test_the_way_back_of_a_document(stage: Stage) -> None:
    stage.buy("A-0001")
    stage.run("orders")
    [stored] = documents(stage)
    shown = payload_of(stage, "document", stored["number"])
    metas = {entry["key"]: entry["value"] for entry in shown["meta_data"]}
    assert metas["_sync_cli_document"] == stored["number"]
    assert metas["_sync_cli_state"] == "confirmed"


def test_a_refund_stands_on_its_order(stage: Stage) -> None:
    [order] = stage.buy("A-0003", "A-0007")
    made = stage.sandbox.shop.do("refund", id=int(order), pieces={"A-0003": 1})
    before = stage.effects()
    shown = payload_of(stage, "refund", str(made["id"]))
    assert (shown["reference"], shown["currency"]) == (f"WC-main-R{made['id']}", "EUR")
    [line] = shown["lines"]
    assert line["kind"] == "product"
    assert (Decimal(line["net"]), Decimal(line["quantity"])) == (Decimal(10), Decimal(1))
    assert line["product_id"].isdigit()
    assert written_nothing(stage, before)


def test_a_refund_of_money_alone_is_adjusted_as_a_run_would(stage: Stage) -> None:
    [order] = stage.buy("A-0003")
    made = stage.sandbox.shop.do("refund", id=int(order), amount="5.00")
    [line] = payload_of(stage, "refund", str(made["id"]))["lines"]
    assert line["kind"] == "adjustment"
    assert Decimal(line["net"]) + Decimal(line["tax"]) == 5


def test_every_parcel_is_shown_on_the_way_back(stage: Stage) -> None:
    stage.buy("A-0001", "A-0002")
    stage.run("orders")
    [stored] = documents(stage)
    for sku, number in (("A-0001", "P1"), ("A-0002", "P2")):
        parcels = [{"number": number, "carrier": "DHL", "link": f"https://dhl.example/{number}"}]
        stage.sandbox.erp.do("ship_part", id=stored["id"], pieces={sku: 1}, parcels=parcels)
    for name, record in (("document", stored["number"]), ("shipment", "1")):
        metas = {m["key"]: m["value"] for m in payload_of(stage, name, record)["meta_data"]}
        items = metas["_wc_shipment_tracking_items"]
        assert {item["tracking_number"] for item in items} == {"P1", "P2"}, name
        assert metas["_sync_cli_document"] == stored["number"], name


@pytest.mark.parametrize(
    ("journey", "place", "holds"),
    [
        ("fulfillment", "fulfillments", {"status": "fulfilled", "is_fulfilled": True}),
        ("tracking", "plugin", {"tracking_number": "P1", "custom_tracking_provider": "DHL"}),
    ],
)
def test_a_delivery_is_shown_as_the_parcel_that_it_becomes(
    stage: Stage, journey: str, place: str, holds: dict[str, Any]
) -> None:
    stage.buy("A-0001")
    stage.run("orders")
    [stored] = stage.sandbox.erp.ledger.state()["orders"]
    parcels = [{"number": "P1", "carrier": "DHL", "link": ""}]
    stage.sandbox.erp.do("ship_part", id=stored["id"], pieces={"A-0001": 1}, parcels=parcels)
    said = stage.run("mapping", "preview", journey, "1")
    assert "orders.parcels is meta" in said.out
    stage.configure(lambda config: config["orders"].update(parcels=place))
    shown = payload_of(stage, journey, "1")
    assert shown.items() >= holds.items()
    if journey == "fulfillment":
        metas = {meta["key"]: meta["value"] for meta in shown["meta_data"]}
        [line] = stage.sandbox.shop.ledger.state()["orders"][-1]["line_items"]
        assert metas["_items"] == [{"item_id": line["id"], "qty": 1}]
        assert (metas["_tracking_number"], metas["_shipment_provider"]) == ("P1", "dhl")


def test_the_number_of_a_customer_comes_back(stage: Stage) -> None:
    stage.buy("A-0001")
    stage.run("orders")
    [customer] = stage.sandbox.erp.ledger.state()["customers"]
    shown = payload_of(stage, "customer_number", str(customer["id"]))
    assert shown == {"meta_data": [{"key": "_sync_cli_customer", "value": customer["number"]}]}


def test_a_record_that_is_not_there_is_said_so(stage: Stage) -> None:
    said = stage.type("mapping", "preview", "order", "4711")
    assert said.code == 2
    assert "There is no order 4711 in the shop." in said.err


# diff


def test_a_changed_mapping_shows_which_records_would_differ_in_what(stage: Stage) -> None:
    stage.buy("A-0001", times=2)
    stage.buy("A-0002", customer_note="please ring")
    before = stage.effects()
    folder = own(
        stage, "sandbox-erp/document", "write: {replace: [{to: note, from: order_number}]}"
    )
    said = stage.run("mapping", "diff", str(folder))
    assert "write note\tfrom note\tfrom order_number" in said.out
    assert "order: 3 of 3 records would be written otherwise" in said.out
    assert "lines[0]" not in said.out
    assert written_nothing(stage, before)


def test_records_that_stay_the_same_are_not_named(stage: Stage) -> None:
    stage.buy("A-0001")
    [noted] = stage.buy("A-0002", customer_note="please ring")
    folder = own(
        stage,
        "sandbox-erp/document",
        "write: {replace: [{to: note, from: note, transform: upper}]}",
    )
    data = json.loads(stage.run("mapping", "diff", str(folder), "--json").out)
    [orders] = [one for one in data["journeys"] if one["journey"] == "order"]
    assert [one["label"] for one in orders["records"]] == [f"Order {noted}"]
    assert [one["field"] for one in orders["records"][0]["fields"]] == ["note"]


def test_what_may_name_a_person_is_masked_unless_asked_for(stage: Stage) -> None:
    stage.buy("A-0001", billing={**GUEST, "company": "Muster KG"})
    folder = own(
        stage,
        "sandbox-erp/document",
        "parts: {address: {replace: [{to: name, from: company}]}}",
    )
    hidden = stage.run("mapping", "diff", str(folder))
    assert "billing.name\t***\t***" in hidden.out
    assert not [word for word in PERSONAL if word in hidden.all]
    shown = stage.run("mapping", "diff", str(folder), "--unmasked")
    assert "billing.name\tErika Mustermann\tMuster KG" in shown.out


def test_a_field_that_the_shop_was_never_asked_for_is_read_for_the_new_mapping(
    stage: Stage,
) -> None:
    stage.buy("A-0001")
    own(stage, "woocommerce/order", "read: {add: [{to: extra.via, from: created_via}]}")
    folder = own(stage, "sandbox-erp/document", "write: {add: [{to: source, from: extra.via}]}")
    said = stage.run("mapping", "diff", str(folder))
    assert "source\t-\t" in said.out
    assert "missing" not in said.out


def test_a_record_that_a_new_mapping_can_no_longer_write(stage: Stage) -> None:
    stage.buy("A-0001")
    folder = own(
        stage, "sandbox-erp/document", "write: {replace: [{to: note, from: note, required: true}]}"
    )
    said = stage.run("mapping", "diff", str(folder))
    assert "is written\t" in said.out
    assert "note is empty" in said.out


def test_the_overlay_in_force_is_compared_with_what_is_shipped(stage: Stage) -> None:
    stage.buy("A-0001")
    use(stage, own(stage, "sandbox-erp/document", "write: {drop: [note]}"))
    said = stage.run("mapping", "diff")
    assert "write note\tfrom note\t-" in said.out
    assert "order: 1 of 1 record would be written otherwise" in said.out
