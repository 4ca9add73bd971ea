"""`python -m tests.sandbox.odoo DIR`: how far the pretend Odoo answers as recorded there."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.sandbox.odoo.replay import load, verdicts
from tests.sandbox.odoo.scene import RECORDINGS

SHOWN = 3


def main(arguments: list[str]) -> int:
    """Print what differs, what is left out and why, and `N of M conform`; 0 unless one differs."""
    found = verdicts(load(Path(arguments[0]) if arguments else RECORDINGS))
    asked = [verdict for verdict in found if not verdict.left_out]
    for verdict in asked:
        for difference in verdict.differences[:SHOWN]:
            print(f"differs  {verdict.name}: {difference}")
    for verdict in found:
        if verdict.left_out:
            print(f"left out {verdict.name}: {verdict.left_out}")
    conform = [verdict for verdict in asked if verdict.conforms]
    print(f"{len(conform)} of {len(asked)} conform")
    return 0 if len(conform) == len(asked) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
