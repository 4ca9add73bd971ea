"""Customers, shop to ERP: found before they are made, kept in step, and their number told back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync_cli.connectors.memory import Fate
from sync_cli.core.errors import GuardTripped, IdentityError
from tests.flows.town import Town, hour, of_route
from tests.properties.world import Killed, fates

EMAIL = "erika@kunde.example"
ROUTE = "customers"
BACK = "customers-back"


@pytest.fixture
def town(town: Town) -> Town:
    """A town whose customers go to the ERP."""
    town.configure(customers={"mode": "on"})
    return town


def party(town: Town, account: str) -> dict[str, object]:
    """The one ERP customer with our reference for an account."""
    [only] = [each for each in town.parties() if each["reference"] == f"WC-main-C{account}"]
    return dict(only)


# New accounts


def test_a_new_account_is_made_in_the_erp_and_its_number_told_back(town: Town) -> None:
    town.register("7", EMAIL)
    town.customers()
    made = party(town, "7")
    assert (made["email"], made["name"]) == (EMAIL, "Erika Muster")
    assert town.number_in_shop("7") == made["number"]


def test_our_own_echo_is_a_skip(town: Town) -> None:
    town.register("7")
    town.customers()
    both = town.both_sides()
    for _ in range(3):
        town.pass_time(60)
        told = town.customers()
        assert told.writes == 0
    assert told.run.tally.of(ROUTE, "skip") == 1
    assert town.both_sides() == both


def test_an_account_that_came_with_an_order_is_not_made_again(town: Town) -> None:
    town.register("7", EMAIL)
    town.buy(customer=7, email=EMAIL)
    town.orders()
    told = town.customers()
    assert len(town.parties()) == 1
    assert told.writes == 1
    assert town.number_in_shop("7") == party(town, "7")["number"]


def test_an_account_that_does_not_exist_is_named(town: Town) -> None:
    told = town.customers(ids=("4711",))
    assert told.ears.notes == ["The shop has no account 4711."]
    assert told.writes == 0


def test_guests_never_come_of_themselves(town: Town) -> None:
    town.buy(email=EMAIL)
    town.customers()
    assert town.parties() == []


def test_an_order_finds_the_customer_that_the_command_made(town: Town) -> None:
    town.register("7", EMAIL)
    town.customers()
    order = town.buy(customer=7, email=EMAIL)
    town.orders()
    assert town.document(order)["customer_id"] == party(town, "7")["id"]
    assert len(town.parties()) == 1


@pytest.mark.parametrize("role", ["administrator", "shop_manager", "subscriber"])
def test_other_roles_are_left_alone(town: Town, role: str) -> None:
    town.register("7", role=role)
    told = town.customers()
    assert town.parties() == []
    assert "not in customers.roles" in told.ears.plan[0]


def test_roles_that_are_added_later_are_read_again(town: Town) -> None:
    town.register("7", role="wholesale")
    town.customers()
    town.pass_time(hour(24 * 30))
    town.configure(customers={"roles": ("customer", "wholesale")})
    town.customers()
    assert party(town, "7")


def test_accounts_from_before_the_date_are_not_made_but_linked(town: Town) -> None:
    town.configure(customers={"registered_since": town.now + timedelta(hours=1)})
    town.register("7", EMAIL)
    town.register("8", "old@kunde.example")
    known = town.new_party(email=EMAIL)
    town.pass_time(hour(2))
    town.register("9")
    told = town.customers()
    assert {each["reference"] for each in town.parties()} == {"WC-main-C7", "WC-main-C9"}
    assert party(town, "7")["id"] == known
    assert "skip   Customer 8: registered before customers.registered_since" in of_route(
        told.ears.plan, ROUTE
    )


def test_without_create_only_known_customers_are_kept_in_step(town: Town) -> None:
    town.configure(customers={"create": False})
    town.register("7")
    town.customers()
    assert town.parties() == []


# Found before made


def test_the_reference_is_searched_before_the_address(town: Town) -> None:
    town.register("7", EMAIL)
    by_email = town.new_party("K8", email=EMAIL)
    known = town.new_party("K9", reference="WC-main-C7")
    town.customers()
    assert town.number_in_shop("7") == "K9"
    assert {each["id"] for each in town.parties()} == {by_email, known}


def test_without_the_policy_an_address_proves_nothing(town: Town) -> None:
    town.configure(customers={"by_email": False})
    town.register("7", EMAIL)
    town.new_party("K8", email=EMAIL)
    town.customers()
    assert len(town.parties()) == 2


def test_two_erp_customers_with_one_address_are_for_a_person(town: Town) -> None:
    town.register("7", EMAIL)
    for _ in range(2):
        town.new_party(email=EMAIL)
    told = town.customers()
    assert "2 records of the other system carry the same e-mail" in town.why_held("7", ROUTE)
    assert EMAIL not in "\n".join([*told.ears.failures, *told.ears.plan, *town.remembered()])


def test_accounts_of_one_address_do_not_become_two(town: Town) -> None:
    for id in ("7", "8"):
        town.register(id, EMAIL)
    town.customers()
    assert town.parties() == []
    assert "another record carries the same e-mail address too" in town.why_held("7", ROUTE)


def test_nor_do_they_when_they_are_far_apart(town: Town) -> None:
    for id in map(str, range(1, 121)):
        town.register(id)
    town.edit_account("120", email=town.account("1")["email"])
    town.customers(page_size=50)
    assert len(town.parties()) == 119
    assert "already belongs to another record" in town.why_held("120", ROUTE)


# What is written over


def test_a_linked_customer_gets_the_shops_values_and_keeps_its_own_reference(town: Town) -> None:
    town.register("7", EMAIL)
    known = town.new_party("K8", email=EMAIL, reference="by hand", name="E. M.", phone="0221")
    town.customers()
    [only] = town.parties()
    assert (only["id"], only["reference"], only["name"]) == (known, "by hand", "Erika Muster")
    assert only["phone"] == "0221"
    assert only["address"]["city"] == "Koeln"


def test_an_empty_address_in_the_shop_empties_none_in_the_erp(town: Town) -> None:
    town.register("7", EMAIL)
    town.edit_account("7", billing={"address_1": "", "postcode": "", "city": "", "last_name": ""})
    there = {"name": "Muster", "company": "", "street": "Am Dom 1", "street2": ""}
    address = {**there, "postcode": "50667", "city": "Koeln", "state": "", "country": "DE"}
    town.new_party("K8", email=EMAIL, address=address, vat_id="DE123456789")
    town.customers()
    [only] = town.parties()
    assert only["address"] == address
    assert only["vat_id"] == "DE123456789"


def test_a_changed_address_goes_to_the_erp_alone(town: Town) -> None:
    town.register("7")
    town.customers()
    town.pass_time(hour())
    town.edit_account("7", billing={"city": "Bonn"})
    told = town.customers()
    assert party(town, "7")["address"]["city"] == "Bonn"  # type: ignore[index]
    assert of_route(told.ears.plan, ROUTE) == ["update Customer 7: address"]


def test_a_plan_shows_no_personal_data(town: Town) -> None:
    town.register("7", EMAIL)
    town.new_party(email=EMAIL, name="Somebody Else")
    told = town.customers(dry_run=True)
    said = "\n".join(told.ears.plan)
    assert "link   Customer 7" in said
    assert "update Customer 7: reference, name, address" in said
    assert "Muster" not in said


def test_without_update_the_erp_keeps_its_values(town: Town) -> None:
    town.configure(customers={"update": False})
    town.register("7", EMAIL)
    town.new_party("K8", email=EMAIL, name="E. M.")
    town.customers()
    town.edit_account("7", billing={"city": "Bonn"})
    told = town.customers()
    assert town.parties()[0]["name"] == "E. M."
    assert town.number_in_shop("7") == "K8"
    assert told.writes == 0


def test_a_customer_archived_in_the_erp_is_left_alone(town: Town) -> None:
    town.register("7")
    town.customers()
    town.edit_party(str(party(town, "7")["id"]), archived=True)
    town.edit_account("7", billing={"city": "Bonn"})
    told = town.customers()
    assert "skip   Customer 7: archived in the ERP" in of_route(told.ears.plan, ROUTE)
    assert party(town, "7")["address"]["city"] == "Koeln"  # type: ignore[index]


def test_a_customer_deleted_in_the_erp_is_a_task_and_not_made_again(town: Town) -> None:
    town.register("7")
    town.customers()
    town.erp.remove("customer", str(party(town, "7")["id"]))
    town.edit_account("7", billing={"city": "Bonn"})
    town.customers()
    assert town.parties() == []
    assert "no longer exists" in town.why_held("7", ROUTE)


# Nothing is missed


def test_a_change_without_a_date_is_found_within_a_week(town: Town) -> None:
    for id in map(str, range(1, 31)):
        town.register(id)
    town.customers()
    town.pass_time(hour(80))
    town.customers()
    for id in map(str, range(1, 31)):
        town.account(id)["billing"]["city"] = "Bonn"
    found, most = 0, 0
    for _ in range(7 * 3 + 1):
        town.pass_time(hour(8))
        writes = town.customers(page_size=100).run.tally.of(ROUTE, "update")
        found, most = found + writes, max(most, writes)
    assert found == 30
    assert most < 15


def test_only_what_changed_is_fetched(town: Town) -> None:
    for id in map(str, range(1, 31)):
        town.register(id)
    town.customers()
    town.pass_time(hour(80))
    town.customers()
    town.pass_time(600)
    town.edit_account("5", billing={"city": "Bonn"})
    told = town.customers()
    assert told.run.tally.of(ROUTE, "read") == 1


def test_a_held_account_is_tried_again_and_let_go_when_it_is_deleted(town: Town) -> None:
    town.register("7", EMAIL)
    spare = [town.new_party(email=EMAIL) for _ in range(2)]
    town.customers()
    town.pass_time(hour(100))
    town.register("8", "x@kunde.example")
    town.customers()
    assert set(town.held(ROUTE)) == {"7"}
    town.erp.remove("customer", spare[0])
    town.pass_time(hour())
    town.customers()
    assert town.held(ROUTE) == {}
    town.register("9", "y@kunde.example")
    for _ in range(2):
        town.new_party(email="y@kunde.example")
    town.customers()
    town.shop.remove("customer", "9")
    town.pass_time(hour())
    town.customers()
    assert town.held(ROUTE) == {}


@pytest.mark.parametrize("fate", [Fate.LOST_BEFORE, Fate.LOST_AFTER, Fate.LATE])
def test_a_lost_answer_makes_nobody_twice(town: Town, fate: Fate) -> None:
    for id in ("7", "8", "9"):
        town.register(id)
    town.customers(network=fates(fate))
    for _ in range(5):
        town.pass_time(hour())
        town.customers()
    assert sorted(str(each["reference"]) for each in town.parties()) == [
        "WC-main-C7",
        "WC-main-C8",
        "WC-main-C9",
    ]
    assert not town.held(ROUTE)
    assert not town.held(BACK)
    assert all(town.number_in_shop(id) for id in ("7", "8", "9"))


def test_an_id_that_is_used_again_stops_the_lane_before_anything_is_written(town: Town) -> None:
    town.register("7")
    town.customers()
    town.pass_time(hour())
    town.register("7", "stranger@kunde.example")
    town.register("8")
    both = town.both_sides()
    with pytest.raises(IdentityError, match="now belongs to another record"):
        town.customers()
    assert town.both_sides() == both


def test_the_guard_stops_a_run_that_would_overwrite_too_many(town: Town) -> None:
    limits = {"overwrite": {"share": 0.5, "least": 2}}
    town.configure(customers={"guard": limits})
    for id in map(str, range(1, 6)):
        town.register(id)
    town.customers()
    town.pass_time(hour())
    for id in map(str, range(1, 6)):
        town.edit_account(id, billing={"city": "Bonn"})
    both = town.both_sides()
    with pytest.raises(GuardTripped, match="overwrite 5 of 5 records") as tripped:
        town.customers()
    assert town.both_sides() == both
    town.customers(accept=tripped.value.token)
    assert {each["address"]["city"] for each in town.parties()} == {"Bonn"}


def test_a_dry_run_plans_what_a_run_then_does(town: Town) -> None:
    town.register("7", EMAIL)
    town.register("8")
    town.new_party(email=EMAIL)
    before = town.both_sides()
    planned = of_route(town.customers(dry_run=True).ears.plan, ROUTE)
    assert town.both_sides() == before
    done = of_route(town.customers().ears.plan, ROUTE)
    assert planned == done
    assert any(line.startswith("create Customer 8") for line in planned)


@pytest.mark.parametrize("order_of_things", ["new", "linked"])
def test_killed_anywhere_nobody_is_lost_or_doubled(town: Town, order_of_things: str) -> None:
    for id in ("7", "8", "9"):
        town.register(id)
        if order_of_things == "linked":
            town.new_party(f"P{id}", email=f"c{id}@kunde.example", name="E. M.")
    kill_at = 0
    while _is_killed(town, kill_at):
        kill_at += 5
        town.pass_time(30)
        town.edit_account("8", billing={"city": f"City {kill_at}"})
    town.pass_time(hour())
    town.customers()
    assert kill_at > 30
    references = sorted(str(each["reference"]) for each in town.parties())
    assert references == ["WC-main-C7", "WC-main-C8", "WC-main-C9"]
    assert party(town, "8")["address"]["city"] == f"City {kill_at}"  # type: ignore[index]
    assert {town.number_in_shop(id) for id in "789"} == {str(p["number"]) for p in town.parties()}
    assert not town.held(ROUTE)
    assert not town.held(BACK)


def _is_killed(town: Town, at: int) -> bool:
    try:
        town.run("customers", kill_at=at)
    except Killed:
        return True
    return False


# The way back


def test_a_number_that_changes_in_the_erp_changes_in_the_shop(town: Town) -> None:
    town.register("7")
    town.customers()
    town.pass_time(hour())
    town.edit_party(str(party(town, "7")["id"]), number="D-4711")
    town.customers()
    assert town.number_in_shop("7") == "D-4711"


def test_a_number_that_is_there_already_is_not_written(town: Town) -> None:
    meta = [{"key": "_sync_cli_customer", "value": "K8"}]
    town.register("7", EMAIL, meta_data=meta)
    town.new_party("K8", email=EMAIL)
    told = town.customers()
    assert of_route(told.ears.plan, BACK) == []
    assert town.number_in_shop("7") == "K8"


def test_an_erp_that_numbers_nobody_is_no_failure(town: Town) -> None:
    town.register("7", EMAIL)
    town.new_party("", email=EMAIL)
    town.customers()
    assert town.held(BACK) == {}


def test_an_account_deleted_meanwhile_is_no_failure(town: Town) -> None:
    town.register("7")
    town.customers()
    town.shop.remove("customer", "7")
    town.pass_time(hour())
    town.edit_party(str(party(town, "7")["id"]), number="D-4711")
    town.customers()
    assert town.held(BACK) == {}


def test_without_the_way_back_the_shop_is_not_touched(town: Town) -> None:
    town.configure(customers={"write_back": "plan"})
    town.register("7")
    before = dict(town.account("7"))
    town.customers()
    assert town.account("7") == before


# Customers of orders


def test_a_held_customer_is_let_go_once_its_order_is_cancelled(town: Town) -> None:
    for _ in range(2):
        town.new_party(email=EMAIL)
    order = town.buy(customer=7, email=EMAIL)
    town.orders()
    assert set(town.held("order-customers")) == {"7"}
    town.set_status(order, "cancelled")
    for _ in range(3):
        town.pass_time(hour())
        town.orders()
    assert town.held("order-customers") == {}
    assert town.held() == {}


def test_a_held_guest_stays_while_one_of_its_orders_waits(town: Town) -> None:
    for _ in range(2):
        town.new_party(email=EMAIL)
    first, second = town.buy(email=EMAIL), town.buy(email=EMAIL)
    town.orders()
    town.set_status(first, "cancelled")
    town.pass_time(hour())
    town.orders()
    assert len(town.held("order-guests")) == 1
    town.set_status(second, "cancelled")
    for _ in range(2):
        town.pass_time(hour())
        town.orders()
    assert town.held("order-guests") == {}
