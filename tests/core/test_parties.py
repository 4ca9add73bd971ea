"""The shop leads in what it knows of a customer, and empties nothing that the ERP knows."""

from __future__ import annotations

from typing import Any

import pytest

from sync_cli.core.model import Address, Customer
from sync_cli.core.parties import completed

DOM = {"street": "Am Dom 1", "postcode": "50667", "city": "Koeln", "country": "DE"}


def customer(**fields: Any) -> Customer:
    return Customer(id="7", **fields)


@pytest.mark.parametrize("field", ["email", "company", "vat_id"])
def test_a_filled_field_wins_and_an_empty_one_leaves_theirs(field: str) -> None:
    assert getattr(
        completed(customer(**{field: "ours"}), customer(**{field: "theirs"})), field
    ) == ("ours")
    assert getattr(completed(customer(), customer(**{field: "theirs"})), field) == "theirs"


def test_a_name_is_a_whole() -> None:
    made = completed(customer(last_name="Muster"), customer(first_name="E.", last_name="M."))
    assert (made.first_name, made.last_name) == ("", "Muster")
    kept = completed(customer(), customer(first_name="E.", last_name="M."))
    assert (kept.first_name, kept.last_name) == ("E.", "M.")


def test_an_address_is_a_whole_but_mail_and_phone_are_not() -> None:
    theirs = Address(street2="back yard", email="a@b.example", phone="1", **DOM)
    ours = Address(street="Heidestr. 17", phone="2")
    made = completed(customer(billing=ours), customer(billing=theirs)).billing
    assert made == Address(street="Heidestr. 17", phone="2", email="a@b.example")


@pytest.mark.parametrize("ours", [Address(), Address(country="AT", state="W", last_name="M.")])
def test_an_address_without_a_place_is_none(ours: Address) -> None:
    theirs = Address(**DOM)
    made = completed(
        customer(billing=ours, shipping=ours), customer(billing=theirs, shipping=theirs)
    )
    assert (made.billing, made.shipping) == (theirs, theirs)


def test_their_reference_stays() -> None:
    assert (
        completed(customer(reference="ours"), customer(reference="by hand")).reference == "by hand"
    )
    assert completed(customer(reference="ours"), customer()).reference == "ours"


def test_own_fields_of_a_merchant_follow_the_same_rule() -> None:
    made = completed(customer(extra={"a": "", "b": 1}), customer(extra={"a": "x", "b": 2, "c": 3}))
    assert made.extra == {"a": "x", "b": 1, "c": 3}


def test_who_is_known_to_one_side_only_is_as_it_was() -> None:
    ours = customer(email="a@b.example", billing=Address(**DOM), role="customer")
    assert completed(ours, customer()) == ours
