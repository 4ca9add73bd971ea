"""Orders of a warehouse: its shelf has the demand, and the pieces leave from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.test_erp_credit_notes import sold

if TYPE_CHECKING:
    from tests.sandbox.conftest import ErpSide


def shelves(erp: ErpSide, product: str) -> dict[str, tuple[int, int]]:
    """On hand and demand of each shelf of a product."""
    stock = erp.store.stock.get(int(product))
    assert stock is not None
    return {shelf.code: (int(shelf.on_hand), int(shelf.demand)) for shelf in stock.shelves}


def test_an_order_of_a_warehouse_is_sent_from_its_shelf(erp: ErpSide) -> None:
    first = sold(erp)
    product = first["lines"][0]["product_id"]
    before = shelves(erp, product)
    fields = ("kind", "product_id", "quantity", "net", "tax")
    line = {name: first["lines"][0][name] for name in fields}
    order = {
        "reference": "WC-main-2#north",
        "customer_id": first["customer_id"],
        "ordered_at": "2026-01-05T08:00:00Z",
        "currency": "EUR",
        "warehouse": "north",
        "lines": [line],
    }
    [made] = erp.results("POST", "/orders", {"items": [order]})
    erp.results("POST", "/orders/confirm", {"ids": [made["item"]["id"]]})
    assert made["item"]["warehouse"] == "north"
    assert shelves(erp, product) == {**before, "north": (0, 3)}
    erp.results("POST", "/orders/ship", {"ids": [made["item"]["id"]]})
    assert shelves(erp, product) == {**before, "north": (-3, 0)}
