"""`sync-cli selftest`: the catalogue runs green, and what is wrong is said in words."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from sync_cli.admin.case_stage import open_stage, with_buyer
from sync_cli.admin.cases import Case, load_cases
from sync_cli.admin.selftest import Verdict, selftest
from tests.docs.reading import ROOT, fenced
from tests.scenarios.stage import type_command
from tests.selftest.adding_up import CASES, read_case

NOWHERE = Path("no-such-config.yaml")
NAMES = sorted(path.stem for path in CASES.glob("*.yaml"))
AMOUNTS = ("total", "total_tax", "cart_tax", "shipping_tax", "shipping_total", "discount_total")


def case_of(name: str, **changes: Any) -> Case:
    """A shipped case with these parts changed."""
    return Case.model_validate({"name": name, **read_case(CASES / f"{name}.yaml"), **changes})


@pytest.mark.parametrize("name", NAMES)
def test_a_case_passes(name: str) -> None:
    [outcome] = selftest(NOWHERE, NOWHERE, load_cases(CASES, [name]))
    assert (outcome.verdict, outcome.reasons) == (Verdict.PASSES, ())


def test_a_planted_order_says_what_the_case_says() -> None:
    case = case_of("tax-incl-subtotal-twelve-lines")
    with open_stage(case, None) as stage:
        [shown] = stage.sandbox.shop.ledger.state()["orders"]
    for name in AMOUNTS:
        assert Decimal(shown[name]) == Decimal(case.order[name])
    for own, line in zip(case.order["line_items"], shown["line_items"], strict=True):
        assert (line["sku"], line["quantity"]) == (own["sku"], own["quantity"])
        assert Decimal(line["total"]) == Decimal(own["total"])
        assert [Decimal(tax["total"]) for tax in line["taxes"]] == [
            Decimal(tax["total"]) for tax in own["taxes"]
        ]


def test_the_buyer_of_a_case_is_filled_up() -> None:
    order = with_buyer({"id": 1, "billing": {"country": "AT"}})
    assert order["billing"]["country"] == order["shipping"]["country"] == "AT"
    assert order["billing"]["email"]


def expecting(name: str, **changes: Any) -> Case:
    """A case whose one document should be otherwise."""
    expect = read_case(CASES / f"{name}.yaml")["expect"]
    [document] = expect["documents"]
    return case_of(name, expect={**expect, "documents": [{**document, **changes}]})


def test_one_cent_in_what_is_expected_is_told() -> None:
    [outcome] = selftest(NOWHERE, NOWHERE, [expecting("net-two-rates", total="59.29")])
    assert outcome.verdict is Verdict.FAILS
    assert outcome.reasons == ("document.total is 59.28, it should be 59.29",)


def test_another_number_of_lines_is_told() -> None:
    [outcome] = selftest(NOWHERE, NOWHERE, [expecting("net-two-rates", lines=[])])
    assert outcome.reasons == ("the number of document.lines is 3, it should be 0",)


@pytest.mark.parametrize(
    ("name", "expect", "says"),
    [
        ("net-two-rates", {"documents": []}, "documents is 1, it should be 0"),
        ("net-two-rates", {"held": "no article"}, "it is not held"),
        ("article-not-in-the-erp", {"held": "a strange reason"}, "held with another reason"),
        ("net-two-rates", {"back": {"status": "completed"}}, "the shop's status is processing"),
        ("net-two-rates", {"back": {"notes": 2}}, "our notes is 1, it should be 2"),
        ("net-two-rates", {"customers": 3}, "the ERP's customers is 1, it should be 3"),
        ("net-two-rates", {"writes": 0}, "writes is "),
        ("net-two-rates", {"left_out": "its state"}, "it is left out because of ''"),
    ],
)
def test_every_claim_can_fail(name: str, expect: dict[str, Any], says: str) -> None:
    steps = [{"run": "orders", "exit": 3 if name.startswith("article") else 0}]
    [outcome] = selftest(NOWHERE, NOWHERE, [case_of(name, steps=steps, expect=expect)])
    assert outcome.verdict is Verdict.FAILS
    assert says in outcome.reasons[0]


def test_another_exit_code_is_told_with_its_step() -> None:
    steps = [{"run": "orders", "exit": 4}, {"run": "orders"}]
    [outcome] = selftest(NOWHERE, NOWHERE, [case_of("net-two-rates", steps=steps)])
    assert outcome.reasons == ("step 1: orders ended with 0, not 4",)


# --- the merchant's own mapping and configuration


def config(folder: Path, **changes: Any) -> Path:
    """A merchant's configuration; no system of it is ever called."""
    erp = {"profile": "sandbox-erp", "url": "https://erp.invalid", "credentials": {}}
    shop = {"url": "https://shop.invalid", "key": {"env": "K"}, "secret": {"env": "S"}}
    data = {
        "shop": "main",
        "systems": {"shop": shop, "erp": erp},
        "orders": {"start_at": "2026-01-01"},
        **changes,
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


def overlay(folder: Path, name: str, text: str) -> None:
    """A mapping of the merchant's own."""
    path = folder / "own" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def outcomes(path: Path, *names: str) -> list[tuple[Verdict, str]]:
    """What comes of these cases under a configuration."""
    found = selftest(path, NOWHERE, load_cases(CASES, names))
    return [(one.verdict, " ".join(one.reasons)) for one in found]


def test_the_merchants_overlay_is_used(tmp_path: Path) -> None:
    text = "tables: {tax_codes: {reduced-rate: food}}\n"
    overlay(tmp_path, "sandbox-erp/document", text)
    path = config(tmp_path, mappings="own")
    [(verdict, reasons)] = outcomes(path, "net-two-rates")
    assert verdict is Verdict.FAILS
    assert "lines[1].tax_code is food, it should be reduced-rate" in reasons


def test_a_mapping_that_loses_a_fee_does_not_pass(tmp_path: Path) -> None:
    overlay(tmp_path, "woocommerce/order", "read: {drop: [fees]}\n")
    [(verdict, reasons)] = outcomes(config(tmp_path, mappings="own"), "fees-of-two-rates")
    assert verdict is not Verdict.PASSES
    assert reasons


def test_a_mapping_that_cannot_write_the_order_says_so(tmp_path: Path) -> None:
    text = "write: {replace: [{to: note, from: note, required: true}]}\n"
    overlay(tmp_path, "sandbox-erp/document", text)
    [(verdict, reasons)] = outcomes(config(tmp_path, mappings="own"), "net-two-rates")
    assert verdict is Verdict.CANNOT_RUN
    assert "note is empty" in reasons
    assert "sandbox-erp/document.yaml (overlay):1" in reasons


def test_states_that_are_not_transferred_are_said(tmp_path: Path) -> None:
    orders = {"start_at": "2026-01-01", "states": ["completed"]}
    path = config(tmp_path, orders=orders)
    [(verdict, reasons), (other, _)] = outcomes(path, "net-two-rates", "left-out-failed")
    assert verdict is Verdict.CANNOT_RUN
    assert "orders in state processing are not transferred (orders.states)" in reasons
    assert other is Verdict.PASSES


OWN_DOCUMENT = """\
entity: document
system: my-erp
tables: {codes: {"": "19G", reduced-rate: "7G"}}
parts:
  line:
    - {to: code, from: tax_class, table: codes}
write:
  - {to: ref, from: reference, required: true}
  - {to: rows, from: lines, each: line}
"""


def test_an_erp_of_the_merchants_own_is_written_by_its_mapping(tmp_path: Path) -> None:
    overlay(tmp_path, "my-erp/document", OWN_DOCUMENT)
    erp = {"profile": "my-erp", "url": "https://erp.invalid", "credentials": {}}
    shop = {"url": "https://shop.invalid", "key": {"env": "K"}, "secret": {"env": "S"}}
    path = config(tmp_path, mappings="own", systems={"shop": shop, "erp": erp})
    [(fine, _), (verdict, reasons)] = outcomes(path, "net-two-rates", "zero-rate")
    assert fine is Verdict.PASSES
    assert verdict is Verdict.CANNOT_RUN
    assert "'zero-rate'" in reasons
    assert "tables.codes" in reasons


def test_an_odoo_without_a_row_for_a_tax_says_which(tmp_path: Path) -> None:
    erp = {"kind": "odoo", "url": "https://odoo.invalid", "database": "d", "user": "u"}
    shop = {"url": "https://shop.invalid", "key": {"env": "K"}, "secret": {"env": "S"}}
    path = config(tmp_path, systems={"shop": shop, "erp": {**erp, "key": {"env": "T"}}})
    [(fine, _), (verdict, reasons)] = outcomes(path, "net-two-rates", "one-stop-shop")
    assert fine is Verdict.PASSES
    assert verdict is Verdict.CANNOT_RUN
    assert "'IT 22 incl'" in reasons
    assert "odoo/document.yaml" in reasons


# --- at the terminal


def test_the_command_ends_with_the_count() -> None:
    said = type_command("selftest", "net-two-rates", "zero-total", "--config", str(NOWHERE))
    assert said.code == 2
    said = type_command("selftest", "net-two-rates", "zero-total")
    assert said.code == 0
    assert said.out.splitlines() == [
        "passes: net-two-rates: Net prices of two rates",
        "passes: zero-total: Nothing to pay",
        "2 of 2 cases pass",
    ]


def test_cases_of_the_merchants_own(tmp_path: Path) -> None:
    wrong = expecting("net-two-rates", total="1.00").model_dump(by_alias=True, exclude_none=True)
    wrong = {key: value for key, value in wrong.items() if key not in ("name", "steps")}
    text = yaml.safe_dump(json.loads(json.dumps(wrong, default=str)))
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    said = type_command("selftest", "--cases", str(tmp_path), "--quiet")
    assert said.code == 3
    assert said.out.splitlines() == [
        "fails: mine: Net prices of two rates",
        "  document.total is 59.28, it should be 1.00",
        "0 of 1 cases pass",
    ]


def test_the_outcomes_for_machines() -> None:
    said = type_command("selftest", "net-two-rates", "--json")
    [outcome] = json.loads(said.out)
    assert (outcome["name"], outcome["verdict"]) == ("net-two-rates", "passes")


def test_a_case_that_does_not_exist() -> None:
    said = type_command("selftest", "net-two-rate")
    assert said.code == 2
    assert "did you mean 'net-two-rates'?" in said.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("titel: x\n", "mine.yaml:1: titel: Extra inputs are not permitted"),
        ("- a\n", "a case begins with `title:`"),
        ("title: a\nabout: b\norder: {}\nsteps: [{run: orders, later: true}]\n", "mine.yaml:4"),
        ("title: [\n", "this is no valid YAML"),
    ],
)
def test_a_mistake_in_a_case_is_named_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    said = type_command("selftest", "--cases", str(tmp_path))
    assert said.code == 2
    assert says in said.err


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("full-refnd", "There is no case 'full-refnd'; did you mean 'full-refund'? Without a name"),
        ("on-hold", "did you mean 'left-out-on-hold'?"),
        ("nosuch", "There is no case 'nosuch'. Without a name all "),
    ],
)
def test_a_wrong_name_is_answered_with_the_few_that_are_like_it(name: str, says: str) -> None:
    said = type_command("selftest", name)
    assert said.code == 2
    assert says in said.err
    assert len(said.err) < 200


def test_a_folder_without_cases(tmp_path: Path) -> None:
    said = type_command("selftest", "--cases", str(tmp_path))
    assert "There are no cases in" in said.err


def test_the_example_of_the_page_passes(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "selftest.md").read_text(encoding="utf-8")
    [example] = fenced(page, "yaml")
    (tmp_path / "laces.yaml").write_text(example, encoding="utf-8")
    said = type_command("selftest", "--cases", str(tmp_path))
    assert said.out.splitlines()[-1] == "1 of 1 cases pass"
