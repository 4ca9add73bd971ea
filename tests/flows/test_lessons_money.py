"""What users of other connectors suffered with lines and amounts, each a test named after it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.flows.town import Town
from tests.flows.town import town as found
from tests.properties.goods import as_bought


@pytest.mark.parametrize("computes", [False, True], ids=["taxes given", "taxes computed"])
def test_tax_per_line_does_not_add_up_to_the_orders_tax(tmp_path: Path, computes: bool) -> None:
    """Three lines of 0.33: each has 0.06 of tax, the order has 0.19 and not 0.18."""
    town = found(tmp_path, computes_taxes=computes)
    order = town.buy()
    town.edit(order, **as_bought([("11", 1, "0.33"), ("12", 1, "0.33"), ("13", 1, "0.33")]))
    town.orders()
    document = town.document(order)
    assert (document["state"], document["total"]) == ("confirmed", "1.18")
    lines = document["lines"]
    assert sum(Decimal(line["net"]) + Decimal(line["tax"]) for line in lines) == Decimal("1.18")
    assert [line["kind"] for line in lines].count("rounding") == computes


def test_unknown_sku_order_failed_or_a_ghost_product_was_made(town: Town) -> None:
    """All lines are resolved first; the order waits with the list, and no article is made."""
    articles = set(town.erp.tables["product"])
    good = town.buy("11")
    order = town.place_order([("98", 1), ("11", 1), ("99", 1)])
    told = town.orders()
    assert town.states(order) == []
    assert set(town.erp.tables["product"]) == articles
    sentence = town.why_held(order)
    assert "line 1 (SKU SKU-98" in sentence
    assert "line 3 (SKU SKU-99" in sentence
    assert town.states(good) == ["confirmed"]
    assert told.result.writes > 0


def test_order_number_is_not_order_id(town: Town) -> None:
    """The key is the id; people see the number that a plug-in gave."""
    first, second = town.buy("11"), town.buy("12")
    town.edit(first, number=second)
    town.edit(second, number="RE-2026-0007")
    town.orders()
    assert town.document(first)["reference"] == f"WC-main-{first}"
    assert town.document(second)["reference"] == f"WC-main-{second}"
    assert town.document(first)["lines"][0]["product_id"] == "911"
    bad = town.buy("99")
    town.edit(bad, number="RE-2026-0008")
    town.orders()
    assert town.why_held(bad).startswith("Order RE-2026-0008")


def test_an_unknown_status_crashed_the_whole_run(town: Town) -> None:
    """That record waits, the run goes on."""
    odd, good = town.buy("11"), town.buy("12")
    town.edit(odd, status="awaiting-magic")
    town.orders()
    assert "awaiting-magic" in town.why_held(odd)
    assert town.states(good) == ["confirmed"]


def test_a_quantity_of_the_shops_product_is_not_the_line_price_times_pieces(town: Town) -> None:
    """Unit prices are floats with noise there; only whole-line amounts count."""
    order = town.buy("11", pieces=3)
    town.edit(order, **as_bought([("11", 3, "10.00")]))
    town.shop_order(order)["line_items"][0]["price"] = 3.3333333333333335
    town.orders()
    [line] = town.document(order)["lines"]
    assert (line["quantity"], line["net"], line["tax"]) == ("3", "10.00", "1.90")
