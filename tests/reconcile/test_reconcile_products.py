"""Articles and products: each kind of drift is found, named with its owner, and mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sync_cli.core.drift import DriftKind
from sync_cli.core.findings import verdict
from sync_cli.core.parts import Part
from sync_cli.flows.reconcile import Wish
from tests.flows.product_world import ProductWorld
from tests.reconcile.reconciling import (
    HOUR,
    PRODUCTS_ONLY,
    STOCK_ONLY,
    Compared,
    only,
    told,
)

Act = Callable[["Goods"], Any]


class Goods(Compared, ProductWorld):
    """A catalogue whose two sides are compared."""

    def products(self, **options: Any) -> None:
        """The products command, and an hour of peace before and after it."""
        self.pass_time(HOUR)
        self.run("products", **options)
        self.pass_time(HOUR)


@pytest.fixture
def goods(tmp_path: Path) -> Goods:
    """Three articles that were brought to the shop."""
    return in_step(tmp_path)


def in_step(folder: Path, **settings: Any) -> Goods:
    goods = Goods(folder, **settings)
    goods.products()
    return goods


def test_products_in_step(goods: Goods) -> None:
    report, run = goods.compare(PRODUCTS_ONLY)
    assert verdict(report) == "Shop and ERP agree on 3 products."
    assert [(s.side, s.records) for s in report.sums] == [("erp", 3), ("shop", 3)]
    assert run.writes == 0


def test_products_agree_by_sku_before_anything_was_linked(tmp_path: Path) -> None:
    goods = Goods(tmp_path)
    goods.pass_time(HOUR)
    assert goods.reconcile(PRODUCTS_ONLY).in_step
    assert goods.links() == {}


@dataclass(frozen=True)
class Case:
    """What somebody does, the drift (kind, id, field) that it makes, and what is said of it."""

    act: Act
    drift: tuple[str, str, str]
    shop: str
    erp: str
    says: str


def active_but_a_draft(goods: Goods) -> None:
    goods.edit("911", status="active")
    goods.edit_shop("11", status="draft")


FIELDS = {
    "price": Case(
        lambda g: g.edit("911", price="12.5"),
        ("different", "SKU-11", "price"),
        "10.00",
        "12.50",
        "Product SKU-11: price is 10.00 in the shop, but 12.50 in the ERP.",
    ),
    "price that somebody changed in the shop": Case(
        lambda g: g.edit_shop("11", regular_price="9.99"),
        ("different", "SKU-11", "price"),
        "9.99",
        "10.00",
        "Product SKU-11: price is 9.99 in the shop, but 10.00 in the ERP.",
    ),
    "sale price": Case(
        lambda g: g.edit("911", sale_price="8.00"),
        ("different", "SKU-11", "sale_price"),
        "none",
        "8.00",
        "Product SKU-11: no sale price in the shop, but 8.00 in the ERP.",
    ),
    "sale that is over": Case(
        lambda g: g.edit_shop("11", sale_price="8.00"),
        ("different", "SKU-11", "sale_price"),
        "8.00",
        "none",
        "Product SKU-11: sale price is 8.00 in the shop, but none in the ERP.",
    ),
    "name": Case(
        lambda g: g.edit("911", name="Chair"),
        ("different", "SKU-11", "name"),
        "Article 11",
        "Chair",
        "Product SKU-11: name is Article 11 in the shop, but Chair in the ERP.",
    ),
    "barcode": Case(
        lambda g: g.edit("911", barcode="4006381333931"),
        ("different", "SKU-11", "barcode"),
        "none",
        "4006381333931",
        "Product SKU-11: no barcode in the shop, but 4006381333931 in the ERP.",
    ),
    "status": Case(
        active_but_a_draft,
        ("different", "SKU-11", "status"),
        "draft",
        "published",
        "Product SKU-11: status is draft in the shop, but published in the ERP.",
    ),
    "tax class": Case(
        lambda g: g.edit("911", tax_code="reduced-rate"),
        ("different", "SKU-11", "tax_class"),
        "standard",
        "reduced-rate",
        "Product SKU-11: tax class is standard in the shop, but reduced-rate in the ERP.",
    ),
    "minimum quantity, kept as metadata": Case(
        lambda g: g.edit("911", minimum_quantity="6"),
        ("different", "SKU-11", "minimum_quantity"),
        "none",
        "6",
        "Product SKU-11: no minimum quantity in the shop, but 6 in the ERP.",
    ),
    "SKU of a linked product": Case(
        lambda g: g.edit("911", sku="NEW-11"),
        ("different", "NEW-11", "sku"),
        "SKU-11",
        "NEW-11",
        "Product NEW-11: sku is SKU-11 in the shop, but NEW-11 in the ERP.",
    ),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_of_the_erp_that_differs_is_named_and_mended(goods: Goods, name: str) -> None:
    case = FIELDS[name]
    case.act(goods)
    goods.pass_time(HOUR)
    drift = only(goods.reconcile(PRODUCTS_ONLY))
    assert (str(drift.kind), drift.id, drift.field) == case.drift
    assert (drift.shop, drift.erp, drift.owner) == (case.shop, case.erp, "erp")
    assert drift.what == case.says
    assert drift.mend == f"sync-cli products --sku {case.drift[1]}"
    mend(goods, drift.mend)
    assert goods.reconcile(PRODUCTS_ONLY).in_step


def mend(goods: Goods, command: str) -> None:
    """Do as the report says."""
    from sync_cli.engine.route import Options

    *_, option, value = command.split()
    chosen = {"--sku": Options(skus=(value,)), "--id": Options(ids=(value,))}[option]
    goods.products(options=chosen)


def test_every_field_that_differs_is_a_drift_of_its_own(goods: Goods) -> None:
    goods.edit("911", price="12.00", name="Chair")
    goods.pass_time(HOUR)
    assert told(goods.reconcile(PRODUCTS_ONLY)) == {
        ("different", "SKU-11", "name"),
        ("different", "SKU-11", "price"),
    }


@pytest.mark.parametrize(
    "changes", [{"description": "new"}, {"images": []}, {"stock_quantity": 3}, {"meta_data": []}]
)
def test_what_the_shop_owns_is_no_drift(goods: Goods, changes: dict[str, Any]) -> None:
    goods.edit_shop("11", **changes)
    goods.pass_time(HOUR)
    assert goods.reconcile(PRODUCTS_ONLY).in_step


def test_an_article_that_the_shop_lacks_is_missing_where_products_are_made(
    tmp_path: Path,
) -> None:
    goods = in_step(tmp_path, create=True)
    goods.put_article("914", "14")
    goods.pass_time(HOUR)
    drift = only(goods.reconcile(PRODUCTS_ONLY))
    assert (drift.kind, drift.id) == (DriftKind.MISSING, "SKU-14")
    assert drift.what == "Product SKU-14 (Article 14) of the ERP is not in the shop."
    mend(goods, drift.mend)
    assert goods.reconcile(PRODUCTS_ONLY).in_step


def test_an_article_that_the_shop_need_not_have_is_left_out(goods: Goods) -> None:
    goods.put_article("914", "14")
    goods.pass_time(HOUR)
    report = goods.reconcile(PRODUCTS_ONLY)
    assert report.in_step
    assert report.left_out == {"not in the shop": 1}


def test_a_product_without_an_article_is_extra(goods: Goods) -> None:
    goods.put_product("15", manage_stock=False)
    goods.put_product("16", manage_stock=False, status="draft")
    goods.pass_time(HOUR)
    drift = only(goods.reconcile(PRODUCTS_ONLY))
    assert (drift.kind, drift.id, drift.shop) == (DriftKind.EXTRA, "SKU-15", "15")
    assert "no article of the ERP has the SKU SKU-15" in drift.what


def test_products_that_the_shop_alone_sells_may_be_left_out(goods: Goods) -> None:
    goods.run("stock")
    goods.put_product("15")
    goods.pass_time(HOUR)
    chosen = goods.config.reconcile.model_copy(update={"extra_products": False})
    goods.config = goods.config.model_copy(update={"reconcile": chosen})
    assert goods.reconcile(Wish(parts=(Part.PRODUCTS, Part.STOCK))).in_step


def test_an_article_without_a_product_any_more_is_missing(goods: Goods) -> None:
    goods.shop.remove("product", "11")
    goods.pass_time(HOUR)
    drift = only(goods.reconcile(PRODUCTS_ONLY))
    assert (drift.kind, drift.id) == (DriftKind.MISSING, "SKU-11")
    assert "11 no longer exists" in drift.what


DOUBLES: dict[str, tuple[Act, str]] = {
    "in the ERP": (lambda g: g.put_article("977", "12"), "2 articles of the ERP (912, 977)"),
    "in the ERP, with other capitals": (
        lambda g: g.put_article("977", "12", sku="sku-12"),
        "2 articles of the ERP (912, 977)",
    ),
    "in the shop": (
        lambda g: g.put_product("77", sku="SKU-12"),
        "2 products of the shop (12, 77)",
    ),
}


@pytest.mark.parametrize("name", DOUBLES)
@pytest.mark.parametrize("linked", [True, False])
def test_a_sku_that_several_carry_is_told_once(tmp_path: Path, name: str, linked: bool) -> None:
    goods = Goods(tmp_path, create=True)
    if linked:
        goods.products()
    act, says = DOUBLES[name]
    act(goods)
    goods.pass_time(HOUR)
    drift = only(goods.reconcile(PRODUCTS_ONLY))
    assert (drift.kind, drift.field) == (DriftKind.DUPLICATE, "sku")
    assert says in drift.what


@pytest.mark.parametrize("act", [lambda g: g.put_article("977", "12", archived=True)])
def test_an_archived_article_with_the_same_sku_is_no_double(goods: Goods, act: Act) -> None:
    act(goods)
    goods.pass_time(HOUR)
    assert goods.reconcile(PRODUCTS_ONLY).in_step


def test_a_variation_that_shows_the_sku_of_its_product_is_no_double(goods: Goods) -> None:
    goods.put_product("40", type="variable", sku="SHIRT", manage_stock=False)
    for id in ("41", "42"):
        goods.put_product(id, type="variation", parent_id=40, sku="SHIRT", status="draft")
        goods.edit_shop(id, manage_stock=False)
    goods.put_article("940", "40", sku="SHIRT", main_article=True)
    goods.pass_time(HOUR)
    kinds = {str(drift.kind) for drift in goods.reconcile(PRODUCTS_ONLY).drifts}
    assert "duplicate" not in kinds


def test_a_sku_with_other_capitals_is_told_as_that(tmp_path: Path) -> None:
    goods = Goods(tmp_path, create=True)
    goods.edit("911", sku="sku-11")
    goods.pass_time(HOUR)
    drift = only(goods.reconcile(PRODUCTS_ONLY))
    assert (drift.kind, drift.field) == (DriftKind.DIFFERENT, "sku")
    assert drift.what == "Product sku-11: product 11 of the shop writes its SKU SKU-11."


# What is not judged yet


@pytest.mark.parametrize("side", ["shop", "ERP"])
def test_what_has_just_changed_waits(goods: Goods, side: str) -> None:
    if side == "shop":
        goods.edit_shop("11", regular_price="9.00")
    else:
        goods.edit("911", price="12.00")
    report = goods.reconcile(PRODUCTS_ONLY)
    assert report.in_step
    (waiting,) = report.waiting
    assert waiting.reason.startswith(f"it changed 0 min ago in the {side}")


def test_an_article_that_cannot_be_written_waits_with_the_reason(goods: Goods) -> None:
    goods.edit("911", sale_price="11.00")
    goods.products()
    report = goods.reconcile(PRODUCTS_ONLY)
    assert report.in_step
    (waiting,) = report.waiting
    assert waiting.label == "Product SKU-11"
    assert waiting.reason.startswith("the sale price 11.00 is not below")


def test_an_article_that_cannot_be_read_waits_and_most_make_a_doubt(goods: Goods) -> None:
    for number in range(20, 30):
        goods.put_product(str(number))
        goods.put_article(f"9{number}", str(number))
    goods.products()
    goods.edit("911", price="twelve")
    goods.pass_time(HOUR)
    report = goods.reconcile(PRODUCTS_ONLY)
    assert report.in_step
    assert len(report.waiting) == 1
    for id in ("912", "913", "920"):
        goods.edit(id, price="twelve")
    goods.pass_time(HOUR)
    report = goods.reconcile(PRODUCTS_ONLY)
    assert not report.in_step
    assert report.doubts[0].startswith(
        "Products were not compared: 4 of 13 articles of the ERP cannot be read"
    )


def test_a_product_of_the_shop_that_cannot_be_read_is_not_called_missing(tmp_path: Path) -> None:
    goods = in_step(tmp_path, create=True)
    for number in range(20, 30):
        goods.put_product(str(number))
        goods.put_article(f"9{number}", str(number))
    goods.edit_shop("20", regular_price="ten")
    goods.pass_time(HOUR)
    report = goods.reconcile(PRODUCTS_ONLY)
    assert report.in_step
    assert {waiting.label for waiting in report.waiting} == {"Product SKU-20"}


@pytest.mark.parametrize("side", ["shop", "erp"])
def test_a_side_that_is_suddenly_empty_is_doubted(goods: Goods, side: str) -> None:
    assert goods.reconcile(PRODUCTS_ONLY).in_step
    system = goods.shop if side == "shop" else goods.erp
    for id in list(system.tables["product"]):
        system.remove("product", id)
    goods.pass_time(HOUR)
    report = goods.reconcile(PRODUCTS_ONLY)
    assert not report.drifts
    assert verdict(report).startswith("It cannot be said whether shop and ERP agree: Products")


def test_an_id_that_was_used_again_is_said_and_the_other_parts_are_compared(goods: Goods) -> None:
    goods.run("stock")
    goods.edit_shop("11", created="born again")
    goods.place_order([("12", 1)])
    goods.pass_time(HOUR)
    report = goods.reconcile(Wish(parts=(Part.ORDERS, Part.PRODUCTS)))
    assert report.compared == (Part.ORDERS,)
    assert [drift.part for drift in report.drifts] == [Part.ORDERS]
    assert report.doubts[0].startswith("Products could not be compared: Product SKU-11")


# Together with the stock


def test_what_both_parts_see_is_told_once(goods: Goods) -> None:
    goods.run("stock")
    goods.put_product("15")
    goods.pass_time(HOUR)
    both = Wish(parts=(Part.PRODUCTS, Part.STOCK))
    assert [str(drift.part) for drift in goods.reconcile(both).drifts] == ["products"]
    assert [str(drift.part) for drift in goods.reconcile(STOCK_ONLY).drifts] == ["stock"]


def test_the_products_of_the_shop_are_read_once_for_both_parts(goods: Goods) -> None:
    def pages(wish: Wish) -> int:
        seen: list[str] = []
        goods.wrap_shop = lambda connector: _Counting(connector, seen)
        goods.reconcile(wish)
        return seen.count("changes product")

    both = pages(Wish(parts=(Part.PRODUCTS, Part.STOCK)))
    assert both == pages(PRODUCTS_ONLY) == 1


class _Counting:
    """Notes the calls that list records."""

    def __init__(self, inner: Any, seen: list[str]) -> None:
        self._inner = inner
        self._seen = seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def changes(self, entity: str, *args: Any) -> Any:
        self._seen.append(f"changes {entity}")
        return self._inner.changes(entity, *args)
