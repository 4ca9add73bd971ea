"""The story of an order tells its refunds and their returns, found by every name."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from sync_cli.admin.story import describe, references_of, stories
from tests.flows.refund_town import RefundTown
from tests.properties.refunding import Back, refund_config


def told(town: RefundTown, name: str) -> list[str]:
    """The stories that a name leads to, as text."""
    with closing(town.open_state()) as state:
        found = stories(state, name, references_of(town.config))
    return ["\n".join(describe(story)) for story in found]


@pytest.fixture
def town(tmp_path: Path) -> RefundTown:
    return RefundTown(tmp_path, config=refund_config())


def test_the_story_of_an_order_tells_its_refunds_and_each_checkpoint(town: RefundTown) -> None:
    town.by_hand = True
    order = town.sold()
    refund = town.give_back(order, "11.90", Back(1, pieces=1))
    town.orders()
    town.reach(refund, received_at="2026-01-07T09:00:00Z")
    town.orders()
    [story] = told(town, order)
    assert f"  Refund {refund} (" in story
    assert f"    ERP credit note {town.credit_note(refund)['id']}" in story
    lines = story.splitlines()
    audited = [line.split(": ")[1].split(";")[0] for line in lines if "returns, run" in line]
    assert audited == ["return refunded", "return received"]
    assert [line.split("  ")[-1] for line in lines if line.endswith(tuple(audited))] == audited


def test_a_refund_is_found_by_its_id_its_reference_and_its_credit_note(town: RefundTown) -> None:
    order = town.sold()
    refund = town.give_back(order, "5.00")
    town.orders()
    names = [refund, f"WC-main-R{refund}", town.credit_note(refund)["number"], order]
    found = [told(town, name) for name in names]
    assert [len(stories) for stories in found] == [1] * 4
    assert len({stories[0] for stories in found}) == 1
    assert "its lines give 5.00 less than its amount" in found[0][0]


def test_a_refund_that_is_held_says_why_in_the_story_of_its_order(town: RefundTown) -> None:
    order = town.sold()
    town.give_back(order, "99.00")
    town.orders()
    [story] = told(town, order)
    assert "no ERP credit note yet" in story
    assert "35.70 ≠ 99.00" in story


def test_a_refund_that_is_held_is_found_by_its_reference(town: RefundTown) -> None:
    order = town.sold()
    refund = town.give_back(order, "99.00")
    town.orders()
    assert told(town, f"WC-main-R{refund}") == told(town, order)
    assert told(town, f"WC-other-R{refund}") == []
