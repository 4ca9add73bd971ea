"""Changes, records by id and key, and the census, as a real Odoo would let them be read."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from sync_cli.connectors.base import Done, Raw
from sync_cli.connectors.odoo.connector import Odoo
from sync_cli.core.checkup import Finding, Grade
from sync_cli.core.errors import AccessDenied, ConfigError
from sync_cli.sandbox.odoo import OdooSettings
from sync_cli.sandbox.odoo.rights import ADMIN, User
from sync_cli.sandbox.odoo.schema import MODELS
from tests.connectors.odoo.odoo_erp import START, Choices, Erp, line, order, running

HOUR = timedelta(hours=1)


def changed(connector: Odoo, entity: str, since: object = START) -> list[Raw]:
    pages = connector.changes(entity, since)  # type: ignore[arg-type]
    return [raw for page in pages for raw in page.records]


def offered(erp: Erp) -> set[str]:
    """The articles that can be sold."""
    return {
        str(row["id"])
        for row in erp.rows("product.product")
        if not str(row["default_code"]).startswith("SHOP-")
    }


def made(connector: Odoo, erp: Erp, number: int = 1) -> str:
    draft = order(erp.customer(), number, line(erp.product("A-000001")))
    (result,) = connector.create("order", [draft])
    assert isinstance(result, Done)
    return result.id


def test_a_read_of_everything_pages_by_id(erp: Erp) -> None:
    connector = erp.open(page_size=4)
    pages = list(connector.changes("product", None))
    ids = [int(raw.id) for page in pages for raw in page.records]
    assert ids == sorted(ids)
    assert len(ids) == len(offered(erp))
    assert len(pages) == len(ids) // 4 + 1
    assert {page.clock for page in pages} == {START}


def test_a_read_goes_on_where_it_was_interrupted(erp: Erp) -> None:
    connector = erp.open(page_size=4)
    first, *rest = list(connector.changes("product", None))
    again = list(erp.open(page_size=4).changes("product", None, first.resume))
    assert [r.id for p in again for r in p.records] == [r.id for p in rest for r in p.records]
    (end,) = erp.open().changes("product", None, rest[-1].resume)
    assert not end.records


def test_what_is_edited_while_it_is_read_comes_nevertheless(erp: Erp) -> None:
    connector = erp.open(page_size=4)
    pages = connector.changes("product", START - 10 * HOUR * 24)
    seen = {raw.id for raw in next(pages).records}
    erp.clock.advance(5)
    for row in erp.rows("product.product"):
        erp.hands.edit("product.product", row["id"], weight=2)
    seen |= {raw.id for page in pages for raw in page.records}
    assert seen == offered(erp)


def test_what_cannot_be_sold_is_not_offered_and_still_found(erp: Erp, connector: Odoo) -> None:
    assert erp.product("SHOP-FEE") not in {raw.id for raw in changed(connector, "product", None)}
    assert len(connector.find("product", "sku", ["SHOP-FEE"])["SHOP-FEE"]) == 1


def test_the_second_of_the_watermark_is_read_again(erp: Erp, connector: Odoo) -> None:
    id_ = erp.product("A-000001")
    erp.clock.advance(0.4)
    erp.hands.edit("product.product", id_, weight=3)
    assert [raw.id for raw in changed(connector, "product", START)] == [id_]


def test_archived_articles_come_marked(erp: Erp, connector: Odoo) -> None:
    id_ = erp.product("A-000001")
    erp.clock.advance(60)
    erp.hands.edit("product.product", id_, active=False)
    (raw,) = changed(connector, "product")
    assert raw.marks == {"archived"}
    assert connector.find("product", "sku", ["A-000001"])["A-000001"][0].marks == {"archived"}
    assert next(iter(connector.fetch("product", [id_]))).marks == {"archived"}


def test_amounts_are_decimals_without_the_noise_of_floats(erp: Erp, connector: Odoo) -> None:
    template = erp.rows("product.product")[4]["product_tmpl_id"]
    erp.hands.edit("product.template", template, list_price=45.55)
    erp.clock.advance(60)
    (raw,) = connector.fetch("product", [str(erp.rows("product.product")[4]["id"])])
    assert str(raw.data["lst_price"]) == "45.55"


def test_two_articles_with_one_code_are_both_found(erp: Erp, connector: Odoo) -> None:
    erp.hands.call("product.product", "create", {"name": "Second", "default_code": "A-000001"})
    found = connector.find("product", "sku", ["A-000001", "a-000001", "", "none"])
    assert {sku: len(raws) for sku, raws in found.items()} == {
        "A-000001": 2, "a-000001": 0, "": 0, "none": 0
    }  # fmt: skip


def test_a_price_of_an_attribute_changes_its_variants(erp: Erp, connector: Odoo) -> None:
    """No date of the variant moves (recording 038)."""
    attribute = erp.hands.call("product.attribute", "create", {"name": "Size"})
    value = erp.hands.call(
        "product.template.attribute.value", "create", {"name": "XL", "attribute_id": attribute}
    )
    id_ = erp.hands.call(
        "product.product", "create",
        {"name": "Shirt", "default_code": "XL", "list_price": 20,
         "product_template_attribute_value_ids": [[6, 0, [value]]]},
    )  # fmt: skip
    erp.clock.advance(3600)
    since = erp.clock.now()
    erp.hands.edit("product.template.attribute.value", value, price_extra=2.5)
    (raw,) = changed(connector, "product", since)
    assert (raw.id, raw.data["lst_price"]) == (str(id_), Decimal("22.5"))
    assert raw.data["attributes"] == [{"name": "Size", "value": "XL"}]


def levels(raw: Raw) -> dict[str, tuple[int, ...]]:
    return {
        level["code"]: tuple(
            int(level[name]) for name in ("on_hand", "demand", "reserved", "incoming")
        )
        for level in raw.data["warehouses"]
    }


def test_stock_is_told_by_warehouse_with_all_that_is_to_leave(erp: Erp, connector: Odoo) -> None:
    erp.hands.set_stock("A-000001", "MAIN", 5)
    erp.hands.set_stock("A-000001", "STORE", 3)
    id_ = made(connector, erp)
    erp.hands.confirm_order(id_)
    (raw,) = connector.fetch("stock", [erp.product("A-000001")])
    assert levels(raw) == {"MAIN": (5, 2, 2, 0), "STORE": (3, 0, 0, 0)}


def test_more_demand_than_stock_is_all_told(erp: Erp, connector: Odoo) -> None:
    erp.hands.set_stock("A-000001", "MAIN", 1)
    draft = order(erp.customer(), 7, line(erp.product("A-000001"), quantity="9"))
    (result,) = connector.create("order", [draft])
    assert isinstance(result, Done)
    erp.hands.confirm_order(result.id)
    (raw,) = connector.fetch("stock", [erp.product("A-000001")])
    assert levels(raw)["MAIN"] == (1, 9, 1, 0)


def test_stock_that_fell_to_zero_is_a_change(erp: Erp, connector: Odoo) -> None:
    """Its quant is deleted, and the date of the product does not move (recordings 036, 115)."""
    erp.clock.advance(60)
    erp.hands.set_stock("A-000001", "MAIN", 0)
    assert not [
        r for r in erp.rows("stock.quant") if str(r["product_id"]) == erp.product("A-000001")
    ]
    (raw,) = changed(connector, "stock")
    assert raw.id == erp.product("A-000001")
    assert levels(raw)["MAIN"][0] == 0


def test_services_are_not_stocked_and_their_zeros_no_stock(connector: Odoo) -> None:
    by_sku = {raw.data["default_code"]: raw for raw in changed(connector, "stock", None)}
    assert not by_sku["S-000002"].data["stocked"]
    assert not by_sku["A-000003"].data["stocked"]
    assert by_sku["A-000001"].data["stocked"]


def test_a_changed_address_brings_its_customer(erp: Erp, connector: Odoo) -> None:
    customer = erp.customer()
    child = erp.hands.call(
        "res.partner", "create",
        {"name": "Lager", "type": "delivery", "parent_id": int(customer), "city": "Bonn",
         "country_id": 57},
    )  # fmt: skip
    erp.clock.advance(3600)
    since = erp.clock.now()
    erp.hands.edit("res.partner", child, city="Kiel")
    (raw,) = changed(connector, "customer", since)
    assert raw.id == customer
    (address,) = raw.data["addresses"]
    assert (address["city"], address["country"]) == ("Kiel", "DE")


def test_mails_are_found_without_regard_to_case(erp: Erp, connector: Odoo) -> None:
    id_ = erp.customer(email="Petra_M@Kunde.example")
    erp.customer("Other", email="petraXm@kunde.example")
    found = connector.find("customer", "email", ["petra_m@kunde.EXAMPLE", "x@y.example"])
    assert [raw.id for raw in found["petra_m@kunde.EXAMPLE"]] == [id_]
    assert found["x@y.example"] == ()


@pytest.mark.parametrize("what", ["delivery", "tracking", "invoice", "payment"])
def test_what_happens_around_an_order_brings_it(erp: Erp, connector: Odoo, what: str) -> None:
    """Tracking, posting and payment move no date of the order (FACTS 9)."""
    id_ = made(connector, erp)
    erp.hands.confirm_order(id_)
    (picking,) = erp.hands.ship_order(id_) if what == "tracking" else (0,)
    invoice = erp.hands.invoice_order(id_) if what == "payment" else 0
    erp.clock.advance(3600)
    since = erp.clock.now()
    if what == "delivery":
        erp.hands.ship_order(id_, tracking="0034")
    elif what == "tracking":
        erp.hands.edit("stock.picking", picking, carrier_tracking_ref="0035")
    elif what == "invoice":
        erp.hands.invoice_order(id_)
    else:
        erp.hands.pay_invoice(invoice, "47.58")
    raws = changed(connector, "order", since)
    assert {raw.id for raw in raws} == {id_}


def test_a_delivery_tells_its_parcels_and_its_order(erp: Erp, connector: Odoo) -> None:
    id_ = made(connector, erp)
    erp.hands.confirm_order(id_)
    erp.hands.ship_order(id_, tracking="0034, 0035", quantity="1")
    first, rest = changed(connector, "shipment", None)
    assert [parcel["number"] for parcel in first.data["parcels"]] == ["0034", "0035"]
    assert first.data["order_reference"] == "WC-main-1"
    assert [int(move["quantity"]) for move in first.data["moves"]] == [1]
    assert rest.data["backorder_id"]["id"] == first.id
    assert rest.data["parcels"] == []


def test_an_invoice_tells_its_orders(erp: Erp, connector: Odoo) -> None:
    id_ = made(connector, erp)
    erp.hands.confirm_order(id_)
    erp.hands.invoice_order(id_)
    (raw,) = changed(connector, "invoice", None)
    assert [one["id"] for one in raw.data["orders"]] == [id_]
    assert (raw.data["amount_total"], raw.data["state"]) == (Decimal("47.58"), "posted")


def test_a_census_is_cheap_and_shows_what_was_deleted(erp: Erp, connector: Odoo) -> None:
    before = {seen.id for seen in connector.census("product")}
    gone = erp.product("A-000011")
    erp.hands.remove("product.product", gone)
    erp.calls.clear()
    after = {seen.id for seen in connector.census("product")}
    assert before - after == {gone}
    assert erp.calls == [("product.product", "search_read")]


def test_missing_ids_are_absent(connector: Odoo, erp: Erp) -> None:
    wanted = [erp.product("A-000001"), "999999", "", "x"]
    assert [raw.id for raw in connector.fetch("product", wanted)] == wanted[:1]


def test_a_user_without_rights_is_told_what_lacks(erp: Erp) -> None:
    reader = erp.open(key="odoo-reader-key", login="reader")
    lacks = reader.identify().lacks
    assert "create sale.order (group Sales / User: All Documents)" in lacks
    with pytest.raises(AccessDenied, match=r"lacks a right on sale\.order"):
        list(reader.changes("order", None))


def test_identity_names_database_company_version_and_clock(erp: Erp) -> None:
    identity = erp.open().identify()
    assert (identity.address, identity.company) == ("erp", "Nordlicht Handels GmbH")
    assert (identity.version, identity.clock, identity.lacks) == ("17.0", START, ())


def test_more_digits_than_odoo_keeps_are_a_mistake_in_the_configuration(erp: Erp) -> None:
    with pytest.raises(ConfigError, match="2 decimals, not with 4"):
        erp.open(choices=Choices(price_digits=4)).identify()


def test_a_field_that_is_gone_is_named(erp: Erp) -> None:
    connector = erp.open(fields={"product": frozenset({"x_brand", "stocked"})})
    with pytest.raises(ConfigError, match=r"no field x_brand on product\.product"):
        list(connector.changes("product", None))


def test_an_entity_or_key_that_odoo_has_not_is_named(connector: Odoo) -> None:
    with pytest.raises(ConfigError, match="knows no parcel"):
        connector.traits("parcel")
    with pytest.raises(ConfigError, match="finds no sales order by colour"):
        connector.find("order", "colour", ["red"])


def test_deliveries_and_invoices_are_found_by_their_order(erp: Erp, connector: Odoo) -> None:
    id_ = made(connector, erp)
    erp.hands.confirm_order(id_)
    for entity in ("shipment", "invoice"):
        assert connector.find(entity, "document", ["", "99", "x"]) == {"": (), "99": (), "x": ()}
    erp.hands.ship_order(id_, tracking="0034", quantity="1")
    invoice = erp.hands.invoice_order(id_)
    found = connector.find("shipment", "document", [id_, "99"])
    assert [raw.data["state"] for raw in found[id_]] == ["done", "assigned"]
    assert found["99"] == ()
    (billed,) = connector.find("invoice", "document", [id_])[id_]
    assert billed.id == str(invoice)


def findings(connector: Odoo, *, writes: bool = True) -> dict[str, Finding]:
    """What `check` tells of an Odoo, by topic."""
    return {found.topic: found for found in connector.inspect(writes=writes)}


def test_an_odoo_that_is_set_up_well_is_told_so(erp: Erp) -> None:
    found = findings(erp.open())
    assert {topic: one.grade for topic, one in found.items()} == {
        "rights": Grade.OK, "modules": Grade.OK, "taxes": Grade.OK,
    }  # fmt: skip
    assert found["taxes"].says == "Books are kept in EUR; tax of each line is rounded."


def test_rights_beyond_those_that_are_needed_are_named() -> None:
    admin = User(6, "shopsync", "k", frozenset({ADMIN}), "a@b.example")
    with running(settings=OdooSettings(users=[admin])) as side:
        found = findings(side.open(key="k"))["rights"]
    assert found.grade is Grade.WARNING
    assert "write res.users, write product.product, unlink sale.order" in found.says


def test_a_user_without_an_address_posts_no_credit_note(erp: Erp) -> None:
    erp.hands.edit("res.users", "6", email=None)
    assert findings(erp.open(), writes=False)["e-mail address"].grade is Grade.WARNING


def test_settings_that_change_what_becomes_of_orders_are_told(
    erp: Erp, monkeypatch: pytest.MonkeyPatch
) -> None:
    erp.store.locks = True
    erp.store.insert("res.company", {"name": "Zweite GmbH", "currency_id": 125})
    monkeypatch.delitem(MODELS, "delivery.carrier")
    found = findings(erp.open())
    assert found["locked orders"].grade is Grade.NOTE
    assert "Zweite GmbH" in found["company"].says
    assert found["modules"].says.startswith("It lacks Delivery Methods, by which shipping costs")
