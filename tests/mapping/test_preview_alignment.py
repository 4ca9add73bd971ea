"""Fields of a preview stand beside those that they came from, also where a line was split."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from sync_cli.admin.mapping_files import InForce, as_shipped
from sync_cli.admin.preview import side_by_side
from sync_cli.connectors.base import Raw, Traits
from sync_cli.flows.journey_steps import Setting
from sync_cli.flows.journeys import Way

RECORDED = Path(__file__).parent / "recordings" / "tax-incl-line-fees-dp-6.json"


def way(force: InForce) -> Way:
    return next(way for way in force.ways() if way.journey.name == "order")


PRICED = [force for force in as_shipped() if way(force).target.writes("unit_price")]
assert PRICED


def order_of_thirds() -> Raw:
    """Three pieces for 10.00 net, so that no price of two digits is right, and another line."""
    data = json.loads(RECORDED.read_text("utf-8"), parse_float=Decimal)["response"]["body"]
    first, second, *_ = data["line_items"]
    data |= {"prices_include_tax": False, "fee_lines": [], "shipping_lines": []}
    for line, quantity, name in ((first, 3, "Thirds"), (second, 1, "Whole")):
        line |= {"quantity": quantity, "total": "10.000000", "total_tax": "1.900000", "name": name}
        line |= {"subtotal": "10.000000", "subtotal_tax": "1.900000", "tax_class": ""}
        line["taxes"] = [{"id": first["taxes"][0]["id"], "total": "1.9", "subtotal": "1.9"}]
    data |= {"line_items": [first, second], "total": "23.800000", "total_tax": "3.800000"}
    data |= {"cart_tax": "3.800000", "shipping_tax": "0.000000", "shipping_total": "0.000000"}
    return Raw(str(data["id"]), data)


@pytest.mark.parametrize("force", PRICED, ids=lambda force: force.kinds["erp"])
def test_both_halves_of_a_split_line_stand_beside_it(force: InForce) -> None:
    setting = Setting(force.config, traits=Traits(price_digits=2))
    carried = way(force).carry(order_of_thirds(), setting)
    assert carried.problems == ()
    steps = [step for step in side_by_side(force, way(force), carried).steps if step.made]
    texts = {
        step.made.partition(" ")[0]: step.canonical.partition(" ")[0]
        for step in steps
        if ".text = " in step.made
    }
    assert texts == {
        "lines[0].text": "lines[0].name",
        "lines[1].text": "lines[0].name",
        "lines[2].text": "lines[1].name",
    }
