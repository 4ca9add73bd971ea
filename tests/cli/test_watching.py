"""What an admin sees: one line for cron, JSON for machines, the story of an order, what waits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.scenarios.stage import Stage

pytestmark = pytest.mark.scenario

OK, FAILURES, GUARD = 0, 3, 4
SKU = "A-0001"


def bad_order(stage: Stage) -> str:
    """An order whose total is a unit too high."""
    [order] = stage.buy(SKU)
    stage.sandbox.shop.app.extensions["shop"].orders.records[int(order)].total += 1
    return order


def put_right(stage: Stage, order: str) -> None:
    """Somebody corrects it in the shop."""
    stage.sandbox.shop.app.extensions["shop"].orders.records[int(order)].total -= 1


def document_number(stage: Stage, order: str) -> str:
    """The number of an order's document in the ERP."""
    documents = stage.sandbox.erp.ledger.state()["orders"]
    return str(next(d["number"] for d in documents if d["reference"] == f"WC-main-{order}"))


# One run


def test_cron_gets_one_line_a_run(stage: Stage) -> None:
    stage.buy(SKU, times=3)
    said = stage.run("orders")
    assert said.err == ""
    [line] = said.out.splitlines()
    assert line.startswith("orders: orders 3 read, 3 created")


def test_quiet_says_nothing_but_failures(stage: Stage) -> None:
    stage.buy(SKU)
    assert stage.run("orders", "--quiet").all == ""
    bad = bad_order(stage)
    said = stage.type("orders", "--quiet")
    assert said.code == FAILURES
    assert said.out == ""
    assert f"Order {bad} in shop: its parts do not add up" in said.err
    assert stage.run("orders", "--quiet").all == ""


def test_json_is_one_document_with_plan_failures_and_counts(stage: Stage) -> None:
    [good], bad = stage.buy(SKU), bad_order(stage)
    said = stage.type("orders", "--json")
    assert said.code == FAILURES
    told = json.loads(said.out)
    assert (told["command"], told["exit_code"], told["dry_run"]) == ("orders", FAILURES, False)
    planned = [(each["operation"], each["id"]) for each in told["planned"]]
    assert ("create", good) in planned
    [failure] = told["failures"]
    assert (failure["id"], failure["code"], failure["new"]) == (bad, "order-unproven", True)
    assert told["counts"]["orders.create"] == 1


def test_the_plan_for_machines_names_what_would_be_held(stage: Stage) -> None:
    [good], bad = stage.buy(SKU), bad_order(stage)
    told = json.loads(stage.run("orders", "--dry-run", "--json").out)
    planned = {(one["operation"], one["id"]) for one in told["planned"] if one["route"] == "orders"}
    assert planned == {("create", good), ("reject", bad)}
    assert (told["counts"]["orders.create"], told["counts"]["orders.held"]) == (1, 1)
    assert told["failures"] == []


def test_a_plan_shows_amounts_as_people_write_them(stage: Stage) -> None:
    [order] = stage.buy(SKU)
    said = stage.run("orders", "--dry-run")
    assert f"create Order {order} as WC-main-{order}: 11.90 EUR, 1 line\n" in said.out


def test_a_dry_run_shows_each_operation_in_a_line(stage: Stage) -> None:
    [good], bad = stage.buy(SKU), bad_order(stage)
    said = stage.run("orders", "--dry-run")
    assert f"create Order {good} as WC-main-{good}: 11.90" in said.out
    assert f"hold   Order {bad} in shop: its parts do not add up" in said.out
    assert "orders (plan only):" in said.out
    assert stage.sandbox.erp.ledger.effects() == []


def test_a_dry_run_leaves_the_state_file_as_it_is(stage: Stage) -> None:
    stage.buy(SKU)
    stage.run("orders")
    stage.buy(SKU)
    before = stage.state.read_bytes()
    stage.run("orders", "--dry-run")
    stage.run("stock", "--dry-run")
    assert stage.state.read_bytes() == before


@pytest.mark.parametrize("lane", ["orders", "stock"])
def test_by_default_a_route_only_plans(stage: Stage, lane: str) -> None:
    stage.configure(lambda data: data[lane].pop("mode"))
    stage.buy(SKU)
    stage.sandbox.erp.do("set_stock", sku=SKU, on_hand=3)
    before = stage.effects()
    said = stage.run(lane)
    assert f"{lane} (plan only):" in said.out
    assert stage.effects() == before


def test_a_route_that_is_off_says_so_and_does_nothing(stage: Stage) -> None:
    stage.configure(lambda data: data["orders"].update(mode="off"))
    stage.buy(SKU)
    said = stage.run("orders")
    assert "orders is off in the configuration" in said.err
    assert stage.sandbox.erp.ledger.effects() == []


def test_the_guard_stops_a_stock_run_with_exit_code_4_and_its_token_lets_it_pass(
    stage: Stage,
) -> None:
    stage.run("stock")
    limits = {"zero": {"share": 0, "least": 1}}
    stage.configure(lambda data: data["stock"].update(guard=limits))
    for number in range(3):
        stage.sandbox.erp.do("set_stock", sku=f"A-000{number}", on_hand=0)
    said = stage.type("stock")
    assert said.code == GUARD
    assert "set 3 of " in said.err
    assert "nothing was written" in said.err
    token = said.err.rpartition("--accept ")[2].strip()
    assert stage.verdict().oversold
    assert stage.type("stock", "--accept", "wrong").code == GUARD
    stage.run("stock", "--accept", token)
    assert stage.verdict().drifts == []


# Status and the held list


def test_status_tells_watermarks_runs_and_what_is_held(stage: Stage) -> None:
    bad_order(stage)
    stage.type("orders")
    stage.run("stock")
    lines = stage.run("status").out.splitlines()
    assert any(line.startswith("orders\t") for line in lines)
    assert any(line.startswith("stock\t") for line in lines)
    told = json.loads(stage.run("status", "--json").out)
    assert {"orders", "orders-back", "stock"} <= {each["route"] for each in told["routes"]}
    assert [run["exit_code"] for run in told["runs"]] == [OK, FAILURES]
    assert told["held"] == {"orders quarantined": 1}
    assert all(0 <= each["age_seconds"] < 600 for each in told["routes"])


def test_a_held_order_is_listed_shown_retried_and_goes_on(stage: Stage) -> None:
    bad = bad_order(stage)
    stage.type("orders")
    listed = stage.run("held", "list").out
    assert f"orders\t{bad}\tquarantined" in listed
    [entry] = json.loads(stage.run("held", "list", "--json").out)
    assert (entry["id"], entry["code"], entry["attempts"]) == (bad, "order-unproven", 1)
    shown = stage.run("held", "show", bad).out
    assert f"Order {bad} (orders, held, attempt 1)" in shown
    assert shown.count(f"Order {bad}") == 1, "the record is named once"
    put_right(stage, bad)
    assert "Due with the next run: 1 record." in stage.run("held", "retry", bad).out
    stage.run("orders")
    assert stage.verdict().in_step == 1
    assert stage.run("held", "list").out == ""


def test_a_dismissed_order_is_gone_from_the_list_and_stands_in_its_story(stage: Stage) -> None:
    bad = bad_order(stage)
    stage.type("orders")
    assert "was dismissed" in stage.run("held", "dismiss", bad).out
    assert stage.run("orders").err == ""
    assert stage.run("held", "list").out == ""
    assert "orders, by hand: dismissed by " in stage.run("explain", bad).out


@pytest.mark.parametrize("words", [("show", "7"), ("retry", "7"), ("dismiss", "7")])
def test_what_is_not_held_is_said_with_exit_code_3(stage: Stage, words: tuple[str, ...]) -> None:
    stage.run("orders")
    assert stage.type("held", *words).code == FAILURES


# Explain


def test_the_story_of_an_order_is_found_by_every_name_it_has(stage: Stage) -> None:
    [order] = stage.buy(SKU)
    stage.run("orders")
    number = document_number(stage, order)
    stories = {stage.run("explain", name).out for name in (order, f"WC-main-{order}", number)}
    [story] = stories
    assert story.startswith(f"Order {order} (")
    told = ("ERP document", "seen in the shop", "confirmed in the ERP", "written back to the shop")
    audited = ("orders, run 1: created", "order-notes, run 1: created")
    for fact in (number, f"WC-main-{order}", *told, *audited):
        assert fact in story


def test_the_story_is_told_in_order_of_time(stage: Stage) -> None:
    [order] = stage.buy(SKU)
    stage.run("orders")
    stage.sandbox.erp.do("ship")
    stage.run("orders")
    told = [line for line in stage.run("explain", order).out.splitlines() if " UTC  " in line]
    times = [line.split(" UTC")[0].strip() for line in told]
    assert times == sorted(times)
    assert len(times) >= 6
    events = [line.split(" UTC  ")[1] for line in told]
    stages = [event for event in events if "run" not in event]
    assert stages == [
        "seen in the shop", "created in the ERP", "confirmed in the ERP",
        "written back to the shop",
    ]  # fmt: skip


def test_the_story_of_an_order_that_waits_says_why_and_until_when(stage: Stage) -> None:
    bad = bad_order(stage)
    stage.type("orders")
    story = stage.run("explain", bad).out
    assert "no ERP document yet" in story
    assert "  held: its parts do not add up" in story
    assert "  attempt 1, looked at again " in story
    assert story.count(f"Order {bad}") == 1
    assert "≠" in story


def test_the_story_of_an_order_that_is_left_out_says_why(stage: Stage) -> None:
    [order] = stage.buy(SKU, status="on-hold")
    stage.run("orders")
    assert "left out: state on_hold is not transferred" in stage.run("explain", order).out


def test_the_story_of_an_order_in_doubt_names_the_open_call(stage: Stage) -> None:
    [order] = stage.buy(SKU)
    stage.erp_fault("lost_before", methods=("POST",), path="/orders$", times=1)
    stage.type("orders")
    story = stage.run("explain", order).out
    assert "open: create since" in story
    assert "answer unknown" in story


def test_nothing_is_known_of_an_order_that_was_never_read(stage: Stage) -> None:
    stage.run("orders")
    said = stage.type("explain", "4711")
    assert said.code == FAILURES
    assert "Nothing is known of order 4711" in said.out


@pytest.mark.parametrize("words", [("explain",), ("held", "show")])
def test_what_is_not_there_has_the_same_exit_code_for_machines(
    stage: Stage, words: tuple[str, ...]
) -> None:
    stage.run("orders")
    said = stage.type(*words, "4711", "--json")
    assert (said.code, json.loads(said.out)) == (FAILURES, [])


def test_an_order_that_is_held_is_found_by_its_reference(stage: Stage) -> None:
    bad = bad_order(stage)
    stage.type("orders")
    story = stage.run("explain", f"WC-main-{bad}").out
    assert story == stage.run("explain", bad).out
    assert "no ERP document yet" in story


def test_the_story_as_json(stage: Stage) -> None:
    [order] = stage.buy(SKU)
    stage.run("orders")
    [story] = json.loads(stage.run("explain", order, "--json").out)
    facts: dict[str, Any] = story["facts"]
    assert story["id"] == order
    assert facts["reference"] == f"WC-main-{order}"
    assert facts["number"] == document_number(stage, order)


# The state file by hand


def test_a_backup_is_a_whole_copy_that_can_take_the_place_of_the_file(stage: Stage) -> None:
    stage.buy(SKU)
    stage.run("orders")
    copy = stage.folder / "copy.sqlite"
    assert str(copy) in stage.run("state", "backup", str(copy)).out
    for file in stage.folder.glob("state.sqlite*"):
        file.unlink()
    copy.rename(stage.state)
    before = stage.effects()
    stage.run("orders")
    assert stage.effects() == before


def test_a_backup_never_overwrites_a_file(stage: Stage) -> None:
    stage.run("orders")
    other = stage.folder / "precious"
    other.write_text("mine")
    said = stage.type("state", "backup", str(other))
    assert said.code == 2
    assert other.read_text() == "mine"


def test_accepting_where_nothing_changed_says_so(stage: Stage) -> None:
    stage.run("orders")
    assert stage.run("state", "accept").out == "Nothing had changed.\n"


def test_rebuilding_where_no_order_is_sealed_says_so(stage: Stage) -> None:
    stage.buy(SKU)
    assert "No order of the shop carries a seal" in stage.run("state", "rebuild").out


def test_rebuilding_a_sound_state_says_so_and_changes_nothing(stage: Stage) -> None:
    stage.buy(SKU)
    stage.run("orders")
    before = stage.run("status", "--json").out
    said = stage.run("state", "rebuild").out
    assert said == (
        "1 sealed order found, the last written by run 1. This state knows all of it and is sound:"
        " nothing was changed.\n"
    )
    told, was = json.loads(stage.run("status", "--json").out), json.loads(before)
    assert (told["runs"], told["held"]) == (was["runs"], was["held"])


# A run that was stopped


def test_a_run_that_was_stopped_does_not_say_that_nothing_was_to_do(stage: Stage) -> None:
    stage.buy(SKU)
    said = stage.type("orders", env={"STAGE_SECRET": "cs_wrong"})
    assert said.code == 5
    assert "nothing to do" not in said.out


def test_json_tells_why_a_run_was_stopped(stage: Stage) -> None:
    said = stage.type("orders", "--json", env={"STAGE_SECRET": "cs_wrong"})
    told = json.loads(said.out)
    assert told["exit_code"] == 5
    assert "the secret is wrong" in json.dumps(told)


# Corrections


def test_a_held_order_is_corrected_shown_and_uncorrected(stage: Stage) -> None:
    order = bad_order(stage)
    stage.type("orders", "--quiet")
    said = stage.run("held", "correct", order, "billing.country=AT", "lines[0].tax_class=low")
    assert f"Order {order}: lines[0].tax_class = 'low'" in said.out
    assert "corrected: billing.country = 'AT', by" in stage.run("held", "show", order).out
    [shown] = json.loads(stage.run("held", "show", order, "--json").out)
    assert shown["corrections"] == ["billing.country = 'AT'", "lines[0].tax_class = 'low'"]
    said = stage.run("held", "uncorrect", order)
    assert f"Order {order}: billing.country is the shop's again" in said.out
    assert "corrected:" not in stage.run("held", "show", order).out


def test_who_corrects_a_sku_is_told_that_the_product_counts(stage: Stage) -> None:
    order = bad_order(stage)
    stage.type("orders", "--quiet")
    said = stage.run("held", "correct", order, "lines[0].sku=SKU-12")
    assert "Where another one was sold, correct lines[0].product_id" in said.out
    said = stage.run("held", "correct", order, "lines[0].product_id=12")
    assert "Where another one was sold" not in said.out


def test_a_correction_that_cannot_be_is_refused_with_the_likely_word(stage: Stage) -> None:
    order = bad_order(stage)
    stage.type("orders", "--quiet")
    said = stage.type("held", "correct", order, "lines[0].tax_clas=low")
    assert said.code == 2
    assert "did you mean 'tax_class'?" in said.err
