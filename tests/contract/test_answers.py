"""Each answer of a system means what the table of its connector says."""

from __future__ import annotations

import pytest

from tests.contract.answers import PAGES, Answered, Case, reading, writing
from tests.contract.rigs.answered import ANSWERED

CASES = [
    pytest.param(answered, case, id=f"{name}: {case.answer.says}")
    for name, answered in ANSWERED.items()
    for case in answered.cases
]


@pytest.mark.parametrize(("answered", "case"), CASES)
def test_what_an_answer_means(answered: Answered, case: Case) -> None:
    assert reading(answered, case.answer) == case.read
    assert writing(answered, case.answer) == (case.write, case.then)


@pytest.mark.parametrize("name", ANSWERED)
def test_every_connector_meets_what_stands_before_a_system(name: str) -> None:
    met = {case.answer.says for case in ANSWERED[name].cases}
    assert {case.answer.says for case in PAGES} <= met
