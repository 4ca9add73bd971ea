"""JSON whose fractions never pass through a float."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync_cli.connectors.json_decimal import read_json, write_json


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"price": 0.037500000000000006}', {"price": Decimal("0.037500000000000006")}),
        (b"[1, 2.50, -3e2]", [1, Decimal("2.50"), Decimal("-3e2")]),
        (b'\xef\xbb\xbf{"a": null}', {"a": None}),
        ('["Größe"]'.encode(), ["Größe"]),
    ],
)
def test_fractions_are_read_digit_by_digit(body: bytes, value: Any) -> None:
    assert read_json(body) == value
    assert repr(read_json(body)) == repr(value)


@pytest.mark.parametrize("body", [b"", b"{", b"[NaN]", b"[Infinity]", b"<html>", b"\xff\xfe[]"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"Expecting|no JSON number|decode"):
        read_json(body)


@pytest.mark.parametrize(
    ("value", "body"),
    [
        ({"net": Decimal("12.50")}, b'{"net": 12.50}'),
        ({"net": Decimal("1E+3")}, b'{"net": 1000}'),
        ([Decimal("-0.000001"), "1.0", 1, True, None], b'[-0.000001, "1.0", 1, true, null]'),
        ({"name": "Größe \x00"}, '{"name": "Größe \\u0000"}'.encode()),
    ],
)
def test_decimals_are_written_as_numbers_with_their_own_digits(value: Any, body: bytes) -> None:
    assert write_json(value) == body


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan")])
def test_what_is_no_number_is_not_written(value: Any) -> None:
    with pytest.raises(ValueError, match=r"no JSON number|not JSON compliant"):
        write_json([value])


def test_other_types_are_not_written() -> None:
    with pytest.raises(TypeError):
        write_json({"at": object()})
