"""Drifts between the shop's accounts and the ERP's customers, in words and with the remedy.

Values of persons are in none of them: a field that differs is named, what stands in it is not.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from sync_cli.core.drift import ERP, SHOP, Drift, DriftKind
from sync_cli.core.identity import lowest_first
from sync_cli.core.model import Customer
from sync_cli.core.parts import Part
from sync_cli.core.refusals import target_gone

ARCHIVED = "archived in the ERP"


class Known(Struct, frozen=True):
    """What the ERP has of an account: `linked` is the customer that the sync knows as its own.

    `link` is that customer's id, "" if the sync knows none. `named` carry our reference of the
    account, `alike` its e-mail address. `fields` are those in which `linked` is another one.
    """

    link: str = ""
    linked: Customer | None = None
    named: tuple[Customer, ...] = ()
    alike: tuple[Customer, ...] = ()
    fields: tuple[str, ...] = ()

    @property
    def one(self) -> Customer | None:
        """The one customer that the account is, or would be linked with."""
        if self.link:
            return self.linked
        living = _living(self.named) or _living(self.alike)
        return living[0] if len(living) == 1 else None


def compare_account(
    account: Customer, known: Known, *, needs: bool, writes_number: bool
) -> tuple[Drift, ...]:
    """Where an account and the ERP disagree; nothing if they are in step.

    `needs` claims that it must have a customer in the ERP, `writes_number` that the shop must have
    its number.
    """
    named = {each.id: each for each in _living(known.named)}
    if known.linked is not None:
        named.setdefault(known.linked.id, known.linked)
    if len(named) > 1:
        return (_doubled(account, list(named.values()), "our reference of it"),)
    if known.link and known.linked is None:
        return (_gone(account, known.link),)
    customer = known.one
    if customer is None and len(alike := _living(known.alike)) > 1:
        return (_doubled(account, alike, "its e-mail address"),)
    if customer is None:
        return (_missing(account, (*known.named, *known.alike)),) if needs else ()
    if customer.archived:
        return ()
    return tuple(_differences(account, customer, known.fields, writes_number=writes_number))


def number_doubled(number: str, accounts: Sequence[str]) -> Drift:
    """Several accounts of the shop carry one number of the ERP."""
    names = ", ".join(lowest_first(accounts))
    label = f"Customer number {number}"
    return Drift(
        Part.CUSTOMERS,
        DriftKind.DUPLICATE,
        number,
        label,
        f"{label}: {len(accounts)} accounts of the shop ({names}) carry it.",
        "Find out which of them it is, and correct the e-mail address or our reference of the"
        " others in the ERP.",
        ERP,
        field="number",
        shop=str(len(accounts)),
        erp="1",
    )


def account_label(id: str) -> str:
    """An account as people call it, without its name."""
    return f"Customer {id}"


def _living(customers: Sequence[Customer]) -> list[Customer]:
    return [each for each in customers if not each.archived]


def _missing(account: Customer, archived: Sequence[Customer]) -> Drift:
    what, mend = f"{account_label(account.id)} of the shop is not in the ERP.", _mend(account)
    if archived:
        number = archived[0].number or archived[0].id
        what = f"{account_label(account.id)} of the shop is only archived in the ERP ({number})."
        mend = f"Take customer {number} out of the archive in the ERP, then run `{mend}`."
    return _drift(account, DriftKind.MISSING, what, mend, SHOP, "customer", account.id)


def _gone(account: Customer, link: str) -> Drift:
    what = f"{account_label(account.id)}: its customer {link} no longer exists in the ERP."
    remedy = target_gone("", link).remedy
    return _drift(account, DriftKind.MISSING, what, remedy, SHOP, "customer", account.id)


def _doubled(account: Customer, customers: Sequence[Customer], what: str) -> Drift:
    numbers = ", ".join(sorted(each.number or each.id for each in customers))
    count = str(len(customers))
    return _drift(
        account,
        DriftKind.DUPLICATE,
        f"{account_label(account.id)}: {count} customers of the ERP ({numbers}) carry {what}.",
        "Keep one of them and archive the others in the ERP, or merge them there.",
        SHOP,
        "customer",
        "1",
        count,
    )


def _differences(
    account: Customer, customer: Customer, fields: Sequence[str], *, writes_number: bool
) -> list[Drift]:
    label, found = account_label(account.id), []
    if writes_number and customer.number and account.number != customer.number:
        shop = account.number or "none"
        what = f"{label}: its number is {shop} in the shop, but {customer.number} in the ERP."
        if not account.number:
            what = f"{label}: the shop has not got its number yet, {customer.number} in the ERP."
        found.append(
            _drift(
                account,
                DriftKind.DIFFERENT,
                what,
                _mend(account),
                ERP,
                "number",
                shop,
                customer.number,
            )
        )
    if fields:
        names = ", ".join(fields)
        what = f"{label}: {names} in the ERP (customer {customer.number or customer.id}) is not as"
        what += " in the shop; the values are personal and not shown."
        found.append(_drift(account, DriftKind.DIFFERENT, what, _mend(account), SHOP, names))
    return found


def _mend(account: Customer) -> str:
    return f"sync-cli customers --id {account.id}"


def _drift(
    account: Customer,
    kind: DriftKind,
    what: str,
    mend: str,
    owner: str,
    field: str,
    shop: str = "",
    erp: str = "",
) -> Drift:
    label = account_label(account.id)
    return Drift(
        Part.CUSTOMERS, kind, account.id, label, what, mend, owner, field=field, shop=shop, erp=erp
    )
