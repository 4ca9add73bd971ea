"""Tryton's records as `Raw`: flat where Tryton nests, in words that a mapping can name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from sync_cli.connectors.base import Raw
from sync_cli.connectors.tryton.house import House
from sync_cli.connectors.tryton.stock import ratio
from sync_cli.connectors.tryton.values import moment

Row = Mapping[str, Any]

MAIN = "T"
"""Stands before the id of a main article, which is a template and no product."""


def raw_of(entity: str, row: Row, house: House) -> Raw:
    """The record of `entity` that a row of Tryton is."""
    return _READERS[entity](row, house)


def _product(row: Row, house: House) -> Raw:
    template = row["template."]
    factor = ratio(template["sale_uom."], template["default_uom."])
    price = row["list_price_used"]
    active = bool(row["active"]) and bool(template["active"])
    data = {
        "id": row["id"],
        "code": row["code"],
        "name": template["name"],
        "active": active,
        "main_article": False,
        "template": f"{MAIN}{template['id']}" if row["suffix_code"] else "",
        "type": template["type"],
        "consumable": bool(template["consumable"]),
        "salable": bool(template["salable"]),
        "category": _name(template["account_category."]),
        "price": None if price is None else price * factor,
        "unit_factor": factor,
        "ean": _first(row["identifiers."], "code", type=("ean", "ean13", "ean8")),
        "attributes": _attributes(row.get("attributes"), house),
    }
    return _raw(str(row["id"]), data, row, _archived(active))


def _main_article(row: Row, _house: House) -> Raw:
    active = bool(row["active"])
    data = {
        "id": f"{MAIN}{row['id']}",
        "code": row["code"],
        "name": row["name"],
        "active": active,
        "main_article": True,
        "template": "",
        "type": row["type"],
        "consumable": False,
        "salable": True,
        "category": _name(row["account_category."]),
        "price": None,
        "unit_factor": Decimal(1),
        "ean": "",
        "attributes": [],
    }
    return _raw(data["id"], data, row, _archived(active))


def _customer(row: Row, _house: House) -> Raw:
    active = bool(row["active"])
    addresses = [one for one in row["addresses."] if one["active"]]
    data = {
        "id": row["id"],
        "code": row["code"],
        "name": row["name"],
        "active": active,
        "email": _first(row["contact_mechanisms."], "value", type=("email",)),
        "phone": _first(row["contact_mechanisms."], "value", type=("phone", "mobile")),
        "vat_id": _first(row["identifiers."], "code", type=("eu_vat",)),
        "invoice_address": _address(addresses, "invoice"),
        "delivery_address": _address(addresses, "delivery"),
    }
    return _raw(str(row["id"]), data, row, _archived(active))


def _sale(row: Row, house: House) -> Raw:
    invoices = [one for one in row["invoices."] if one["state"] in ("posted", "paid")]
    invoice = invoices[0] if invoices else {"number": "", "invoice_date": ""}
    billed = row["invoice_state"] != "none"
    data = {key: value for key, value in row.items() if not key.endswith(".")}
    data |= {
        "currency": row["currency."]["code"],
        "standing": _standing(row),
        "exchange_rate": _exchange_rate(row, house),
        "origin_sale": (row["origin"] or "").partition("sale.sale,")[2],
        "invoice_number": invoice["number"],
        "invoice_date": invoice["invoice_date"],
        "paid": row["invoice_state"] == "paid" if billed else None,
    }
    marks = frozenset({"cancelled"} if row["state"] == "cancelled" else ())
    return _raw(str(row["id"]), data, row, marks, birth=row["web_id"] or "")


def _exchange_rate(row: Row, house: House) -> Decimal | None:
    """By which rate Tryton would convert a draft in another currency than the company's."""
    code = row["currency."]["code"]
    if row["state"] not in ("draft", "quotation") or code == house.shop.currency:
        return None
    return house.exchange_rate(code, row["sale_date"])


def _standing(row: Row) -> str:
    """One word for where a sale stands: a processing one of which all was sent is shipped."""
    if row["state"] == "processing" and row["shipment_state"] == "sent":
        return "shipped"
    return str(row["state"])


def _shipment(row: Row, _house: House) -> Raw:
    planned = row["outgoing_moves."]
    moves = [one for one in planned if one["state"] != "cancelled"]
    parcels = [
        {"number": one["shipping_reference"], "link": one["shipping_tracking_url"] or ""}
        for one in row.get("packages.", ())
        if one.get("shipping_reference")
    ]
    if not parcels and row.get("shipping_reference"):
        parcels = [{"number": row["shipping_reference"], "link": ""}]
    carrier = (row.get("carrier.") or {}).get("party.") or {}
    data = {
        "id": row["id"],
        "number": row["number"],
        "state": row["state"],
        # a delivery that was called off is still one of its sale
        "sales": list(dict.fromkeys(one["sale"] for one in planned if one["sale"])),
        "shipped_at": f"{row['effective_date']}T12:00:00Z" if row["effective_date"] else None,
        "carrier": carrier.get("name") or "",
        "parcels": [{**parcel, "carrier": carrier.get("name") or ""} for parcel in parcels],
        "lines": [
            {
                "product": one["product"],
                "sku": one["product."]["code"],
                "quantity": one["internal_quantity"],
            }
            for one in moves
        ],
    }
    marks = frozenset({"cancelled"} if row["state"] == "cancelled" else ())
    return _raw(str(row["id"]), data, row, marks)


def _invoice(row: Row, _house: House) -> Raw:
    data = {key: value for key, value in row.items() if not key.endswith(".")}
    data["currency"] = row["currency."]["code"]
    marks = frozenset({"cancelled"} if row["state"] == "cancelled" else ())
    return _raw(str(row["id"]), data, row, marks)


def _payment(row: Row, house: House) -> Raw:
    """The line of a move that pays an invoice; in another currency than the books' by its own."""
    move, abroad = row["move."], row["second_currency."]
    amount = abs(row["amount_second_currency"]) if abroad else row["credit"] - row["debit"]
    sales = (sale for invoice in row["invoice_payments."] for sale in invoice["sales"])
    data = {
        "id": row["id"],
        "number": move["number"] or "",
        "description": move["description"] or "",
        "date": move["date"],
        "amount": amount,
        "currency": abroad["code"] if abroad else house.shop.currency,
        "sales": list(dict.fromkeys(sales)),
    }
    return _raw(str(row["id"]), data, row, frozenset(), birth=data["description"])


_READERS: Mapping[str, Callable[[Row, House], Raw]] = {
    "product": _product,
    "main article": _main_article,
    "customer": _customer,
    "order": _sale,
    "refund": _sale,
    "shipment": _shipment,
    "invoice": _invoice,
    "payment": _payment,
}


def _raw(
    id_: str, data: Mapping[str, Any], row: Row, marks: frozenset[str], birth: str = ""
) -> Raw:
    """`row` names the dates; a record's birth mark is its creation where it has no reference."""
    touched = max(filter(None, (row["last_modified_at"], row["create_date"])), default=None)
    return Raw(id_, data, birth or row["create_date"] or "", moment(touched), marks)


def _archived(active: bool) -> frozenset[str]:
    return frozenset() if active else frozenset({"archived"})


def _name(row: Row | None) -> str:
    return "" if row is None else str(row["name"])


def _first(rows: Iterable[Row], key: str, *, type: tuple[str, ...]) -> str:
    return next((str(row[key]) for row in rows if row["type"] in type), "")


def _address(addresses: list[Row], purpose: str) -> Row | None:
    """The address for a purpose, else the first one."""
    chosen = next((one for one in addresses if one[purpose]), next(iter(addresses), None))
    if chosen is None:
        return None
    return {
        "party_name": chosen["party_name"] or "",
        "attn": chosen["attn"] or "",
        "street": chosen["street"] or "",
        "postal_code": chosen["postal_code"] or "",
        "city": chosen["city"] or "",
        "country": (chosen["country."] or {}).get("code") or "",
        "subdivision": (chosen["subdivision."] or {}).get("code") or "",
    }


def _attributes(chosen: Mapping[str, Any] | None, house: House) -> list[dict[str, str]]:
    """The attributes of a variant, in the words of people."""
    found = []
    for key, value in sorted((chosen or {}).items()):
        name, options = house.attributes.get(key, (key, {}))
        found.append({"name": name, "value": options.get(str(value), str(value))})
    return found
