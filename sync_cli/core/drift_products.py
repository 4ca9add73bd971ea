"""Drifts between the ERP's articles and the shop's products, in words and with the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from shlex import quote
from typing import Any

from sync_cli.core.drift import ERP, SHOP, Drift, DriftKind, money, plain
from sync_cli.core.errors import Problem
from sync_cli.core.identity import lowest_first
from sync_cli.core.parts import Part
from sync_cli.core.products import Attribute, Product

PRICES = frozenset({"price", "sale_price"})
LONGEST = 60
"""Letters of a value that a sentence quotes; the fields of a drift have the whole value."""
NOTHING = "none"
OWN_SKUS = "Give each its own SKU; until then orders, stock and prices cannot tell them apart."


def product_label(article: str, sku: str) -> str:
    """What people call an article, by the ERP's id of it and its SKU."""
    return f"Product {sku}" if sku else f"Article {article}"


def product_missing(article: Product) -> Drift:
    """The ERP has an article that the shop should have and has not."""
    label = product_label(article.id, article.sku)
    name = f" ({_short(article.name)})" if article.name else ""
    return Drift(
        Part.PRODUCTS,
        DriftKind.MISSING,
        article.sku or article.id,
        label,
        f"{label}{name} of the ERP is not in the shop.",
        _mend(article),
        ERP,
        field="product",
        erp=article.id,
    )


def product_extra(product: Product) -> Drift:
    """The shop sells a product that no article of the ERP stands behind."""
    label = f"Product {product.sku or product.id}"
    why = f"no article of the ERP has the SKU {product.sku}"
    if not product.sku:
        why = "it has no SKU and belongs to no article of the ERP"
    return Drift(
        Part.PRODUCTS,
        DriftKind.EXTRA,
        product.sku or product.id,
        label,
        f"{label} ({_short(product.name)}) is in the shop; {why}.",
        "Create the article in the ERP or correct the SKU: orders with it are held. If the shop"
        " alone sells such products, set `reconcile.extra_products: false`.",
        ERP,
        field="product",
        shop=product.id,
    )


def product_differs(article: Product, field: str, wanted: Any, shown: Any) -> Drift:
    """A field that the ERP owns has another value in the shop."""
    label = product_label(article.id, article.sku)
    erp, shop = said(field, wanted), said(field, shown)
    name, given = field.replace("_", " "), f"{_short(erp)} in the ERP"
    here = f"{name} is {_short(shop)} in the shop, but {given}"
    if shop == NOTHING:
        here = f"no {name} in the shop, but {given}"
    return Drift(
        Part.PRODUCTS,
        DriftKind.DIFFERENT,
        article.sku or article.id,
        label,
        f"{label}: {here}.",
        _mend(article),
        ERP,
        field=field,
        shop=shop,
        erp=erp,
    )


def sku_written_otherwise(article: Product, product: str, sku: str) -> Drift:
    """Both sides know the SKU, but spell it in two ways: it is found on neither."""
    label = product_label(article.id, article.sku)
    return Drift(
        Part.PRODUCTS,
        DriftKind.DIFFERENT,
        article.sku,
        label,
        f"{label}: product {product} of the shop writes its SKU {sku}.",
        "Write the SKU on both sides in the same way, capitals and accents too.",
        ERP,
        field="sku",
        shop=sku,
        erp=article.sku,
    )


def sku_doubled(side: str, sku: str, ids: Sequence[str]) -> Drift:
    """Several records of one side carry one SKU, without regard to case and accents."""
    label = f"Product {sku}"
    what = "products of the shop" if side == SHOP else "articles of the ERP"
    names = ", ".join(lowest_first(ids))
    count = str(len(ids))
    return Drift(
        Part.PRODUCTS,
        DriftKind.DUPLICATE,
        sku,
        label,
        f"{label}: {count} {what} ({names}) carry this SKU.",
        OWN_SKUS,
        ERP,
        field="sku",
        shop=count if side == SHOP else "",
        erp=count if side == ERP else "",
    )


def product_refused(article: Product, kind: DriftKind, problem: Problem) -> Drift:
    """What keeps an article and a product from being compared, as a drift of its own."""
    label = product_label(article.id, article.sku)
    return Drift(
        Part.PRODUCTS,
        kind,
        article.sku or article.id,
        label,
        f"{label}: {problem.message.rstrip('.')}.",
        problem.remedy,
        ERP,
        field=problem.field or "product",
    )


def said(field: str, value: Any) -> str:
    """A value of a product as people read it; "none" where there is none."""
    match value:
        case "" | None | ():
            return "standard" if field == "tax_class" else NOTHING
        case StrEnum():
            return str(value)
        case Decimal():
            return money(value) if field in PRICES else plain(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S} UTC"
        case tuple():
            return _attributes(value)
        case _:
            return str(value)


def _attributes(attributes: Iterable[Attribute]) -> str:
    return "; ".join(f"{one.name}: {', '.join(one.options)}" for one in attributes)


def _mend(article: Product) -> str:
    by = f"--sku {quote(article.sku)}" if article.sku else f"--id {article.id}"
    return f"sync-cli products {by}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
