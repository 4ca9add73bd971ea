"""Making products and variations, and what of a product's fields is refused before it goes."""

from __future__ import annotations

from typing import Any

import pytest

from sync_cli.connectors.base import Change, Done, Draft, Failed, InDoubt, NotSent
from tests.connectors.woocommerce.wc_shop import Shop, running


def draft(sku: str, **fields: Any) -> Draft:
    return Draft(sku, {"sku": sku, "name": f"Article {sku}", "regular_price": "5.00", **fields})


SIZES = [{"name": "Size", "visible": True, "variation": True, "options": ["M", "S"]}]


def main_article(sku: str) -> Draft:
    """One with sizes to choose; the shop keeps no price of its own for it."""
    return draft(sku, type="variable", attributes=SIZES, regular_price="")


def test_products_are_made_in_batches_and_results_keep_their_order() -> None:
    with running(0) as shop:
        connector = shop.open()
        results = list(connector.create("product", [draft(f"N-{at}") for at in range(150)]))
        made = [result.id for result in results if isinstance(result, Done)]
        assert len(made) == len(results)
        stored = [shop.store.products.records[int(number)] for number in made]
        assert [product.sku for product in stored] == [f"N-{at}" for at in range(150)]
        assert connector.calls()["write"] == 2


def test_a_made_product_tells_its_birth(shop: Shop) -> None:
    connector = shop.open()
    (result,) = connector.create("product", [draft("N-1")])
    assert isinstance(result, Done)
    [raw] = connector.fetch("product", [result.id])
    assert (raw.birth, bool(raw.birth)) == (result.birth, True)


def test_a_name_for_a_variation_is_told_as_not_kept_because_the_shop_names_it(shop: Shop) -> None:
    connector = shop.open()
    (made,) = connector.create("product", [main_article("N")])
    assert isinstance(made, Done)
    choice = [{"name": "Size", "option": "S"}]
    (result,) = connector.create("product", [draft("N-S", parent_id=made.id, attributes=choice)])
    assert isinstance(result, Failed)
    assert (result.problem.code, result.problem.field) == ("not-kept", "name")


def test_a_variation_is_found_by_its_sku(shop: Shop) -> None:
    connector = shop.open()
    (made,) = connector.create("product", [main_article("N")])
    assert isinstance(made, Done)
    choice = [{"name": "Size", "option": "S"}]
    payload = {"sku": "N-S", "regular_price": "5.00", "parent_id": made.id, "attributes": choice}
    (result,) = connector.create("product", [Draft("N-S", payload)])
    assert isinstance(result, Done)
    [found] = connector.find("product", "sku", ["N-S"])["N-S"]
    assert (found.id, str(found.data["parent_id"])) == (result.id, made.id)


def test_a_duplicate_sku_names_its_holder(shop: Shop) -> None:
    holder = next(p for p in shop.store.products.records.values() if p.sku)
    results = list(shop.open().create("product", [draft(holder.sku.lower()), draft("N-1")]))
    assert isinstance(results[0], Failed)
    assert f"it belongs to record {holder.id}" in results[0].problem.message
    assert "without regard to case and accents" in results[0].problem.message
    assert isinstance(results[1], Done)


def test_a_sku_in_the_trash_says_where_to_look(shop: Shop) -> None:
    holder = next(p for p in shop.store.products.records.values() if p.sku and not p.variations)
    holder.status = "trash"
    shop.store.products.set_trashed(holder, True)
    (result,) = shop.open().create("product", [draft(holder.sku)])
    assert isinstance(result, Failed)
    assert "Look into the shop's trash" in result.problem.remedy


@pytest.mark.parametrize("kind", ["lost_after", "lost_before", "truncate"])
def test_a_create_whose_answer_is_lost_is_in_doubt_and_never_sent_again(
    shop: Shop, kind: Any
) -> None:
    shop.hit(kind, "/products/batch", methods=("POST",), times=1)
    connector = shop.open()
    (result,) = connector.create("product", [draft("N-1")])
    assert isinstance(result, InDoubt)
    assert connector.calls()["write"] == 1
    made = [p for p in shop.store.products.records.values() if p.sku == "N-1"]
    assert len(made) == (0 if kind == "lost_before" else 1)


def test_a_shop_in_maintenance_makes_nothing(shop: Shop) -> None:
    shop.hit("status", "/batch", status=503, retry_after=600, body="json")
    (result,) = shop.open().create("product", [draft("N-1")])
    assert isinstance(result, NotSent)


def test_one_without_sku_is_not_made(shop: Shop) -> None:
    connector = shop.open()
    (result,) = connector.create("product", [Draft("", {"name": "Nameless"})])
    assert isinstance(result, Failed)
    assert (result.problem.code, connector.calls()["write"]) == ("no-match-value", 0)


REFUSED = [
    ({"name": "A <b>bold</b> name"}, "name"),
    ({"sku": "<i>1</i>"}, "sku"),
    ({"weight": "0,25"}, "weight"),
    ({"global_unique_id": "ABC 40063"}, "global_unique_id"),
    ({"date_on_sale_from_gmt": "tomorrow"}, "date_on_sale_from_gmt"),
    ({"date_on_sale_to_gmt": None}, "date_on_sale_to_gmt"),
    ({"attributes": [{"name": "Size", "option": ""}]}, "attributes"),
    ({"attributes": [{"name": "Size", "options": []}]}, "attributes"),
    ({"type": ""}, "type"),
    ({"tax_class": None}, "tax_class"),
    ({"regular_price": "5.00", "sale_price": "5.00"}, "sale_price"),
    ({"regular_price": "", "sale_price": "5.00"}, "sale_price"),
]


@pytest.mark.parametrize(("fields", "named"), REFUSED, ids=str)
def test_fields_that_the_shop_would_silently_change_are_not_sent(
    shop: Shop, fields: dict[str, Any], named: str
) -> None:
    connector = shop.open()
    product = next(iter(shop.store.products.records.values()))
    (result,) = connector.update("product", [Change(str(product.id), fields)])
    assert isinstance(result, Failed)
    assert (result.problem.field, connector.calls()["write"]) == (named, 0)


KEPT = [
    {"name": 'Screw < 5 mm & "more"'},
    {"date_on_sale_from_gmt": "2026-12-01T00:00:00Z", "date_on_sale_to_gmt": ""},
    {"regular_price": "9.00", "sale_price": "8.00"},
    {"attributes": [{**SIZES[0], "options": ["S", "M"]}]},
    {"weight": "0.25", "global_unique_id": "4006381333931", "tax_class": "reduced-rate"},
]


@pytest.mark.parametrize("fields", KEPT, ids=str)
def test_fields_that_the_shop_keeps_are_done(shop: Shop, fields: dict[str, Any]) -> None:
    product = next(p for p in shop.store.products.records.values() if not p.variations)
    (result,) = shop.open().update("product", [Change(str(product.id), fields)])
    assert isinstance(result, Done), result


def test_an_unknown_tax_class_is_not_found(shop: Shop) -> None:
    found = shop.open().find("tax_class", "slug", ["reduced-rate", "books"])
    assert (len(found["reduced-rate"]), found["books"]) == (1, ())
