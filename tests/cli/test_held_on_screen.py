"""The held list on a screen: what needs somebody apart from what goes on by itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from sync_cli.core.errors import Problem
from sync_cli.core.item import Held, Why
from sync_cli.report.console import BY_ITSELF, NEEDS_SOMEBODY, show_held

AT = datetime(2026, 1, 6, 4, 30, tzinfo=UTC)


def held(id: str, why: Why, message: str, route: str = "order-status") -> Held:
    problem = Problem(str(why), f"Order {id}", message, "It is tried again by itself.")
    return Held(route, id, why, AT, 1, AT, problem)


UNPAID = [held(str(n), Why.DEFERRED, "it is not paid yet") for n in range(1, 19)]
WRONG = held("54", Why.QUARANTINED, "no article of the ERP has this SKU", "orders")


def test_what_waits_for_the_same_thing_shares_a_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    show_held([*UNPAID, WRONG])
    wrong, alone = capsys.readouterr().out.split(BY_ITSELF)
    assert NEEDS_SOMEBODY in wrong
    assert "no article of the ERP has this SKU" in wrong
    assert "not paid" not in wrong
    assert alone.count("it is not paid yet") == 1
    assert "18: 1, 2, 3, 4, 5 and 13 more" in alone


def test_what_waits_for_one_sku_shares_a_row_whatever_line_it_stands_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacking = [
        held(id, Why.QUARANTINED, f"line {id} (SKU X, A cup): unknown", "orders")
        for id in ("1042", "1043", "1044")
    ]
    cause = "SKU X: no article of the ERP has this SKU"
    lacking = [replace(one, problem=replace(one.problem, cause=cause)) for one in lacking]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "160")
    show_held([*lacking, WRONG])
    shown = capsys.readouterr().out
    assert shown.count(cause) == 1
    assert "3: 1042, 1043, 1044" in shown
    assert "A cup" not in shown
    show_held(lacking[:1])
    assert "line 1042 (SKU X, A cup): unknown" in capsys.readouterr().out


def test_where_nobody_looks_each_record_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_held([*UNPAID, WRONG])
    assert len(capsys.readouterr().out.splitlines()) == 19


@pytest.mark.parametrize("why", Why)
def test_only_what_a_person_can_mend_needs_somebody(why: Why) -> None:
    assert why.needs_somebody is (why in (Why.QUARANTINED, Why.TASK))
