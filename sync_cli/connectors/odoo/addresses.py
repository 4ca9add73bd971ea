"""The addresses of orders: contacts below the customer, found by their content or made once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, ClassVar

from msgspec import Struct

from sync_cli.connectors.base import NotSent, batched
from sync_cli.connectors.odoo.asking import search_read
from sync_cli.connectors.odoo.loading import Load, Loaded, Loader, Outcome, external_id
from sync_cli.connectors.odoo.lookups import Lookups
from sync_cli.connectors.odoo.parts import ADDRESS_FIELDS
from sync_cli.connectors.odoo.shapes import ARCHIVED_TOO
from sync_cli.connectors.odoo.values import Row, id_of, number_of, text_of
from sync_cli.connectors.odoo.wire import Wire
from sync_cli.core.values import Discreet

_POSTAL = ("street", "street2", "zip", "city")
_ASKED_AT_ONCE = 100


class Address(Discreet, Struct, frozen=True):
    """Where something is sent to; `owner` is the customer's id, `use` "invoice" or "delivery"."""

    hidden: ClassVar[frozenset[str]] = frozenset({"name", "postal", "email", "phone"})

    owner: str
    use: str
    name: str
    postal: tuple[str, ...]
    country: str = ""
    state: str = ""
    email: str = ""
    phone: str = ""

    @property
    def content(self) -> tuple[str, ...]:
        """What makes it another address: a new telephone number does not."""
        return (self.owner, self.name, *self.postal, self.country, self.state)

    @property
    def reference(self) -> str:
        """A name that the same address always has."""
        mark = blake2b("\0".join(self.content).encode(), digest_size=8).hexdigest()
        return f"{self.owner}_{mark}"


def address_of(owner: str, use: str, payload: Mapping[str, Any], lookups: Lookups) -> Address:
    """The address in a payload, with the ids of country and state. Raises NotNamed."""
    code = text_of(payload.get("country"))
    return Address(
        owner,
        use,
        _text(payload.get("name")),
        tuple(_text(payload.get(name)) for name in _POSTAL),
        str(lookups.country(code)) if code else "",
        lookups.state(code, text_of(payload.get("state"))),
        _text(payload.get("email")),
        _text(payload.get("phone")),
    )


def is_blank(payload: Mapping[str, Any]) -> bool:
    """Whether nothing of a place is said, so that the customer's own address counts."""
    return not any(_text(payload.get(name)) for name in (*_POSTAL, "name"))


class Addresses:
    """The ids of addresses in one Odoo."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._loader = Loader(wire, "res.partner")

    def ids(self, addresses: Sequence[Address]) -> Mapping[Address, Outcome]:
        """The id of each; those that exist nowhere are made, all in one call.

        Raises SystemFault or ConfigError where the existing ones cannot be read.
        """
        known = self._existing(sorted({address.owner for address in addresses}, key=number_of))
        found: dict[Address, Outcome] = {}
        new: dict[tuple[str, ...], Address] = {}
        for address in dict.fromkeys(addresses):
            if (id_ := known.get(address.content)) is not None:
                found[address] = Loaded(id_)
            else:
                new.setdefault(address.content, address)
        made = dict(zip(new, self._loader.load(list(map(_load, new.values()))), strict=True))
        return {**found, **{a: made[a.content] for a in addresses if a not in found}}

    def _existing(self, owners: Sequence[str]) -> Mapping[tuple[str, ...], str]:
        """The ids of the customers' own addresses and of those below them, by their content."""
        known: dict[tuple[str, ...], str] = {}
        for some in batched(map(number_of, owners), _ASKED_AT_ONCE):
            domain = ["|", ["id", "in", some], ["parent_id", "in", some], *ARCHIVED_TOO]
            rows = self._wire.look(search_read("res.partner", domain, ADDRESS_FIELDS, order="id"))
            for row in rows.data:
                known.setdefault(_content(row), str(row["id"]))
        return known


def address_or_customer(
    outcomes: Mapping[Address, Outcome], address: Address | None, owner: str
) -> str | Outcome:
    """The id to write into a document, or why there is none."""
    if address is None:
        return owner
    outcome = outcomes.get(address, NotSent("its address was not made"))
    return outcome.id if isinstance(outcome, Loaded) else outcome


def _load(address: Address) -> Load:
    own = {
        "id": external_id("address", address.reference),
        "parent_id/.id": address.owner,
        "type": address.use,
        "name": address.name,
        **dict(zip(_POSTAL, address.postal, strict=True)),
        "country_id/.id": address.country,
        "email": address.email,
        "phone": address.phone,
    }
    if address.state:
        own["state_id/.id"] = address.state
    return Load(f"Address of customer {address.owner}", own)


def _content(row: Row) -> tuple[str, ...]:
    owner = id_of(row.get("parent_id")) or str(row["id"])
    postal = tuple(_text(row.get(name)) for name in _POSTAL)
    own = (id_of(row.get("country_id")), id_of(row.get("state_id")))
    return (owner, _text(row.get("name")), *postal, *own)


def _text(value: Any) -> str:
    return " ".join(text_of(value).split())
