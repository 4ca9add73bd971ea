"""Makes customers and changes them: a party with its addresses and ways of contact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sync_cli.connectors.base import Change, Done, Draft, Failed, InDoubt, Json, Raw, Result, Traits
from sync_cli.connectors.http import RequestRefused
from sync_cli.connectors.problems import not_found, not_kept
from sync_cli.connectors.tryton import problems
from sync_cli.connectors.tryton.addresses import FIELDS as ADDRESS_FIELDS
from sync_cli.connectors.tryton.addresses import Addresses, UnknownCountry, written
from sync_cli.connectors.tryton.documents import not_sent, refusal_of
from sync_cli.connectors.tryton.house import House
from sync_cli.connectors.tryton.parts import in_parts, unless_down
from sync_cli.connectors.tryton.read import Reader
from sync_cli.connectors.tryton.wire import Wire

PARTY = "party.party"
CONTACTS = {"email": "email", "phone": "phone"}
BEHIND = ("contact_mechanisms.type", "identifiers.type")
ADDRESSES = {"invoice_address": "invoice", "delivery_address": "delivery"}


class Parties:
    """`create` and `update` of customers."""

    def __init__(self, wire: Wire, house: House, traits: Traits, reader: Reader) -> None:
        self._wire = wire
        self._addresses = Addresses(wire, house)
        self._batch = traits.batch
        self._reader = reader

    def create(self, drafts: Sequence[Draft]) -> Iterator[Result]:
        """See `Connector.create`."""
        yield from unless_down(
            self._wire, lambda: self._create(drafts), partial(not_sent, len(drafts))
        )

    def _create(self, drafts: Sequence[Draft]) -> list[Result]:
        possible, results = self._possible([draft.payload for draft in drafts])
        new = [drafts[place] for place in possible]
        made = in_parts(self._wire, new, self._batch, self._send, self._not_made)
        results.update(zip(possible, made, strict=True))
        return [results[place] for place in range(len(drafts))]

    def update(self, changes: Sequence[Change]) -> Iterator[Result]:
        """See `Connector.update`."""
        yield from unless_down(
            self._wire, lambda: self._update(changes), partial(not_sent, len(changes))
        )

    def _update(self, changes: Sequence[Change]) -> list[Result]:
        possible, results = self._possible([change.fields for change in changes])
        asked = [changes[place] for place in possible]
        kept = in_parts(self._wire, asked, self._batch, self._write, self._not_kept)
        results.update(zip(possible, kept, strict=True))
        return [results[place] for place in range(len(changes))]

    def _possible(self, payloads: Sequence[Json]) -> tuple[list[int], dict[int, Result]]:
        """The places of payloads that Tryton may take, and the others' results."""
        possible: list[int] = []
        results: dict[int, Result] = {}
        for place, payload in enumerate(payloads):
            try:
                for name in ADDRESSES:
                    self._addresses.values(payload.get(name) or {})
                possible.append(place)
            except UnknownCountry as unknown:
                reason = problems.unknown_name(self._wire.system, "", "country", str(unknown))
                results[place] = Failed(reason)
        return possible, results

    def _send(self, drafts: Sequence[Draft]) -> Sequence[Result]:
        ids = self._wire.write(PARTY, "create", [self._values(draft) for draft in drafts])
        return self._stored([str(id_) for id_ in ids])

    def _stored(self, ids: Sequence[str]) -> list[Result]:
        """The records as they are now, with their birth marks; made they are in any case."""

        def read() -> list[Result]:
            there = {raw.id: raw for raw in self._reader.fetch(ids)}
            return [Done(id_, there[id_].data, birth=there[id_].birth) for id_ in ids]

        return unless_down(self._wire, read, lambda _why: [Done(id_, {}) for id_ in ids])

    def _values(self, draft: Draft) -> dict[str, Any]:
        payload = draft.payload
        values: dict[str, Any] = {"name": payload["name"]}
        if draft.reference:
            values["code"] = draft.reference
        contacts = [
            {"type": kind, "value": payload[name]}
            for name, kind in CONTACTS.items()
            if payload.get(name)
        ]
        values["contact_mechanisms"] = [["create", contacts]]
        values["addresses"] = [["create", self._new_addresses(payload)]]
        if payload.get("vat_id"):
            values["identifiers"] = [["create", [{"type": "eu_vat", "code": payload["vat_id"]}]]]
        return values

    def _new_addresses(self, payload: Json) -> list[dict[str, Any]]:
        """One address for both purposes where they are the same."""
        wanted = {name: payload.get(name) for name in ADDRESSES if payload.get(name)}
        same = len(wanted) == 2 and len({str(dict(one)) for one in wanted.values() if one}) == 1
        if same or len(wanted) == 1:
            address = next(iter(wanted.values()))
            return [{**self._addresses.values(address or {}), "invoice": True, "delivery": True}]
        return [
            {
                **self._addresses.values(address or {}),
                "invoice": purpose == "invoice",
                "delivery": purpose == "delivery",
            }
            for (name, purpose) in ADDRESSES.items()
            if (address := wanted.get(name))
        ]

    def _not_made(self, draft: Draft, refused: RequestRefused) -> Result:
        return refusal_of(self._wire, self._reader, draft, refused)

    def _write(self, changes: Sequence[Change]) -> Sequence[Result]:
        """Absolute values in one call; what is behind a party is addressed by its own id."""
        rows = {row["id"]: row for row in self._behind([int(one.id) for one in changes])}
        known = [one for one in changes if int(one.id) in rows]
        if known:
            pairs: list[Any] = []
            for one in known:
                pairs += [[int(one.id)], self._changed(one.fields, rows[int(one.id)])]
            self._wire.write(PARTY, "write", *pairs, repeatable=True)
        return unless_down(
            self._wire,
            lambda: self._read_again(changes, [one.id for one in known]),
            lambda why: [InDoubt(why, one.id) for one in changes],
        )

    def _read_again(self, changes: Sequence[Change], known: Sequence[str]) -> list[Result]:
        stored = {raw.id: raw for raw in self._reader.fetch(known)}
        return [self._kept(one, stored.get(one.id)) for one in changes]

    def _behind(self, ids: list[int]) -> list[dict[str, Any]]:
        domain = [["id", "in", ids], ["active", "in", [True, False]]]
        own = ("active", *ADDRESSES.values(), *ADDRESS_FIELDS)
        fields = [*(f"addresses.{name}" for name in own), *BEHIND]
        return self._wire.search(PARTY, domain, fields)

    def _changed(self, fields: Json, row: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if "name" in fields:
            values["name"] = fields["name"]
        contacts = [
            _put(row["contact_mechanisms."], kind, {"type": kind, "value": fields[name]})
            for name, kind in CONTACTS.items()
            if fields.get(name)
        ]
        if contacts:
            values["contact_mechanisms"] = contacts
        if fields.get("vat_id"):
            vat = {"type": "eu_vat", "code": fields["vat_id"]}
            values["identifiers"] = [_put(row["identifiers."], "eu_vat", vat)]
        addresses = [
            order
            for name, purpose in ADDRESSES.items()
            if fields.get(name)
            for order in self._put_address(row["addresses."], purpose, fields[name])
        ]
        if addresses:
            values["addresses"] = addresses
        return values

    def _put_address(
        self, rows: Sequence[Mapping[str, Any]], purpose: str, address: Json
    ) -> list[list[Any]]:
        """Give the purpose to this address; the old one stays for documents that name it."""
        values = self._addresses.values(address)
        active = [row for row in rows if row["active"]]
        same = [row["id"] for row in active if written(row) == written(values)][:1]
        others = [row["id"] for row in active if row[purpose] and row["id"] not in same]
        orders: list[list[Any]] = [["write", others, {purpose: False}]] if others else []
        if same:
            return [*orders, ["write", same, {purpose: True}]]
        return [*orders, ["create", [{**values, purpose: True}]]]

    def _kept(self, change: Change, raw: Raw | None) -> Result:
        if raw is None:
            return Failed(not_found(self._wire.system, change.id, "customer", change.id), change.id)
        if lost := _differing(change.fields, raw.data):
            return Failed(not_kept(self._wire.system, change.id, lost), change.id)
        return Done(change.id, raw.data, birth=raw.birth)

    def _not_kept(self, change: Change, refused: RequestRefused) -> Result:
        return Failed(problems.refused(self._wire.system, change.id, refused), change.id)


def _put(rows: Sequence[Mapping[str, Any]], kind: str, values: Mapping[str, Any]) -> list[Any]:
    """Write the first one of this kind, or make it."""
    there = next((row["id"] for row in rows if row["type"] == kind), None)
    return ["create", [values]] if there is None else ["write", [there], values]


def _differing(sent: Json, stored: Json) -> list[str]:
    """The plain fields that were sent and are stored otherwise."""
    return [
        name
        for name, value in sent.items()
        if name in ("name", "email", "phone", "vat_id") and value and stored.get(name) != value
    ]
