"""Makes connectors of a configuration, and finds the mappings that are shipped."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def mappings_folder() -> Path:
    """Where the shipped mappings lie: in the installed package, or in a checkout beside it."""
    packaged = Path(str(files("sync_cli") / "data" / "mappings"))
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "mappings"
