"""Each rule that the design calls necessary is: removed, it does harm within a few histories."""

from __future__ import annotations

import pytest

from tests.properties.necessary import CONTROL, CONTROL_BARE, RULES, Rule, harmful_seed, simulate

HISTORIES = 8


@pytest.mark.parametrize("rule", [CONTROL, CONTROL_BARE], ids=lambda rule: rule.words)
def test_the_whole_program_does_no_harm(rule: Rule) -> None:
    assert simulate(rule, HISTORIES).total == 0


@pytest.mark.scenario
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.words)
def test_without_the_rule_records_are_lost_doubled_or_oversold(rule: Rule) -> None:
    assert harmful_seed(rule, 60) is not None
