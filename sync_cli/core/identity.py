"""Names and marks by which a record is known again."""

from __future__ import annotations

import unicodedata
from base64 import b32encode
from collections.abc import Iterable
from hashlib import blake2b

from msgspec import Struct

from sync_cli.core.errors import ConfigError, IdentityError

REFERENCE_LENGTH = 20


class Seal(Struct, frozen=True):
    """Our mark on an order we wrote: which installation, and in which run."""

    installation: str
    run: int

    def __str__(self) -> str:
        return f"{self.installation}:{self.run}"


def read_seal(text: str) -> Seal | None:
    """The seal in a metadata value; None if there is none or it is not one of ours."""
    installation, colon, run = text.partition(":")
    if not colon or not installation or not (run.isascii() and run.isdigit()):
        return None
    return Seal(installation, int(run))


def check_seal(
    seal: Seal, installation: str, last_run: int, order: str, *, wrote: bool = True
) -> None:
    """Raise IdentityError if the seal tells of another writer, or of a state newer than ours.

    `wrote` claims that, as far as this state knows, that run did write orders: an old copy gives
    numbers out again, and the run of that number may have done something else.
    """
    if seal.installation != installation:
        raise IdentityError(
            f"{order} was written by another installation ({seal.installation}, this one is"
            f" {installation}): two programs write this shop, or the state file was lost.",
            "Stop the other one. If this state replaces a lost one, run `sync-cli state rebuild`.",
        )
    if seal.run > last_run or not wrote:
        knows = "did not write it" if seal.run <= last_run else f"knows only {last_run} runs"
        raise IdentityError(
            f"{order} was written by run {seal.run}, but this state {knows}: it is an old copy.",
            "Bring back the newest state file, or run `sync-cli state rebuild`.",
        )


def reference(template: str, shop: str, record_id: str) -> str:
    """Our name for a record in the other system; at most 20 characters. Raises ConfigError."""
    return fitting(template.format(shop=shop, id=record_id))


def fitting(name: str) -> str:
    """A reference that is not too long for other systems. Raises ConfigError."""
    if len(name) > REFERENCE_LENGTH:
        raise ConfigError(
            f"The reference {name!r} has {len(name)} characters, more than {REFERENCE_LENGTH}.",
            "Choose a shorter shop key, template or name of a part in the config.",
        )
    return name


def guest_key(email: str) -> str:
    """A stable name for a guest that shows no address: the hash of the folded e-mail."""
    hashed = blake2b(email.strip().casefold().encode(), digest_size=5).digest()
    return "g" + b32encode(hashed).decode().lower()


def lowest_first(ids: Iterable[str]) -> list[str]:
    """Ids from the oldest to the newest: by number where they are numbers, else by text."""
    return sorted(ids, key=lambda text: (0, int(text), "") if text.isdigit() else (1, 0, text))


def folded_sku(sku: str) -> str:
    """A SKU as a shop compares it: without regard to case and accents (FACTS 4.8)."""
    if sku.isascii():
        return sku.lower()
    parts = unicodedata.normalize("NFKD", sku.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
