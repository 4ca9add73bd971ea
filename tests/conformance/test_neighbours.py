"""The harness can prepare a shop for requests that nobody recorded yet."""

from __future__ import annotations

from tests.conformance.known import Known
from tests.conformance.neighbours import ASKED, Neighbourhood, get, recorded
from tests.conformance.replay import verdict


def test_a_shop_can_be_prepared_for_every_request_of_the_recorded_kinds() -> None:
    """Each exchange alone, beside the list of tax rates, as a stranger's recording would stand."""
    rates = Neighbourhood().ask(get("taxes"))
    found = [verdict(recording, Known([rates, recording])) for recording in recorded()]
    assert len(found) == len(ASKED) > 200
    assert {v.name: v.differences[:3] for v in found if not v.conforms} == {}


def test_no_request_stands_twice_in_the_table() -> None:
    names = [asked.name() for asked in ASKED]
    assert len(set(names)) == len(names)
