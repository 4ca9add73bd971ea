"""The types of read rules: what each takes, what it makes of it, and what it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.mapping.errors import BadValue
from sync_cli.mapping.types import READ_TYPES
from tests.mapping.mapping_examples import problem_of, product_mapping, read_one

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

TAKEN: list[tuple[str, Any, Any]] = [
    ("text", "abc", "abc"),
    ("text", " abc ", " abc "),
    ("text", 12, "12"),
    ("text", Decimal("12.50"), "12.50"),
    ("text", None, ""),
    ("integer", 5, 5),
    ("integer", "5", 5),
    ("integer", "-5.00", -5),
    ("integer", Decimal("5.0"), 5),
    ("integer", None, None),
    ("integer", "", None),
    ("decimal", "12.50", Decimal("12.50")),
    ("decimal", " 12.50 ", Decimal("12.50")),
    ("decimal", "-0.05", Decimal("-0.05")),
    ("decimal", "1.0E-5", Decimal("0.00001")),
    ("decimal", Decimal("0.1"), Decimal("0.1")),
    ("decimal", 7, Decimal(7)),
    ("decimal", "", None),
    ("decimal", "  ", None),
    ("decimal", None, None),
    ("money", "12.500000", Decimal("12.500000")),
    ("quantity", "3", Decimal(3)),
    ("boolean", True, True),
    ("boolean", False, False),
    ("boolean", 1, True),
    ("boolean", 0, False),
    ("boolean", "yes", True),
    ("boolean", "No", False),
    ("boolean", "1", True),
    ("boolean", "", False),
    ("boolean", None, None),
    ("utc_datetime", "2026-11-21T12:00:00", NOON),
    ("utc_datetime", "2026-11-21 12:00:00", NOON),
    ("utc_datetime", "2026-11-21T12:00:00Z", NOON),
    ("utc_datetime", "2026-11-21T13:00:00+01:00", NOON),
    ("utc_datetime", "2026-11-21T12:00:00.250Z", NOON.replace(microsecond=250000)),
    ("utc_datetime", None, None),
    ("utc_datetime", "", None),
    ("date", "2026-11-21", date(2026, 11, 21)),
    ("date", None, None),
    ("country", "de", "DE"),
    ("country", " AT ", "AT"),
    ("country", None, ""),
    ("currency", "eur", "EUR"),
    ("currency", "", ""),
    ("email", " Anna@Kunde.example ", "Anna@Kunde.example"),
    ("email", None, ""),
    ("vat_id", "atu 123.456-78", "ATU12345678"),
    ("vat_id", "CHE-123.456.789 MWST", "CHE123456789MWST"),
    ("vat_id", None, ""),
    ("id", 12, "12"),
    ("id", "12", "12"),
    ("id", "K-7", "K-7"),
    ("id", 0, ""),
    ("id", "0", ""),
    ("id", None, ""),
    ("id", False, ""),
    ("json", {"a": [1, Decimal("1.5"), None]}, {"a": [1, Decimal("1.5"), None]}),
    ("json", None, None),
]


@pytest.mark.parametrize(("name", "raw", "typed"), TAKEN)
def test_a_type_takes(name: str, raw: Any, typed: Any) -> None:
    value = READ_TYPES[name](raw)
    assert value == typed
    assert type(value) is type(typed)


REFUSED: list[tuple[str, Any, str]] = [
    ("text", True, "is no text"),
    ("text", 1.5, "is no text"),
    ("text", ["a"], "is no text"),
    ("text", {"a": 1}, "is no text"),
    ("integer", "2.5", "is no whole number: '2.5'"),
    ("integer", True, "is no number: True"),
    ("decimal", "12,50", "is no number: '12,50'"),
    ("decimal", "1_000", "is no number: '1_000'"),
    ("decimal", "NaN", "is no number: 'NaN'"),
    ("decimal", "Infinity", "is no number: 'Infinity'"),
    ("decimal", "1e999", "is no number: '1e999'"),
    ("decimal", "١٢", "is no number: '١٢'"),
    ("decimal", Decimal("NaN"), "is no usable number: 'NaN'"),
    ("decimal", Decimal("1e999"), "is no usable number: '1E+999'"),
    ("decimal", True, "is no number: True"),
    ("decimal", ["1"], "is no number: a list"),
    ("decimal", {"amount": "1"}, "is no number: an object"),
    ("decimal", 12.5, "came as a floating-point number, which may not be exact"),
    ("money", 0.1, "came as a floating-point number, which may not be exact"),
    ("quantity", 2.0, "came as a floating-point number, which may not be exact"),
    ("json", {"a": [0.5]}, "came as a floating-point number, which may not be exact"),
    ("boolean", "maybe", "is neither true nor false: 'maybe'"),
    ("boolean", 2, "is neither true nor false: 2"),
    ("utc_datetime", "2026-11-21", "has no time of day: '2026-11-21'"),
    ("utc_datetime", "0000-00-00 00:00:00", "is no date with time: '0000-00-00 00:00:00'"),
    ("utc_datetime", "soon", "is no date with time: 'soon'"),
    ("utc_datetime", 1763726400, "is no date with time: 1763726400"),
    (
        "utc_datetime",
        "0001-01-01T00:00:00+01:00",
        "is no date with time: '0001-01-01T00:00:00+01:00'",
    ),
    ("date", "21.11.2026", "is no date: '21.11.2026'"),
    ("country", "Germany", "is no two-letter country code: 'Germany'"),
    ("currency", "€", "is no three-letter currency code: '€'"),
    ("email", "anna.kunde.example", "is no e-mail address"),
    ("email", "a b@kunde.example", "is no e-mail address"),
    ("vat_id", "see invoice: yes!", "is no VAT id"),
    ("id", True, "is no text"),
]


@pytest.mark.parametrize(("name", "raw", "says"), REFUSED)
def test_a_type_refuses(name: str, raw: Any, says: str) -> None:
    with pytest.raises(BadValue) as bad:
        READ_TYPES[name](raw)
    assert bad.value.says == says


@pytest.mark.parametrize("name", sorted(READ_TYPES))
def test_every_type_has_a_case_that_it_takes_and_that_it_refuses(name: str) -> None:
    assert any(case[0] == name for case in TAKEN)
    assert any(case[0] == name for case in REFUSED)


def test_a_refused_value_is_quoted_short() -> None:
    with pytest.raises(BadValue) as bad:
        READ_TYPES["decimal"]("x" * 500)
    assert len(bad.value.says) < 60


@pytest.mark.parametrize("name", ["email", "vat_id"])
def test_personal_values_are_never_quoted(name: str) -> None:
    problem = problem_of(f"{{to: name, from: x, type: {name}}}", "secret, value!")
    assert "secret" not in problem.sentence()


AMOUNTS = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=6)
TIMES = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis wants naive limits
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.timezones(),
    allow_imaginary=False,
)


@given(AMOUNTS)
def test_an_amount_survives_its_text(amount: Decimal) -> None:
    assert read_one("{to: price, from: x, type: money}", format(amount, "f")).price == amount


@given(TIMES)
def test_a_time_keeps_its_instant_in_utc(moment: datetime) -> None:
    mapping = product_mapping("{to: extra.at, from: x, type: utc_datetime}")
    read = mapping.read({"x": moment.isoformat()}, id="1").extra["at"]
    assert read == moment.astimezone(UTC)
    assert read.tzinfo is UTC
