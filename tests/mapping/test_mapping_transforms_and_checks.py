"""The closed sets of transforms and checks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync_cli.mapping.checks import CHECKS
from sync_cli.mapping.errors import BadValue
from sync_cli.mapping.transforms import TRANSFORMS
from tests.mapping.mapping_examples import problem_of, read_one

TRANSFORMED: list[tuple[str, Any, Any, Any]] = [
    ("strip", None, "  a b ", "a b"),
    ("strip", None, [" a", "b "], ["a", "b"]),
    ("upper", None, "Straße", "STRASSE"),
    ("lower", None, "ABC", "abc"),
    ("lower", None, 12, "12"),
    ("unescape_html", None, "D&uuml;bel &amp; Anker &#8211; 5&quot;", 'Dübel & Anker – 5"'),
    ("unescape_html", None, "Land&region R&D &copy", "Land&region R&D &copy"),
    ("unescape_html", None, "&amp;amp;", "&amp;"),
    ("truncate", 5, "abc defgh", "abc d"),
    ("truncate", 4, "abc defgh", "abc"),
    ("absolute", None, Decimal("-1.50"), Decimal("1.50")),
    ("absolute", None, "-1.50", Decimal("1.50")),
    ("absolute", None, "", None),
    ("negate", None, "1.50", Decimal("-1.50")),
    ("negate", None, "0.00", Decimal("0.00")),
    ("join", None, ["Anna", None, "", "Muster"], "Anna Muster"),
    ("join", ", ", ["a", 1], "a, 1"),
    ("join", "-", [], ""),
    ("split", None, "a, b,,c ", ["a", "b", "c"]),
    ("split", "|", "a|b", ["a", "b"]),
    ("first", None, ["a", "b"], "a"),
    ("first", None, [], None),
]


@pytest.mark.parametrize(("name", "argument", "before", "after"), TRANSFORMED)
def test_a_transform_changes(name: str, argument: Any, before: Any, after: Any) -> None:
    changed = TRANSFORMS[name].bound(argument)(before)
    assert changed == after
    assert str(changed) == str(after)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("strip", {"a": 1}),
        ("upper", True),
        ("truncate", 1.5),
        ("absolute", "abc"),
        ("absolute", 1.5),
        ("join", "abc"),
        ("join", [["a"]]),
        ("split", ["a"]),
        ("first", "abc"),
    ],
)
def test_a_transform_refuses_what_it_cannot_change(name: str, value: Any) -> None:
    spec = TRANSFORMS[name]
    with pytest.raises(BadValue):
        spec.bound(5 if spec.argument is int else None)(value)


def test_every_transform_is_tried_and_described() -> None:
    assert {case[0] for case in TRANSFORMED} == set(TRANSFORMS)
    assert all(spec.does for spec in TRANSFORMS.values())


def test_transforms_run_in_their_order_and_before_the_type() -> None:
    rule = "{to: price, from: x, transform: [{split: ' '}, first, negate], type: money}"
    assert read_one(rule, "12.50 EUR").price == Decimal("-12.50")


def test_null_passes_by_transforms() -> None:
    assert read_one("{to: name, from: x, transform: [upper, {truncate: 3}]}", None).name == ""


CHECKED: list[tuple[str, Any, list[Any], list[Any], str]] = [
    ("not_empty", None, ["a", Decimal(0)], [None, "", []], "is empty"),
    ("country_code", None, ["DE", ""], ["de", "DEU", 5], "is no two-letter country code"),
    ("currency_code", None, ["EUR", None], ["eur", "EURO"], "is no three-letter currency code"),
    (
        "vat_format",
        None,
        ["ATU12345678", ""],
        ["12345678", "N/A", "A"],
        "has not the form of a VAT id",
    ),
    ("positive", None, [Decimal("0.01"), "1", None], [Decimal(0), "-1"], "is not above 0"),
    ("not_negative", None, [Decimal(0), 1, None], [Decimal("-0.01")], "is below 0"),
    ("whole_number", None, [Decimal("2.0"), "3", None], [Decimal("2.5")], "is no whole number"),
    ("no_html", None, ["A < B", "5 > 3", "", None], ["a <b>bold</b> name"], "has HTML tags in it"),
    (
        "barcode",
        None,
        ["4006381333931", "400-63", "", None],
        ["ABC 1", "12 3"],
        "has other signs in it than digits and dashes",
    ),
    ("max_length", 3, ["abc", "", None, 123], ["abcd", 1234], "has more than 3 characters"),
]


@pytest.mark.parametrize(("name", "argument", "good", "bad", "says"), CHECKED)
def test_a_check_passes_and_refuses(
    name: str, argument: Any, good: list[Any], bad: list[Any], says: str
) -> None:
    check = CHECKS[name].bound(argument)
    assert [check(value) for value in good] == good
    for value in bad:
        with pytest.raises(BadValue) as refused:
            check(value)
        assert refused.value.says == says


def test_every_check_is_tried_and_described() -> None:
    assert {case[0] for case in CHECKED} == set(CHECKS)
    assert all(spec.does for spec in CHECKS.values())


def test_a_failed_check_names_the_field_the_record_and_the_rule() -> None:
    problem = problem_of("{to: name, from: x, check: [not_empty, {max_length: 3}]}", "abcd")
    assert problem.sentence() == (
        "Product 7: x has more than 3 characters."
        " Correct it in the record, or change the rule in toy.yaml:4."
    )
    assert problem.code == "field-invalid"
