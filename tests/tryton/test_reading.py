"""What is read of a real Tryton: articles, stock, customers, deliveries, invoices."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sync_cli.connectors.base import Change, Done
from sync_cli.connectors.tryton.connector import Tryton
from sync_cli.core.checkup import Finding, Grade
from sync_cli.core.errors import AccessDenied, ConfigError
from sync_cli.sandbox.faults import FaultRule
from sync_cli.sandbox.tryton.seed import CLERK, STRANGER, SYNC_USER
from tests.tryton.test_documents import kinds, made
from tests.tryton.town import HOME, SKU, Town, article, customer

EAN = {"type": "ean", "code": "4006381333931"}


def product(erp: Tryton, sku: str) -> Any:
    """The article with this SKU."""
    (raw,) = erp.find("product", "sku", [sku])[sku]
    return raw.data


def level(erp: Tryton, id: str, warehouse: str = "MAIN") -> Any:
    """The stock of an article in a warehouse."""
    (raw,) = erp.fetch("stock", [id])
    return next(one for one in raw.data["warehouses"] if one["code"] == warehouse)


def changed_since(erp: Tryton, entity: str, since: Any) -> set[str]:
    """The ids of all that changed."""
    return {raw.id for page in erp.changes(entity, since) for raw in page.records}


def test_articles_have_price_barcode_and_what_they_are(erp: Tryton) -> None:
    data = product(erp, SKU)
    assert (data["price"], data["category"], data["type"]) == (
        Decimal("80.1900"),
        "standard",
        "goods",
    )
    assert (data["template"], data["main_article"], data["active"]) == ("", False, True)


def test_variants_hang_on_their_main_article(erp: Tryton) -> None:
    main, variant = product(erp, "V-000004"), product(erp, "V-000004-2")
    assert (main["main_article"], variant["template"]) == (True, main["id"])
    assert variant["attributes"] == [{"name": "Colour", "value": "Blue"}]
    assert variant["price"] == Decimal("119.76")


def test_the_price_of_a_pack_is_that_of_all_its_pieces(erp: Tryton) -> None:
    data = product(erp, "SIX-000007")
    assert (data["unit_factor"], data["price"]) == (Decimal(6), Decimal("157.3302"))


def test_skus_are_compared_exactly(erp: Tryton) -> None:
    found = erp.find("product", "sku", ["case-000010", "CASE-000010", ""])
    assert [len(founds) for founds in found.values()] == [0, 1, 0]


@pytest.mark.parametrize(
    ("model", "values"),
    [
        ("product.template", {"name": "new name"}),
        (
            "product.product",
            {"identifiers": [["create", [{"type": "ean", "code": "4006381333931"}]]]},
        ),
    ],
)
def test_a_change_of_what_belongs_to_an_article_changes_it(
    town: Town, erp: Tryton, model: str, values: dict[str, Any]
) -> None:
    sku = town.mark()
    town.merchant.add([article(sku)])
    (found,) = town.clerk.read("product.product", [["code", "=", sku]], "template")
    since = town.now()
    id = found["template"] if model == "product.template" else found["id"]
    town.clerk.call(f"model.{model}.write", [id], values)
    assert str(found["id"]) in changed_since(erp, "product", since)


def test_stock_of_each_warehouse_and_what_is_promised(town: Town, erp: Tryton) -> None:
    """120 lie there; an order of 2 demands them; shipped, they are gone."""
    sku = town.mark()
    town.merchant.add([article(sku, warehouses={"MAIN": 120, "STORE": 5})])
    id = town.article(sku)
    assert level(erp, id)["on_hand"] == 120
    assert level(erp, id, "STORE")["on_hand"] == 5
    (sale,) = made(erp, town.order(lines=[town.goods(2, sku=sku)]))
    assert level(erp, id)["demand"] == 0, "a draft promises nothing"
    since = town.now()
    assert kinds(erp.advance("order", [sale], "confirmed")) == ["Done"]
    assert id in changed_since(erp, "stock", since)
    promised = level(erp, id)
    assert (promised["on_hand"], promised["demand"]) == (120, 2)
    assert level(erp, id, "STORE")["demand"] == 0
    town.warehouse.ship(int(sale))
    gone = level(erp, id)
    assert (gone["on_hand"], gone["demand"], gone["reserved"]) == (118, 0, 0)


def test_what_is_taken_off_the_shelf_is_reserved(town: Town, erp: Tryton) -> None:
    sku = town.mark()
    town.merchant.add([article(sku, warehouses={"MAIN": 9})])
    (sale,) = made(erp, town.order(lines=[town.goods(4, sku=sku)]))
    assert kinds(erp.advance("order", [sale], "confirmed")) == ["Done"]
    (shipment,) = town.clerk.read("stock.shipment.out", [["moves.sale", "=", int(sale)]], "state")
    town.clerk.call("model.stock.shipment.out.assign_force", [shipment["id"]])
    found = level(erp, town.article(sku))
    assert (found["on_hand"], found["demand"], found["reserved"]) == (9, 4, 4)


def test_services_and_consumables_are_no_stock(erp: Tryton) -> None:
    stocked = {
        raw.data["code"]: raw.data["stocked"]
        for page in erp.changes("stock", None)
        for raw in page.records
    }
    assert (stocked["S-000002"], stocked["A-000003"], stocked[SKU]) == (False, False, True)
    assert not any(id.startswith("T") for id in stocked), "main articles have no stock"


def test_a_partial_delivery_is_told_with_its_parcel(town: Town, erp: Tryton) -> None:
    (sale,) = made(erp, town.order())
    assert kinds(erp.advance("order", [sale], "confirmed")) == ["Done"]
    since = town.now()
    first = town.warehouse.ship(int(sale), "PARCEL-1", pieces={SKU: 1})
    second = town.warehouse.ship(int(sale), "PARCEL-2")
    found = {raw.id: raw.data for raw in erp.find("shipment", "document", [sale])[sale]}
    told = [
        (found[str(id)]["state"], found[str(id)]["parcels"][0]["number"],
         [line["quantity"] for line in found[str(id)]["lines"]])
        for id in (first, second)
    ]  # fmt: skip
    assert told == [("done", "PARCEL-1", [1]), ("done", "PARCEL-2", [1])]
    assert {str(first), str(second)} <= changed_since(erp, "shipment", since)
    (raw,) = erp.fetch("order", [sale])
    assert raw.data["standing"] == "shipped"


def test_an_invoice_has_a_number_once_it_is_posted_and_then_is_paid(
    town: Town, erp: Tryton
) -> None:
    (sale,) = made(erp, town.order())
    assert kinds(erp.advance("order", [sale], "confirmed")) == ["Done"]
    (raw,) = erp.find("invoice", "document", [sale])[sale]
    assert (raw.data["state"], raw.data["number"]) == ("draft", None)
    invoice = town.bookkeeper.post(int(sale))
    (raw,) = erp.fetch("order", [sale])
    assert (raw.data["invoice_number"] != "", raw.data["paid"]) == (True, False)
    since = town.now()
    town.bookkeeper.pay(invoice)
    (raw,) = erp.find("invoice", "document", [sale])[sale]
    assert (raw.data["state"], raw.data["total_amount"]) == ("paid", Decimal("195.76"))
    assert sale in changed_since(erp, "order", since)
    (raw,) = erp.fetch("order", [sale])
    assert raw.data["paid"] is True


def test_an_address_that_changes_stays_on_the_documents_that_name_it(
    town: Town, erp: Tryton
) -> None:
    (party,) = made(erp, customer(town.mark()), entity="customer")
    (sale,) = made(erp, town.order(party=party, invoice_address=HOME, shipment_address=HOME))
    since = town.now() - timedelta(microseconds=1)
    moved = {**HOME, "street": "Neue Straße 2"}
    (result,) = erp.update("customer", [Change(party, {"invoice_address": moved})])
    assert isinstance(result, Done)
    assert result.as_stored["invoice_address"]["street"] == "Neue Straße 2"
    assert result.as_stored["delivery_address"]["street"] == HOME["street"]
    assert party in changed_since(erp, "customer", since)
    (found,) = town.clerk.read("sale.sale", [["id", "=", int(sale)]], "invoice_address.street")
    assert found["invoice_address."]["street"] == HOME["street"]


def test_customers_are_found_by_mail_whatever_its_case(town: Town, erp: Tryton) -> None:
    draft = customer(town.mark(), email=f"Zoe_{town.mark()}@Mail.example")
    (party,) = made(erp, draft, entity="customer")
    asked = [draft.payload["email"].upper(), draft.payload["email"].replace("_", "x")]
    found = erp.find("customer", "email", asked)
    assert [[raw.id for raw in found[value]] for value in asked] == [[party], []]


def test_the_user_with_the_least_rights_lacks_none(erp: Tryton) -> None:
    identity = erp.identify()
    assert identity.lacks == ()
    assert identity.company == "1 Nordlicht Handels GmbH"
    assert identity.facts == {"currency": "EUR"}


def findings(connector: Tryton) -> dict[str, Finding]:
    """What `check` tells of a Tryton, by topic."""
    return {found.topic: found for found in connector.inspect(writes=True)}


def test_a_tryton_that_is_set_up_well_is_told_so(erp: Tryton) -> None:
    found = findings(erp)
    assert {topic: one.grade for topic, one in found.items()} == dict.fromkeys(
        ("rights", "modules", "warehouses", "taxes"), Grade.OK
    )
    assert found["taxes"].says == "Books are kept in EUR; tax of the whole document is rounded."


def test_rights_beyond_those_that_are_needed_are_named(town: Town) -> None:
    found = findings(town.open(CLERK))["rights"]
    assert found.grade is Grade.WARNING
    assert "write res.user" in found.says


def test_settings_that_change_what_becomes_of_sales_are_told(town: Town, erp: Tryton) -> None:
    (shop,) = town.clerk.read("web.shop", [], "warehouses")
    late = {"sale_process_after": timedelta(hours=1)}
    town.clerk.call("model.sale.configuration.write", [1], late)
    gone = {"warehouses": [["remove", shop["warehouses"]]]}
    town.clerk.call("model.web.shop.write", [shop["id"]], gone)
    found = findings(erp)
    back = {"warehouses": [["add", shop["warehouses"]]]}
    town.clerk.call("model.web.shop.write", [shop["id"]], back)
    town.clerk.call("model.sale.configuration.write", [1], {"sale_process_after": None})
    assert found["processing"].grade is Grade.WARNING
    assert found["warehouses"].grade is Grade.PROBLEM


def test_rights_that_lack_are_named(town: Town) -> None:
    identity = town.open(STRANGER).identify()
    assert {"create sale.sale", "read stock.move", "read account.invoice"} <= set(identity.lacks)
    with pytest.raises(AccessDenied, match="not allowed"):
        list(town.open(STRANGER).fetch("order", ["1"]))


def test_a_web_shop_that_is_not_there_is_told_with_those_that_are(town: Town) -> None:
    with pytest.raises(ConfigError, match="has no web shop 'Laden'; it has Shop"):
        town.open(web_shop="Laden").identify()


def test_a_database_that_is_not_there_is_told(town: Town) -> None:
    with pytest.raises(ConfigError, match="no such database"):
        town.open(database="nowhere").identify()


def test_a_session_that_ended_is_begun_anew(town: Town, erp: Tryton) -> None:
    assert list(erp.fetch("customer", [town.party]))
    town.wire.faults.add(FaultRule("no_auth", path="/rpc/", times=1))
    assert list(erp.fetch("customer", [town.party]))


def test_a_proxy_that_removes_the_session_is_told(town: Town, erp: Tryton) -> None:
    town.wire.faults.add(FaultRule("no_auth", path="/rpc/"))
    with pytest.raises(AccessDenied, match="refuses each new session") as told:
        list(erp.fetch("customer", ["1"]))
    assert SYNC_USER[1] not in told.value.sentence()
