"""Time that a test can move, and the book of what really happened."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from sync_cli.sandbox.clock import SandboxClock, http_date, iso_milliseconds
from sync_cli.sandbox.ledger import Ledger

NOON = datetime(2025, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)


def frozen() -> SandboxClock:
    clock = SandboxClock()
    clock.freeze(NOON)
    return clock


def test_a_frozen_clock_moves_only_when_advanced() -> None:
    clock = frozen()
    assert clock.now() == clock.now() == NOON
    clock.advance(90)
    assert clock.now() == NOON + timedelta(seconds=90)


def test_the_offset_applies_to_real_and_to_frozen_time() -> None:
    clock = frozen()
    clock.set_offset(-60)
    assert clock.now() == NOON - timedelta(seconds=60)
    clock.thaw()
    assert clock.now() < datetime.now(UTC) - timedelta(seconds=59)


def test_a_clock_with_an_offset_freezes_at_the_given_time() -> None:
    clock = SandboxClock(offset=3600)
    clock.freeze(NOON.astimezone(timezone(timedelta(hours=2))))
    assert clock.now() == NOON


def test_a_running_clock_can_be_advanced() -> None:
    clock = SandboxClock()
    clock.advance(3600)
    assert clock.offset == 3600
    assert clock.now() > datetime.now(UTC) + timedelta(seconds=3500)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        SandboxClock().freeze(NOON.replace(tzinfo=None))


def test_how_times_are_written() -> None:
    assert iso_milliseconds(NOON) == "2025-01-31T12:00:00.123Z"
    assert http_date(NOON) == "Fri, 31 Jan 2025 12:00:00 GMT"


def test_effects_are_numbered_and_told_apart() -> None:
    ledger = Ledger("erp", frozen())
    ledger.record("order.created", "1", "WC-shop-1", total=Decimal("12.50"))
    ledger.record("order.confirmed", "1", "WC-shop-1")
    assert [effect["seq"] for effect in ledger.effects()] == [1, 2]
    assert ledger.effects("order.created") == [
        {
            "seq": 1,
            "at": "2025-01-31T12:00:00.123Z",
            "side": "erp",
            "what": "order.created",
            "id": "1",
            "reference": "WC-shop-1",
            "total": Decimal("12.50"),
        }
    ]


def test_each_effect_is_on_disk_at_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / "effects.jsonl"
    ledger = Ledger("shop", frozen(), path)
    ledger.record("order.updated", "7", total=Decimal("1.10"))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["total"] for line in lines] == ["1.10"]
    ledger.close()
    ledger.record("order.updated", "8")
    assert [effect["id"] for effect in ledger.effects()] == ["7", "8"]


def test_the_dump_is_one_document_with_the_state(tmp_path: Path) -> None:
    ledger = Ledger("shop", frozen())
    ledger.state_from(lambda: {"orders": [{"id": "7"}]})
    ledger.record("order.created", "7")
    ledger.dump(tmp_path / "shop-ledger.json")
    document = json.loads((tmp_path / "shop-ledger.json").read_text(encoding="utf-8"))
    assert document["side"] == "shop"
    assert [effect["what"] for effect in document["effects"]] == ["order.created"]
    assert document["state"] == {"orders": [{"id": "7"}]}
