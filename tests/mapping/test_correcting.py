"""Corrections that a person lays over a record: where they may stand, and what they do there."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sync_cli.core.corrections import Correction, moved
from sync_cli.core.model import Order
from sync_cli.mapping.correcting import WrongCorrection, check
from sync_cli.mapping.entity import EntityMapping, parse_mapping
from sync_cli.mapping.errors import Unreadable

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MAPPING = """
entity: order
system: small
tables:
  classes: {"": standard, low: reduced-rate}
parts:
  line:
    - {to: sku, from: sku}
    - {to: tax_class, from: tax_class, table: classes}
    - {to: quantity, from: quantity, type: quantity, when: counted, optional: true}
  address:
    - {to: city, from: city}
    - {to: country, from: country, type: country}
read:
  - {to: lines, from: items, each: line}
  - {to: billing, from: billing, part: address}
  - {to: billing.email, from: mail, type: email}
  - {to: ordered_at, from: at, type: utc_datetime, required: true}
  - {to: total, from: total, type: money}
  - {to: total_tax, value: "0"}
  - {to: cart_tax, value: "0"}
  - {to: shipping_total, value: "0"}
  - {to: shipping_tax, value: "0"}
"""


@pytest.fixture(scope="module")
def mapping() -> EntityMapping:
    return parse_mapping(MAPPING)


def raw(**changes: Any) -> dict[str, Any]:
    return {
        "items": [{"sku": "A", "tax_class": ""}, {"sku": "B", "tax_class": "odd"}],
        "billing": {"city": "Ulm", "country": "DE"},
        "mail": "a@b.example",
        "at": "2026-01-31T12:00:00",
        "total": "10.00",
        **changes,
    }


def read(mapping: EntityMapping, data: dict[str, Any], **values: str) -> Order:
    """The order read with corrections; `__` stands for a dot, `_0_` for a place."""
    given = [Correction(path, value, NOW, "anna") for path, value in values.items()]
    order = mapping.read(data, id="7", corrections=given)
    assert isinstance(order, Order)
    return order


def test_a_value_that_cannot_be_read_is_replaced_before_its_rule_refuses_it(
    mapping: EntityMapping,
) -> None:
    with pytest.raises(Unreadable, match="odd"):
        read(mapping, raw())
    order = read(mapping, raw(), **{"lines[1].tax_class": "reduced-rate"})
    assert [line.tax_class for line in order.lines] == ["standard", "reduced-rate"]
    assert [line.sku for line in order.lines] == ["A", "B"]


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("billing.city", "Wien", "Wien"),
        ("billing.email", "c@d.example", "c@d.example"),
        ("billing.phone", "1", "1"),
        ("lines[0].quantity", "2.5", Decimal("2.5")),
        ("ordered_at", "2026-02-01T08:00:00+01:00", datetime(2026, 2, 1, 7, tzinfo=UTC)),
        ("payment_method", "bacs", "bacs"),
        ("shipping.city", "Graz", "Graz"),
        ("extra.gift", "yes", "yes"),
        ("state", "on_hold", "on_hold"),
        ("vat_exempt", "true", True),
    ],
)
def test_any_single_value_may_be_corrected(
    mapping: EntityMapping, path: str, value: str, found: Any
) -> None:
    good = raw(items=[{"sku": "A", "tax_class": ""}])
    assert value_at(read(mapping, good, **{path: value}), path) == found
    assert value_at(read(mapping, good), path) != found


def value_at(order: Order, path: str) -> Any:
    """The value at a path such as `lines[0].sku`."""
    value: Any = order
    for step in path.replace("]", "").replace("[", ".").split("."):
        if step.isdigit():
            value = value[int(step)]
        else:
            value = value.get(step) if isinstance(value, dict) else getattr(value, step)
    return value


def test_a_correction_of_a_line_that_is_not_there_holds_the_record(mapping: EntityMapping) -> None:
    with pytest.raises(Unreadable) as refused:
        read(mapping, raw(items=[]), **{"lines[2].sku": "C"})
    [problem] = refused.value.problems
    assert "lines[2].sku is for a place that it does not have" in problem.message
    assert "held uncorrect" in problem.remedy


def test_a_correction_that_an_older_version_took_holds_the_record(mapping: EntityMapping) -> None:
    with pytest.raises(Unreadable) as refused:
        read(mapping, raw(), **{"lines[1].vat": "low"})
    assert refused.value.problems[0].code == "correction-misfit"


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("lines[1].tax_clas", "x", "did you mean 'tax_class'?"),
        ("lines.tax_class", "x", "the first is lines[0]"),
        ("billing[0].city", "x", "no list"),
        ("billing", "x", "no single value"),
        ("number.x", "x", "no fields below it"),
        ("coupons", "x", "list of texts"),
        ("state", "procesing", "did you mean 'processing'?"),
        ("lines[0].quantity", "two", "no number"),
        ("lines[0].quantity", "", "cannot be empty"),
        ("paid_at", "yesterday", "no date with time"),
        ("vat_exempt", "maybe", "neither true nor false"),
        ("extra", "x", "extra.its_name"),
        ("Lines[0]", "x", "no field"),
    ],
)
def test_a_correction_that_fits_no_order_is_refused_in_words(
    path: str, value: str, says: str
) -> None:
    with pytest.raises(WrongCorrection) as wrong:
        check("order", path, value)
    assert says in str(wrong.value)


@pytest.mark.parametrize(
    "path", ["total", "currency", "id", "birth", "seal", "parent_id", "lines[0].id"]
)
def test_what_was_paid_and_which_record_it_is_cannot_be_corrected(path: str) -> None:
    with pytest.raises(WrongCorrection, match="correct it in the shop"):
        check("order", path, "1")


def test_each_entry_of_a_list_is_marked_by_its_id_or_by_what_it_holds(
    mapping: EntityMapping,
) -> None:
    there = mapping.places(raw(items=[{"id": 71, "sku": "A"}, {"sku": "B"}, {"sku": "C"}]))
    assert there["lines[0]"] == "71"
    assert len({*there.values()}) == len(there) == 3
    assert mapping.places(raw(items=[{"sku": "C"}]))["lines[0]"] == there["lines[2]"]
    assert mapping.places(raw(items=None)) == {}


def test_a_correction_of_a_line_that_moved_holds_the_refund_with_the_way_out() -> None:
    moved_on = Correction("lines[0].sku", "C", NOW, "anna", entry="71")
    [problem] = moved("refund", "9", "Refund 9", [moved_on], {"lines[0]": "72"})
    assert "`sync-cli held uncorrect 9 'lines[0].sku' --route refunds`" in problem.remedy
    assert moved("refund", "9", "Refund 9", [moved_on], {"lines[0]": "71"}) == []
