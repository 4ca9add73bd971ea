"""Users, and what their groups let them do (FACTS 1, "Rights that suffice")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SALES = "sales_team.group_sale_salesman_all_leads"
BILLING = "account.group_account_invoice"
ADMIN = "base.group_system"
LOCKS = "sale.group_auto_done_setting"
"""A setting that Odoo gives to all users as a group."""
READERS = "sync.group_readers"
"""A group as an admin may make it: it reads what Sales reads, and writes nothing."""

_READ = frozenset({"read"})
_MAKE = frozenset({"read", "create", "write"})
_EVERYBODY = (
    *("res.company", "res.currency", "res.country", "res.country.state", "res.users"),
    *("res.partner", "decimal.precision", "uom.uom", "product.pricelist", "stock.warehouse"),
)
_SALES_READS = (
    *("product.product", "product.template", "product.template.attribute.value"),
    *("product.category", "product.attribute", "stock.quant", "stock.location"),
    *("account.tax", "account.move", "account.move.line", "account.payment.term"),
    "delivery.carrier",
)
_SALES_MAKES = (
    *("res.partner", "sale.order", "sale.order.line", "sale.advance.payment.inv"),
    *("stock.picking", "stock.move"),
)
_GRANTS: Mapping[str, Mapping[str, frozenset[str]]] = {
    SALES: {**dict.fromkeys(_SALES_READS, _READ), **dict.fromkeys(_SALES_MAKES, _MAKE)},
    READERS: dict.fromkeys((*_SALES_READS, *_SALES_MAKES), _READ),
    BILLING: {
        "account.move": _MAKE,
        "account.move.line": _MAKE,
        "account.payment": _MAKE,
        "account.payment.register": _MAKE,
        "account.journal": _READ,
    },
}
_GROUPS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("sale.order", "read"): (
        "Inventory/User",
        "Invoicing/Billing",
        "Sales/Administrator",
        "Sales/User: Own Documents Only",
        "Technical/Show Accounting Features - Readonly",
        "Technical/Show Full Accounting Features",
        "User types/Portal",
    ),
    ("product.product", "write"): (
        "Administration/Settings",
        "Inventory/Administrator",
        "Invoicing/Billing Administrator",
        "Purchase/Administrator",
        "Sales/Administrator",
    ),
    ("ir.model.data", "read"): ("Administration/Access Rights",),
    ("account.move", "create"): ("Invoicing/Billing",),
    ("account.payment", "read"): ("Invoicing/Billing",),
    ("account.payment.register", "create"): ("Invoicing/Billing",),
    ("account.journal", "read"): ("Invoicing/Billing",),
}


@dataclass(frozen=True)
class User:
    """One user with an API key; `email` is needed to post (125)."""

    uid: int
    login: str
    key: str = field(repr=False)
    groups: frozenset[str] = frozenset({SALES})
    email: str = ""
    zone: str = ""

    @property
    def is_admin(self) -> bool:
        """Whether this user may do everything."""
        return ADMIN in self.groups

    def may(self, model: str, operation: str) -> bool:
        """Whether the user may do this to records of the model."""
        if self.is_admin or (operation == "read" and model in _EVERYBODY):
            return True
        return any(operation in _GRANTS[g].get(model, ()) for g in self.groups if g in _GRANTS)


def groups_of(model: str, operation: str) -> tuple[str, ...]:
    """The groups that would give a right, as Odoo names them in its refusal."""
    return _GROUPS.get((model, operation), ("Administration/Settings",))
