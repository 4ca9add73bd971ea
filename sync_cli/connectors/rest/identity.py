"""Asks a system who it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sync_cli.connectors.base import Identity
from sync_cli.connectors.rest.paths import Expression
from sync_cli.connectors.rest.profile import Identify, Profile
from sync_cli.connectors.rest.times import moment_reader
from sync_cli.connectors.rest.wire import Reply, Wire
from sync_cli.core.checkup import Finding, Grade, rights_of
from sync_cli.core.errors import ConfigError


def ask_identity(wire: Wire, profile: Profile) -> Identity:
    """Who answers, as the profile finds it. Raises SystemFault or ConfigError."""
    words = profile.identify
    reply = wire.read(words.call, {}, lambda data: words.address(data) not in (None, ""))
    return Identity(
        kind=profile.kind,
        version=_text(words.version, reply.data),
        address=_text(words.address, reply.data),
        company=_text(words.company, reply.data),
        clock=_clock(wire, words, reply),
        environment=_text(words.environment, reply.data) or "production",
        lacks=_lacks(words, reply.data),
        facts={name: _text(path, reply.data) for name, path in words.facts.items()},
    )


def inspect(wire: Wire, profile: Profile, *, writes: bool) -> Iterator[Finding]:
    """Rights beyond those that the profile needs; see `Inspects.inspect`."""
    words = profile.identify
    if words.rights is None:
        yield Finding(Grade.NOTE, "rights", "The system does not tell which rights its user has.")
        return
    data = wire.read(words.call, {}, lambda data: words.address(data) not in (None, "")).data
    spare = sorted(set(map(str, words.rights(data) or ())) - set(words.needs))
    yield rights_of(spare, writes=writes)


def _clock(wire: Wire, words: Identify, reply: Reply) -> datetime:
    if words.clock is None:
        return reply.clock
    try:
        told = moment_reader(words.clock.form, words.clock.zone)(words.clock.path(reply.data))
    except ValueError as error:
        raise ConfigError(
            f"The clock of {wire.system} cannot be read: {error}.",
            "Correct `identify.clock` in the profile.",
        ) from error
    return told or reply.clock


def _lacks(words: Identify, data: Any) -> tuple[str, ...]:
    if words.lacks is not None:
        return tuple(map(str, words.lacks(data) or ()))
    if words.rights is None:
        return ()
    granted = set(map(str, words.rights(data) or ()))
    return tuple(right for right in words.needs if right not in granted)


def _text(expression: Expression | None, data: Any) -> str:
    found = expression(data) if expression is not None else None
    return "" if found is None else str(found)
