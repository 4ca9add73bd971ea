"""A key without its colon is told in its own line, and no other line is accused of it."""

from __future__ import annotations

import pytest

from tests.mapping.test_located_quotes import fault_of

HINT = "is a colon missing after the key in this line?"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("shop: main\norders\n  mode: on\n", 2),
        ("shop main\norders:\n  mode: on\n", 1),
        ("shop:\n    url: x\n   secret {env: S}\nerp:\n", 3),
        ("a: b\nc d\ne: f\n", 2),
    ],
)
def test_the_line_of_the_key_is_named(text: str, line: int) -> None:
    found = fault_of(text)
    assert found.line == line
    assert HINT in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "a:\n  about: >-\n    Goes to the north\n  from: x: y\n",
        "title: The order\n  of the shop\nabout: Partly paid: a thing\n",
        "line: [\n one,\n two\n three: 4\n",
        "states: [processing\n  completed\nmode: on\n",
    ],
)
def test_what_only_goes_on_is_no_key(text: str) -> None:
    assert HINT not in str(fault_of(text))
