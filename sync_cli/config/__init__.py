"""The configuration: one file, one shop. These models validate it and describe it.

`config.example.yaml` and the configuration page are generated from the descriptions here.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from sync_cli.config.catalogue import ProductsSettings, StockSettings
from sync_cli.config.customers import CustomersSettings
from sync_cli.config.orders import OrdersSettings
from sync_cli.config.reconcile import MailSettings, ReconcileSettings
from sync_cli.config.refunds import PaymentsSettings, RefundsSettings
from sync_cli.connectors.kinds import ErpSettings, ShopSettings
from sync_cli.connectors.settings import Duration, Section


def _short_key(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]{1,6}", value):
        raise ValueError("use 1 to 6 small letters or digits; it becomes part of every reference")
    return value


class Systems(Section):
    """The systems that are kept in step."""

    shop: ShopSettings
    erp: ErpSettings = Field(description="The ERP; `kind` says how it is spoken to.")


class Config(Section):
    """One shop and all that it is kept in step with."""

    shop: Annotated[str, AfterValidator(_short_key)] = Field(
        description="a short key of this shop; part of every reference, never change it"
    )
    state: Path = Field(
        Path("sync-state.sqlite"), description="all that is remembered; on a local disk"
    )
    mappings: Path | None = Field(
        None, description="folder of your overlay files; they replace or drop single rules"
    )
    keep: Duration = Field(timedelta(days=400), description="how long audit and past runs are kept")
    staging: bool = Field(
        False, description="true: never writes to a system that calls itself production"
    )
    systems: Systems
    orders: OrdersSettings
    refunds: RefundsSettings = Field(default_factory=RefundsSettings)
    payments: PaymentsSettings = Field(default_factory=PaymentsSettings)
    customers: CustomersSettings = Field(default_factory=CustomersSettings)
    stock: StockSettings = Field(default_factory=StockSettings)
    products: ProductsSettings = Field(default_factory=ProductsSettings)
    reconcile: ReconcileSettings = Field(default_factory=ReconcileSettings)
    mail: MailSettings | None = Field(
        None, description="the mail server; without it no mail is sent"
    )
