"""What the ERP holds otherwise of a customer than the shop does, by the rules that write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync_cli.core.model import Customer
from sync_cli.core.parties import completed
from sync_cli.flows.customer_items import CUSTOMER
from sync_cli.flows.systems import ERP, Systems
from sync_cli.mapping.errors import Unreadable


def differing_payload(systems: Systems, ours: Customer, theirs: Customer) -> dict[str, Any]:
    """What is to be written to the ERP's customer; nothing that is empty in the shop.

    Raises Unreadable where the rules refuse the shop's values.
    """
    mapping = systems.erp_mapping(CUSTOMER)
    wanted = mapping.write(completed(ours, theirs), without_owner=ERP)
    have = _there(systems, theirs)
    return {key: value for key, value in wanted.items() if have.get(key) != value}


def differing_fields(systems: Systems, ours: Customer, theirs: Customer) -> tuple[str, ...]:
    """The names of what is to be written, as the ERP's rules call them; raises Unreadable."""
    return tuple(differing_payload(systems, ours, theirs))


def _there(systems: Systems, theirs: Customer) -> Mapping[str, Any]:
    """What the ERP holds, in the words in which it is written; nothing if it is incomplete."""
    try:
        return systems.erp_mapping(CUSTOMER).write(theirs, without_owner=ERP)
    except Unreadable:
        return {}
