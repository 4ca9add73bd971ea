"""Mappings as documents without any system: check, sheet, diagram, diff of recorded records."""

from __future__ import annotations

import csv
import json
import re
from contextlib import chdir
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

from tests.cli.desk import Desk
from tests.scenarios.stage import Said, type_command

RECORDINGS = Path(__file__).parents[1] / "recordings" / "woocommerce"


def with_own(desk: Desk, system: str, entity: str, text: str) -> Desk:
    """The desk with an overlay in force."""
    desk.write(("state: state.sqlite", "state: state.sqlite\nmappings: own"))
    desk.overlay(system, entity, text)
    return desk


def test_sound_mappings_are_counted_and_no_system_is_called(desk: Desk) -> None:
    desk.write()
    said = desk.type("mapping", "check", env={})
    assert said.code == 0
    assert re.fullmatch(r"\d+ mappings with \d+ rules are sound\.\n", said.out)
    assert desk.untouched()


def test_a_mistake_is_named_with_file_line_and_what_was_meant(desk: Desk) -> None:
    with_own(desk, "woocommerce", "order", "read:\n  replace:\n    - {to: numbr, from: number}\n")
    said = desk.type("mapping", "check")
    assert said.code == 2
    assert "own/woocommerce/order.yaml:3" in said.err
    assert "did you mean 'number'?" in said.err


def test_every_mistake_of_every_file_is_named(desk: Desk) -> None:
    with_own(desk, "woocommerce", "order", "read: {drop: [numbr]}\n")
    desk.overlay("sandbox-erp", "document", "tables: {a: 1}\nwrites: []\n")
    said = desk.type("mapping", "check")
    assert all(word in said.err for word in ("numbr", "'writes'", "the table 'a'"))


def test_the_sheet_of_one_kind_of_record(desk: Desk) -> None:
    desk.write()
    said = desk.type("mapping", "sheet", "stock", env={})
    assert said.code == 0
    assert "stock\tstock_quantity\tinteger\tyes\tnot_negative\terp" in said.out


def test_the_sheet_as_csv_has_the_overlay_in_it(desk: Desk) -> None:
    with_own(desk, "woocommerce", "order", "read: {add: [{to: extra.gift, from: gift}]}\n")
    said = desk.type("mapping", "sheet", "order", "--format", "csv")
    rows = list(csv.DictReader(StringIO(said.out)))
    [gift] = [row for row in rows if row["target"] == "extra.gift"]
    assert (gift["source"], gift["required"]) == ("gift", "key")
    assert gift["where"].startswith("woocommerce/order.yaml (overlay):")


def test_the_sheet_as_markdown(desk: Desk) -> None:
    desk.write()
    said = desk.type("mapping", "sheet", "document", "--format", "markdown")
    assert "### sandbox-erp document: write" in said.out
    assert "| `customer_key` | `customer_id` | the other system's id of the customer |" in said.out


def test_a_kind_of_record_without_rules_is_told_with_what_was_meant(desk: Desk) -> None:
    desk.write()
    said = desk.type("mapping", "sheet", "documnt")
    assert said.code == 2
    assert "did you mean 'document'?" in said.err


def test_before_there_is_a_configuration_the_shipped_mappings_are_shown(tmp_path: Path) -> None:
    said = run_in(tmp_path, "mapping", "sheet", "stock")
    assert said.code == 0
    assert "stock_quantity" in said.out


def run_in(folder: Path, *words: str) -> Said:
    """Type a command in an empty folder."""
    with chdir(folder):
        return type_command(*words)


def test_a_configuration_that_is_named_and_not_there_is_an_error(tmp_path: Path) -> None:
    said = type_command("mapping", "sheet", "--config", str(tmp_path / "my.yaml"))
    assert said.code == 2
    assert "my.yaml" in said.err


def test_the_diagram_at_a_glance_and_of_one_journey(desk: Desk) -> None:
    desk.write()
    glance = desk.type("mapping", "diagram", env={})
    order = desk.type("mapping", "diagram", "order")
    assert glance.out.startswith("flowchart LR")
    assert "sandbox-erp" in glance.out
    assert "line_items#91;#93;.total" in order.out


def test_the_diagram_as_svg(desk: Desk) -> None:
    with_own(desk, "woocommerce", "order", "read: {add: [{to: extra.gift, from: gift_box}]}\n")
    said = desk.type("mapping", "diagram", "order", "--format", "svg")
    text = "".join(ElementTree.fromstring(said.out).itertext())
    assert "gift_box" in text
    assert "extra.gift" in text


def test_a_journey_that_does_not_exist(desk: Desk) -> None:
    desk.write()
    said = desk.type("mapping", "diagram", "ordr")
    assert said.code == 2
    assert "did you mean 'order'?" in said.err


# diff


def candidate(desk: Desk, text: str, entity: str = "document") -> str:
    """Another folder of overlays with a changed document, or another entity, in it."""
    path = desk.folder / "new" / "sandbox-erp" / f"{entity}.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return str(desk.folder / "new")


def test_rules_alone_are_compared_without_any_system(desk: Desk) -> None:
    desk.write()
    folder = candidate(desk, "tables: {tax_codes: {reduced-rate: food}}\n")
    said = desk.type("mapping", "diff", folder, "--rules-only", env={})
    assert said.code == 0
    assert "table tax_codes: 'reduced-rate'\t'reduced-rate'\t'food'" in said.out


def test_recorded_orders_show_what_a_new_mapping_would_write(desk: Desk) -> None:
    desk.write()
    folder = candidate(desk, "tables: {tax_codes: {reduced-rate: food}}\n")
    recording = RECORDINGS / "tax-incl-line-fees-dp-6.json"
    said = desk.type("mapping", "diff", folder, "--records", str(recording), "--json", env={})
    [order] = [one for one in json.loads(said.out)["journeys"] if one["journey"] == "order"]
    [record] = order["records"]
    assert {(one["field"], one["before"], one["after"]) for one in record["fields"]} == {
        ("lines[1].tax_code", "reduced-rate", "food"),
        ("lines[4].tax_code", "reduced-rate", "food"),
        ("lines[6].tax_code", "reduced-rate", "food"),
    }


def diff_of_refunds(desk: Desk, name: str, *more: str) -> Said:
    """What a mapping that leaves the reason out would change for recorded refunds."""
    desk.write()
    folder = candidate(desk, "write: {drop: [reason]}\n", "credit_note")
    recording = str(RECORDINGS / f"{name}.json")
    return desk.type("mapping", "diff", folder, "--records", recording, "--of", "refund", *more)


def test_recorded_refunds_are_carried_without_their_orders(desk: Desk) -> None:
    said = diff_of_refunds(desk, "refunds-list-all", "--json")
    [refund] = [one for one in json.loads(said.out)["journeys"] if one["journey"] == "refund"]
    assert (len(refund["records"]), refund["looked_at"]) == (5, 5)
    assert {one["field"] for record in refund["records"] for one in record["fields"]} == {"reason"}


def test_records_that_neither_mapping_can_write_are_counted_with_the_reason(desk: Desk) -> None:
    said = diff_of_refunds(desk, "refunds-list-of-order")
    assert "refund: 0 of 4 records would be written otherwise" in said.out
    assert "4 cannot be written by either mapping, the first: Refund 4051: parent_id" in said.out


def test_a_whole_folder_of_recordings_is_tried(desk: Desk) -> None:
    desk.write()
    folder = candidate(desk, "write: {drop: [note]}\n")
    for name in ("tax-incl-line-fees-dp-6", "tax-excl-line-store-percent"):
        text = (RECORDINGS / f"{name}.json").read_text(encoding="utf-8")
        (desk.folder / f"{name}.json").write_text(text, encoding="utf-8")
    said = desk.type("mapping", "diff", folder, "--records", str(desk.folder), env={})
    assert "order: 2 of 2 records would be written otherwise" in said.out


def test_a_file_that_holds_no_records_is_told(desk: Desk) -> None:
    desk.write()
    folder = candidate(desk, "write: {drop: [note]}\n")
    wrong = desk.folder / "wrong.json"
    wrong.write_text("{", encoding="utf-8")
    said = desk.type("mapping", "diff", folder, "--records", str(wrong))
    assert said.code == 2
    assert "wrong.json cannot be read as JSON" in said.err


def test_without_overlays_there_is_nothing_to_compare(desk: Desk) -> None:
    desk.write()
    said = desk.type("mapping", "diff", "--rules-only")
    assert said.code == 2
    assert "names no mappings of your own" in said.err


def test_the_same_mapping_is_said_to_be_the_same(desk: Desk) -> None:
    desk.write()
    (desk.folder / "new").mkdir()
    said = desk.type("mapping", "diff", str(desk.folder / "new"), "--rules-only")
    assert said.out == "Both mappings are the same.\n"
