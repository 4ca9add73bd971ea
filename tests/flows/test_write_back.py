"""The way back: what the ERP says of a document is told to the shop's order, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync_cli.connectors.memory import Fate
from sync_cli.core.errors import IdentityError
from tests.flows.town import Town, hour, of_route
from tests.properties.world import fates


def meta(town: Town, order: str) -> dict[str, str]:
    """The metadata of a shop order."""
    return {entry["key"]: entry["value"] for entry in town.shop_order(order)["meta_data"]}


def test_a_shipped_document_tells_its_state_and_invoice(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.ship(order, invoice_number="INV-7")
    told = town.orders()
    assert meta(town, order)["_sync_cli_state"] == "shipped"
    assert meta(town, order)["_sync_cli_invoice"] == "INV-7"
    assert town.notes(order) == 1
    assert of_route(told.ears.plan, "orders-back") == [
        f"update Order {order}: meta_data = 4 entries"
    ]
    assert town.orders().writes == 0


def test_the_seal_of_the_last_write_stays(town: Town) -> None:
    order = town.buy()
    town.orders()
    first = meta(town, order)["_sync_cli_seal"]
    town.orders()
    assert meta(town, order)["_sync_cli_seal"] == first
    town.ship(order)
    town.orders()
    assert meta(town, order)["_sync_cli_seal"] == first.replace(":1", ":3")


def test_metadata_of_others_is_left_alone(town: Town) -> None:
    order = town.buy()
    town.edit(order, meta_data=[{"id": 9, "key": "_gift", "value": "yes"}])
    town.orders()
    assert meta(town, order)["_gift"] == "yes"


def test_documents_that_the_erp_made_by_itself_are_passed_over(town: Town) -> None:
    order = town.buy()
    town.orders()
    own = {**town.document(order), "id": "4711", "reference": "PHONE-1", "state": "shipped"}
    town.erp.put("order", own)
    told = town.orders()
    assert told.writes == 0
    assert told.run.tally.of("orders-back", "skip") == 2


def test_an_order_deleted_from_the_shop_gets_no_word_and_stops_nobody(town: Town) -> None:
    gone, other = town.buy(), town.buy()
    town.orders()
    for order in (gone, other):
        town.ship(order)
    town.shop.remove("order", gone)
    town.orders()
    assert town.written_state(other) == "shipped"
    assert not town.held("orders-back")


def test_a_refused_write_is_held_tried_again_and_the_note_still_comes_once(town: Town) -> None:
    order = town.buy()
    fate = [Fate.ARRIVES, Fate.ARRIVES, Fate.ARRIVES, Fate.REFUSED]
    told = town.orders(network=fates(*fate))
    assert told.run.tally.new_failures == 1
    assert order in town.held("orders-back")
    town.pass_time(hour())
    town.orders()
    assert town.written_back(order) == town.document(order)["number"]
    assert town.notes(order) == 1
    assert not town.held("orders-back")


def test_a_refused_note_is_tried_again_long_after(town: Town) -> None:
    order = town.buy()
    town.orders(network=fates(*[Fate.ARRIVES] * 4, Fate.REFUSED))
    assert town.notes(order) == 0
    town.pass_time(hour(24 * 5))
    town.orders()
    assert town.notes(order) == 1
    assert town.orders().writes == 0


def test_without_notes_none_is_written(town: Town) -> None:
    town.configure(orders={"note": False})
    order = town.buy()
    town.orders()
    assert town.notes(order) == 0
    assert town.written_back(order)


def test_a_note_deleted_by_a_person_does_not_come_back(town: Town) -> None:
    order = town.buy()
    town.orders()
    [note] = town.shop.records("note")
    town.shop.remove("note", note)
    town.ship(order)
    town.orders()
    town.orders(full=True)
    assert town.notes(order) == 0


# Seals


def seal(town: Town, order: str, value: str) -> None:
    """Another program, or we ourselves in another life, wrote the order."""
    town.edit(order, meta_data=[{"id": 1, "key": "_sync_cli_seal", "value": value}])


@pytest.mark.parametrize(
    ("run", "says"),
    [
        ("ffffffffffff:1", "was written by another installation"),
        ("{own}:99", "was written by run 99, but this state knows only"),
    ],
)
def test_a_seal_that_is_not_ours_or_of_a_later_run_stops_before_anything_is_made(
    town: Town, run: str, says: str
) -> None:
    town.orders()
    with town.open_state() as state:
        own = state.installation
    sealed, new = town.buy(), town.buy()
    seal(town, sealed, run.format(own=own))
    before = town.both_sides()
    with pytest.raises(IdentityError, match=says) as stopped:
        town.orders()
    assert f"Order {sealed}" in str(stopped.value)
    assert "state rebuild" in stopped.value.remedy
    assert town.both_sides() == before
    assert (town.states(sealed), town.states(new)) == ([], [])


def test_a_lost_state_file_is_noticed_by_the_seals_in_the_shop(town: Town) -> None:
    order = town.buy()
    town.orders()
    for file in town.folder.glob("state.sqlite*"):
        file.unlink()
    with pytest.raises(IdentityError, match="or the state file was lost"):
        town.orders()
    assert town.states(order) == ["confirmed"]


@pytest.mark.parametrize(
    ("lost_runs", "made_since"),
    [(2, 0), (5, 3), (1, 0), (3, 3)],
)
def test_an_old_copy_of_the_state_is_noticed_by_the_seals_of_later_runs(
    town: Town, lost_runs: int, made_since: int
) -> None:
    town.orders()
    town.copy_state("old.sqlite")
    for _ in range(lost_runs - 1):
        town.stock()
    order = town.buy()
    town.orders()
    town.bring_back_state("old.sqlite")
    for _ in range(made_since):
        town.stock()
    with pytest.raises(IdentityError, match="it is an old copy") as stopped:
        town.orders()
    assert "newest state file" in stopped.value.remedy
    assert town.states(order) == ["confirmed"]


def test_a_document_sealed_on_another_order_stops_the_way_back(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.ship(order)
    seal(town, order, "ffffffffffff:1")
    town.shop.dates["order", order] = town.now - timedelta(days=30)
    with pytest.raises(IdentityError, match="another installation"):
        town.orders()
    assert town.written_state(order) == ""
