"""What a person at a terminal sees while a run works: the bars go, what was said stays."""

from __future__ import annotations

import io
import re

import pytest

from sync_cli.core.errors import Problem
from sync_cli.core.item import Item
from sync_cli.report.watchers import PersonWatcher

CONTROL = re.compile(r"\x1b\[\??(\d*)([A-Za-z])|(\n)|([^\x1b\r\n]+)")


def on_screen(written: str) -> list[str]:
    """The lines that a terminal shows after all of this was written to it."""
    lines, at = [""], 0
    for count, control, down, text in CONTROL.findall(written):
        if down:
            at += 1
            lines += [""] * (at + 1 - len(lines))
        elif control == "A":
            at = max(0, at - int(count or 1))
        elif control == "K":
            lines[at] = ""
        else:
            lines[at] += text
    return [line for line in lines if line.strip()]


def test_no_sentence_is_wiped_out_by_the_bars_of_several_routes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "100")
    print("what stood there before")
    watcher = PersonWatcher()
    for route in ("orders", "orders-back", "order-notes", "order-status"):
        watcher.reading(route, 1, 2)
    for id in ("54", "69", "75"):
        problem = Problem("no-article", f"Order {id}", f"no article {id}", "Correct it.")
        watcher.failed("orders", Item(id, f"Order {id}"), problem, new=True)
    watcher.finish("orders", None, 3)

    assert on_screen(terminal.getvalue()) == [
        "what stood there before",
        *(f"Order {id}: no article {id}. Correct it." for id in ("54", "69", "75")),
    ]
