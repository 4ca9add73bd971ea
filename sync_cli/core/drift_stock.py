"""Drifts of stock numbers, in words and with the remedy."""

from __future__ import annotations

from decimal import Decimal
from shlex import quote

from sync_cli.core.drift import ERP, Drift, DriftKind, plain
from sync_cli.core.parts import Part


def stock_differs(
    article: str, sku: str, product: str, shown: Decimal | None, wanted: int
) -> Drift:
    """The shop shows another number than may be sold; the ERP's stock is right.

    `article` is the ERP's id, `product` the shop's.
    """
    label = f"Stock of {sku or f'article {article}'}"
    shop = "none" if shown is None else plain(shown)
    too_much = shown is not None and shown > wanted
    what = (
        f"{label}: the shop shows {shop}, {wanted} can be sold{' (oversold)' if too_much else ''}."
    )
    mend = f"sync-cli stock --sku {quote(sku)}" if sku else f"sync-cli stock --id {article}"
    return Drift(
        Part.STOCK,
        DriftKind.DIFFERENT,
        sku or product,
        label,
        what,
        mend,
        ERP,
        field="stock",
        shop=shop,
        erp=str(wanted),
    )


def stock_unknown(sku: str, product: str, shown: Decimal | None) -> Drift:
    """The shop counts stock of a product that no article of the ERP stands behind."""
    shop = "none" if shown is None else plain(shown)
    label = f"Stock of {sku or f'product {product}'}"
    name = f"the SKU {sku}" if sku else "its name (it has no SKU)"
    return Drift(
        Part.STOCK,
        DriftKind.EXTRA,
        sku or product,
        label,
        f"{label}: the shop shows {shop} of product {product}; no article of the ERP has {name}.",
        "Create the article in the ERP or correct the SKU. If the shop alone sells it, switch"
        " off the product's stock or set `reconcile.extra_products: false`.",
        ERP,
        field="stock",
        shop=shop,
    )
