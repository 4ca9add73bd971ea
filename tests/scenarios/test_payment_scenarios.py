"""Payments over real HTTP: what the shop received is booked once, and the books say paid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.stage import Stage, open_stage

pytestmark = pytest.mark.scenario


def with_payments(config: dict[str, Any]) -> None:
    config["payments"] = {"mode": "on", "since": "2020-01-01"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with open_stage(tmp_path) as opened:
        opened.configure(with_payments)
        yield opened


def payments(stage: Stage) -> list[tuple[str, str, str]]:
    """What is booked: reference, amount, journal."""
    found = stage.sandbox.erp.ledger.state()["payments"]
    return [(one["reference"], one["amount"], one["journal"]) for one in found]


def test_orders_paid_at_the_checkout_are_booked_once_and_others_not(stage: Stage) -> None:
    [paid] = stage.buy("A-0001", payment_method="stripe")
    stage.buy("A-0001", payment_method="cod")
    stage.run("orders")
    assert payments(stage) == [(f"WC-main-P{paid}", "11.90", "CARD")]
    documents = stage.sandbox.erp.ledger.state()["orders"]
    assert [document["paid"] for document in documents] == [True, False]
    before = stage.effects()
    stage.run("orders")
    assert stage.effects() == before


def test_a_lost_answer_books_nothing_twice(stage: Stage) -> None:
    stage.buy("A-0001", payment_method="paypal")
    stage.erp_fault("lost_after", path="/payments$", methods=["POST"])
    stage.type("orders", "--quiet")
    assert len(payments(stage)) == 1
    assert stage.struck() == 1
    stage.type("held", "retry")
    stage.run("orders")
    assert len(payments(stage)) == 1
    assert "payments" in stage.run("status").out


def test_a_payment_that_the_erp_refuses_is_held_with_the_field_that_is_wrong(stage: Stage) -> None:
    own = stage.folder / "own" / "sandbox-erp"
    own.mkdir(parents=True)
    (own / "payment.yaml").write_text(
        "entity: payment\nsystem: sandbox-erp\nwrite:\n  drop: [order_id]\n"
        "tables:\n  journals: {magic: SHELLS}\n",
        encoding="utf-8",
    )

    def with_own_mappings(config: dict[str, Any]) -> None:
        with_payments(config)
        config.update(mappings="own")

    stage.configure(with_own_mappings)
    stage.buy("A-0001", payment_method="magic")
    said = stage.type("orders", "--quiet")
    assert said.code == 3
    assert "order_id" in said.err
    assert not payments(stage)
