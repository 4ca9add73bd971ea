"""State knows whom it belongs to: any other answer stops a run before its first write."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

from sync_cli.connectors.base import Identity
from sync_cli.core.errors import AccessDenied, ConfigError, IdentityError
from sync_cli.state.store import State

HOST = "host"
_MACHINE = Path("/etc/machine-id")


def facts_of(identity: Identity) -> dict[str, str]:
    """What a system must say again in every later run."""
    return {"kind": identity.kind, "address": identity.address, "company": identity.company}


def host_facts() -> dict[str, str]:
    """This machine: its id where it has one, else its name."""
    try:
        return {"machine": _MACHINE.read_text(encoding="ascii").strip()}
    except OSError:
        return {"machine": socket.gethostname()}


def check_belonging(state: State, role: str, facts: Mapping[str, str], *, remember: bool) -> None:
    """Raise IdentityError if `role` answers otherwise than before; first contact is remembered."""
    known = state.identity(role)
    if known is None:
        if remember:
            state.set_identity(role, facts)
        return
    changed = [key for key, value in facts.items() if known.get(key, value) != value]
    if changed:
        was = ", ".join(f"{key} {known[key]!r}" for key in changed)
        now = ", ".join(f"{key} {facts[key]!r}" for key in changed)
        raise IdentityError(
            f"The {role} is another one: this state belongs to {was}, but now it is {now}.",
            "Nothing was written. If it was moved on purpose, run `sync-cli state accept`.",
        )


def check_staging(name: str, identity: Identity, *, staging: bool) -> None:
    """Raise IdentityError if a staging configuration would write to a production system."""
    if staging and identity.environment == "production":
        raise IdentityError(
            f"This configuration is marked staging, but {name} at {identity.address} calls itself"
            " production.",
            "Nothing was written. Use --dry-run, or name the staging system in the config.",
        )


def check_rights(name: str, identity: Identity) -> None:
    """Raise AccessDenied naming the rights that are missing."""
    if identity.lacks:
        raise AccessDenied(
            name,
            f"{name} gives too few rights: {', '.join(identity.lacks)}.",
            "Give the user of sync-cli these rights.",
        )


def check_rights_for(name: str, identity: Identity, entity: str, part: str) -> None:
    """Raise ConfigError naming the rights that `part` of the configuration needs for an entity.

    It leaves the other commands alone, as denied access would not.
    """
    if lacks := identity.lacks_for.get(entity):
        raise ConfigError(
            f"{name} gives too few rights for {part}: {', '.join(lacks)}.",
            f"Give the user of sync-cli these rights, or set {part}.mode: off.",
        )
