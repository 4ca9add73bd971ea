"""How a system that is described by a profile is configured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from sync_cli.connectors.base import References
from sync_cli.connectors.settings import Secret, SecretField, SystemSettings


class RestSettings(SystemSettings):
    """An ERP or CRM spoken to by a profile of REST calls."""

    kind: Literal["rest"] = "rest"
    profile: str = Field(description="name of the profile, a folder under mappings/")
    references: References | None = Field(
        None,
        description="what this ERP does with our reference on orders, if it is set up otherwise"
        " than the profile says: unique, searchable or none",
    )
    taxes: Literal["given", "computed"] | None = Field(
        None,
        description="who says what the tax of an order is, if it is otherwise than the profile"
        " says: given (we do, to the cent) or computed (the ERP, out of tax codes)",
    )
    credentials: Mapping[str, SecretField] = Field(
        default_factory=dict, description="what the profile's `auth` asks for, such as token"
    )

    @property
    def mapping_folder(self) -> str:
        """The profile's own folder."""
        return self.profile

    def secrets(self) -> Mapping[str, Secret]:
        """What the profile asks for."""
        return {f"credentials.{name}": secret for name, secret in self.credentials.items()}
