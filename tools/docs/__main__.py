"""`python -m tools.docs [--check]`: write the generated documentation, or only compare it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tools.docs.pages import Page, pages


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is due; with --check only name it, and return 1 if there is any."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, 1 if a file is due")
    options = parser.parse_args(arguments)
    due = [page for page in pages() if page.is_due]
    for page in due:
        print(_written(page) if not options.check else f"{page.name} is out of date: `make docs`.")
    return 1 if due and options.check else 0


def _written(page: Page) -> str:
    if page.as_due is None:
        page.path.unlink()
        return f"{page.name} was removed."
    page.path.parent.mkdir(parents=True, exist_ok=True)
    page.path.write_text(page.as_due, encoding="utf-8")
    return f"{page.name} was written."


if __name__ == "__main__":
    sys.exit(main())
