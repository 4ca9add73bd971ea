"""How a Tryton is configured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from sync_cli.connectors.settings import Secret, SecretField, SystemSettings


class TrytonSettings(SystemSettings):
    """A Tryton, spoken to over its JSON-RPC; `url` is the server's address without the database."""

    kind: Literal["tryton"] = "tryton"
    database: str = Field(min_length=1, description="name of the database")
    user: str = Field(min_length=1, description="login name of the user made for sync-cli")
    password: SecretField = Field(description="that user's password")
    web_shop: str = Field(
        min_length=1, description="name of the web shop in Tryton that the orders belong to"
    )

    @property
    def mapping_folder(self) -> str:
        """One folder for all Trytons."""
        return self.kind

    def secrets(self) -> Mapping[str, Secret]:
        """The password."""
        return {"password": self.password}
