"""Attributes brought together, and payloads parted by field."""

from __future__ import annotations

from typing import Any

import pytest

from sync_cli.core.identity import folded_sku
from sync_cli.core.products import Attribute, Product, ProductKind
from sync_cli.flows.products_payload import merged_attributes, only, own_attributes


def colours(*options: str, name: str = "Colour", **facts: Any) -> Attribute:
    return Attribute(name=name, options=options, **facts)


def test_rows_of_one_attribute_become_one_with_all_values() -> None:
    rows = (colours("Red"), colours("M", name="Size"), colours("Blue", name="colour"))
    article = Product(attributes=(*rows, colours("Red")))
    assert own_attributes(article) == (colours("Red", "Blue"), colours("M", name="Size"))


MERGED = [
    (ProductKind.VARIABLE, ("Red", "Old"), ("Red", "Blue"), ("Red", "Old", "Blue")),
    (ProductKind.VARIABLE, ("red",), ("Red",), ("red",)),
    (ProductKind.VARIATION, ("Red",), ("Blue",), ("Blue",)),
    (ProductKind.VARIATION, ("Red",), ("red",), ("Red",)),
    (ProductKind.SIMPLE, ("Cotton",), ("Red",), ("Cotton",)),
]


@pytest.mark.parametrize(("kind", "held", "given", "merged"), MERGED)
def test_a_main_article_gains_values_and_a_variation_has_one(
    kind: ProductKind, held: tuple[str, ...], given: tuple[str, ...], merged: tuple[str, ...]
) -> None:
    product = Product(kind=kind, attributes=(colours(*held, id="5"),))
    article = Product(attributes=tuple(colours(one) for one in given))
    assert merged_attributes(article, product) == (colours(*merged, id="5"),)


def test_what_only_the_shop_or_only_the_erp_has_is_kept() -> None:
    brand, size = colours("Acme", name="Brand", varies=False), colours("M", name="Size")
    product = Product(kind=ProductKind.VARIABLE, attributes=(brand,))
    assert merged_attributes(Product(attributes=(size,)), product) == (brand, size)
    assert merged_attributes(Product(), product) == (brand,)


def meta(**values: Any) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in values.items()]


def test_a_group_of_entries_is_taken_out_of_a_payload_metadata_by_key() -> None:
    payload = {"name": "B", "price": "1.00", "meta_data": meta(a="1", b="2")}
    assert only(payload, frozenset({"price", "meta:b"})) == {
        "price": "1.00",
        "meta_data": meta(b="2"),
    }
    assert only(payload, frozenset({"name"})) == {"name": "B"}


@pytest.mark.parametrize(
    ("one", "other"), [("A-1", "a-1"), ("GROSSE-1", "GRÖSSE-1"), ("STRASSE", "straße")]
)
def test_a_shop_tells_skus_apart_without_case_and_accents(one: str, other: str) -> None:
    assert folded_sku(one) == folded_sku(other)
    assert folded_sku(one) != folded_sku(f"{other}-2")
