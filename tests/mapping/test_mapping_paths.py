"""Paths find what JMESPath finds, also where they do without its interpreter."""

from __future__ import annotations

from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.mapping.errors import BadValue
from sync_cli.mapping.paths import ABSENT, compile_path

EXPRESSIONS = [
    "a || b",
    "a || [b]",
    "a || b.c || [a, b.c]",
    "[a]",
    "[a, [b, b.c]]",
    "a.b || c",
    "a[0] || b",
    "a && b",
    "a || `7`",
    "a == 'x'",
    "a.b != 'x'",
    "a == b",
]
values = st.recursive(
    st.sampled_from([None, False, True, 0, 1, "", "x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=6,
)
records = st.fixed_dictionaries({"a": values, "b": values, "c": values})


@pytest.mark.parametrize("text", EXPRESSIONS)
@given(data=records)
def test_an_expression_finds_what_jmespath_finds(text: str, data: dict[str, Any]) -> None:
    found = compile_path(text).get(data)
    assert found is ABSENT or repr(found) == repr(jmespath.search(text, data))


@pytest.mark.parametrize("text", [each for each in EXPRESSIONS if "`" not in each])
def test_names_that_are_not_there_at_all_are_told_from_null(text: str) -> None:
    assert compile_path(text).get({}) is ABSENT


def test_values_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(BadValue, match="does not fit the expression"):
        compile_path("a < 'x'").get({"a": 0})
