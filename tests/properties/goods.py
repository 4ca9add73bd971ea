"""Records as the two sides of the simulated world hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")

EMPTY_ADDRESS = {
    "first_name": "",
    "last_name": "",
    "company": "",
    "address_1": "",
    "address_2": "",
    "city": "",
    "state": "",
    "postcode": "",
    "country": "DE",
    "phone": "",
}


def shop_order(
    order_id: int,
    key: str,
    lines: list[tuple[str, int, Decimal]],
    *,
    status: str,
    customer: int,
    email: str,
    created: str,
    off_by: Decimal = Decimal(0),
) -> dict[str, Any]:
    """A shop order of (product id, pieces, net price) lines with 19 % tax; `off_by` breaks it."""
    items = [
        _line(number, product, pieces, net)
        for number, (product, pieces, net) in enumerate(lines, start=1)
    ]
    net = sum((Decimal(item["total"]) for item in items), Decimal(0))
    tax = sum((Decimal(item["total_tax"]) for item in items), Decimal(0))
    return {
        "id": str(order_id),
        "number": str(order_id),
        "order_key": key,
        "status": status,
        "parent_id": 0,
        "currency": "EUR",
        "prices_include_tax": False,
        "date_created_gmt": created,
        "date_paid_gmt": None,
        "customer_id": customer,
        "billing": {**EMPTY_ADDRESS, "last_name": "Muster", "email": email},
        "shipping": dict(EMPTY_ADDRESS),
        "line_items": items,
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "tax_lines": [
            {"rate_id": 1, "rate_code": "DE-MWST 19%-1", "rate_percent": 19, "compound": False}
        ],
        "total": f"{net + tax + off_by:.6f}",
        "total_tax": f"{tax:.6f}",
        "cart_tax": f"{tax:.6f}",
        "shipping_total": "0.000000",
        "shipping_tax": "0.000000",
        "discount_total": "0.000000",
        "payment_method": "card",
        "payment_method_title": "Card",
        "transaction_id": "",
        "customer_note": "",
        "meta_data": [],
    }


def as_bought(
    lines: Sequence[tuple[str, int, str]], *, gross: bool = False, percent: str = "19"
) -> dict[str, Any]:
    """Fields of an order of (product, pieces, net of the line), its tax rounded at the end."""
    rate = Decimal(percent) / 100
    items = [
        _line(number, product, pieces, Decimal(net) / pieces)
        for number, (product, pieces, net) in enumerate(lines, start=1)
    ]
    for item, (_, _, bought) in zip(items, lines, strict=True):
        tax = Decimal(bought) * rate
        item.update(total=f"{Decimal(bought):.6f}", total_tax=f"{tax:.6f}")
        item["taxes"] = [{"id": 1, "total": str(tax)}]
    net = sum((Decimal(item["total"]) for item in items), Decimal(0))
    tax = sum((Decimal(item["total_tax"]) for item in items), Decimal(0))
    rounded = tax.quantize(CENT, ROUND_HALF_UP)
    return {
        "prices_include_tax": gross,
        "line_items": items,
        "total": f"{(net + tax).quantize(CENT, ROUND_HALF_UP):.6f}",
        "total_tax": f"{rounded:.6f}",
        "cart_tax": f"{tax:.6f}",
    }


def _line(number: int, product: str, pieces: int, net: Decimal) -> dict[str, Any]:
    total = net * pieces
    return {
        "id": number,
        "product_id": int(product),
        "variation_id": 0,
        "sku": f"SKU-{product}",
        "name": f"Article {product}",
        "quantity": pieces,
        "total": f"{total:.6f}",
        "total_tax": f"{(total * Decimal('0.19')).quantize(CENT):.6f}",
        "tax_class": "",
        "taxes": [{"id": 1, "total": str(total * Decimal("0.19"))}],
        "meta_data": [{"id": 1, "key": "_reduced_stock", "value": str(pieces)}],
    }


def shop_product(product_id: str, stock: int) -> dict[str, Any]:
    """A simple product of the shop that manages its stock."""
    return {
        "id": product_id,
        "sku": f"SKU-{product_id}",
        "name": f"Article {product_id}",
        "type": "simple",
        "status": "publish",
        "parent_id": 0,
        "global_unique_id": "",
        "tax_class": "",
        "regular_price": "10.00",
        "manage_stock": True,
        "stock_quantity": stock,
        "created": f"born {product_id}",
    }


def erp_article(article_id: str, product_id: str) -> dict[str, Any]:
    """The ERP's article of a shop product."""
    return {
        "id": article_id,
        "sku": f"SKU-{product_id}",
        "name": f"Article {product_id}",
        "kind": "goods",
        "main_article": False,
        "parent_id": None,
        "price": "10.00",
        "tax_code": "standard",
        "barcode": "",
        "unit_factor": "1",
        "archived": False,
        "created": f"made {article_id}",
    }


def erp_stock(article_id: str, product_id: str, on_hand: int, demand: int = 0) -> dict[str, Any]:
    """The ERP's stock row of an article, one warehouse."""
    return {
        "id": article_id,
        "sku": f"SKU-{product_id}",
        "stocked": True,
        "main_article": False,
        "archived": False,
        "unit_factor": "1",
        "warehouses": [
            {
                "code": "MAIN",
                "on_hand": str(on_hand),
                "demand": str(demand),
                "reserved": "0",
                "incoming": "0",
            }
        ],
    }


def shop_account(account_id: str, email: str, created: str) -> dict[str, Any]:
    """A customer's account in the shop, with an address."""
    address = {
        **EMPTY_ADDRESS,
        "last_name": "Muster",
        "address_1": "Heidestr. 17",
        "postcode": "51147",
        "city": "Koeln",
    }
    return {
        "id": account_id,
        "date_created_gmt": created,
        "email": email,
        "first_name": "Erika",
        "last_name": "Muster",
        "role": "customer",
        "billing": {**address, "email": email},
        "shipping": dict(address),
        "meta_data": [],
    }


def erp_party(number: str, email: str = "") -> dict[str, Any]:
    """A customer of the ERP that people made there."""
    place = {"street": "", "street2": "", "postcode": "", "city": "", "state": "", "country": ""}
    return {
        "number": number,
        "reference": "",
        "name": "Erika Muster",
        "company": "",
        "email": email,
        "phone": "",
        "vat_id": "",
        "archived": False,
        "address": {"name": "", "company": "", **place},
    }


def merge_meta(stored: dict[str, Any], fields: Mapping[str, Any]) -> None:
    """Write fields as the shop does: metadata by key, in place."""
    for name, value in fields.items():
        if name != "meta_data":
            stored[name] = value
            continue
        by_key = {entry["key"]: entry for entry in stored.get("meta_data", [])}
        by_key.update({entry["key"]: dict(entry) for entry in value})
        stored["meta_data"] = list(by_key.values())
