"""Which marks of an order make it suspicious."""

from __future__ import annotations

import pytest

from sync_cli.core.model import OrderState
from sync_cli.core.suspicion import HoldRules
from sync_cli.mapping.paths import meta_entries

RULES = HoldRules(
    frozenset({OrderState.ON_HOLD}), {"_risk": ("high", "review*"), "_checked": ("", "false")}
)


@pytest.mark.parametrize(
    ("value", "marks"),
    [
        ("high", True),
        ("HIGH", True),
        ("review_manually", True),
        ("higher", False),
        ("low", False),
        ("", False),
        (None, False),
        (["high"], False),
    ],
)
def test_a_value_marks_an_order_where_it_fits_a_pattern(value: object, marks: bool) -> None:
    data = {"meta_data": [{"key": "_other", "value": "high"}, {"key": "_risk", "value": value}]}
    said = RULES.mark(OrderState.PROCESSING, meta_entries(data))
    assert said == ("its metadata _risk fits orders.fraud_hold" if marks else "")


def test_what_stands_in_the_metadata_is_told_to_nobody() -> None:
    rules = HoldRules(metadata={"_buyer": ("*",)})
    assert "Hanna" not in rules.mark(OrderState.PROCESSING, [("_buyer", "Hanna")])


@pytest.mark.parametrize("value", ["", None, False, "false"])
def test_nothing_and_false_can_be_asked_for(value: object) -> None:
    data = {"meta_data": [{"key": "_checked", "value": value}]}
    assert RULES.mark(OrderState.PROCESSING, meta_entries(data))


def test_any_of_several_entries_with_one_key_marks_it() -> None:
    data = {"meta_data": [{"key": "_risk", "value": "low"}, {"key": "_risk", "value": "high"}]}
    assert RULES.mark(OrderState.PROCESSING, meta_entries(data))


def test_a_state_marks_an_order_and_without_rules_nothing_does() -> None:
    assert RULES.mark(OrderState.ON_HOLD, ()) == "its state is on_hold"
    assert HoldRules().mark(OrderState.ON_HOLD, [("_risk", "high")]) == ""


@pytest.mark.parametrize("data", [{}, {"meta_data": None}, {"meta_data": ["odd", {"value": 1}]}])
def test_odd_metadata_marks_nothing(data: dict[str, object]) -> None:
    assert RULES.mark(OrderState.PROCESSING, meta_entries(data)) == ""
