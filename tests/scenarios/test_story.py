"""The story that a new user sees: one command, orders in, stock back, the second time nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sync_cli.admin.demo import tell_story
from sync_cli.sandbox.verdict import judge

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


def test_both_ledgers_are_left_and_an_independent_reader_agrees(
    told: tuple[Path, list[str]],
) -> None:
    folder, lines = told
    shop, erp = (
        json.loads((folder / f"{side}-ledger.json").read_text("utf-8")) for side in ("shop", "erp")
    )
    waiting = [line.split()[2].rstrip(":") for line in lines if line.startswith("held: Order")]
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
