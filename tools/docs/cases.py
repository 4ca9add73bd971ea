"""The catalogue of monster cases that is shipped."""

from __future__ import annotations

from sync_cli.admin.cases import Case
from sync_cli.admin.selftest import cases
from tools.docs.markdown import code, table


def catalogue() -> str:
    """Every case with what it is about."""
    rows = ((code(one.name), one.title, _about(one)) for one in cases())
    return table(("case", "title", "about"), rows)


def _about(case: Case) -> str:
    """What the case is about, and the recordings that it was taken from."""
    if not case.recordings:
        return case.about
    return f"{case.about} Recorded: {', '.join(map(code, case.recordings))}."
