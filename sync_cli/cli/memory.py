"""How the process of the program keeps its memory small; set before its first thread starts."""

from __future__ import annotations

import ctypes
import gc

COLLECT_EVERY = 20_000
"""New objects after which cycles are looked for: records have none and are freed without that."""
M_ARENA_MAX = -8
"""Of `mallopt` in glibc: how many arenas there may be (malloc.h)."""


def save_memory() -> bool:
    """Look seldom for cycles, and share one arena among all threads; whether libc could.

    glibc gives each thread an arena of its own, and what one has freed the others cannot use: the
    threads that read pages ahead would keep megabytes for themselves.
    """
    gc.set_threshold(COLLECT_EVERY)
    try:
        return bool(ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1))
    except (AttributeError, OSError):
        return False
