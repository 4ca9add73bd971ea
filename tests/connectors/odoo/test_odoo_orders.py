"""Orders are made once, whole, and never written again, whatever goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sync_cli.connectors.base import Done, Draft, Failed, InDoubt, NotSent, Result
from sync_cli.connectors.odoo.connector import Odoo
from sync_cli.core.errors import AccessDenied
from sync_cli.sandbox.odoo import OdooSettings
from sync_cli.sandbox.odoo.rights import ADMIN, User
from sync_cli.sandbox.odoo.seeding import USERS
from tests.connectors.odoo.odoo_erp import Erp, line, order, running

LOAD = "sale.order.load"


def create(connector: Odoo, *drafts: Draft) -> list[Result]:
    return list(connector.create("order", drafts))


def done(results: Sequence[Result]) -> list[str]:
    assert all(isinstance(result, Done) for result in results), results
    return [result.id for result in results if isinstance(result, Done)]


def lines_of(erp: Erp, id_: str) -> list[dict[str, Any]]:
    return [row for row in erp.rows("sale.order.line") if str(row["order_id"]) == id_]


def drafts(erp: Erp, count: int) -> list[Draft]:
    customer = erp.customer()
    return [order(customer, n, line(erp.product("A-000001"))) for n in range(1, count + 1)]


def test_many_orders_go_in_one_load(erp: Erp, connector: Odoo) -> None:
    results = create(connector, *drafts(erp, 20))
    assert len(set(done(results))) == 20
    assert erp.made(LOAD) == 1
    assert {result.birth for result in results if isinstance(result, Done)} >= {"WC-main-1"}


def test_the_same_orders_again_cost_one_call_and_write_nothing(erp: Erp, connector: Odoo) -> None:
    some = drafts(erp, 20)
    first = done(create(connector, *some))
    erp.calls.clear()
    assert done(create(connector, *some)) == first
    assert erp.calls == [("sale.order", "search_read")]


def test_one_reference_twice_in_a_batch_is_one_order(erp: Erp, connector: Odoo) -> None:
    """In one load the lines would be there twice (FACTS 6a)."""
    (one,) = drafts(erp, 1)
    first, second = done(create(connector, one, one))
    assert first == second
    assert len(lines_of(erp, first)) == 1


def test_a_whole_order_arrives_as_it_was_sent(erp: Erp, connector: Odoo) -> None:
    place = {
        "name": "Petra M",
        "street": "Lager 3",
        "zip": "21337",
        "city": "Bonn",
        "country": "DE",
    }
    draft = order(
        erp.customer(),
        1,
        line(erp.product("A-000001"), "3", "9.99"),
        {"display_type": "line_note", "name": "Gift: all the best\nÄÖ 😀"},
        line("", "1", "4.12", article="SHOP-SHIPPING", is_delivery=True, tax_id="14"),
        line("", "1", "-0.01", article="SHOP-ROUNDING", tax_id=""),
        delivery_address=place,
        invoice_address={},
        note="Bitte klingeln",
    )
    (id_,) = done(create(connector, draft))
    row = erp.store.row("sale.order", int(id_))
    assert row["date_order"].isoformat() == "2026-11-20T09:15:00+00:00"
    assert row["note"] == "<p>Bitte klingeln</p>"
    assert row["partner_invoice_id"] == row["partner_id"]
    assert erp.store.row("res.partner", row["partner_shipping_id"])["street"] == "Lager 3"
    (raw,) = connector.fetch("order", [id_])
    assert raw.data["amount_total"] == Decimal("40.55")
    goods, note, shipping, rounding = lines_of(erp, id_)
    assert (goods["tax_id"], shipping["tax_id"], rounding["tax_id"]) == ([14], [14], [])
    assert note["name"] == "Gift: all the best\nÄÖ 😀"
    assert shipping["is_delivery"]
    assert (goods["price_unit"], goods["product_uom_qty"]) == (Decimal("9.99"), 3)


def test_drafts_in_another_currency_tell_the_rate_that_odoo_converts_them_by(
    erp: Erp, connector: Odoo
) -> None:
    """Asked of these alone: confirming replaces the date that the rate hangs on."""
    with erp.store.transaction():
        erp.store.insert("res.currency", {"name": "USD"}, 2)
        erp.store.insert("product.pricelist", {"name": "Dollars", "currency_id": 2})
        for day, value in (("2026-11-01", "1.20"), ("2026-11-21", "1.30")):
            row = {"name": date.fromisoformat(day), "currency_id": 2, "rate": Decimal(value)}
            erp.store.insert("res.currency.rate", row)
    customer, goods = erp.customer(), line(erp.product("A-000001"))
    euros, dollars = done(
        create(
            connector,
            order(customer, 1, goods),
            order(customer, 2, goods, pricelist_id="USD"),
        )
    )
    rates = {
        raw.id: raw.data["exchange_rate"] for raw in connector.fetch("order", [euros, dollars])
    }
    assert rates == {euros: None, dollars: Decimal("1.20")}
    list(connector.advance("order", [euros, dollars], "confirmed"))
    erp.calls.clear()
    rates = {
        raw.id: raw.data["exchange_rate"] for raw in connector.fetch("order", [euros, dollars])
    }
    assert rates == {euros: None, dollars: None}
    assert erp.calls.count(("sale.order", "read")) == 1, "the orders themselves, and no rates"


def test_times_are_sent_as_utc_whatever_the_zone_of_the_user() -> None:
    users = [User(u.uid, u.login, u.key, u.groups, u.email, "Europe/Berlin") for u in USERS]
    with running(settings=OdooSettings(users=users)) as berlin:
        (id_,) = done(create(berlin.open(), *drafts(berlin, 1)))
        row = berlin.store.row("sale.order", int(id_))
        assert row["date_order"].isoformat() == "2026-11-20T09:15:00+00:00"


def test_one_bad_order_holds_up_no_other(erp: Erp, connector: Odoo) -> None:
    some = drafts(erp, 5)
    bad = order(erp.customer(), 99, line("999999"))
    results = create(connector, *some[:2], bad, *some[2:])
    assert len(done([*results[:2], *results[3:]])) == 5
    failed = results[2]
    assert isinstance(failed, Failed)
    assert "No matching record found for database id '999999'" in failed.problem.message
    assert failed.problem.field == "order_line"
    assert failed.problem.record == "WC-main-99"
    assert erp.made(LOAD) == 2


def test_an_order_that_the_database_refuses_is_found_and_taken_out(
    erp: Erp, connector: Odoo
) -> None:
    some = drafts(erp, 3)
    bad = order(erp.customer(), 99, {**line(erp.product("A-000001")), "name": ""})
    results = create(connector, *some, bad)
    assert len(done(results[:3])) == 3
    failed = results[3]
    assert isinstance(failed, Failed)
    assert "required value for the field 'name'" in failed.problem.message


def test_more_bad_orders_than_a_load_names_are_all_found(erp: Erp, connector: Odoo) -> None:
    """After ten errors the check of a load stops (136)."""
    some = drafts(erp, 3)
    bad = [
        order(erp.customer(), 100 + n, {**line(erp.product("A-000001")), "name": ""})
        for n in range(14)
    ]
    results = create(connector, *bad[:7], *some, *bad[7:])
    assert len(done(results[7:10])) == 3
    assert sum(isinstance(result, Failed) for result in results) == 14


def test_a_load_that_lost_against_another_is_made_again(erp: Erp, connector: Odoo) -> None:
    some = drafts(erp, 12)
    erp.hands.contest(2)
    assert len(done(create(connector, *some))) == 12
    assert erp.made(LOAD) == 3
    assert 0 < erp.waits.now < 30


def test_a_load_that_always_loses_waits_for_the_next_run(erp: Erp, connector: Odoo) -> None:
    erp.hands.contest(99)
    (result,) = create(connector, *drafts(erp, 1))
    assert isinstance(result, Failed)
    assert result.problem.transient
    assert not erp.rows("sale.order")


def test_a_lost_answer_is_in_doubt_and_a_repeat_makes_no_second_order(
    erp: Erp, connector: Odoo
) -> None:
    some = drafts(erp, 3)
    erp.hit("lost_after", '"load"', times=1)
    results = create(connector, *some)
    assert all(isinstance(result, InDoubt) for result in results)
    again = done(create(erp.open(), *some))
    assert len(erp.rows("sale.order")) == 3
    assert sorted(again) == sorted(str(row["id"]) for row in erp.rows("sale.order"))
    assert all(len(lines_of(erp, id_)) == 1 for id_ in again)


def test_a_call_that_arrives_late_meets_its_own_repeat(erp: Erp, connector: Odoo) -> None:
    """Both carry the same external ids; the order is there once, with its lines once."""
    (one,) = drafts(erp, 1)
    erp.hit("late", '"load"', times=1, delay=0.05)
    (first,) = create(connector, one)
    assert isinstance(first, InDoubt)
    (id_,) = done(create(erp.open(), one))
    assert erp.faults.settled()
    assert [str(row["id"]) for row in erp.rows("sale.order")] == [id_]
    assert len(lines_of(erp, id_)) == 1


def test_a_confirmed_order_is_never_written_again(erp: Erp, connector: Odoo) -> None:
    (one,) = drafts(erp, 1)
    (id_,) = done(create(connector, one))
    erp.hands.confirm_order(id_)
    before = erp.store.row("sale.order", int(id_))["write_date"]
    erp.clock.advance(60)
    changed = order(erp.customer(), 1, line(erp.product("A-000001"), "5", "1.00"))
    assert done(create(connector, changed)) == [id_]
    assert erp.store.row("sale.order", int(id_))["write_date"] == before


def test_an_order_whose_draft_was_cancelled_is_made_anew(erp: Erp, connector: Odoo) -> None:
    """Under the old external id the cancelled one would be written, and stay cancelled."""
    (one,) = drafts(erp, 1)
    (first,) = done(create(connector, one))
    list(connector.advance("order", [first], "cancelled"))
    (second,) = done(create(connector, one))
    assert first != second
    list(connector.advance("order", [second], "cancelled"))
    (third,) = done(create(connector, one))
    assert len({first, second, third}) == 3
    assert len(lines_of(erp, third)) == len(lines_of(erp, first)) == 1


def test_a_reference_that_was_changed_by_hand_is_noticed(erp: Erp, connector: Odoo) -> None:
    (one,) = drafts(erp, 1)
    (id_,) = done(create(connector, one))
    erp.hands.confirm_order(id_)
    erp.hands.edit("sale.order", id_, client_order_ref="Changed by a clerk")
    (result,) = create(connector, one)
    assert isinstance(result, Failed)
    assert "under another reference" in result.problem.message
    assert result.id == id_


def test_who_may_read_external_ids_does_not_even_write_then() -> None:
    admin = User(6, "shopsync", "k", frozenset({ADMIN}), "a@b.example")
    with running(settings=OdooSettings(users=[admin])) as side:
        connector = side.open(key="k")
        (one,) = drafts(side, 1)
        (id_,) = done(create(connector, one))
        side.hands.confirm_order(id_)
        side.hands.edit("sale.order", id_, client_order_ref="Changed by a clerk")
        before = side.made(LOAD)
        (result,) = create(connector, one)
        assert isinstance(result, Failed)
        assert side.made(LOAD) == before


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"tax_id": "99%"}, "none is called '99%'"),
        ({"article": "NO-SUCH", "product_id": ""}, "0 articles have the internal reference"),
        ({"product_id": ""}, "line 1 has no article"),
    ],
)
def test_names_that_odoo_does_not_know_are_told(
    erp: Erp, connector: Odoo, changes: dict[str, str], says: str
) -> None:
    good, bad = drafts(erp, 1)[0], order(erp.customer(), 9, {**line("5"), **changes})
    first, second = create(connector, good, bad)
    assert isinstance(first, Done)
    assert isinstance(second, Failed)
    assert says in second.problem.message


@pytest.mark.parametrize("named", ["store", "STORE", "2"])
def test_an_order_leaves_from_the_warehouse_that_is_named(
    erp: Erp, connector: Odoo, named: str
) -> None:
    buyer, goods = erp.customer(), line(erp.product("A-000001"))
    own, other = order(buyer, 1, goods, warehouse_id=named), order(buyer, 2, goods)
    ids = done(create(connector, own, other))
    codes = {row["id"]: row["code"] for row in erp.rows("stock.warehouse")}
    rows = {str(row["id"]): codes[row["warehouse_id"]] for row in erp.rows("sale.order")}
    assert [rows[id] for id in ids] == ["STORE", "MAIN"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("pricelist_id", "CHF"), ("carrier_id", "Pigeon"), ("warehouse_id", "south")],
)
def test_a_table_that_names_nothing_is_told(
    erp: Erp, connector: Odoo, field: str, value: str
) -> None:
    draft = order(erp.customer(), 1, line(erp.product("A-000001")), **{field: value})
    (result,) = create(connector, draft)
    assert isinstance(result, Failed)
    assert value in result.problem.message


@pytest.mark.parametrize(("currency", "kind"), [("EUR", Done), ("USD", Failed)])
def test_without_price_lists_orders_have_the_currency_of_the_company(
    erp: Erp, connector: Odoo, currency: str, kind: type[Result]
) -> None:
    erp.store.table("product.pricelist").clear()
    draft = order(erp.customer(), 1, line(erp.product("A-000001")), pricelist_id=currency)
    (result,) = create(connector, draft)
    assert isinstance(result, kind), result


def test_an_address_is_made_once_for_all_its_orders(erp: Erp, connector: Odoo) -> None:
    place = {"name": "Petra", "street": "Lager 3", "zip": "21337", "city": "Bonn", "country": "DE"}
    customer = erp.customer()
    some = [
        order(
            customer, n, line(erp.product("A-000001")), invoice_address={}, delivery_address=place
        )
        for n in range(4)
    ]
    ids = done([*create(connector, *some[:2]), *create(erp.open(), *some[2:])])
    rows = [erp.store.row("sale.order", int(id_)) for id_ in ids]
    assert len({row["partner_shipping_id"] for row in rows}) == 1
    assert len([row for row in erp.rows("res.partner") if row["parent_id"]]) == 1
    assert erp.made("res.partner.load") == 1


def test_the_customers_own_address_is_not_made_a_second_time(erp: Erp, connector: Odoo) -> None:
    place = {"street": "Weg 1", "zip": "20457", "city": "Hamburg"}
    customer = erp.customer(**place, country_id=57)
    draft = order(
        customer, 1, line(erp.product("A-000001")),
        invoice_address={**place, "name": "Petra Muster", "country": "DE"}, delivery_address={},
    )  # fmt: skip
    (id_,) = done(create(connector, draft))
    row = erp.store.row("sale.order", int(id_))
    assert {row["partner_invoice_id"], row["partner_shipping_id"]} == {int(customer)}


def test_goods_go_where_the_invoice_goes_if_nothing_else_is_said(erp: Erp, connector: Odoo) -> None:
    place = {"name": "Anna", "street": "Gasse 2", "zip": "53111", "city": "Bonn", "country": "DE"}
    draft = order(
        erp.customer(), 1, line(erp.product("A-000001")), invoice_address=place,
        delivery_address={"name": "", "street": ""},
    )  # fmt: skip
    (id_,) = done(create(connector, draft))
    row = erp.store.row("sale.order", int(id_))
    assert row["partner_invoice_id"] == row["partner_shipping_id"] != row["partner_id"]


def test_a_line_is_added_to_a_draft_and_the_others_stay(erp: Erp, connector: Odoo) -> None:
    (one,) = drafts(erp, 1)
    (id_,) = done(create(connector, one))
    before = lines_of(erp, id_)[0]["write_date"]
    erp.clock.advance(60)
    lines = [*one.payload["order_line"], line("", "1", "-0.01", article="SHOP-ROUNDING", tax_id="")]
    completed = Draft(one.reference, {**one.payload, "order_line": lines}, at=id_)
    (result,) = create(connector, completed)
    assert isinstance(result, Done)
    assert result.as_stored["amount_total"] == Decimal("47.57")
    first, second = lines_of(erp, id_)
    assert (first["write_date"], second["price_unit"]) == (before, Decimal("-0.01"))
    erp.calls.clear()
    assert done(create(connector, completed)) == [id_]
    assert erp.made(LOAD) == 0


def test_a_document_that_is_no_draft_any_more_is_not_completed(erp: Erp, connector: Odoo) -> None:
    (one,) = drafts(erp, 1)
    (id_,) = done(create(connector, one))
    erp.hands.confirm_order(id_)
    lines = [*one.payload["order_line"], line(erp.product("A-000001"))]
    (result,) = create(
        connector, Draft(one.reference, {**one.payload, "order_line": lines}, at=id_)
    )
    assert isinstance(result, Failed)
    assert len(lines_of(erp, id_)) == 1


def test_a_missing_right_stops_the_run_and_accuses_no_order(erp: Erp) -> None:
    reader = erp.open(key="odoo-reader-key", login="reader")
    results = create(reader, *drafts(erp, 2))
    assert all(isinstance(result, NotSent) for result in results)
    with pytest.raises(AccessDenied, match=r"sale\.order"):
        create(reader, *drafts(erp, 1))


def test_a_server_that_is_down_makes_nothing_in_doubt_that_was_not_sent(
    erp: Erp, connector: Odoo
) -> None:
    some = drafts(erp, 130)
    erp.hit("status", '"load"', times=9, status=503, retry_after=600)
    results = create(connector, *some)
    assert {type(result) for result in results} == {NotSent}
    assert not erp.rows("sale.order")


def test_a_request_that_is_too_large_is_parted(erp: Erp, connector: Odoo) -> None:
    some = drafts(erp, 8)
    erp.hit("status", '"load"', times=1, status=413, body="html")
    assert len(done(create(connector, *some))) == 8
    assert erp.made(LOAD) == 3


def test_who_may_not_read_external_ids_is_refused_once_a_run(erp: Erp, connector: Odoo) -> None:
    some = drafts(erp, 2)
    done([*create(connector, some[0]), *create(connector, some[1])])
    assert erp.made("ir.model.data.search_read") == 1
