"""Shop orders for the proofs: recorded ones, those of the sandbox, and small ones made by hand."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from sync_cli.core.model import Order, OrderLine
from sync_cli.flows.connecting import mappings_folder
from sync_cli.mapping.mapping_set import load_mappings
from sync_cli.sandbox.articles import catalogue
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.shop import KEY, SECRET, ShopSettings, build_shop

RECORDINGS = Path(__file__).parents[1] / "recordings" / "woocommerce"
READ = load_mappings(mappings_folder()).of("woocommerce", "order")
NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Recorded:
    """An order in a recorded answer of a real shop; `decimals` and settings are that shop's."""

    name: str
    order: Order
    decimals: int
    six_decimals: bool
    at_subtotal: bool
    currency: str


def as_order(data: dict[str, Any]) -> Order:
    """The canonical order in a shop's JSON."""
    order = READ.read(data, id=str(data["id"]))
    assert isinstance(order, Order)
    return order


def recorded_orders() -> list[Recorded]:
    """Every whole order in the recordings, whatever was asked."""
    return [one for path in sorted(RECORDINGS.glob("*.json")) for one in _recorded_in(path)]


def _recorded_in(path: Path) -> Iterator[Recorded]:
    document = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    query = document["request"].get("query") or {}
    asked = dict(query.items() if isinstance(query, dict) else query)
    shop = document.get("shop") or {}
    for data in _orders_in(document["response"]["body"]):
        yield Recorded(
            f"{path.stem}-{data['id']}",
            as_order(data),
            int(shop.get("woocommerce_price_num_decimals", "2")),
            str(asked.get("dp")) == "6",
            shop.get("woocommerce_tax_round_at_subtotal") == "yes",
            shop.get("woocommerce_currency", "EUR"),
        )


def _orders_in(body: Any) -> Iterator[dict[str, Any]]:
    if isinstance(body, dict) and {"order_key", "line_items", "shipping_lines"} <= body.keys():
        yield body
    elif isinstance(body, list):
        for each in body:
            yield from _orders_in(each)
    elif isinstance(body, dict):
        for name in ("create", "update", "delete"):
            yield from _orders_in(body.get(name))


def sandbox_orders(**settings: Any) -> list[Order]:
    """54 varied orders of a pretend shop with these settings, as its wire shows them with dp=6."""
    clock = SandboxClock()
    clock.freeze(NOON)
    shop = build_shop(
        catalogue(60), 54, clock, Ledger("shop", clock), ShopSettings(**settings), traps=True
    )
    token = b64encode(f"{KEY}:{SECRET}".encode()).decode()
    answer = shop.test_client().get(
        "/wp-json/wc/v3/orders?per_page=100&dp=6", headers={"Authorization": f"Basic {token}"}
    )
    return [as_order(data) for data in json.loads(answer.data, parse_float=Decimal)]


def line(total: str, tax: str, **facts: Any) -> OrderLine:
    """One item with these amounts."""
    return OrderLine(id="1", total=Decimal(total), total_tax=Decimal(tax), **facts)


def order(
    lines: list[OrderLine],
    *,
    fees: list[OrderLine] | None = None,
    shipping: list[OrderLine] | None = None,
    total: str,
    total_tax: str,
    cart_tax: str | None = None,
    shipping_total: str = "0",
    shipping_tax: str = "0",
) -> Order:
    """An order that states these sums; its items are numbered."""
    numbers = count(1)

    def numbered(items: list[OrderLine] | None) -> tuple[OrderLine, ...]:
        return tuple(item.model_copy(update={"id": str(next(numbers))}) for item in items or ())

    return Order(
        id="1",
        number="1",
        currency="EUR",
        ordered_at=NOON,
        lines=numbered(lines),
        fees=numbered(fees),
        shipping_lines=numbered(shipping),
        total=Decimal(total),
        total_tax=Decimal(total_tax),
        cart_tax=Decimal(total_tax if cart_tax is None else cart_tax),
        shipping_total=Decimal(shipping_total),
        shipping_tax=Decimal(shipping_tax),
    )
