"""A key without its colon is told in its own line, and no other line is accused of it."""

from __future__ import annotations

import pytest

from sync_cli.mapping.errors import Fault
from sync_cli.mapping.located import parse_yaml

HINT = "is a colon missing after the key in this line?"


def fault(text: str) -> Fault:
    """What is said of a text that is no YAML."""
    faults: list[Fault] = []
    assert parse_yaml(text, "toy.yaml", faults) is None
    [found] = faults
    return found


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
    found = fault(text)
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
    assert HINT not in str(fault(text))
