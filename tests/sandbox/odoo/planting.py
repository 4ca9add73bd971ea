"""What a recorded answer tells of a company, put into the pretend Odoo before it is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.odoo.schema import MODELS, Field
from sync_cli.sandbox.odoo.store import OdooStore
from sync_cli.sandbox.odoo.values import stored

Json = Mapping[str, Any]
_CODE = re.compile(r"\[(?P<code>[^\]]+)\] (?P<name>.+)")
_CURRENCY = re.compile(r"(?P<name>.+) \((?P<currency>[A-Z]{3})\)")
_REFERENCE = re.compile(r"(?P<name>.+) \((?P<ref>.+)\)")
_AFTER = timedelta(microseconds=482193)
"""Odoo stores more of a moment than it shows (FACTS 2)."""
_BUYER = {"partner_id": 649, "partner_invoice_id": 649, "partner_shipping_id": 649}
_NEEDED: Mapping[str, Json] = {
    "sale.order": {**_BUYER, "state": "draft", "pricelist_id": 1, "company_id": 1},
    "account.move": {"move_type": "out_invoice", "state": "draft", "partner_id": 649},
    "product.template": {"uom_id": 1, "type": "product", "sale_ok": True},
}
"""What the pretend Odoo computes with, of a record that an answer shows only in part."""


def plant_rows(
    store: OdooStore, model: str, rows: Sequence[Json], domain: Sequence[Any] = ()
) -> None:
    """Let the model hold exactly the records of an answer, and what they name beside them.

    What a condition of the question says of all of them is so, where the answer does not show it.
    """
    store.table(model).clear()
    implied = _implied(model, domain)
    for row in rows:
        plant(store, model, {**implied, **row})
        _plant_implied(store, model, row["id"], domain)


def _implied(model: str, domain: Sequence[Any]) -> Json:
    """The values that every record in a domain has, as far as it names fields of the model."""
    if "|" in domain or "!" in domain:
        return {}
    fields = MODELS[model].fields
    leaves = [term for term in domain if isinstance(term, list) and term[0] in fields]
    equal = {name: value for name, operator, value in leaves if operator == "="}
    among = {name: v[0] for name, how, v in leaves if how == "in" and isinstance(v, list) and v}
    found = {**among, **equal}
    found.pop("id", None)
    lists = {name for name in found if fields[name].kind == "many2many"}
    return {name: [value] if name in lists else value for name, value in found.items()}


def _plant_implied(store: OdooStore, model: str, id_: int, domain: Sequence[Any]) -> None:
    """What a condition over one relation says of the record that is related."""
    if "|" in domain or "!" in domain:
        return
    for path, operator, value in (term for term in domain if isinstance(term, list)):
        name, _, beyond = str(path).partition(".")
        field = MODELS[model].fields.get(name)
        if operator != "=" or field is None or field.kind != "many2one" or not beyond:
            continue
        own = MODELS[field.relation].fields.get(beyond)
        if own is None or own.computed or own.kind in ("one2many", "many2many"):
            continue
        related = store.row(model, id_).get(name) or id_
        plant_named(store, field.relation, related)
        if own.relation:
            plant_named(store, own.relation, value)
        _put(store, field.relation, related, {beyond: _plain(own, value)})
        _put(store, model, id_, {name: related})


def plant(store: OdooStore, model: str, row: Json) -> None:
    """One record, as far as an answer shows it."""
    fields = MODELS[model].fields
    own: dict[str, Any] = {}
    of_template: dict[str, Any] = {}
    for name, value in row.items():
        field = fields.get(name)
        if name == "id" or field is None:
            continue
        if field.kind == "one2many":
            _plant_lines(store, field, row["id"], value)
            continue
        if field.computed:
            continue
        for id_, label in _named(field.relation, value):
            plant_named(store, field.relation, id_, label)
        plain = _plain(field, value)
        (of_template if field.via else own)[name] = plain
    if any(field.via for field in fields.values()):
        own["product_tmpl_id"] = own.get("product_tmpl_id") or row["id"]
        _put(store, "product.template", own["product_tmpl_id"], of_template)
    _put(store, model, row["id"], own)


def _plant_lines(store: OdooStore, field: Field, owner: int, ids: Sequence[int]) -> None:
    for place, id_ in enumerate(ids, start=1):
        own = {field.inverse: owner}
        if "sequence" in MODELS[field.relation].fields:
            own["sequence"] = place
        _put(store, field.relation, id_, own)


def plant_named(store: OdooStore, model: str, id_: int, label: str = "") -> None:
    """A record that another one names; its own fields make the name that is shown."""
    if model == "product.product" and (id_ not in store.table(model) or _CODE.fullmatch(label)):
        _plant_product(store, id_, label)
        return
    if not model or id_ in store.table(model):
        return
    values: dict[str, Any] = {"name": label or f"{model} {id_}"}
    if model == "res.partner" and ", " in label:
        parent, _, values["name"] = label.partition(", ")
        values["parent_id"] = _parent(store, parent)
    if model == "product.pricelist" and (found := _CURRENCY.fullmatch(label)):
        values = {"name": found["name"], "currency_id": _currency(store, found["currency"])}
    if model == "account.move" and (found := _REFERENCE.fullmatch(label)):
        values = {"name": found["name"], "ref": found["ref"]}
    known = {name: value for name, value in values.items() if name in MODELS[model].fields}
    _put(store, model, id_, known)


def stored_names(model: str) -> frozenset[str]:
    """The fields that a record really has; others are computed of what no answer shows."""
    return frozenset(n for n, f in MODELS[model].fields.items() if not f.computed)


def _plant_product(store: OdooStore, id_: int, label: str) -> None:
    found = _CODE.fullmatch(label)
    template = {"name": found["name"] if found else label, "list_price": Decimal(0)}
    _put(store, "product.template", id_, template)
    _put(store, "product.product", id_, {
        "default_code": found["code"] if found else None, "product_tmpl_id": id_,
    })  # fmt: skip


def _parent(store: OdooStore, name: str) -> int:
    rows = store.where("res.partner", "name", name)
    return int(rows[0]["id"]) if rows else store.insert("res.partner", {"name": name})


def _currency(store: OdooStore, code: str) -> int:
    rows = store.where("res.currency", "name", code)
    return int(rows[0]["id"]) if rows else store.insert("res.currency", {"name": code})


def _put(store: OdooStore, model: str, id_: int, values: Json) -> None:
    if id_ in store.table(model):
        dated = {"write_date": store.row(model, id_)["write_date"], **values}
        store.change(model, id_, values)
        store.row(model, id_).update(dated)
        return
    store.insert(model, {**_NEEDED.get(model, {}), **values}, id_)
    store.row(model, id_).update(values)


def _named(relation: str, value: Any) -> Iterator[tuple[int, str]]:
    """The records that a relation names, with their labels where they are shown."""
    if not relation or not value:
        return
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str):
        yield int(value[0]), value[1]
    elif isinstance(value, list):
        yield from ((int(each), "") for each in value)
    else:
        yield int(value), ""


def _plain(field: Field, value: Any) -> Any:
    if field.kind == "many2many":
        return list(value or ())
    if field.kind == "many2one":
        return (value[0] if isinstance(value, list) else value) or None
    if field.kind == "float":
        # as it was answered: a price may have more digits than the pretend one is set to
        return Decimal(str(value or 0))
    plain = stored(field, value)
    return plain + _AFTER if isinstance(plain, datetime) else plain
