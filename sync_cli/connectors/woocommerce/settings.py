"""How a WooCommerce shop is configured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from sync_cli.connectors.settings import Secret, SecretField, SystemSettings


class WooCommerceSettings(SystemSettings):
    """The shop."""

    kind: Literal["woocommerce"] = "woocommerce"
    key: SecretField = Field(description="REST API consumer key (read/write)")
    secret: SecretField = Field(description="REST API consumer secret")
    auth: Literal["basic", "query"] = Field(
        "basic", description="query: for servers that strip the Authorization header"
    )

    @property
    def mapping_folder(self) -> str:
        """One folder for all shops."""
        return self.kind

    def secrets(self) -> Mapping[str, Secret]:
        """Key and secret."""
        return {"key": self.key, "secret": self.secret}
