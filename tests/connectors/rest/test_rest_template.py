"""Placeholders are replaced, and nothing else happens."""

from __future__ import annotations

from typing import Any

import pytest

from sync_cli.connectors.rest.template import (
    fill,
    fill_path,
    fill_texts,
    placeholders,
    quoted,
)

VALUES = {"id": "7/8 é", "ids": ["1", "2"], "since": None, "items": [{"a": 1}], "limit": 50}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{items}", [{"a": 1}]),
        ({"inputs": "{items}", "n": "{limit}"}, {"inputs": [{"a": 1}], "n": 50}),
        ("id eq '{id}'", "id eq '7/8 é'"),
        ({"since": "{since}", "n": 1}, {"n": 1}),
        (["{since}", "from {since} on", "x"], ["x"]),
        ({"deep": {"list": [{"ids": "{ids}"}]}}, {"deep": {"list": [{"ids": ["1", "2"]}]}}),
        ("{since}", None),
        ("no {Placeholder} or {}", "no {Placeholder} or {}"),
        (5, 5),
        (None, None),
    ],
)
def test_a_body_is_filled(template: Any, filled: Any) -> None:
    assert fill(template, VALUES) == filled


def test_parameters_are_texts_and_those_without_a_value_are_left_out() -> None:
    params = {"since": "{since}", "ids": "{ids}", "limit": "{limit}", "f": "ge {since}", "x": "1"}
    assert fill_texts(params, VALUES) == {"ids": "1,2", "limit": "50", "x": "1"}


def test_a_value_cannot_lead_a_path_elsewhere() -> None:
    assert fill_path("/orders({id})/lines", VALUES) == "/orders(7%2F8%20%C3%A9)/lines"


@pytest.mark.parametrize(
    ("quoting", "text"),
    [("none", r"O'Neil\x"), ("doubled", r"O''Neil\x"), ("backslash", r"O\'Neil\\x")],
)
def test_apostrophes_stay_inside_a_filter(quoting: Any, text: str) -> None:
    assert quoted(r"O'Neil\x", quoting) == text


def test_placeholders_are_found_however_deep() -> None:
    template = {"a": ["{b}", {"c": "x{d}y{e}"}], "{f}": 1}
    assert sorted(placeholders(template)) == ["b", "d", "e"]
