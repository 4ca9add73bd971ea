"""Names and marks by which a record is known again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from sync_cli.core.errors import ConfigError, IdentityError

REFERENCE_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Seal:
    """Our mark on an order we wrote: which installation, and in which run."""

    installation: str
    run: int

    def __str__(self) -> str:
        return f"{self.installation}:{self.run}"


def read_seal(text: str) -> Seal | None:
    """The seal in a metadata value; None if there is none or it is not one of ours."""
    installation, colon, run = text.partition(":")
    if not colon or not installation or not run.isdigit():
        return None
    return Seal(installation, int(run))


def check_seal(seal: Seal, installation: str, last_run: int, order: str) -> None:
    """Raise IdentityError if the seal tells of another writer, or of a state newer than ours."""
    if seal.installation != installation:
        raise IdentityError(
            f"{order} was written by another installation ({seal.installation}, this one is"
            f" {installation}): two programs write this shop, or the state file was lost.",
            "Stop the other one. If this state replaces a lost one, run `sync-cli state rebuild`.",
        )
    if seal.run > last_run:
        raise IdentityError(
            f"{order} was written by run {seal.run}, but this state knows only {last_run} runs:"
            " it is an old copy.",
            "Bring back the newest state file, or run `sync-cli state rebuild`.",
        )


def reference(template: str, shop: str, record_id: str) -> str:
    """Our name for a record in the other system; at most 20 characters. Raises ConfigError."""
    name = template.format(shop=shop, id=record_id)
    if len(name) > REFERENCE_LENGTH:
        raise ConfigError(
            f"The reference {name!r} has {len(name)} characters, more than {REFERENCE_LENGTH}.",
            "Choose a shorter shop key or template in the config.",
        )
    return name


def guest_key(email: str) -> str:
    """A stable name for a guest that shows no address: the hash of the folded e-mail."""
    return "g" + blake2b(email.strip().casefold().encode(), digest_size=5).hexdigest()


def lowest_first(ids: Iterable[str]) -> list[str]:
    """Ids from the oldest to the newest: by number where they are numbers, else by text."""
    return sorted(ids, key=lambda text: (0, int(text), "") if text.isdigit() else (1, 0, text))
