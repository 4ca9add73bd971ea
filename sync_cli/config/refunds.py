"""Money on its way back, and money that came in: the parts `refunds` and `payments`."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from sync_cli.config.shared import Instant, Template
from sync_cli.connectors.settings import Section
from sync_cli.core.model import Disposition
from sync_cli.core.refunds import Mismatch
from sync_cli.engine.route import Mode


class Goods(StrEnum):
    """What becomes of the goods of a refund that does not say it itself."""

    SHOP = "shop"
    RESTOCK = "restock"
    SCRAP = "scrap"
    REPAIR = "repair"
    NONE = "none"

    @property
    def fixed(self) -> Disposition | None:
        """The same for all pieces; None: as the shop did with each."""
        return None if self is Goods.SHOP else Disposition(self.value)


class RefundsSettings(Section):
    """Refunds, shop to ERP: each becomes a credit note. Run by `sync-cli orders`."""

    mode: Mode = Field(
        Mode.OFF, description="off, plan (print only) or on (needs `orders.mode: on`)"
    )
    reference: Template = Field("WC-{shop}-R{id}", description="our name for a refund in the ERP")
    mismatch: Mismatch = Field(
        Mismatch.ADJUST,
        description="a refund whose lines are not its amount: adjust (one line more for each tax"
        " of the order) or hold",
    )
    disposition: Goods = Field(
        Goods.SHOP,
        description="goods of a refund that does not say it itself: shop (what the shop put back"
        " in stock is put back in the ERP), restock, scrap, repair, or none (they stay with the"
        " customer)",
    )
    from_erp: Mode = Field(
        Mode.OFF,
        description="credit notes that the ERP makes itself become refunds of the shop: off, plan"
        " or on (needs `mode: on` too)",
    )
    from_erp_since: Instant | None = Field(
        None, description="compulsory with `from_erp`: older credit notes stay in the ERP alone"
    )
    api_refund: bool = Field(
        False,
        description="true: the shop's payment gateway sends the money of such a refund to the"
        " customer; false: you have sent it",
    )

    @model_validator(mode="after")
    def _says_since_when(self) -> RefundsSettings:
        if self.from_erp is not Mode.OFF and self.from_erp_since is None:
            raise ValueError("`from_erp` needs `from_erp_since`, the day from which on it holds")
        return self


class PaymentsSettings(Section):
    """Payments, shop to ERP: money that the shop received. Run by `sync-cli orders`."""

    mode: Mode = Field(
        Mode.OFF, description="off, plan (print only) or on (needs `orders.mode: on`)"
    )
    since: Instant | None = Field(
        None, description="compulsory with `mode`: what was paid before is left to the books"
    )
    reference: Template = Field("WC-{shop}-P{id}", description="our name for a payment in the ERP")

    @model_validator(mode="after")
    def _says_since_when(self) -> PaymentsSettings:
        if self.mode is not Mode.OFF and self.since is None:
            raise ValueError("`mode` needs `since`, the day from which on payments are booked")
        return self
