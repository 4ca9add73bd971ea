"""Links: one thing, its ids in the systems, unique both ways."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_cli.core.item import Link
from sync_cli.core.outcome import End
from sync_cli.state.store import LinkConflict, State
from tests.state.state_examples import ends

SHOP = End("shop", "1", "created-1")
ERP = End("erp", "11", "created-11")
CRM = End("crm", "111")


def test_a_link_is_seen_from_both_systems(state: State) -> None:
    state.attach("product", SHOP, ERP)
    assert state.links("product", "shop", "erp", ["1", "2"]) == {
        "1": Link("1", "11", "created-1", "created-11")
    }
    assert state.links("product", "erp", "shop", ["11"]) == {
        "11": Link("11", "1", "created-11", "created-1")
    }
    assert state.linked_targets("product", "shop", "erp", ["11", "12"]) == {"11": "1"}


def test_a_third_system_joins_through_either_end(state: State) -> None:
    state.attach("product", SHOP, ERP)
    state.attach("product", CRM, ERP)
    assert state.links("product", "shop", "crm", ["1"])["1"].target == "111"
    assert state.count_links("product") == 1


def test_entities_do_not_see_each_other(state: State) -> None:
    state.attach("product", SHOP, ERP)
    state.attach("customer", SHOP, End("erp", "99"))
    assert state.links("customer", "shop", "erp", ["1"])["1"].target == "99"
    assert state.linked_targets("customer", "shop", "erp", ["11"]) == {}


def test_parts_make_several_documents_of_one_order(state: State) -> None:
    for part, id in (("goods", "50"), ("deposit", "51")):
        state.attach("order", SHOP, End("erp", id, part=part))
    by_part = {
        part: state.links("order", "shop", "erp", ["1"], target_part=part)["1"].target
        for part in ("goods", "deposit")
    }
    assert by_part == {"goods": "50", "deposit": "51"}
    assert state.links("order", "shop", "erp", ["1"]) == {}
    assert state.linked_targets("order", "shop", "erp", ["50", "51"]) == {"50": "1", "51": "1"}
    assert state.count_links("order") == 1


CONFLICTS = [
    (SHOP, End("erp", "12"), "already linked to 11 of erp"),
    (End("shop", "4"), ERP, "already linked to 1 of shop"),
    (SHOP, End("erp", "22"), "each already belongs to another record"),
    (End("shop", "1", "created-later"), ERP, "stood for another record when it was linked"),
    (End("shop", "5"), End("shop", "6"), "already linked to 5 of shop"),
]


@pytest.mark.parametrize(("one", "other", "reason"), CONFLICTS)
def test_a_conflict_is_said_and_changes_nothing(
    state: State, one: End, other: End, reason: str
) -> None:
    state.attach_many("product", [(SHOP, ERP), (End("shop", "2"), End("erp", "22"))])
    before = state.file.rows("SELECT * FROM ends")
    with pytest.raises(LinkConflict, match=reason) as raised:
        state.attach_many("product", [(End("shop", "3"), End("erp", "33")), (one, other)])
    assert raised.value.pair == (one, other)
    assert state.file.rows("SELECT * FROM ends") == before


def test_pairs_of_one_call_see_each_other(state: State) -> None:
    state.attach_many("product", [(SHOP, ERP), (ERP, CRM), (SHOP, ERP)])
    assert state.links("product", "crm", "shop", ["111"])["111"].target == "1"
    with pytest.raises(LinkConflict):
        state.attach_many("product", [(End("shop", "2"), CRM), (End("shop", "2"), End("erp", "9"))])


def test_a_birth_mark_is_filled_in_once_and_kept(state: State) -> None:
    state.attach("product", End("shop", "1"), End("erp", "11"))
    state.attach("product", SHOP, End("erp", "11"))
    state.attach("product", End("shop", "1"), ERP)
    assert state.links("product", "shop", "erp", ["1"])["1"] == Link(
        "1", "11", "created-1", "created-11"
    )


def test_a_detached_end_can_be_linked_anew(state: State) -> None:
    state.attach("product", SHOP, ERP)
    state.detach("product", ERP)
    assert state.links("product", "shop", "erp", ["1"]) == {}
    state.attach("product", End("shop", "1", "another birth"), End("erp", "12"))
    assert state.links("product", "shop", "erp", ["1"])["1"].birth == "another birth"


def test_detaching_one_of_three_leaves_the_other_two(state: State) -> None:
    state.attach_many("product", [(SHOP, ERP), (SHOP, CRM)])
    state.detach("product", ERP)
    state.detach("product", End("erp", "unknown"))
    assert state.links("product", "shop", "crm", ["1"])["1"].target == "111"
    assert state.count_links("product") == 1


def test_recent_links_come_newest_first_by_the_time_of_linking(state: State) -> None:
    state.attach_many("order", [ends(str(number)) for number in range(1, 6)])
    state.attach("order", End("shop", "5"), End("crm", "555"))
    state.attach("order", End("shop", "1"), CRM)
    assert [end.id for end in state.recent_links("order", "erp", 3)] == ["S5", "S4", "S3"]
    assert [end.id for end in state.recent_links("order", "crm", 9)] == ["111", "555"]
    assert state.recent_links("order", "shop", 1) == [End("shop", "5", "key-5")]


@pytest.mark.parametrize("count", [0, 1, 999, 40_000])
def test_ids_come_in_any_number(state: State, count: int) -> None:
    state.attach_many("order", [ends(str(number)) for number in range(3)])
    asked = [str(number) for number in range(count)]
    assert len(state.links("order", "shop", "erp", asked)) == min(count, 3)
    assert state.fingerprints("shop.orders", asked) == {}


def test_ids_are_text_and_nothing_else(state: State) -> None:
    odd = ["007", "7", "x'y\"z", "ä€😀", "7.0", " 7", "%"]
    state.attach_many("order", [(End("shop", id), End("erp", f"{id}!")) for id in odd])
    found = state.links("order", "shop", "erp", odd)
    assert {id: link.target for id, link in found.items()} == {id: f"{id}!" for id in odd}


ENDS = st.builds(
    End,
    st.sampled_from(["shop", "erp", "crm"]),
    st.sampled_from("1234"),
    part=st.sampled_from(["", "goods"]),
)


@pytest.fixture(scope="module")
def shared() -> Iterator[State]:
    with tempfile.TemporaryDirectory() as folder, State.open(Path(folder) / "state") as opened:
        yield opened


class Model:
    """What links mean, in the plainest way: a list of sets of ends."""

    def __init__(self) -> None:
        self.things: list[set[End]] = []

    def thing_of(self, end: End) -> set[End]:
        return next((thing for thing in self.things if end in thing), {end})

    def attach(self, one: End, other: End) -> bool:
        first, second = self.thing_of(one), self.thing_of(other)
        if first is not second and len(first) > 1 and len(second) > 1:
            return False
        joined = first | second
        if len({(end.system, end.part) for end in joined}) < len(joined):
            return False
        self.things = [thing for thing in self.things if thing not in (first, second)]
        self.things.append(joined)
        return True

    def detach(self, end: End) -> None:
        rest = [thing - {end} for thing in self.things]
        self.things = [thing for thing in rest if len(thing) > 1]


CHANGES = st.lists(st.tuples(st.sampled_from(["attach", "detach"]), ENDS, ENDS), max_size=25)
_entities = iter(range(10**9))


@settings(max_examples=60, deadline=None)
@given(changes=CHANGES)
def test_links_stay_unique_both_ways(shared: State, changes: list[tuple[str, End, End]]) -> None:
    entity, model = f"entity-{next(_entities)}", Model()
    for change, one, other in changes:
        if change == "detach":
            shared.detach(entity, one)
            model.detach(one)
        elif one != other:
            try:
                shared.attach(entity, one, other)
            except LinkConflict:
                assert not model.attach(one, other)
            else:
                assert model.attach(one, other)
    stored: dict[int, set[End]] = {}
    for thing, system, id, part in shared.file.rows(
        "SELECT thing, system, id, part FROM ends WHERE entity = ?", (entity,)
    ):
        stored.setdefault(thing, set()).add(End(system, id, part=part))
    assert sorted(map(repr, map(sorted_ends, stored.values()))) == sorted(
        map(repr, map(sorted_ends, model.things))
    )


def sorted_ends(thing: set[End]) -> list[End]:
    return sorted(thing, key=repr)
