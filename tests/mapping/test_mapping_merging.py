"""Lists in metadata that others write to as well: ours go in, theirs stay."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from sync_cli.core.back_records import Parcel, WriteBack, is_ours
from sync_cli.core.model import DocumentState
from sync_cli.mapping import MappingErrors, load_mappings, parse_mapping
from tests.mapping.mapping_examples import SHIPPED

WRITE_BACK = load_mappings(SHIPPED).of("woocommerce", "write_back")
KEY = "_wc_shipment_tracking_items"
FOREIGN = {"tracking_number": "ABC", "tracking_provider": "post", "qty": Decimal("1.5"), "x": 7}


def back(*numbers: str) -> WriteBack:
    return WriteBack(
        number="SO1",
        state=DocumentState.CONFIRMED,
        seal="a:1",
        parcels=tuple(Parcel(number=number, carrier="DHL") for number in numbers),
    )


def written(there: Any, *numbers: str) -> Any:
    """What is sent for an order that carries `there` under the key."""
    current = {"meta_data": [{"id": 1, "key": KEY, "value": there}]} if there is not None else {}
    payload = WRITE_BACK.merged(WRITE_BACK.write(back(*numbers)), current, is_ours)
    return {entry["key"]: entry["value"] for entry in payload["meta_data"]}.get(KEY)


def numbers(items: list[dict[str, Any]]) -> list[str]:
    return [item["tracking_number"] for item in items]


@pytest.mark.parametrize("there", [None, "", [], "broken", {"a": 1}, 7])
def test_where_there_is_no_list_ours_is_written(there: Any) -> None:
    assert numbers(written(there, "1", "2")) == ["1", "2"]


def test_entries_of_others_stay_as_they_are_in_front() -> None:
    items = written([FOREIGN, "odd"], "1")
    assert items[0] == {**FOREIGN, "qty": "1.5"}
    assert items[1] == "odd"
    assert numbers(items[2:]) == ["1"]


def test_a_list_with_gaps_comes_as_an_object_and_is_a_list_all_the_same() -> None:
    there = {"0": FOREIGN, "2": {**FOREIGN, "tracking_number": "DEF"}}
    assert numbers(written(there, "1")) == ["ABC", "DEF", "1"]
    order = {"meta_data": [{"id": 1, "key": KEY, "value": there}]}
    assert [name for name, _ in WRITE_BACK.entries("parcels", order)] == ["ABC", "DEF"]


def test_an_entry_of_our_number_takes_our_fields_and_keeps_its_others() -> None:
    [item] = written([{"tracking_number": "1", "tracking_provider": "old", "status": "2"}], "1")
    assert item["tracking_provider"] == "dhl"
    assert item["status"] == "2"


def test_a_second_parcel_is_added_to_the_first() -> None:
    first = written(None, "1")
    assert numbers(written(first, "1", "2")) == ["1", "2"]
    assert written(first, "1")[0] == first[0]


def test_one_of_ours_that_is_no_more_goes_and_those_of_others_stay() -> None:
    there = [FOREIGN, *written(None, "1", "2"), {"tracking_number": "1", "tracking_id": "9"}]
    items = written(there, "3")
    assert numbers(items) == ["ABC", "1", "3"]
    assert items[1]["tracking_id"] == "9"


def test_without_parcels_the_list_is_not_written_at_all() -> None:
    assert written([FOREIGN]) is None


MAPPING = """
entity: write_back
system: woocommerce
version: 1
parts:
  item:
    - {to: number, from: number}
write:
  - {to: {meta: list}, from: parcels, each: item, merge: number}
"""


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("merge: number", "merge: nummer", "has no field 'nummer' to merge by"),
        ("{meta: list}", "list", "`merge` stands beside `each`, in a rule to {meta: key}"),
    ],
)
def test_a_merge_that_cannot_work_is_refused(right: str, wrong: str, says: str) -> None:
    assert parse_mapping(MAPPING)
    with pytest.raises(MappingErrors, match=re.escape(says)):
        parse_mapping(MAPPING.replace(right, wrong))
