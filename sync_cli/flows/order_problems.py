"""Why an order cannot go over, or a person must look at it, in words a clerk understands."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sync_cli.connectors.base import Raw
from sync_cli.core.documents import GONE, DocumentRules
from sync_cli.core.errors import Problem
from sync_cli.core.item import Item
from sync_cli.core.model import Order, OrderLine
from sync_cli.core.money import plain
from sync_cli.flows.articles import Articles
from sync_cli.mapping.entity import EntityMapping

NO_CATCH_ALL = (
    "neither product_id nor SKU is left to know it by; name the product that was sold"
    " (`sync-cli held correct`, product_id of the line) or set orders.lines.catch_all"
)
LINES = "_lines"
"""How the names of the lists of a shop order's lines end; those of plug-ins do so too."""


def unread_lines(mapping: EntityMapping, raw: Raw, label: str) -> Problem | None:
    """Kinds of lines in a shop order of which the mapping knows nothing: none may be dropped."""
    kinds = mapping.unread_lists(raw.data, LINES)
    if not kinds:
        return None
    return Problem(
        "unknown-lines",
        label,
        f"it has lines of a kind that no rule reads: {', '.join(kinds)}",
        "Read them in an overlay of woocommerce/order.yaml, or take them out of the order.",
        "shop",
        kinds[0],
    )


def article_trouble(
    item: Item,
    order: Order,
    sold: Sequence[OrderLine],
    rules: DocumentRules,
    articles: Articles,
) -> Problem | None:
    """Every line of those `sold` that has no article, in one problem."""
    wrong = [
        (number, line, _sku(line, articles), _why_no_article(line, articles))
        for number, line in enumerate(order.lines, start=1)
        if line in sold and rules.key_of(line) not in articles.ids
    ]
    if not wrong:
        return None
    own = [
        f"line {number} (SKU {sku or 'none'}, {line.name}): {why}"
        for number, line, sku, why in wrong
    ]
    shared = sorted({f"{f'SKU {sku}' if sku else line.name}: {why}" for _, line, sku, why in wrong})
    return Problem(
        "unknown-article",
        item.label,
        "could not be transferred to the ERP: " + "; ".join(own),
        "Create the article in the ERP, or correct the SKU of the product in the shop, so that"
        " exactly one article has it; the order then goes on by itself.",
        field="sku",
        cause="; ".join(shared),
    )


def _sku(line: OrderLine, articles: Articles) -> str:
    """The SKU that the article was looked for by; that of the line may be an older one."""
    return articles.skus.get(line.product_key, line.sku)


def _why_no_article(line: OrderLine, articles: Articles) -> str:
    if not line.product_key:
        why = articles.trouble.get(GONE, "")
        return f"the product was deleted from the shop, and {why or NO_CATCH_ALL}"
    return articles.trouble.get(line.product_key, "no article of the ERP is linked to it")


def deleted(item: Item) -> Problem:
    """A transferred order is gone from the shop for good."""
    return Problem(
        "order-deleted",
        item.label,
        "it was deleted from the shop for good after it was transferred",
        "Cancel its document in the ERP if the sale is off, then run `sync-cli held dismiss`.",
    )


def trashed(item: Item) -> Problem:
    """A transferred order lies in the shop's trash."""
    return Problem(
        "order-trashed",
        item.label,
        "it was moved to the trash in the shop after it was transferred",
        "Cancel its document in the ERP, or restore the order in the shop.",
    )


def cancelled_after_credit(item: Item, credit: Decimal) -> Problem:
    """An order was cancelled of which `credit` had been given back already."""
    return Problem(
        "order-credited",
        item.label,
        f"it was cancelled in the shop, but credit notes over {plain(credit)} stand against its"
        " document, which was left as it is",
        "Cancel those credit notes in the ERP, or credit the rest there instead; then run"
        " `sync-cli held retry`, or `held dismiss` where it is settled by hand.",
        field="status",
    )
