"""Settings of the whole test-suite."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

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
