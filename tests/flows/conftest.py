"""A town of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.town import Town
from tests.flows.town import town as found


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return found(tmp_path)
