"""What becomes of a customer that both sides know: the shop leads, but empties nothing."""

from __future__ import annotations

from typing import Any

from sync_cli.core.model import Address, Customer

_PLACE = ("street", "postcode", "city")
_CONTACT = ("email", "phone")


def completed(ours: Customer, theirs: Customer) -> Customer:
    """`ours`, with what it leaves empty taken from `theirs`: written there, it empties nothing.

    A person's name and an address count as wholes, so that no half of one stands beside a half of
    the other. A reference that they have stays.
    """
    person = ours if ours.first_name or ours.last_name else theirs
    return ours.model_copy(
        update={
            "reference": theirs.reference or ours.reference,
            "email": ours.email or theirs.email,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "company": ours.company or theirs.company,
            "vat_id": ours.vat_id or theirs.vat_id,
            "billing": _address(ours.billing, theirs.billing),
            "shipping": _address(ours.shipping, theirs.shipping),
            "extra": {**theirs.extra, **_filled(ours.extra.items())},
        }
    )


def _address(ours: Address, theirs: Address) -> Address:
    whole = ours if any(getattr(ours, name) for name in _PLACE) else theirs
    contact = {name: getattr(ours, name) or getattr(theirs, name) for name in _CONTACT}
    return whole.model_copy(update=contact)


def _filled(items: Any) -> dict[str, Any]:
    return {key: value for key, value in items if value not in (None, "")}
