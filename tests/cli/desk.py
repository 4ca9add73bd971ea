"""A desk with a configuration on it, and nobody at the other end of the line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.scenarios.stage import Said, type_command

SECRETS = {"K": "ck_desk_7f3a", "S": "cs_desk_9b1c", "T": "token_desk_5d2e"}
CONFIG = """\
shop: main
state: state.sqlite
systems:
  shop:
    url: https://shop.invalid
    key: {env: K}
    secret: {env: S}
  erp:
    url: https://erp.invalid
    profile: sandbox-erp
    credentials: {token: {env: T}}
orders:
  mode: 'on'
  start_at: 2026-01-01
"""


@dataclass
class Desk:
    """Types commands about a configuration in `folder`."""

    folder: Path

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "config.yaml"

    def write(self, *changes: tuple[str, str]) -> None:
        """Write the configuration with texts in it replaced; each must be there."""
        text = CONFIG
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        self.config.write_text(text, encoding="utf-8")

    def overlay(self, system: str, entity: str, text: str) -> None:
        """Put a mapping of the merchant's own beside the configuration."""
        folder = self.folder / "own" / system
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{entity}.yaml").write_text(text, encoding="utf-8")

    def type(self, *words: str, env: Mapping[str, str] | None = None) -> Said:
        """Type one command, the secrets in the environment unless `env` says otherwise."""
        given = SECRETS if env is None else env
        blank = dict.fromkeys(SECRETS, "")
        return type_command(*words, "--config", str(self.config), env={**blank, **given})

    def untouched(self) -> bool:
        """Whether nothing was remembered."""
        return not (self.folder / "state.sqlite").exists()
