"""What a shop order's state asks of its document, and how far a document has come."""

from __future__ import annotations

import pytest

from sync_cli.core.model import DocumentState, OrderState
from sync_cli.core.states import (
    HOLDS_STOCK,
    OURS,
    has_reached,
    left_out,
    may_become,
    wanted_document_state,
)


@pytest.mark.parametrize("state", list(OrderState))
def test_only_a_cancelled_order_calls_its_document_off(state: OrderState) -> None:
    called_off = wanted_document_state(state) is DocumentState.CANCELLED
    assert called_off is (state is OrderState.CANCELLED)


def test_the_states_in_which_the_shop_has_taken_the_pieces() -> None:
    assert {
        "on_hold",
        "processing",
        "partially_shipped",
        "completed",
        "refunded",
    } == HOLDS_STOCK


def test_the_changes_that_the_word_of_the_erp_may_cause() -> None:
    told = {str(here): sorted(map(str, there)) for here, there in OURS.items()}
    assert told == {
        "pending": ["cancelled", "processing"],
        "on_hold": ["cancelled", "completed", "partially_shipped", "processing"],
        "processing": ["cancelled", "completed", "partially_shipped"],
        "partially_shipped": ["completed"],
    }


@pytest.mark.parametrize("here", list(OrderState))
def test_nothing_is_ever_brought_to_refunded_or_back_to_life(here: OrderState) -> None:
    assert not may_become(here, OrderState.REFUNDED)
    if here in ("completed", "cancelled", "refunded", "failed", "trashed", "draft"):
        assert not any(may_become(here, wanted) for wanted in OrderState)


@pytest.mark.parametrize(
    ("here", "wanted", "reached"),
    [
        ("draft", "draft", True),
        ("draft", "confirmed", False),
        ("confirmed", "draft", True),
        ("confirmed", "confirmed", True),
        ("shipped", "confirmed", True),
        ("done", "shipped", True),
        ("confirmed", "done", False),
        ("cancelled", "confirmed", False),
        ("cancelled", "draft", False),
        ("cancelled", "cancelled", True),
        ("shipped", "cancelled", False),
        ("", "confirmed", False),
        ("on the moon", "confirmed", False),
        ("on the moon", "on the moon", True),
    ],
)
def test_how_far_a_document_has_come(here: str, wanted: str, reached: bool) -> None:
    assert has_reached(here, wanted) is reached


@pytest.mark.parametrize("state", list(OrderState))
def test_the_reason_for_leaving_a_state_out_names_it(state: OrderState) -> None:
    assert left_out(state) == f"state {state} is not transferred"
