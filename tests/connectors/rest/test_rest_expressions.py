"""Expressions mean what JMESPath means, whether they run fast or by the library."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jmespath.exceptions import JMESPathError

from sync_cli.connectors.rest.paths import Expression
from sync_cli.core.errors import ConfigError

PLAIN = ["@", "id", '"@odata.nextLink"', "a.b", "a.b.c", "state == 'x'", "a.b != 'x'", "'x'"]
LIBRARY = ["a[0]", "contains(['x', 'y'], state)", "a == `1`", "!a", "a || id", "[a, id]"]

names = st.sampled_from(["a", "b", "c", "id", "state", "@odata.nextLink"])
leaves = st.sampled_from([None, True, False, 0, 1, "", "x", "y", "0"])
documents = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4)
)


@pytest.mark.parametrize("text", PLAIN + LIBRARY)
@given(document=documents)
def test_an_expression_finds_what_the_library_finds(text: str, document: Any) -> None:
    try:
        found = jmespath.search(text, document)
    except JMESPathError:
        with pytest.raises(ConfigError):
            Expression(text)(document)
    else:
        assert Expression(text)(document) == found


@pytest.mark.parametrize(
    ("found", "holds"),
    [
        (None, False),
        (False, False),
        ("", False),
        ([], False),
        ({}, False),
        (0, True),
        ("no", True),
        ([0], True),
        (True, True),
    ],
)
def test_truth_is_that_of_jmespath(found: Any, holds: bool) -> None:
    assert Expression("it").holds({"it": found}) is holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("open <= `0`", False),
        ("open > `12`", True),
        ("open == `12`", False),
        ("paid >= open", True),
        ("name < `5`", False),
        ("name > 'a'", True),
        ("nothing < `5`", False),
        ("flag > `0`", False),
    ],
)
def test_exact_amounts_can_be_compared(text: str, holds: bool) -> None:
    data = {"open": Decimal("12.50"), "paid": Decimal("12.5"), "name": "b", "flag": True}
    assert Expression(text).holds(data) is holds


def test_data_of_another_kind_is_told_with_the_expression() -> None:
    with pytest.raises(ConfigError, match=r"join\(' ', it\).*does not fit"):
        Expression("join(' ', it)")({"it": 5})
