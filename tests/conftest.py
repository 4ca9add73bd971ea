"""Settings of the whole test-suite."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

import typer.testing
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from typer.main import get_command

# The same change gives the same answer each time it is tried: what chance finds belongs to `long`.
settings.register_profile(
    "ci",
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    derandomize=True,
)
settings.register_profile("unit", settings.get_profile("ci"), max_examples=10)
settings.register_profile("long", settings.get_profile("ci"), max_examples=1000, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# Hypothesis also draws constants that stand in the modules which happen to be imported so far, and
# these depend on the tests that a worker ran before.
if settings.default is not None and settings.default.derandomize:
    providers._get_local_constants = Constants

# Typer builds all commands anew for each one that is typed: a fifth of the time of a scenario.
typer.testing._get_command = cache(get_command)  # type: ignore[attr-defined]

# A program that a test starts would compile everything where its compiled form is not kept.
if sys.dont_write_bytecode:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(Path(sys.prefix) / "pycache"))

MEMORY = Path("/dev/shm")
ENOUGH = 2**30
"""Bytes; a whole run leaves about a tenth of it."""

# Half of the time of a whole run is the disk's, which makes each commit of thousands of state
# files last. A killed process loses nothing that it wrote, in memory as on a disk.
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
