"""`held correct`: a person's word stands in place of the shop's until it is taken away."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from sync_cli.admin.correcting import correct, uncorrect
from sync_cli.admin.keeping import forget_reused
from sync_cli.admin.story import describe, stories
from sync_cli.connectors.memory import MemoryConnector
from sync_cli.core.errors import ConfigError
from sync_cli.state.corrections import Corrected
from tests.flows.refund_town import RefundTown
from tests.flows.town import Town
from tests.properties.refunding import refund_config


def put_right(town: Town, name: str, *values: str, route: str = "orders") -> None:
    with closing(town.open_state()) as state:
        correct(state, name, values, route=route, now=town.now, who="anna")


def take_away(town: Town, name: str, *paths: str) -> None:
    with closing(town.open_state()) as state:
        uncorrect(state, name, paths, route="orders", now=town.now, who="anna")


@pytest.fixture
def held(town: Town) -> tuple[Town, str]:
    """An order with a tax class that the ERP does not know."""
    order = town.buy()
    town.shop_order(order)["line_items"][0]["tax_class"] = "reduced"
    town.orders()
    assert "reduced" in town.why_held(order)
    return town, order


def test_a_correction_releases_the_order_with_the_next_run(held: tuple[Town, str]) -> None:
    town, order = held
    put_right(town, order, "lines[0].tax_class=reduced-rate")
    town.go("orders")
    assert town.states(order) == ["confirmed"]
    assert not town.held()
    assert town.document(order)["lines"][0]["tax_code"] == "reduced-rate"


def test_a_corrected_product_tells_the_article_and_a_corrected_sku_does_not(town: Town) -> None:
    del town.erp.tables["product"]["912"]
    order, left_as_it_is = town.buy("12"), town.buy("12")
    town.orders()
    put_right(town, order, "lines[0].sku=SKU-11")
    town.go("orders")
    assert "line 1 (SKU SKU-12, Article 12): no article of the ERP has this SKU" in (
        town.why_held(order)
    )
    put_right(town, order, "lines[0].product_id=11")
    town.go("orders")
    assert town.states(order) == ["confirmed"]
    assert set(town.held()) == {left_as_it_is}


def test_a_correction_that_does_not_help_is_told_with_the_reason(held: tuple[Town, str]) -> None:
    town, order = held
    put_right(town, order, "lines[0].tax_class=reduced", "billing.city=Ulm")
    town.go("orders")
    assert town.why_held(order).endswith(
        " The correction of billing.city, lines[0].tax_class changes nothing about this reason."
    )
    put_right(town, order, "lines[0].tax_class=reduced-rate")
    told = town.go("orders")
    assert town.states(order) == ["confirmed"]
    assert not any("billing.city" in note for note in told.ears.notes)


def test_a_correction_of_an_article_that_does_not_help_is_told_with_the_reason(town: Town) -> None:
    del town.erp.tables["product"]["912"]
    order = town.buy("12")
    town.orders()
    assert "The correction" not in town.why_held(order)
    put_right(town, order, "lines[0].sku=SKU-11")
    town.go("orders")
    assert "The correction of lines[0].sku changes nothing about this" in town.why_held(order)


def test_a_correction_that_does_not_make_it_add_up_is_told_with_the_reason(town: Town) -> None:
    order = town.buy()
    town.edit(order, total="99.00")
    town.orders()
    put_right(town, order, "customer_note=please ring")
    town.go("orders")
    assert "The correction of customer_note changes nothing about this" in town.why_held(order)


@pytest.mark.parametrize("useless", ["lines[0].quantity=1", "lines[0].sku=SKU-12"])
def test_a_correction_without_effect_is_told_once_and_stands_in_the_story(
    held: tuple[Town, str], useless: str
) -> None:
    town, order = held
    path = useless.partition("=")[0]
    put_right(town, order, "lines[0].tax_class=reduced-rate", useless)
    assert town.go("orders").ears.notes == [
        f"Order {order}: the correction of {path} has no effect: without it the very same would go"
        f" to the ERP. Take it away with `sync-cli held uncorrect {order} '{path}'`."
    ]
    assert town.states(order) == ["confirmed"]
    assert town.go("orders", full=True).ears.notes == []
    with closing(town.open_state()) as state:
        [story] = stories(state, order)
    assert f"without effect: {path}" in "\n".join(describe(story))


@pytest.mark.parametrize(
    ("status", "useful"),
    [
        ("pending", "state=processing"),
        ("on-hold", "state=processing"),
        ("processing", "paid_at=2026-01-01T00:00:00Z"),
        ("processing", "vat_id=DE123456789"),
    ],
)
def test_what_decides_whether_and_for_whom_an_order_is_made_is_not_without_effect(
    held: tuple[Town, str], status: str, useful: str
) -> None:
    town, order = held
    town.shop_order(order)["status"] = status
    put_right(town, order, "lines[0].tax_class=reduced-rate", useful)
    assert town.go("orders", full=True).ears.notes == []
    assert town.states(order) == ["confirmed"]


def test_a_correction_of_a_refund_without_effect_is_told(tmp_path: Path) -> None:
    town = RefundTown(tmp_path, config=refund_config())
    refund = town.give_back(town.sold(), "5.00")
    town.shop.tables["refund"][refund]["line_items"] = "none"
    town.orders()
    put_right(town, refund, "reason=broken", route="refunds")
    town.go("orders")
    assert "The correction of reason changes nothing" in town.why_refund_held(refund)
    town.shop.tables["refund"][refund]["line_items"] = []
    town.shop.tables["refund"][refund]["reason"] = "broken"
    [note] = town.go("orders", full=True).ears.notes
    assert note == (
        f"Refund {refund} of order 1001: the correction of reason has no effect: without it the"
        " very same would go to the ERP. Take it away with `sync-cli held uncorrect"
        f" {refund} --route refunds 'reason'`."
    )
    assert town.credit_note(refund)["state"] == "confirmed"


def test_a_correction_of_a_refund_that_is_held_all_the_same_is_told_with_the_reason(
    tmp_path: Path,
) -> None:
    town = RefundTown(tmp_path, config=refund_config())
    order = town.sold()
    refund = town.give_back(order, "5.00")
    town.shop_order(order)["total"] = "99.00"
    town.orders()
    before = town.why_refund_held(refund)
    put_right(town, refund, "reason=", route="refunds")
    assert town.go("orders").ears.notes == []
    said = " The correction of reason changes nothing about this reason."
    assert town.why_refund_held(refund) == before + said


def test_it_stays_laid_over_the_order_so_that_nothing_looks_edited(
    held: tuple[Town, str],
) -> None:
    town, order = held
    put_right(town, order, "lines[0].tax_class=reduced-rate")
    town.go("orders")
    town.edit(order, date_completed="2026-01-01T00:00:00")
    assert town.orders().writes == 0
    assert not town.held()


def test_corrected_once_more_after_the_transfer_it_is_still_for_its_own_line(
    two_lines: tuple[Town, str],
) -> None:
    town, order = two_lines
    put_right(town, order, "lines[1].tax_class=reduced-rate")
    town.go("orders")
    assert town.states(order) == ["confirmed"]
    put_right(town, order, "lines[1].tax_class=zero-rate", "lines[0].name=Cup")
    without_its_first_line(town, order)
    town.orders()
    assert "lines[1].tax_class was for another line" in town.why_held(order)


def test_taken_away_after_the_transfer_it_leaves_a_task(held: tuple[Town, str]) -> None:
    town, order = held
    put_right(town, order, "lines[0].tax_class=reduced-rate")
    town.go("orders")
    town.shop_order(order)["line_items"][0]["tax_class"] = "zero-rate"
    take_away(town, order)
    town.orders(ids=(order,))
    assert "it was changed after it was transferred" in town.why_held(order)


def test_the_amounts_are_proven_all_the_same(held: tuple[Town, str]) -> None:
    town, order = held
    put_right(town, order, "lines[0].tax_class=reduced-rate", "lines[0].total=9.99")
    town.go("orders")
    assert "do not add up" in town.why_held(order)
    assert town.states(order) == []
    take_away(town, order, "lines[0].total")
    town.go("orders")
    assert town.states(order) == ["confirmed"]


def test_the_audit_and_the_story_tell_who_corrected_what(held: tuple[Town, str]) -> None:
    town, order = held
    put_right(town, order, "lines[0].tax_class=reduced-rate", "billing.city=Ulm")
    town.go("orders")
    with closing(town.open_state()) as state:
        [story] = stories(state, order)
        text = "\n".join(describe(story))
    assert "orders, by hand: corrected by anna: lines[0].tax_class = 'reduced-rate'" in text
    assert "corrected: lines[0].tax_class = 'reduced-rate', by anna on" in text
    assert "corrected billing.city = ***, lines[0].tax_class = 'reduced-rate'" in text
    assert "Ulm" not in text


@pytest.fixture
def two_lines(town: Town) -> tuple[Town, str]:
    """An order of which the second line has a tax class that the ERP does not know."""
    order = town.place_order([("11", 1), ("12", 1), ("13", 1)])
    town.shop_order(order)["line_items"][1]["tax_class"] = "reduced"
    town.orders()
    assert "reduced" in town.why_held(order)
    return town, order


def without_its_first_line(town: Town, order: str) -> None:
    town.edit(order, line_items=town.shop_order(order)["line_items"][1:])


def test_a_correction_is_not_laid_over_another_line_that_moved_up(
    two_lines: tuple[Town, str],
) -> None:
    town, order = two_lines
    put_right(town, order, "lines[1].tax_class=reduced-rate")
    without_its_first_line(town, order)
    town.orders()
    assert town.why_held(order) == (
        f"Order {order}: the correction of lines[1].tax_class was for another line than the one"
        f" that stands there now. Take it away with `sync-cli held uncorrect {order}"
        " 'lines[1].tax_class'`, look at the record, and correct it anew."
    )
    assert town.states(order) == []


def test_a_correction_of_a_line_that_was_removed_holds_the_order(
    two_lines: tuple[Town, str],
) -> None:
    town, order = two_lines
    put_right(town, order, "lines[1].tax_class=reduced-rate")
    town.edit(order, line_items=town.shop_order(order)["line_items"][:1])
    town.orders()
    assert "was for another line" in town.why_held(order)


def test_a_correction_of_a_line_that_there_never_was_names_what_takes_it_away(
    held: tuple[Town, str],
) -> None:
    town, order = held
    with closing(town.open_state()) as state:
        unseen = Corrected("order", "orders", order, f"Order {order}")
        state.correct(unseen, {"lines[9].sku": "SKU-11"}, town.now, "anna")
    town.go("orders")
    assert town.why_held(order) == (
        f"Order {order}: the correction of lines[9].sku is for a place that it does not have."
        f" Take it away with `sync-cli held uncorrect {order} 'lines[9].sku'`, and name a line"
        " that is there."
    )
    take_away(town, order, "lines[9].sku")
    town.orders()
    assert "lines[9]" not in town.why_held(order)


def test_what_changes_elsewhere_leaves_a_correction_where_it_is(
    two_lines: tuple[Town, str],
) -> None:
    town, order = two_lines
    put_right(town, order, "lines[1].tax_class=reduced-rate")
    town.edit(order, customer_note="please ring twice")
    town.orders()
    assert [one["tax_code"] for one in town.document(order)["lines"]][1] == "reduced-rate"


def test_what_takes_its_place_can_be_corrected_once_the_old_word_is_gone(
    two_lines: tuple[Town, str],
) -> None:
    town, order = two_lines
    put_right(town, order, "lines[1].tax_class=reduced-rate")
    without_its_first_line(town, order)
    town.orders()
    take_away(town, order, "lines[1].tax_class")
    put_right(town, order, "lines[0].tax_class=reduced-rate")
    town.go("orders")
    assert "do not add up" in town.why_held(order)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("", "lines[0].tax_clas=x", "did you mean 'tax_class'"),
        ("", "total=1", "correct it in the shop"),
        ("", "tax_class", "no correction"),
        ("", "lines[3].tax_class=x", "has no lines[3], the last one is lines[0]"),
        ("", "fees[0].name=x", "has no fees[0]. Nothing was changed"),
        ("4711", "note=x", "not held"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    held: tuple[Town, str], name: str, value: str, says: str
) -> None:
    town, order = held
    before = town.remembered()
    with pytest.raises(ConfigError) as refused:
        put_right(town, name or order, value)
    assert says in refused.value.sentence()
    assert town.remembered() == before


def test_only_corrections_that_are_there_can_be_taken_away(held: tuple[Town, str]) -> None:
    town, order = held
    put_right(town, order, "lines[0].tax_class=reduced-rate")
    with pytest.raises(ConfigError, match=r"it has lines\[0\].tax_class"):
        take_away(town, order, "lines[1].tax_class")


def test_an_order_is_found_by_its_number_too(town: Town) -> None:
    order = town.buy()
    town.edit(order, number="2026-0077")
    town.shop_order(order)["line_items"][0]["tax_class"] = "reduced"
    town.orders()
    put_right(town, "2026-0077", "lines[0].tax_class=reduced-rate")
    town.go("orders")
    assert town.states(order) == ["confirmed"]


def test_it_is_not_laid_over_another_order_that_got_its_id(held: tuple[Town, str]) -> None:
    town, order = held
    put_right(town, order, "billing.city=Ulm", "lines[0].tax_class=reduced-rate")
    town.go("orders")
    town.erp.remove("order", town.document(order)["id"])
    town.buy(order_id=int(order))
    with closing(town.open_state()) as state:
        assert forget_reused(state, MemoryConnector(town.shop), town.now) == 1
    town.orders(ids=(order,))
    assert town.document(order)["billing"]["city"] != "Ulm"
    assert town.document(order)["lines"][0]["tax_code"] == "standard"
    with closing(town.open_state()) as state:
        assert state.corrections("order", order) == ()


def test_nor_over_one_that_got_the_id_of_an_order_that_never_went_over(
    held: tuple[Town, str],
) -> None:
    town, order = held
    put_right(town, order, "billing.city=Ulm", "lines[0].tax_class=reduced-rate")
    town.buy(order_id=int(order))
    town.orders(dry_run=True)
    with closing(town.open_state()) as state:
        assert len(state.corrections("order", order)) == 2
    told = town.orders()
    assert town.document(order)["billing"]["city"] != "Ulm"
    assert town.document(order)["lines"][0]["tax_code"] == "standard"
    [note] = [note for note in told.ears.notes if "correct" in note]
    assert note == (
        f"Order {order} is another order than the one that was corrected: billing.city,"
        " lines[0].tax_class are the shop's again."
    )
    with closing(town.open_state()) as state:
        assert state.corrections("order", order) == ()
        [gone] = [one for one in state.audit("orders", order) if one.operation == "uncorrect"]
    assert gone.reason == (
        "by sync-cli, for another record: billing.city = ***; lines[0].tax_class = 'reduced-rate'"
    )
