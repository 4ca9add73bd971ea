"""A quote that is never closed is reported where it was opened."""

from __future__ import annotations

import pytest

from sync_cli.mapping.errors import Fault
from sync_cli.mapping.located import parse_yaml


def fault_of(text: str) -> Fault:
    faults: list[Fault] = []
    assert parse_yaml(text, "config.yaml", faults) is None
    [fault] = faults
    return fault


@pytest.mark.parametrize(
    "text",
    [
        'a: 1\nshop: "x\nstate: y\nsystems:\n  b: "c"\nd: 1\n',
        "a: 1\nshop: 'x\nstate: y\n",
        "a: 1\n- 'x\nstate: y\n",
        'a: 1\nshop: {x: "y, z: 1}\nstate: y\n',
    ],
)
def test_an_open_quote_is_named_by_its_own_line(text: str) -> None:
    fault = fault_of(text)
    assert fault.line == 2
    assert "a quote is opened in this line and not closed in it" in str(fault)


@pytest.mark.parametrize(
    "text",
    [
        "a: \"it's\"\nb: it's\nc: [1, 2\nd: 3\n",
        "a: 'it''s'\nb: don't\nc: [1, 2\nd: 3\n",
        'a: "say \\"x\\""\nb: 5" wide\nc: [1, 2\nd: 3\n',
    ],
)
def test_quotes_within_a_value_are_no_open_ones(text: str) -> None:
    fault = fault_of(text)
    assert fault.line == 4
    assert "quote is opened" not in str(fault)
