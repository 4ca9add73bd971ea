"""A few kills between the steps of documents; `make kills ERP=tryton` has more of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kills.phases import Phase
from tests.kills.sweep import BOOKS, sweep

KILLS = 2
FROM = 3
"""The first writing calls of a run make customers and addresses, these ones sales."""


@pytest.mark.kills
@pytest.mark.parametrize("erp", BOOKS)
def test_kills_between_the_steps_of_documents_lose_and_double_nothing(
    tmp_path: Path, erp: str
) -> None:
    swept = sweep(erp, KILLS, 1, tmp_path, print, FROM)
    assert swept.faults == []
    assert swept.in_step > 0
    assert {phase for _, phase in swept.kills} == {Phase.IN_CALL, Phase.AFTER}
