"""What chance draws in a run that is to be the same each time: the same, whatever is imported."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

CONSTANTS = range(70_000, 70_400)


def drawn() -> list[int]:
    """The numbers that a test is tried with."""
    found = []

    @settings(settings.get_profile("ci"), max_examples=100)
    @given(st.lists(st.integers(0, 10**9), min_size=5, max_size=5))
    def draw(numbers: list[int]) -> None:
        found.extend(numbers)

    draw()
    return found


@pytest.mark.skipif(
    not settings.get_profile(settings.get_current_profile_name()).derandomize,
    reason="a long run draws anew each time",
)
def test_a_module_that_is_imported_meanwhile_changes_no_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = drawn()
    path = tmp_path / "full_of_constants.py"
    path.write_text("".join(f"N{each} = {each}\n" for each in CONSTANTS))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, path.stem, module)
    spec.loader.exec_module(module)
    assert drawn() == before
    assert not set(before) & set(CONSTANTS)
