"""The story that a new user sees: all five commands, and the second time nothing to do."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from sync_cli.admin.demo import tell_story
from sync_cli.sandbox.verdict import judge
from sync_cli.state.store import State

pytestmark = pytest.mark.scenario


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("story") / "demo"
    lines: list[str] = []
    assert tell_story(folder, 60, 30, lines.append)
    return folder, lines


def test_the_demo_ends_with_everything_in_step(told: tuple[Path, list[str]]) -> None:
    _, lines = told
    in_step, _, rest = lines[-1].partition(" ")
    assert int(in_step) > 20
    assert rest == "orders in step, second run 0 writes, 0 drifts"


def test_all_five_commands_have_their_part(told: tuple[Path, list[str]]) -> None:
    _, lines = told
    typed = [line.split()[2] for line in lines if line.startswith("$ sync-cli ")]
    assert set(typed) == {"products", "customers", "stock", "orders", "reconcile"}
    assert typed[-8:] == ["products", "customers", "stock", "orders"] * 2


def test_articles_are_made_in_the_shop_and_accounts_in_the_erp(
    told: tuple[Path, list[str]],
) -> None:
    folder, _ = told
    shop, erp = (
        json.loads((folder / f"{side}-ledger.json").read_text("utf-8")) for side in ("shop", "erp")
    )
    assert sum(effect["what"] == "product.created" for effect in shop["effects"]) >= 5
    numbers = {customer["number"] for customer in erp["state"]["customers"]}
    told_back = [each["meta"]["_sync_cli_customer"] for each in shop["state"]["customers"]]
    assert len(told_back) == len(set(told_back)) >= 8
    assert set(told_back) <= numbers


def test_a_drift_is_found_and_mended_by_the_command_that_it_names(
    told: tuple[Path, list[str]],
) -> None:
    _, lines = told
    [found] = [line for line in lines if line.startswith("  different: ")]
    what, _, mend = found.removeprefix("  different: ").partition(" -> ")
    assert "the shop shows 999" in what
    assert lines.index(f"$ {mend}") > lines.index(found)
    assert lines.index(f"  mended: {what}") > lines.index(f"$ {mend}")


def test_both_ledgers_are_left_and_an_independent_reader_agrees(
    told: tuple[Path, list[str]],
) -> None:
    folder, _ = told
    shop, erp = (
        json.loads((folder / f"{side}-ledger.json").read_text("utf-8")) for side in ("shop", "erp")
    )
    with closing(State.open(folder / "state.sqlite")) as state:
        waiting = [entry.id for entry in state.held("orders")]
    verdict = judge(shop["state"], erp["state"], key="demo", excused=waiting)
    assert verdict.drifts == []
    confirmed = [effect["id"] for effect in erp["effects"] if effect["what"] == "order.confirmed"]
    assert len(confirmed) == len(set(confirmed)) == verdict.in_step


def test_a_doctored_ledger_is_found_out(told: tuple[Path, list[str]]) -> None:
    folder, _ = told
    shop, erp = (
        json.loads((folder / f"{side}-ledger.json").read_text("utf-8"))["state"]
        for side in ("shop", "erp")
    )
    document = next(order for order in erp["orders"] if order["state"] != "cancelled")
    document["total"] = "0.01"
    erp["orders"].append({**document, "id": "999999"})
    verdict = judge(shop, erp, key="demo")
    assert verdict.wrong
    assert verdict.doubled
