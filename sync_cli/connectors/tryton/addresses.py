"""Postal addresses of parties: a document names one by id, so that it must be there first.

An address is found again by all that is written on it; only what is found nowhere is made. So a
repeat after a lost answer makes no second one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sync_cli.connectors.tryton.house import House
from sync_cli.connectors.tryton.wire import Wire

FIELDS = ("party_name", "attn", "street", "postal_code", "city", "country")
TEXTS = FIELDS[:-1]

Address = Mapping[str, Any]
Key = tuple[int, tuple[Any, ...]]


class UnknownCountry(Exception):
    """An address of a country that Tryton does not know; the text is its two letters."""


class Addresses:
    """Finds or makes the addresses of some documents."""

    def __init__(self, wire: Wire, house: House) -> None:
        self._wire = wire
        self._house = house
        self._known: dict[Key, int] = {}

    def values(self, address: Address) -> dict[str, Any]:
        """The address as Tryton's values. Raises UnknownCountry."""
        code = address.get("country") or ""
        if code and code not in self._house.countries:
            raise UnknownCountry(code)
        texts = {name: address.get(name) or None for name in TEXTS}
        return {**texts, "country": self._house.countries[code] if code else None}

    def ensure(self, wanted: Iterable[tuple[int, Address]]) -> None:
        """Have each address at its party; one call to look and one to make those that lack.

        Raises what a writing call raises.
        """
        keys = {self._key(party, address): (party, address) for party, address in wanted}
        self._look({key[0] for key in keys if key not in self._known})
        missing = [self._new(*keys[key]) for key in keys if key not in self._known]
        if missing:
            made = self._wire.write("party.address", "create", missing)
            lacking = [key for key in keys if key not in self._known]
            self._known.update(zip(lacking, made, strict=True))

    def id_of(self, party: int, address: Address) -> int:
        """The id of an address that `ensure` has seen to."""
        return self._known[self._key(party, address)]

    def _look(self, parties: Iterable[int]) -> None:
        ids = sorted(parties)
        if not ids:
            return
        rows = self._wire.search("party.address", [["party", "in", ids]], ["party", *FIELDS])
        for row in rows:
            self._known.setdefault((row["party"], written(row)), row["id"])

    def _new(self, party: int, address: Address) -> dict[str, Any]:
        return {"party": party, **self.values(address)}

    def _key(self, party: int, address: Address) -> Key:
        return party, written(self.values(address))


def written(values: Mapping[str, Any]) -> tuple[Any, ...]:
    """All that is written on an address, to compare it with another."""
    return tuple(values[name] or "" for name in FIELDS)


def given(payload: Mapping[str, Any], names: Sequence[str]) -> list[Address]:
    """The addresses of a payload that have a street, a city or a name on them."""
    found = [payload.get(name) or {} for name in names]
    return [one for one in found if any(one.get(name) for name in FIELDS)]
