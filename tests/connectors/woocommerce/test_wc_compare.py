"""When an answer holds what was sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync_cli.connectors.woocommerce.compare import differences, problem_of_differences

SAME = [
    ("stock_quantity", 5, 5),
    ("stock_quantity", "5", 5),
    ("stock_quantity", Decimal("5.00"), 5),
    ("regular_price", "12.50", "12.5"),
    ("regular_price", "", ""),
    ("sale_price", "", None),
    ("manage_stock", True, True),
    ("tax_class", "standard", ""),
    ("tax_class", "reduced-rate", "reduced-rate"),
    ("name", "Hemd & Hose", "Hemd &amp; Hose"),
    ("categories", [{"id": 9}], [{"id": 9, "name": "Hemden"}]),
    ("dimensions", {"length": "1"}, {"length": "1", "width": ""}),
    ("low_stock_amount", 2, 2),
]
OTHER = [
    ("stock_quantity", 5, 0),
    ("stock_quantity", 5, None),
    ("stock_quantity", 0, None),
    ("regular_price", "12.50", "12.51"),
    ("regular_price", "12.50", ""),
    ("regular_price", "", "12.50"),
    ("regular_price", "", "0"),
    ("sale_price", "9.00", ""),
    ("manage_stock", True, False),
    ("manage_stock", True, "parent"),
    ("tax_class", "reduced-rate", ""),
    ("global_unique_id", "0123", "123"),
    ("categories", [{"id": 9}], []),
    ("categories", [{"id": 9}], [{"id": 8}]),
    ("status", "publish", "draft"),
]


@pytest.mark.parametrize(("name", "sent", "stored"), SAME)
def test_the_same_value_may_come_back_in_another_form(name: str, sent: Any, stored: Any) -> None:
    assert list(differences({name: sent}, {name: stored, "other": 1})) == []


@pytest.mark.parametrize(("name", "sent", "stored"), OTHER)
def test_another_value_is_a_difference(name: str, sent: Any, stored: Any) -> None:
    assert [each.name for each in differences({name: sent}, {name: stored})] == [name]


META = [
    ("SO-1", ["SO-1"], True),
    ("SO-1", ["SO-2"], False),
    ("SO-1", [], False),
    ("SO-1", ["SO-1", "SO-2"], False),
    (None, [], True),
    (None, ["left"], False),
    (True, ["1"], True),
    (False, [""], True),
    (True, [""], False),
    (Decimal("12.5"), ["12.5"], True),
    (12, ["12"], True),
    (12, ["13"], False),
    (12, ["twelve"], False),
    ([{"n": 1}], [[{"n": 1}]], True),
    ([{"n": 1}], [[{"n": 2}]], False),
    ("", [""], True),
]


@pytest.mark.parametrize(("sent", "stored", "fits"), META)
def test_metadata_is_compared_by_key(sent: Any, stored: list[Any], fits: bool) -> None:
    rows = [{"id": n, "key": "k", "value": value} for n, value in enumerate(stored)]
    rows.append({"id": 99, "key": "another", "value": "x"})
    found = list(differences({"meta_data": [{"key": "k", "value": sent}]}, {"meta_data": rows}))
    assert [each.name for each in found] == ([] if fits else ["metadata k"])


@pytest.mark.parametrize(
    ("managed", "code"),
    [(False, "stock-not-managed"), ("parent", "stock-not-managed"), (True, "not-kept")],
)
def test_a_dropped_quantity_is_explained(managed: Any, code: str) -> None:
    stored = {"stock_quantity": None, "manage_stock": managed}
    found = list(differences({"stock_quantity": 5}, stored))
    problem = problem_of_differences("shop", "Product 7", found, stored)
    assert (problem.code, problem.field) == (code, "stock_quantity")


def test_both_values_of_every_difference_are_named_and_none_is_endless() -> None:
    sent = {"regular_price": "2", "name": "x" * 500}
    found = list(differences(sent, {"regular_price": "1", "name": ""}))
    problem = problem_of_differences("shop", "Product 7", found, {})
    assert "regular_price is '1' and not '2'" in problem.message
    assert "name is ''" in problem.message
    assert len(problem.message) < 300
