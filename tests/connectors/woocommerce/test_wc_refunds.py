"""Refunds of a shop: read over all orders and below one, made once, and found again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sync_cli.connectors.base import Done, Draft, Failed, InDoubt
from sync_cli.sandbox.control import Action
from sync_cli.sandbox.shop.actions import shop_actions
from tests.connectors.woocommerce.wc_shop import NOON, Shop, recorded, records


def act(shop: Shop, name: str, **args: Any) -> Any:
    """What the shop's staff do."""
    action: Action = shop_actions(shop.store)[name]
    return action(**args)


def refunded(shop: Shop, amount: str = "1.00", **body: Any) -> str:
    """A refund of a fresh order; its id."""
    order = act(shop, "place_order", lines=[{"sku": sku_of(shop), "quantity": 3}])[0]["id"]
    return str(act(shop, "refund", id=order, amount=amount, **body)["id"])


def sku_of(shop: Shop) -> str:
    """An article that can be sold."""
    return next(p.sku for p in shop.store.products.records.values() if p.kind == "simple" and p.sku)


def order_of(shop: Shop, refund: str) -> str:
    """The order of a refund."""
    return str(shop.store.refunds.records[int(refund)].parent_id)


def draft(order: str, text: str = "CN00001", **payload: Any) -> Draft:
    """A refund to make, with our reference in its metadata."""
    meta = [{"key": "_sync_cli_credit_note", "value": text}]
    return Draft(f"{order}:{text}", {"amount": "2.50", "meta_data": meta, **payload})


def test_refunds_of_all_orders_come_with_their_order_and_all_decimals(shop: Shop) -> None:
    made = [refunded(shop, "1.00"), refunded(shop, "2.00")]
    found = {raw.id: raw for raw in records(shop.open(), "refund")}
    assert list(found) == made
    for refund in made:
        assert str(found[refund].data["parent_id"]) == order_of(shop, refund)
        assert found[refund].birth == "2026-11-21T12:00:00"
        assert found[refund].modified_at == NOON
    assert found[made[0]].data["amount"] == "1.000000"


def test_only_refunds_since_a_moment_come(shop: Shop) -> None:
    refunded(shop)
    shop.clock.advance(3600)
    later = refunded(shop)
    since = NOON + timedelta(hours=1)
    assert [raw.id for raw in records(shop.open(), "refund", since)] == [later]


def test_more_refunds_than_a_page_come_though_some_are_deleted_meanwhile(shop: Shop) -> None:
    made = [refunded(shop) for _ in range(7)]
    connector = shop.open(page_size=2)
    pages = connector.changes("refund", None)
    seen = [raw.id for raw in next(pages).records]
    act(shop, "delete_refund", id=int(made[0]))
    act(shop, "delete_refund", id=int(made[1]))
    seen += [raw.id for page in pages for raw in page.records]
    assert set(made[2:]) <= set(seen)


def test_a_read_of_refunds_goes_on_where_it_was_interrupted(shop: Shop) -> None:
    made = [refunded(shop) for _ in range(5)]
    first = next(shop.open(page_size=2).changes("refund", NOON))
    rest = [
        raw.id
        for page in shop.open(page_size=2).changes("refund", NOON, first.resume)
        for raw in page.records
    ]
    assert [raw.id for raw in first.records] + rest == made


def test_refunds_come_by_id_and_deleted_ones_are_absent(shop: Shop) -> None:
    kept, gone = refunded(shop), refunded(shop)
    act(shop, "delete_refund", id=int(gone))
    assert [raw.id for raw in shop.open().fetch("refund", [kept, gone, "99999999"])] == [kept]
    assert [seen.id for seen in shop.open().census("refund")] == [kept]


def test_the_refunds_of_an_order_are_the_same_as_in_the_list_of_all(shop: Shop) -> None:
    refund = refunded(shop)
    order = order_of(shop, refund)
    connector = shop.open()
    found = connector.find("refund", "order", [order, "99999999"])
    assert found["99999999"] == ()
    [below] = found[order]
    [listed] = connector.fetch("refund", [refund])
    assert (below.id, below.birth) == (listed.id, listed.birth)
    for name in ("parent_id", "amount", "line_items", "meta_data"):
        assert below.data[name] == listed.data[name]


def test_many_refunds_of_one_order_come_page_by_page(shop: Shop) -> None:
    refund = refunded(shop, "0.10")
    order = order_of(shop, refund)
    made = [
        refund,
        *(str(act(shop, "refund", id=int(order), amount="0.10")["id"]) for _ in range(4)),
    ]
    found = shop.open(page_size=2).find("refund", "order", [order])[order]
    assert [raw.id for raw in found] == made


# Made


def test_a_refund_is_made_without_the_gateway_and_found_again(shop: Shop) -> None:
    order = order_of(shop, refunded(shop))
    connector = shop.open()
    [result] = connector.create("refund", [draft(order)])
    assert isinstance(result, Done)
    stored = shop.store.refunds.records[int(result.id)]
    assert stored.amount == Decimal("2.50")
    reference = f"{order}:CN00001"
    found = connector.find("refund", "reference", [reference, f"{order}:CN00002"])
    assert [[raw.id for raw in found[name]] for name in found] == [[result.id], []]


def test_a_refund_without_its_reference_is_not_made(shop: Shop) -> None:
    order = order_of(shop, refunded(shop))
    [result] = shop.open().create("refund", [Draft(f"{order}:CN1", {"amount": "1.00"})])
    assert isinstance(result, Failed)
    assert result.problem.code == "no-match-value"
    assert len(shop.store.refunds.records) == 1


def test_refund_by_api_errors_are_told_though_their_status_is_500(shop: Shop) -> None:
    order = order_of(shop, refunded(shop))
    [result] = shop.open().create("refund", [draft(order, amount="99999.00")])
    assert isinstance(result, Failed)
    assert "Invalid refund amount" in result.problem.sentence()
    assert (result.problem.code, result.problem.transient) == ("refund-refused", False)
    said = recorded("refund-create-too-much-error")
    assert (said.status, said.body["data"]) == (500, 500)


def test_a_refund_whose_answer_is_lost_is_in_doubt_and_not_made_again(shop: Shop) -> None:
    order = order_of(shop, refunded(shop))
    shop.hit("lost_after", "/refunds", methods=("POST",), times=1)
    [result] = shop.open().create("refund", [draft(order)])
    assert isinstance(result, InDoubt)
    assert len(shop.store.refunds.records) == 2
