"""Zones, methods, gateways and counts of the pretend shop are as they were written."""

from __future__ import annotations

import pytest

from tests.conformance.neighbours import Neighbourhood, delete, get, post, put


@pytest.fixture
def town() -> Neighbourhood:
    return Neighbourhood()


def test_a_zone_keeps_what_was_written_until_it_is_deleted(town: Neighbourhood) -> None:
    zone = town.ask(post("shipping/zones", {"name": "Alps", "order": 1})).answer["id"]
    home = f"shipping/zones/{zone}"
    town.ask(
        put(
            f"{home}/locations",
            [{"code": "AT"}, {"code": "CH", "type": "country"}, {"code": "x", "type": "moon"}],
        )
    )
    shown = town.ask(get(f"{home}/locations")).answer
    assert [(one["code"], one["type"]) for one in shown] == [("AT", "country"), ("CH", "country")]
    assert [one["name"] for one in town.ask(get("shipping/zones")).answer][-1] == "Alps"
    assert town.ask(delete(home, force="true")).status == 200
    assert town.ask(get(home)).status == 404


def test_a_method_is_switched_off_and_taken_out(town: Neighbourhood) -> None:
    home = "shipping/zones/0/methods"
    number = town.ask(post(home, {"method_id": "local_pickup"})).answer["id"]
    town.ask(put(f"{home}/{number}", {"enabled": False}))
    assert town.ask(get(f"{home}/{number}")).answer["enabled"] is False
    town.ask(delete(f"{home}/{number}", force="true"))
    assert town.ask(get(home)).answer == []


def test_a_gateway_keeps_its_title(town: Neighbourhood) -> None:
    town.ask(put("payment_gateways/cod", {"title": "At the door", "enabled": False}))
    shown = town.ask(get("payment_gateways/cod")).answer
    assert (shown["title"], shown["enabled"]) == ("At the door", False)


def test_totals_follow_the_records(town: Neighbourhood) -> None:
    def processing() -> int:
        rows = town.ask(get("reports/orders/totals")).answer
        return next(int(row["total"]) for row in rows if row["slug"] == "processing")

    before = processing()
    town.ask(post("orders", {"status": "processing"}))
    assert processing() == before + 1


def test_webhooks_of_a_batch_are_kept(town: Neighbourhood) -> None:
    hook = {"topic": "order.created", "delivery_url": "https://erp.example/x"}
    [made] = town.ask(post("webhooks/batch", {"create": [hook]})).answer["create"]
    town.ask(post("webhooks/batch", {"update": [{"id": made["id"], "status": "paused"}]}))
    assert town.ask(get(f"webhooks/{made['id']}")).answer["status"] == "paused"
    town.ask(post("webhooks/batch", {"delete": [made["id"]]}))
    assert town.ask(get(f"webhooks/{made['id']}")).status == 404


def test_the_rates_of_a_tax_class_go_with_it(town: Neighbourhood) -> None:
    town.ask(post("taxes", {"country": "FR", "rate": "5", "class": "reduced-rate"}))
    town.ask(delete("taxes/classes/reduced-rate", force="true"))
    slugs = [one["slug"] for one in town.ask(get("taxes/classes")).answer]
    assert "reduced-rate" not in slugs
    assert town.ask(get("taxes", **{"class": "reduced-rate"})).answer == []
