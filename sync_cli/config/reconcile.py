"""The nightly comparison and its mail: the parts `reconcile` and `mail`."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from sync_cli.connectors.settings import Duration, SecretField, Section

ADDRESS = r"^[^@\s<>,;]+@[^@\s<>,;]+$"


LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ReconcileSettings(Section):
    """The comparison of both sides; it writes to neither."""

    days: int | None = Field(
        None,
        ge=1,
        description="compare only orders changed in so many days, empty = since start_at",
    )
    grace: Duration = Field(
        timedelta(minutes=15),
        description="what changed so recently is in flight: named as waiting, not as a drift",
    )
    restock_within: Duration = Field(
        timedelta(days=14),
        description="goods that were refunded and are to be put back should be on the shelf after"
        " so long",
    )
    shown: int = Field(
        1000, ge=1, description="list so many drifts of a part at most; all are counted"
    )
    extra_products: bool = Field(
        True,
        description="report products that customers can buy, or that count their own stock, and"
        " that the ERP does not know",
    )


class MailSecurity(StrEnum):
    """How the way to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class MailWhen(StrEnum):
    """When a report is mailed."""

    DRIFTS = "drifts"
    ALWAYS = "always"


class MailSettings(Section):
    """Where `reconcile --mail` sends its report."""

    server: str = Field(min_length=1, description="name of the SMTP server")
    port: int = Field(587, ge=1, le=65535, description="587 for starttls, 465 for tls")
    security: MailSecurity = Field(
        MailSecurity.STARTTLS,
        description="starttls, tls, or none (only for a server on this machine)",
    )
    user: str = Field("", description="user name at the server, empty = no authentication")
    password: SecretField | None = Field(None, description="needed where `user` is set")
    sender: str = Field(pattern=ADDRESS, description="the address that the report comes from")
    recipients: tuple[Annotated[str, Field(pattern=ADDRESS)], ...] = Field(
        min_length=1, description="the addresses that it goes to"
    )
    when: MailWhen = Field(
        MailWhen.DRIFTS, description="drifts: only if the sides do not agree; always: every time"
    )
    timeout: Duration = Field(timedelta(seconds=30), description="longest wait for the server")
    ca_file: Path | None = Field(None, description="certificates to trust instead of the system's")

    @model_validator(mode="after")
    def _check(self) -> MailSettings:
        if self.user and self.password is None:
            raise ValueError("`user` needs a `password`: write {env: NAME} or {file: PATH}")
        if self.security is MailSecurity.NONE and self.server not in LOOPBACK:
            raise ValueError("without TLS the server must be on this machine (localhost)")
        return self
