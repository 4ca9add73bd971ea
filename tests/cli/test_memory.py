"""The program's own memory: a test of another process, because it holds for all of its life."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

ASK = """
import gc
from sync_cli.cli.memory import COLLECT_EVERY, save_memory
print(save_memory(), gc.get_threshold()[0] == COLLECT_EVERY)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="arenas are those of glibc")
def test_all_threads_share_one_arena_and_cycles_are_looked_for_seldom() -> None:
    said = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["True", "True"]
