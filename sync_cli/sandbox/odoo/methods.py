"""The methods that clients may call on models, by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sync_cli.sandbox.odoo import billing, deliveries, payments, sales
from sync_cli.sandbox.odoo.loading import Loading
from sync_cli.sandbox.odoo.records import RULES, Records, Rules, Values
from sync_cli.sandbox.odoo.refusals import AttributeFault, UserError, ValueFault
from sync_cli.sandbox.odoo.rights import BILLING, LOCKS, SALES
from sync_cli.sandbox.odoo.schema import MODELS
from sync_cli.sandbox.odoo.store import Row

Method = Callable[..., Any]


def _typed(_records: Records, values: Values) -> Values:
    return {"type": "contact", **values}


RULES |= {
    "sale.order": Rules(completed=sales.order_defaults, made=sales.tell_created),
    "sale.order.line": Rules(completed=sales.line_defaults, changed=sales.changed_line),
    "account.move": Rules(completed=billing.move_defaults, made=billing.touch_orders),
    "account.move.line": Rules(completed=billing.line_defaults, made=billing.touch_order),
    "res.partner": Rules(completed=_typed),
    payments.WIZARD: Rules(completed=payments.wizard_defaults),
}


def _search_read(records: Records, model: str, domain: Sequence[Any] = (),
                 fields: Sequence[str] | None = None, offset: int = 0, limit: int | None = None,
                 order: str = "") -> list[Row]:  # fmt: skip
    ids = records.search(model, domain, order=order, offset=offset, limit=limit)
    return records.read(model, ids, fields)


def _search(records: Records, model: str, domain: Sequence[Any] = (), offset: int = 0,
            limit: int | None = None, order: str = "") -> list[int]:  # fmt: skip
    return records.search(model, domain, order=order, offset=offset, limit=limit)


def _search_count(records: Records, model: str, domain: Sequence[Any] = ()) -> int:
    return len(records.search(model, domain))


def _read(
    records: Records, model: str, ids: Sequence[int], fields: Sequence[str] | None = None
) -> list[Row]:
    return records.read(model, ids, fields)


def _read_group(records: Records, model: str, domain: Sequence[Any], fields: Sequence[str],
                groupby: Sequence[str], lazy: bool = True) -> list[Row]:  # fmt: skip
    return records.read_group(model, domain, fields, groupby, lazy=lazy)


def _fields_get(
    records: Records, model: str, allfields: Sequence[str], attributes: Sequence[str] = ()
) -> Row:
    records.allow(model, "read")
    found: Row = {}
    for name in allfields:
        field = MODELS[model].fields[name]
        facts = {"type": field.kind, "string": field.label, "required": field.required,
                 "readonly": field.computed, "relation": field.relation}  # fmt: skip
        found[name] = {n: v for n, v in facts.items() if n in attributes and v != ""}
    return found


def _create(records: Records, model: str, vals_list: Any) -> Any:
    records.allow(model, "create")
    if isinstance(vals_list, Mapping):
        return records.create(model, vals_list)
    return [records.create(model, each) for each in vals_list]


def _write(records: Records, model: str, ids: Sequence[int], vals: Mapping[str, Any]) -> bool:
    records.allow(model, "write")
    for id_ in ids:
        records.write(model, id_, vals)
    return True


def _unlink(records: Records, model: str, ids: Sequence[int]) -> bool:
    records.allow(model, "unlink")
    for id_ in ids:
        _remove_lines(records, model, id_)
        records.store.remove(model, id_)
    return True


def _remove_lines(records: Records, model: str, id_: int) -> None:
    """Lines that cannot be without their document go with it."""
    for field in MODELS[model].fields.values():
        if field.kind == "one2many" and MODELS[field.relation].fields[field.inverse].required:
            for line in list(records.store.where(field.relation, field.inverse, id_)):
                records.store.remove(field.relation, line["id"])


def _load(
    records: Records, model: str, fields: Sequence[str], data: Sequence[Sequence[Any]]
) -> Row:
    return Loading(records, model, fields).load(data)


def _check_access_rights(
    records: Records, model: str, operation: str, raise_exception: bool = True
) -> bool:
    if raise_exception:
        records.allow(model, operation)
    return records.user.may(model, operation)


def _has_group(records: Records, _model: str, group_ext_id: str) -> bool:
    known = {SALES, BILLING} if records.user.is_admin else records.user.groups
    return group_ext_id in known or (group_ext_id == LOCKS and records.store.locks)


def _on(act: Callable[[Records, Sequence[int]], Any], operation: str = "write") -> Method:
    def method(records: Records, model: str, ids: Sequence[int]) -> Any:
        records.allow(model, operation)
        return act(records, ids)

    return method


def _sent(records: Records, ids: Sequence[int]) -> None:
    for id_ in ids:
        records.store.change("sale.order", id_, {"state": "sent"})


def _unlock(records: Records, ids: Sequence[int]) -> None:
    for id_ in ids:
        records.store.change("sale.order", id_, {"locked": False})


def _create_invoices(records: Records, ids: Sequence[int]) -> Row:
    return billing.create_invoices(records, ids[0])


_COMMON: Mapping[str, Method] = {
    "search_read": _search_read,
    "search": _search,
    "search_count": _search_count,
    "read": _read,
    "read_group": _read_group,
    "fields_get": _fields_get,
    "create": _create,
    "write": _write,
    "unlink": _unlink,
    "load": _load,
    "check_access_rights": _check_access_rights,
}
_OWN: Mapping[tuple[str, str], Method] = {
    ("sale.order", "action_confirm"): _on(sales.confirm),
    ("sale.order", "action_cancel"): _on(sales.cancel),
    ("sale.order", "action_quotation_sent"): _on(_sent),
    ("sale.order", "action_unlock"): _on(_unlock),
    ("stock.picking", "button_validate"): _on(deliveries.validate),
    ("account.move", "action_post"): _on(billing.post, "read"),
    ("account.move", "button_cancel"): _on(billing.cancel_moves),
    ("sale.advance.payment.inv", "create_invoices"): _on(_create_invoices),
    (payments.WIZARD, "action_create_payments"): _on(payments.book, "create"),
    ("res.users", "has_group"): _has_group,
}


def call(records: Records, model: str, name: str, args: Sequence[Any],
         keywords: Mapping[str, Any]) -> Any:  # fmt: skip
    """Call a method of a model. Raises OdooError."""
    if model not in MODELS:
        raise UserError(f"Object {model} doesn't exist")
    method = _OWN.get((model, name)) or _COMMON.get(name)
    if method is None:
        raise AttributeFault(f"The method '{name}' does not exist on the model '{model}'")
    try:
        return method(records, model, *args, **keywords)
    except ValueError as error:
        raise ValueFault(str(error)) from error
