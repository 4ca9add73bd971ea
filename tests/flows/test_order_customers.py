"""The customers of orders: found before they are made, guests by the merchant's policy."""

from __future__ import annotations

from typing import Any

from tests.flows.town import Town, hour

EMAIL = "erika@kunde.example"


def erp_customer(town: Town, **facts: Any) -> str:
    """A customer that the ERP has already; its id."""
    return town.new_party(**facts)


def buyer(town: Town, order: str) -> str:
    """The ERP customer of an order's document."""
    return str(town.document(order)["customer_id"])


# Registered customers


def test_a_customer_that_carries_our_reference_is_found_whatever_the_address(town: Town) -> None:
    known = erp_customer(town, reference="WC-main-C7", email="old@kunde.example")
    order = town.buy(customer=7, email=EMAIL)
    town.orders()
    assert buyer(town, order) == known
    assert len(town.parties()) == 1


def test_a_customer_is_found_by_address_where_no_reference_is_known(town: Town) -> None:
    known = erp_customer(town, reference="by hand", email=EMAIL)
    order = town.buy(customer=7, email=EMAIL)
    town.orders()
    assert buyer(town, order) == known


def test_a_reference_counts_more_than_an_address(town: Town) -> None:
    erp_customer(town, email=EMAIL)
    known = erp_customer(town, reference="WC-main-C7", email="other@kunde.example")
    order = town.buy(customer=7, email=EMAIL)
    town.orders()
    assert buyer(town, order) == known


def test_the_account_tells_the_address_not_the_order(town: Town) -> None:
    town.register("7", EMAIL)
    known = erp_customer(town, email=EMAIL)
    order = town.buy(customer=7, email="somewhere-else@kunde.example")
    town.orders()
    assert buyer(town, order) == known


def test_a_customer_whose_account_is_gone_is_made_of_the_order(town: Town) -> None:
    order = town.buy(customer=7, email=EMAIL)
    town.orders()
    [made] = town.parties()
    assert (made["reference"], made["email"], made["name"]) == ("WC-main-C7", EMAIL, "Muster")
    assert buyer(town, order) == made["id"]


def test_several_orders_of_one_customer_make_one_customer(town: Town) -> None:
    orders = [town.buy(customer=7, email=EMAIL) for _ in range(5)]
    town.orders()
    later = town.buy(customer=7, email="moved@kunde.example")
    town.orders()
    assert len({buyer(town, order) for order in (*orders, later)}) == 1
    assert len(town.parties()) == 1


def test_two_accounts_with_one_address_are_not_made_one_customer(town: Town) -> None:
    first = town.buy(customer=7, email=EMAIL)
    second = town.buy(customer=8, email=EMAIL)
    town.orders()
    documents = [town.states(order) for order in (first, second)]
    assert documents != [["confirmed"], ["confirmed"]] or buyer(town, first) != buyer(town, second)
    assert town.held("order-customers")


# Candidates that do not do


def test_an_archived_customer_is_not_used_and_its_orders_wait(town: Town) -> None:
    erp_customer(town, email=EMAIL, archived=True)
    order = town.buy(customer=7, email=EMAIL)
    town.orders()
    assert town.states(order) == []
    assert "it is archived" in town.why_held("7", "order-customers")
    assert "its customer is not ready, put that right first: the record" in town.why_held(order)


def test_once_the_customer_is_back_its_orders_go_on(town: Town) -> None:
    id = erp_customer(town, email=EMAIL, archived=True)
    order = town.buy(customer=7, email=EMAIL)
    town.orders()
    town.erp.tables["customer"][id]["archived"] = False
    town.pass_time(hour())
    town.orders()
    assert buyer(town, order) == id
    assert not town.held()


def test_two_customers_with_one_address_are_for_a_person_to_sort_out(town: Town) -> None:
    for _ in range(2):
        erp_customer(town, email=EMAIL)
    order = town.buy(customer=7, email=EMAIL)
    good = town.buy()
    town.orders()
    assert "2 records of the other system carry" in town.why_held("7", "order-customers")
    assert town.states(order) == []
    assert town.states(good) == ["confirmed"]


def test_no_refusal_of_a_customer_shows_an_address(town: Town) -> None:
    for _ in range(2):
        erp_customer(town, email=EMAIL)
    town.buy(customer=7, email=EMAIL)
    told = town.orders()
    said = [*told.ears.failures, *told.ears.plan, *town.remembered()]
    assert EMAIL not in "\n".join(said)


# Guests


def test_guests_with_one_address_are_one_customer(town: Town) -> None:
    orders = [town.buy(email=EMAIL), town.buy(email="ERIKA@kunde.example"), town.buy(email=EMAIL)]
    other = town.buy(email="hans@kunde.example")
    town.orders()
    town.orders()
    assert len({buyer(town, order) for order in orders}) == 1
    assert buyer(town, other) != buyer(town, orders[0])
    assert len(town.parties()) == 2


def test_a_guest_with_the_address_of_a_registered_customer_gets_that_customer(town: Town) -> None:
    guest = town.buy(email=EMAIL)
    registered = town.buy(customer=7, email=EMAIL)
    town.orders()
    assert buyer(town, guest) == buyer(town, registered)
    [only] = town.parties()
    assert only["reference"] == "WC-main-C7"


def test_a_guest_who_registers_later_keeps_the_customer(town: Town) -> None:
    guest = town.buy(email=EMAIL)
    town.orders()
    registered = town.buy(customer=7, email=EMAIL)
    town.orders()
    assert buyer(town, guest) == buyer(town, registered)
    assert len(town.parties()) == 1


def test_a_guest_without_an_address_is_a_customer_of_that_order_alone(town: Town) -> None:
    orders = [town.buy(email=""), town.buy(email="")]
    town.orders()
    assert len({buyer(town, order) for order in orders}) == 2
    references = sorted(customer["reference"] for customer in town.parties())
    assert references == [f"WC-main-Co{order}" for order in orders]


def test_by_order_every_guest_is_a_new_customer(town: Town) -> None:
    town.configure(orders={"guests": {"policy": "per_order"}})
    erp_customer(town, email=EMAIL)
    orders = [town.buy(email=EMAIL), town.buy(email=EMAIL)]
    town.orders()
    town.orders()
    assert len({buyer(town, order) for order in orders}) == 2
    assert len(town.parties()) == 3


def test_by_order_registered_customers_are_still_found(town: Town) -> None:
    town.configure(orders={"guests": {"policy": "per_order"}})
    known = erp_customer(town, email=EMAIL)
    order = town.buy(customer=7, email=EMAIL)
    town.orders()
    assert buyer(town, order) == known


def test_shared_guests_all_get_the_customer_of_the_configuration(town: Town) -> None:
    cash = erp_customer(town, name="Guests of the shop")
    town.configure(orders={"guests": {"policy": "shared", "customer": cash}})
    orders = [town.buy(email=EMAIL), town.buy(email=""), town.buy(customer=7, email="x@y.example")]
    town.orders()
    assert [buyer(town, order) for order in orders[:2]] == [cash, cash]
    assert buyer(town, orders[2]) != cash
    assert len(town.parties()) == 2


def test_a_changed_policy_does_not_touch_what_was_transferred(town: Town) -> None:
    order = town.buy(email=EMAIL)
    town.orders()
    before = town.document(order)
    cash = erp_customer(town, name="Guests of the shop")
    town.configure(orders={"guests": {"policy": "shared", "customer": cash}})
    town.orders(full=True)
    assert town.document(order) == before
    assert not town.held()
