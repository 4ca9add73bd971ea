"""Hashes that tell whether anything changed, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.fingerprint import content_hash, digest

LEAVES = st.none() | st.booleans() | st.integers() | st.text() | st.decimals(-999, 999, places=4)
ORDER: dict[str, Any] = {
    "id": 1042,
    "total": Decimal("19.50"),
    "date_modified_gmt": "2026-03-01T12:00:00",
    "meta_data": [
        {"id": 1, "key": "_wc_order_attribution_utm", "value": "x"},
        {"id": 2, "key": "_sync_cli_seal", "value": "abc:1"},
    ],
}


def changed(**fields: Any) -> dict[str, Any]:
    """The order with other fields."""
    return {**ORDER, **fields}


@given(st.decimals(-999, 999, places=4), st.integers(1, 8))
def test_a_decimal_is_the_same_however_many_zeros_it_shows(number: Decimal, zeros: int) -> None:
    longer = number.quantize(Decimal(1).scaleb(-4 - zeros))
    assert longer == number
    if number:
        assert digest({"total": number}) == digest({"total": longer})


@pytest.mark.parametrize(("one", "other"), [("1E+2", "100"), ("0", "0.00"), ("-5", "-5.0")])
def test_equal_numbers_are_the_same(one: str, other: str) -> None:
    assert digest([Decimal(one)]) == digest([Decimal(other)])


def test_zero_has_no_sign() -> None:
    assert digest(Decimal("-0.00")) == digest(Decimal("0"))


UNEQUAL: list[Any] = [
    None, "", 0, 1, False, True, "None", "null", [], {}, [[]], [{}], [""], ["ab"], ["a", "b"],
    {"a": "b"}, {"a": ["b"]}, {"a": {"b": ""}}, {"b": "a"}, Decimal("0.1"), Decimal("0.01"), "ä",
]  # fmt: skip


def test_different_values_are_different() -> None:
    assert len({digest(value) for value in UNEQUAL}) == len(UNEQUAL)


@given(st.dictionaries(st.text(), LEAVES, max_size=5))
def test_the_order_of_keys_does_not_matter(data: dict[str, Any]) -> None:
    assert digest(data) == digest(dict(reversed(data.items())))


def test_the_order_of_a_list_does_matter() -> None:
    assert digest(["a", "b"]) != digest(["b", "a"])


def test_every_process_gives_the_same() -> None:
    code = "from sync_cli.core.fingerprint import digest; print(digest({'a': [1, 'ü', None]}))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == digest({"a": [1, "ü", None]})


@pytest.mark.parametrize(
    "echo",
    [
        pytest.param(changed(date_modified_gmt="2026-03-02T00:00:00"), id="the date moved"),
        pytest.param(changed(date_modified="2026-03-02T01:00:00"), id="the local date"),
        pytest.param(changed(_links={"self": "..."}), id="links"),
        pytest.param(changed(meta_data=ORDER["meta_data"][:1]), id="our metadata is not there yet"),
        pytest.param(
            changed(
                meta_data=[
                    *ORDER["meta_data"],
                    {"id": 3, "key": "_sync_cli_document", "value": "SO00007"},
                ]
            ),
            id="our metadata was written",
        ),
    ],
)
def test_what_moves_by_itself_and_our_own_metadata_are_no_content(echo: dict[str, Any]) -> None:
    assert content_hash(echo) == content_hash(ORDER)


@pytest.mark.parametrize(
    "edited",
    [
        pytest.param(changed(total=Decimal("19.51")), id="an amount"),
        pytest.param(changed(customer_note="please ring"), id="a field more"),
        pytest.param(
            changed(meta_data=[{"id": 1, "key": "_wc_order_attribution_utm", "value": "y"}]),
            id="metadata of others",
        ),
        pytest.param(changed(meta_data=None), id="no metadata at all"),
    ],
)
def test_whatever_else_changes_is_content(edited: dict[str, Any]) -> None:
    assert content_hash(edited) != content_hash(ORDER)


def test_other_systems_name_what_is_volatile_there() -> None:
    one, other = {"seen": 1, "name": "x"}, {"seen": 2, "name": "x"}
    assert content_hash(one, {"seen"}) == content_hash(other, {"seen"})
    assert content_hash(one) != content_hash(other)
