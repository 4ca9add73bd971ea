"""Customers with their addresses: made once, changed in one call for many."""

from __future__ import annotations

from typing import Any

from sync_cli.connectors.base import Change, Done, Draft, Failed, InDoubt
from sync_cli.connectors.odoo.connector import Odoo
from tests.connectors.odoo.odoo_erp import Erp

PLACE = {"street": "Weg 1", "zip": "20457", "city": "Hamburg", "country": "DE", "state": "DE-BE"}


def customer(number: int, **more: Any) -> Draft:
    reference = f"WC-main-C{number}"
    own = {"ref": reference, "name": f"Petra {number}", "email": f"p{number}@kunde.example"}
    return Draft(reference, {**own, **PLACE, **more})


def test_many_customers_go_in_one_load_and_again_in_none(erp: Erp, connector: Odoo) -> None:
    drafts = [customer(n) for n in range(20)]
    first = [r.id for r in connector.create("customer", drafts) if isinstance(r, Done)]
    again = [r.id for r in erp.open().create("customer", drafts) if isinstance(r, Done)]
    assert first == again
    assert len(set(first)) == 20
    assert erp.made("res.partner.load") == 1


def test_country_and_state_become_ids_and_come_back_as_codes(erp: Erp, connector: Odoo) -> None:
    (result,) = connector.create("customer", [customer(1)])
    assert isinstance(result, Done)
    row = erp.store.row("res.partner", int(result.id))
    assert (row["country_id"], row["state_id"]) == (57, 1)
    assert (result.as_stored["country"], result.as_stored["state"]) == ("DE", "BE")


def test_another_delivery_address_is_a_contact_below(connector: Odoo) -> None:
    there = {"name": "Lager", "street": "Gasse 2", "zip": "53111", "city": "Bonn", "country": "DE"}
    (result,) = connector.create("customer", [customer(1, delivery_address=there)])
    assert isinstance(result, Done)
    (address,) = result.as_stored["addresses"]
    assert (address["type"], address["city"]) == ("delivery", "Bonn")


def test_a_bad_customer_holds_up_no_other(erp: Erp, connector: Odoo) -> None:
    results = list(
        connector.create("customer", [customer(1), customer(2, name=""), customer(3, country="XX")])
    )
    assert isinstance(results[0], Done)
    assert isinstance(results[1], Failed)
    assert "require a name" in results[1].problem.message
    assert isinstance(results[2], Failed)
    assert "no country XX" in results[2].problem.message
    assert erp.made("res.partner.load") == 2


def test_a_lost_answer_makes_no_second_customer(erp: Erp, connector: Odoo) -> None:
    erp.hit("lost_after", '"load"', times=1)
    (first,) = connector.create("customer", [customer(1)])
    assert isinstance(first, InDoubt)
    (second,) = erp.open().create("customer", [customer(1)])
    assert isinstance(second, Done)
    named = [row for row in erp.rows("res.partner") if row["name"] == "Petra 1"]
    assert [str(row["id"]) for row in named] == [second.id]


def test_different_changes_of_many_go_in_one_call(erp: Erp, connector: Odoo) -> None:
    ids = [erp.customer(f"Name {n}") for n in range(5)]
    changes = [Change(id_, {"phone": f"+49 {n}"}) for n, id_ in enumerate(ids)]
    results = list(connector.update("customer", changes))
    assert all(isinstance(result, Done) for result in results)
    assert [erp.store.row("res.partner", int(id_))["phone"] for id_ in ids] == [
        f"+49 {n}" for n in range(5)
    ]
    assert erp.made("res.partner.load") == 1


def test_a_bad_change_holds_up_no_other_and_a_missing_one_is_told(
    erp: Erp, connector: Odoo
) -> None:
    ids = [erp.customer("One"), erp.customer("Two")]
    changes = [
        Change(ids[0], {"country": "XX"}),
        Change(ids[1], {"phone": "1"}),
        Change("999999", {"phone": "1"}),
    ]
    first, second, third = connector.update("customer", changes)
    assert isinstance(first, Failed)
    assert isinstance(second, Done)
    assert isinstance(third, Failed)
    assert third.problem.code == "not-found"
