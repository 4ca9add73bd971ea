"""The generated parts of the documentation are those that the program would write now."""

from __future__ import annotations

import pytest

from tests.docs.reading import PAGES
from tools.docs.blocks import UnknownBlock, filled, names
from tools.docs.commands import commands, reference
from tools.docs.pages import BLOCKS, pages

TOY = {"toy": lambda: "| new |"}
PAGE = "before\n<!-- generated: toy -->\n| old |\n<!-- end -->\nafter\n"


def test_every_generated_page_is_up_to_date() -> None:
    assert [page.name for page in pages() if page.is_due] == [], "run `make docs`"


def test_every_block_stands_on_a_page() -> None:
    used = {name for page in PAGES for name in names(page.read_text(encoding="utf-8"))}
    assert used == set(BLOCKS)


def test_only_what_stands_between_the_markers_is_replaced() -> None:
    written = filled(PAGE, TOY)
    assert written == ("before\n<!-- generated: toy -->\n\n| new |\n\n<!-- end -->\nafter\n")
    assert filled(written, TOY) == written


def test_a_block_that_nobody_writes_is_an_error() -> None:
    with pytest.raises(UnknownBlock, match="known are toy"):
        filled(PAGE.replace("generated: toy", "generated: toys"), TOY)


def test_a_marker_without_an_end_swallows_nothing() -> None:
    torn = PAGE.replace("<!-- end -->\n", "")
    assert filled(torn, TOY) == torn


def test_the_command_page_has_every_command_and_option() -> None:
    page = reference()
    for command in commands():
        chapter = page.split(f"## {command.line}", 1)[1].split("\n## ")[0]
        for parameter in command.parameters:
            assert all(name in chapter for name in parameter.names), (command.line, parameter)
