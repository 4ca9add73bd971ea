"""Who answers: version, database, company; and which rights the user of sync-cli lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sync_cli.connectors.base import Identity
from sync_cli.connectors.http import RequestRefused
from sync_cli.connectors.odoo.asking import search_read
from sync_cli.connectors.odoo.values import name_of, text_of
from sync_cli.connectors.odoo.wire import Ask, Wire
from sync_cli.core.errors import AccessDenied, ConfigError

T = TypeVar("T")
Needs = tuple[tuple[str, str], ...]

KIND = "odoo"
GROUP = "sales_team.group_sale_salesman_all_leads"
GROUP_NAME = "Sales / User: All Documents"
"""With it alone orders, customers, stock, deliveries and invoices are done (FACTS 1)."""
NEEDS = (
    ("product.product", "read"),
    ("stock.move", "read"),
    ("stock.picking", "read"),
    ("account.move", "read"),
    ("res.partner", "create"),
    ("res.partner", "write"),
    ("sale.order", "create"),
    ("sale.order", "write"),
)
"""What is asked one by one where the group is missing."""
BILLING = "account.group_account_invoice"
BILLING_NAME = "Invoicing / Billing"
NEEDS_FOR = {
    "payment": (
        ("account.payment", "read"),
        ("account.payment", "create"),
        ("account.payment.register", "create"),
        ("account.journal", "read"),
    )
}
"""What only the routes of one kind of record need."""
_HAS_ACCESS = 19
_HAS_GROUP_OF_USER = 18


def ask_identity(wire: Wire, *, environment: str, price_digits: int) -> Identity:
    """Who answers; asked once a run. Raises AccessDenied, another SystemFault, or ConfigError."""
    uid = wire.uid
    user = or_none(
        lambda: wire.read("res.users", "read", [uid], fields=["company_id", "email", "tz"])
    )
    row = user[0] if user else {}
    digits = _price_digits(wire)
    if digits is not None and digits < price_digits:
        raise ConfigError(
            f"{wire.system} keeps unit prices with {digits} decimals, not with {price_digits}.",
            "Correct `price_digits` of this system.",
        )
    lacks = _lacks(wire)
    clock = wire.clock_now()
    if clock is None:
        raise RuntimeError("no clock before the first answer")
    facts = {
        "time_zone": text_of(row.get("tz")),
        "price_digits": "" if digits is None else str(digits),
        "can_post": "yes" if row.get("email") else "no: the user has no e-mail address",
    }
    return Identity(
        kind=KIND,
        version=".".join(map(str, wire.version)),
        address=wire.login.database,
        company=name_of(row.get("company_id")),
        clock=clock,
        environment=environment,
        lacks=lacks,
        facts={name: value for name, value in facts.items() if value},
        lacks_for=_lacks_for(wire),
    )


def _price_digits(wire: Wire) -> int | None:
    domain = [["name", "=", "Product Price"]]
    ask = search_read("decimal.precision", domain, ("digits",))
    rows = or_none(lambda: wire.ask(ask).data)
    return int(rows[0]["digits"]) if rows else None


def _lacks(wire: Wire) -> tuple[str, ...]:
    """The missing rights in words; the group that has them all is asked for first."""
    return () if has_group(wire, GROUP) else _missing(wire, NEEDS, GROUP_NAME)


def _lacks_for(wire: Wire) -> Mapping[str, tuple[str, ...]]:
    """The same by entity."""
    if has_group(wire, BILLING):
        return {}
    missing = {entity: _missing(wire, n, BILLING_NAME) for entity, n in NEEDS_FOR.items()}
    return {entity: lacks for entity, lacks in missing.items() if lacks}


def _missing(wire: Wire, needs: Needs, group: str) -> tuple[str, ...]:
    refused = [(m, operation) for m, operation in needs if _is_refused(wire, m, operation)]
    return tuple(f"{operation} {model} (group {group})" for model, operation in refused)


def has_group(wire: Wire, group: str) -> bool:
    """Whether the user has this group; no where Odoo refuses to tell."""
    ids = [wire.uid] if wire.version[0] >= _HAS_GROUP_OF_USER else None
    return or_none(lambda: wire.read("res.users", "has_group", ids, group_ext_id=group)) is True


def _is_refused(wire: Wire, model: str, operation: str) -> bool:
    """Whether Odoo says no; where it does not know the question, the work itself will tell."""
    return access(wire, model, operation) is False


def access(wire: Wire, model: str, operation: str) -> Any:
    """Whether the user may do this to records of the model; None where Odoo does not tell."""
    if wire.version[0] >= _HAS_ACCESS:
        ask = Ask(model, "has_access", (), {"operation": operation})
    else:
        ask = Ask(
            model, "check_access_rights", None, {"operation": operation}, {"raise_exception": False}
        )
    return or_none(lambda: wire.ask(ask).data)


def or_none(ask: Callable[[], T]) -> T | Any | None:
    """What was asked, None where Odoo refuses to tell: that alone stops no run."""
    try:
        return ask()
    except (RequestRefused, ConfigError, AccessDenied):
        return None
