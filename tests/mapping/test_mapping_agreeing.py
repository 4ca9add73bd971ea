"""Whether two records write the same, known without writing them out."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.model import Attribute, Product, ProductKind, ProductStatus
from sync_cli.flows.products_payload import differing
from sync_cli.mapping.agreeing import Agreement
from sync_cli.mapping.entity import load_mapping
from sync_cli.mapping.errors import Unreadable

MAPPING = load_mapping(Path(__file__).parents[2] / "mappings/woocommerce/product.yaml")
MARK = "meta:_sync_cli_id"
AGREEMENT = Agreement(MAPPING, without_owner="shop", without=[MARK])

amounts = st.sampled_from([None, Decimal("0"), Decimal("1.50"), Decimal("1.5"), Decimal("-2")])
attributes = st.builds(
    Attribute,
    name=st.sampled_from(["Colour", "Size"]),
    options=st.sampled_from([(), ("Red",), ("Red", "Blue")]),
    visible=st.booleans(),
)
products = st.builds(
    Product,
    sku=st.sampled_from(["", "A", "<b>"]),
    name=st.sampled_from(["", "Mug", "Mug, red"]),
    kind=st.sampled_from([ProductKind.SIMPLE, ProductKind.VARIABLE, ProductKind.VARIATION]),
    price=amounts,
    sale_price=amounts,
    weight=amounts,
    barcode=st.sampled_from(["", "4006381333931", "letters"]),
    status=st.sampled_from([None, ProductStatus.PUBLISHED, ProductStatus.DRAFT]),
    attributes=st.lists(attributes, max_size=2).map(tuple),
    minimum_quantity=amounts,
    counterpart=st.sampled_from(["", "17"]),
)


@given(products, products)
def test_what_agrees_differs_in_nothing_that_is_written(wanted: Product, held: Product) -> None:
    try:
        payloads = [MAPPING.write(each, without_owner="shop") for each in (wanted, held)]
    except Unreadable:
        return
    if AGREEMENT.holds(wanted, held):
        assert differing(*payloads, without=frozenset({MARK})) == {}


@given(products, products)
def test_what_differs_in_nothing_that_is_written_agrees(wanted: Product, held: Product) -> None:
    try:
        payloads = [MAPPING.write(each, without_owner="shop") for each in (wanted, held)]
    except Unreadable:
        return
    if differing(*payloads, without=frozenset({MARK})) == {}:
        assert AGREEMENT.holds(wanted, held)


SHOP = Product(sku="A", name="Mug", price=Decimal("1.50"), status=ProductStatus.PUBLISHED)


@pytest.mark.parametrize(
    ("change", "agrees"),
    [
        ({}, True),
        ({"stock": Decimal(7)}, True),
        ({"price": Decimal("1.500")}, True),
        ({"status": None}, True),
        ({"counterpart": "17"}, True),
        ({"name": "Cup"}, False),
        ({"price": Decimal("1.51")}, False),
        ({"status": ProductStatus.DRAFT}, False),
        ({"kind": ProductKind.VARIATION, "name": "Mug, red"}, False),
        ({"sku": "<i>"}, False),
    ],
)
def test_only_what_is_written_counts(change: dict[str, object], agrees: bool) -> None:
    assert AGREEMENT.holds(SHOP.model_copy(update=change), SHOP) is agrees


def test_a_mark_counts_where_it_is_asked_for() -> None:
    marking = Agreement(MAPPING, without_owner="shop")
    assert not marking.holds(SHOP.model_copy(update={"counterpart": "17"}), SHOP)
