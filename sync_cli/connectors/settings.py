"""What every system of the configuration has in common: its address, its pace, its secrets."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from sync_cli.core.errors import ConfigError

_DURATION = re.compile(r"(\d+)\s*(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read_duration(value: Any) -> Any:
    """A timedelta from "90s", "5m", "2h" or "3d"; other values pass to pydantic."""
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value.strip())
    if match is None:
        raise ValueError("write a duration as 90s, 5m, 2h or 3d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


Duration = Annotated[timedelta, BeforeValidator(read_duration)]


class Section(BaseModel):
    """A part of the configuration; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Secret(Section):
    """Where a secret is: an environment variable or a file; never the secret itself."""

    env: str = ""
    file: Path | None = None

    def reveal(self, what: str) -> str:
        """The secret. Raises ConfigError naming the variable or file that is missing."""
        if self.env:
            value = os.environ.get(self.env, "")
            if not value:
                raise ConfigError(
                    f"The secret {what} is missing: the environment variable {self.env} is empty.",
                    f"Type `export {self.env}=...` in this terminal; for a timer, write it into its"
                    " EnvironmentFile.",
                )
            return value
        if self.file is None:
            raise ConfigError(f"The secret {what} names neither `env` nor `file`.")
        try:
            return self.file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(
                f"The secret {what} cannot be read from {self.file}: {error.strerror}.",
                "Create the file with mode 0600 for the user that runs sync-cli.",
            ) from None


def _no_plain_secret(value: Any) -> Any:
    if isinstance(value, str):
        raise ValueError("a secret does not belong here; write {env: NAME} or {file: PATH}")
    return value


SecretField = Annotated[Secret, BeforeValidator(_no_plain_secret)]


def _whole_address(url: str) -> str:
    wrong = "write the whole address, beginning with https:// and without blanks"
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname)
        is_whole = is_whole and (parts.port is None or parts.port > 0)
    except ValueError:
        raise ValueError(wrong) from None
    if not is_whole or any(character.isspace() for character in url):
        raise ValueError(wrong)
    return url


Address = Annotated[str, AfterValidator(_whole_address)]


class SystemSettings(Section):
    """What every system has in common."""

    url: Address = Field(description="base address; https, plain http only on this machine")
    buffer: Duration = Field(
        timedelta(minutes=5), description="how much of the past is read again in each run"
    )
    in_doubt: Duration | None = Field(
        None, description="how long a lost call may still take effect (default: the connector's)"
    )
    max_per_minute: int = Field(0, ge=0, description="most requests a minute, 0 = no limit")
    timeout: Duration = Field(timedelta(seconds=60), description="longest wait for one answer")
    ca_file: Path | None = Field(None, description="certificates to trust instead of the system's")

    @property
    def mapping_folder(self) -> str:
        """The folder of field rules under mappings/."""
        raise NotImplementedError

    def secrets(self) -> Mapping[str, Secret]:
        """Where the secrets are, by their keys below the system's."""
        raise NotImplementedError
