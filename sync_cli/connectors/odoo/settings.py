"""How an Odoo is configured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from sync_cli.connectors.settings import Secret, SecretField, SystemSettings


class OdooSettings(SystemSettings):
    """An Odoo, spoken to over its JSON-RPC; `url` is the server's address without any path."""

    kind: Literal["odoo"] = "odoo"
    database: str = Field(min_length=1, description="name of the database")
    user: str = Field(min_length=1, description="login name of the user made for sync-cli")
    key: SecretField = Field(description="an API key of that user (Preferences > Account Security)")
    api: Literal["jsonrpc", "json2"] = Field(
        "jsonrpc", description="json2: Odoo 19 and later, which do without the older way"
    )
    environment: Literal["production", "staging"] = Field(
        "production", description="what this Odoo is: it does not say so itself"
    )
    price_digits: int = Field(
        2, ge=0, le=6, description="decimals of unit prices (Settings > Decimal Accuracy)"
    )
    keep_dates: bool = Field(
        True,
        description="true: a confirmed order with a delivery date gets the shop's date back, which"
        " Odoo replaces at confirming; orders without a delivery date keep Odoo's",
    )

    @property
    def mapping_folder(self) -> str:
        """One folder for all Odoos."""
        return self.kind

    def secrets(self) -> Mapping[str, Secret]:
        """The API key."""
        return {"key": self.key}
