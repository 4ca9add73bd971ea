"""An ERP that computes taxes itself: one rounding line at most, and nothing unequal confirmed."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync_cli.connectors.memory import Fate
from sync_cli.core.errors import SystemFault
from sync_cli.core.item import Why
from tests.flows.town import Town, hour
from tests.flows.town import town as found
from tests.properties.goods import as_bought
from tests.properties.world import Killed, fates


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return found(tmp_path, computes_taxes=True)


def bought(town: Town, *lines: tuple[str, int, str], **how: Any) -> str:
    """An order of (product, pieces, net of the line) lines whose tax the shop rounds at the end."""
    order = town.buy()
    town.edit(order, **as_bought(lines, **how))
    return order


def short_by_a_cent(town: Town) -> str:
    """Three lines of 0.33: the shop's tax is 0.19 of their sum, the ERP's three times 0.06."""
    return bought(town, ("11", 1, "0.33"), ("12", 1, "0.33"), ("13", 1, "0.33"))


def kinds(town: Town, order: str) -> list[str]:
    return [line["kind"] for line in town.document(order)["lines"]]


def rounding_lines(town: Town, order: str) -> list[str]:
    lines = town.document(order)["lines"]
    return [line["unit_price"] for line in lines if line["kind"] == "rounding"]


def test_a_draft_that_is_equal_is_confirmed_as_it_is(town: Town) -> None:
    order = bought(town, ("11", 2, "20.00"))
    town.orders()
    assert town.states(order) == ["confirmed"]
    assert kinds(town, order) == ["product"]


def test_a_draft_that_is_a_cent_short_gets_one_rounding_line_and_is_equal_then(town: Town) -> None:
    order = short_by_a_cent(town)
    told = town.orders()
    assert town.states(order) == ["confirmed"]
    assert rounding_lines(town, order) == ["0.01"]
    assert town.document(order)["total"] == "1.18"
    assert told.run.tally.new_failures == 0
    town.orders()
    assert rounding_lines(town, order) == ["0.01"]


def test_the_audit_names_the_row_that_chose_the_tax_and_the_rounding_line(town: Town) -> None:
    order = short_by_a_cent(town)
    town.orders()
    with town.open_state() as state:
        reasons = [row.reason for row in state.audit("orders", order)]
    assert reasons == [
        "tax 'DE 19 excl' is 'standard' (tables.tax_codes_by_key, sandbox-erp/document.yaml"
        " (overlay)); a rounding line of 0.01 was added"
    ]


@pytest.mark.parametrize("adds", ["0.03", "-0.03", "5"])
def test_a_draft_further_off_is_cancelled_and_both_computations_are_told(
    town: Town, adds: str
) -> None:
    town.erp_adds = {"total": Decimal(adds)}
    order = bought(town, ("11", 1, "10.00"))
    town.orders()
    assert town.states(order) == ["cancelled"]
    assert town.held()[order].why is Why.QUARANTINED
    theirs = Decimal("11.90") + Decimal(adds)
    sentence = town.why_held(order)
    assert f"has total {theirs} ({theirs - Decimal('1.90')} net + 1.90 tax = {theirs})" in sentence
    assert "the order has 11.90" in sentence
    assert "(10.00 net + 1.90 tax = 11.90)" in sentence
    assert "a rounding line may carry 0.02 at most" in sentence


def test_the_limit_is_a_setting(town: Town) -> None:
    town.configure(orders={"rounding_limit": 0})
    order = short_by_a_cent(town)
    town.orders()
    assert town.states(order) == ["cancelled"]
    assert "has total_tax 0.18" in town.why_held(order)


def test_another_tax_with_the_same_total_is_never_confirmed(town: Town) -> None:
    town.erp_adds = {"tax": Decimal("0.50")}
    order = bought(town, ("11", 1, "10.00"))
    town.orders()
    assert town.states(order) == ["cancelled"]
    assert "has total_tax 2.40" in town.why_held(order)


def test_a_draft_that_the_rounding_line_did_not_mend_is_cancelled(town: Town) -> None:
    town.erp_ignores = {"rounding"}
    order = short_by_a_cent(town)
    town.orders()
    assert town.states(order) == ["cancelled"]
    assert "is still -0.01 off after its rounding line" in town.why_held(order)


def test_a_refused_rounding_line_leaves_no_draft(town: Town) -> None:
    order = short_by_a_cent(town)
    town.orders(network=fates(Fate.ARRIVES, Fate.ARRIVES, Fate.REFUSED))
    assert town.states(order) == ["cancelled"]
    assert "refused" in town.why_held(order)


def test_an_unknown_tax_is_held_in_one_sentence_with_line_key_and_file(town: Town) -> None:
    order = bought(town, ("11", 1, "10.00"), ("12", 1, "5.00"))
    data = town.shop_order(order)
    data["tax_lines"].append(
        {"rate_id": 2, "rate_code": "FR-TVA-1", "rate_percent": Decimal("5.5"), "compound": False}
    )
    data["line_items"][1]["taxes"] = [{"id": 2, "total": "0.95"}]
    town.orders()
    assert town.states(order) == []
    sentence = town.why_held(order)
    assert "line 2" in sentence
    assert "'FR 5.5 excl'" in sentence
    assert "tables.tax_codes_by_key in sandbox-erp/document.yaml" in sentence


def test_prices_that_include_tax_go_over_gross(town: Town) -> None:
    order = bought(town, ("11", 2, "16.81"), gross=True)
    town.orders()
    assert town.states(order) == ["confirmed"]
    document = town.document(order)
    assert document["prices_include_tax"] is True
    assert [(line["quantity"], line["unit_price"]) for line in document["lines"]] == [
        ("2", "10.00")
    ]
    assert document["total"] == "20.00"


@pytest.mark.parametrize(
    ("how", "lines"),
    [
        ("split", [("2", "3.33", "Article 11"), ("1", "3.34", "Article 11")]),
        ("single", [("1", "10.00", "3 x Article 11")]),
        ("hold", None),
    ],
)
def test_unit_prices_lose_no_piece(
    town: Town, how: str, lines: list[tuple[str, str, str]] | None
) -> None:
    town.configure(orders={"unit_prices": how})
    order = bought(town, ("11", 3, "10.00"))
    town.orders()
    if lines is None:
        assert town.states(order) == []
        assert "10.00 for 3 pieces is no price of one piece" in town.why_held(order)
        return
    told = [(ln["quantity"], ln["unit_price"], ln["text"]) for ln in town.document(order)["lines"]]
    assert told == lines
    assert town.document(order)["total"] == "11.90"


def test_another_way_with_unit_prices_is_no_late_edit(town: Town) -> None:
    bought(town, ("11", 3, "10.00"))
    town.orders()
    town.configure(orders={"unit_prices": "single"})
    town.orders(full=True)
    assert not town.held()


# Accidents


@pytest.mark.parametrize("fate", [f for f in Fate if f is not Fate.REFUSED])
@pytest.mark.parametrize("at", range(4))
def test_whatever_is_lost_it_ends_with_one_rounding_line(town: Town, fate: Fate, at: int) -> None:
    order = short_by_a_cent(town)
    with contextlib.suppress(SystemFault):
        town.orders(network=fates(*[Fate.ARRIVES] * at, fate))
    for _ in range(3):
        town.pass_time(hour())
        town.orders()
    assert town.states(order) == ["confirmed"]
    assert rounding_lines(town, order) == ["0.01"]
    assert town.document(order)["total"] == "1.18"


def test_killed_anywhere_it_ends_with_one_rounding_line(tmp_path: Path) -> None:
    for at in range(200):
        folder = tmp_path / str(at)
        folder.mkdir()
        town = found(folder, computes_taxes=True)
        order = short_by_a_cent(town)
        town.settle_down()
        try:
            town.run("orders", kill_at=at)
        except Killed:
            unequal = [d for d in town.all_documents(order) if d["total"] != "1.18"]
            assert all(document["state"] != "confirmed" for document in unequal)
        else:
            assert at > 20, "the run is long enough for the kill to fall between its calls"
            break
        for _ in range(3):
            town.pass_time(hour())
            town.orders()
        assert town.states(order) == ["confirmed"], at
        assert rounding_lines(town, order) == ["0.01"], at
