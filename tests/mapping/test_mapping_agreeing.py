"""Whether two records write the same, known without writing them out."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.products import Attribute, Product, ProductKind, ProductStatus
from sync_cli.flows.products_payload import only
from sync_cli.mapping.agreeing import Agreement
from sync_cli.mapping.entity import load_mapping, parse_mapping
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


def differences(wanted: dict[str, Any], held: dict[str, Any]) -> dict[str, Any]:
    """The entries of one payload that the other has not; metadata by key, null as if absent."""
    changes = {
        key: value
        for key, value in wanted.items()
        if key != "meta_data" and (key not in held or held[key] != value)
    }
    have = {entry["key"]: entry["value"] for entry in held.get("meta_data", ())}
    metas = [
        entry
        for entry in wanted.get("meta_data", ())
        if have.get(entry["key"]) != entry["value"] and f"meta:{entry['key']}" != MARK
    ]
    return {**changes, "meta_data": metas} if metas else changes


@given(products, products)
def test_what_differs_is_what_the_payloads_tell(wanted: Product, held: Product) -> None:
    try:
        payloads = [MAPPING.write(each, without_owner="shop") for each in (wanted, held)]
    except Unreadable:
        return
    told = differences(*payloads)
    assert only(payloads[0], AGREEMENT.differing(wanted, held)) == told
    assert only(payloads[0], AGREEMENT.differing(wanted, held, payloads[0])) == told
    assert AGREEMENT.holds(wanted, held) is not bool(told)


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


def test_a_record_that_cannot_be_written_differs_where_that_is_so_alone() -> None:
    odd = SHOP.model_copy(update={"sku": "<i>"})
    assert AGREEMENT.differing(SHOP, odd) == {"sku"}


NULLABLE = parse_mapping(
    """
entity: product
system: toy
write:
  - {to: {meta: least}, from: minimum_quantity, when: is_listed}
  - {to: {meta: weight}, from: weight}
"""
)


@pytest.mark.parametrize(
    ("wanted", "held", "differs"),
    [
        ({"minimum_quantity": None}, {"kind": "variation", "minimum_quantity": None}, set()),
        ({"minimum_quantity": Decimal(2)}, {"kind": "variation"}, {"meta:least"}),
        ({"weight": None}, {"weight": Decimal(1)}, {"meta:weight"}),
    ],
)
def test_metadata_without_a_value_is_as_if_it_were_not_there(
    wanted: dict[str, Any], held: dict[str, Any], differs: set[str]
) -> None:
    one, other = Product.model_validate(wanted), Product.model_validate(held)
    assert Agreement(NULLABLE, without_owner="").differing(one, other) == differs
