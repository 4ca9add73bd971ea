"""Why an article cannot go to the shop as it is: pure functions that say it in plain words."""

from __future__ import annotations

from sync_cli.core.errors import Problem
from sync_cli.core.products import Product, ProductKind
from sync_cli.flows.products_payload import own_attributes


def refusal(label: str, article: Product, product: Product | None) -> Problem | None:
    """The first thing that is wrong with an article; `product` is None if one is to be made."""
    return (
        (_other_kind(label, article, product) if product is not None else None)
        or _sale_not_below(label, article, product)
        or _attribute_without_value(label, article)
        or (_nothing_to_choose(label, article) if product is None else None)
    )


def kinds_fit(article: Product, product: Product) -> bool:
    """Whether a main article meets a product with variations, and any other one a product without.

    A variant of the ERP may be a simple product of the shop: what it sells is the same.
    """
    return article.main_article == (product.kind is ProductKind.VARIABLE)


def kinds_differ(article: Product) -> str:
    """What is different about the kinds of an article and its product."""
    if article.main_article:
        return "it is a main article with variants in the ERP and has no variations in the shop"
    return "it is a single article in the ERP and a product with variations in the shop"


def _other_kind(label: str, article: Product, product: Product) -> Problem | None:
    if kinds_fit(article, product):
        return None
    return Problem(
        "kind-changed",
        label,
        kinds_differ(article),
        f"Change the kind of product {product.id} in the shop, or of the article in the ERP; a kind"
        " is never changed by itself, because prices and stock would be lost.",
        field="kind",
    )


def _sale_not_below(label: str, article: Product, product: Product | None) -> Problem | None:
    sale = article.sale_price
    if sale is None or not (product or article).is_priced:
        return None
    regular = article.price
    if regular is None and product is not None:
        regular = product.price
    if regular is not None and sale < regular:
        return None
    shown = "there is none" if regular is None else f"{regular:f}"
    return Problem(
        "sale-not-below-price",
        label,
        f"the sale price {sale:f} is not below the regular price ({shown}), and the shop would"
        " drop it",
        "Correct the prices in the ERP.",
        field="sale_price",
    )


def _attribute_without_value(label: str, article: Product) -> Problem | None:
    for attribute in own_attributes(article):
        if not all(attribute.options):
            return Problem(
                "attribute-without-value",
                label,
                f"its attribute {attribute.name} has no value: in the shop that would mean any",
                "Give it a value in the ERP.",
                field="attributes",
            )
    return None


def _nothing_to_choose(label: str, article: Product) -> Problem | None:
    """A new variation, or a main article, by whose attributes no customer could choose."""
    varies = article.main_article or article.kind is ProductKind.VARIATION
    if not varies or article.attributes:
        return None
    return Problem(
        "no-attributes",
        label,
        "it has no attribute, such as a colour, by which customers could choose a variant",
        "Give the main article and its variants their attributes in the ERP.",
        field="attributes",
    )


def unknown_tax_class(label: str, tax_class: str) -> Problem:
    """The shop would silently take the standard rate."""
    return Problem(
        "unknown-tax-class",
        label,
        f"the shop has no tax class {tax_class!r} and would take the standard rate",
        "Add the class in the shop, or correct tables.tax_classes in the ERP's product.yaml.",
        field="tax_class",
    )


def in_the_trash(label: str, sku: str, product: Product) -> Problem:
    """The shop does not give a SKU away that a product in its trash has."""
    return Problem(
        "in-trash",
        label,
        f"product {product.id} in the trash of the shop has the SKU {sku}",
        "Restore it in the shop, or delete it there for good; then run `sync-cli held retry`.",
        field="sku",
    )


def double_new(label: str, sku: str) -> Problem:
    """Two articles would become two products of one SKU."""
    return Problem(
        "double-sku",
        label,
        f"two articles of the ERP carry the SKU {sku}, without regard to case and accents",
        "Give each article its own SKU; until then neither is made in the shop.",
        field="sku",
    )
