"""Registered customers: the part `customers` of the configuration."""

from __future__ import annotations

from pydantic import Field

from sync_cli.config.shared import Guarded, Instant
from sync_cli.engine.route import Mode


class CustomersSettings(Guarded):
    """Registered customers, shop to ERP, and the ERP's number of them back to the shop."""

    mode: Mode = Field(Mode.PLAN, description="off, plan (print only) or on")
    roles: tuple[str, ...] = Field(
        ("customer",),
        min_length=1,
        description="roles of the accounts that are customers, in the shop's own words",
    )
    create: bool = Field(
        True,
        description="false: accounts that the ERP does not know are not made there; they are made"
        " with their first order",
    )
    registered_since: Instant | None = Field(
        None,
        description="accounts registered before are not made in the ERP without an order, empty ="
        " all are",
    )
    by_email: bool = Field(
        True,
        description="an ERP customer with the same e-mail address is the same customer, for"
        " accounts with and without orders; false: only our reference counts",
    )
    update: bool = Field(
        True,
        description="names and addresses that changed in the shop are written to the ERP; what is"
        " empty in the shop is left alone",
    )
    write_back: Mode = Field(
        Mode.ON, description="the ERP's number of a customer as metadata (needs mode: on)"
    )
