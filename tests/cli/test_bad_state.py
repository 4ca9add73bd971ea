"""State files, disks, clocks and locks that are not as they should be."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync_cli.state.lanes import lane_lock
from tests.scenarios.stage import KEY, Said, Stage

pytestmark = pytest.mark.scenario

CONFIG, DOWN, LOCKED = 2, 69, 75
SKU = "A-0001"


def refused(said: Said, *says: str) -> None:
    """Exit code 2 with these words, and no traceback."""
    assert said.code == CONFIG, said
    assert said.crash is None
    for text in says:
        assert text in said.err


def test_corrupt_state_file(stage: Stage) -> None:
    stage.buy(SKU)
    stage.run("orders")
    with stage.state.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 40_000)
    before = stage.effects()
    refused(stage.type("orders"), "is damaged", "state backup", "state rebuild")
    assert stage.effects() == before


def test_corrupt_state_file_that_is_none(stage: Stage) -> None:
    stage.state.write_bytes(b"Not a database. " * 1000)
    refused(stage.type("orders"), "is no state file of sync-cli")
    assert stage.state.read_bytes().startswith(b"Not a database.")


def test_foreign_state_file(stage: Stage) -> None:
    with closing(sqlite3.connect(stage.state)) as connection:
        connection.execute("CREATE TABLE visits (url)")
    before = stage.state.read_bytes()
    refused(stage.type("orders"), "is a SQLite database of another program", "Correct the path")
    assert stage.state.read_bytes() == before


def test_older_state_file(stage: Stage) -> None:
    """A copy from before: the seals in the shop tell of later runs."""
    stage.run("orders")
    shutil.copy(stage.state, stage.folder / "copy")
    for _ in range(3):
        stage.buy(SKU)
        stage.run("orders")
    for file in stage.folder.glob("state.sqlite*"):
        file.unlink()
    shutil.copy(stage.folder / "copy", stage.state)
    refused(stage.type("orders"), "it is an old copy", "Bring back the newest state file")


def test_newer_state_file(stage: Stage) -> None:
    stage.run("orders")
    stage.tell("PRAGMA user_version = 99")
    refused(stage.type("orders"), "was made by a newer sync-cli", "Update sync-cli")


@pytest.mark.parametrize("words", [("status",), ("held", "list"), ("explain", "7")])
def test_no_state_file_for_a_command_that_only_looks(stage: Stage, words: tuple[str, ...]) -> None:
    refused(stage.type(*words), "There is no state file", "The first run creates it")
    assert not stage.state.exists()


def test_full_disk(stage: Stage) -> None:
    """The state file may not grow any more; afterwards every order arrives once."""
    stage.run("orders")
    stage.buy(SKU, times=40)
    most = stage.state.stat().st_size
    code, err = _in_a_child(stage, lambda: _let_no_file_grow(most))
    assert code == CONFIG, err
    assert "is full" in err or "did not read or write the state file" in err
    assert "Traceback" not in err
    for _ in range(2):
        stage.let_time_pass()
        stage.type("orders")
    verdict = stage.verdict()
    assert (verdict.in_step, verdict.lost, verdict.doubled, verdict.wrong) == (40, [], [], [])


def _let_no_file_grow(most: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def _in_a_child(stage: Stage, prepare: object) -> tuple[int, str]:
    """Type `orders` in a forked process; the sandbox goes on in this one."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        code = 99
        try:
            os.close(read)
            assert callable(prepare)
            prepare()
            said = stage.type("orders")
            os.write(write, said.err.encode()[:4000])
            code = said.code
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        err = pipe.read().decode()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), err


def test_second_run_at_the_same_time(stage: Stage) -> None:
    stage.buy(SKU)
    with lane_lock(stage.folder, KEY, "orders", command="orders"):
        said = stage.type("orders")
        assert said.code == LOCKED
        assert f"The lane orders of main is at work in process {os.getpid()} (orders)" in said.err
        assert "Nothing to do" in said.err
        assert stage.sandbox.erp.ledger.effects() == []
        assert stage.shop_wire.requests == []
    stage.run("orders")


def test_second_run_at_the_same_time_is_said_to_cron_once_an_hour(stage: Stage) -> None:
    stage.run("orders")
    with lane_lock(stage.folder, KEY, "orders", command="orders"):
        said = [stage.type("orders") for _ in range(3)]
    assert [each.code for each in said] == [LOCKED] * 3
    assert [bool(each.err) for each in said] == [True, False, False]


def test_a_system_that_is_down_is_said_to_cron_once_an_hour(stage: Stage) -> None:
    stage.shop_fault("status", path="orders", status=503, retry_after=600)
    said = [stage.type("orders") for _ in range(3)]
    assert [each.code for each in said] == [DOWN] * 3
    assert said[0].err
    assert said[2].err == ""


def test_a_system_that_stays_down_is_said_to_cron_once_an_hour(stage: Stage) -> None:
    stage.shop_fault("status", path="orders", times=1, status=503, retry_after=600)
    stage.shop_fault("status", path="orders", times=1, status=503, retry_after=660)
    first = stage.type("orders")
    stage.let_time_pass()
    second = stage.type("orders")
    assert (first.code, second.code) == (DOWN, DOWN)
    assert second.err == ""


def test_stock_does_not_wait_for_orders(stage: Stage) -> None:
    with lane_lock(stage.folder, KEY, "orders", command="orders"):
        assert stage.type("stock").code == 0


def test_a_dry_run_needs_no_lock(stage: Stage) -> None:
    with lane_lock(stage.folder, KEY, "orders", command="orders"):
        assert stage.type("orders", "--dry-run").code == 0


# A clock that jumps


@pytest.mark.parametrize("side", ["shop", "erp"])
@pytest.mark.parametrize("jump", [timedelta(days=30), timedelta(days=-30)], ids=str)
def test_a_clock_that_jumps_and_comes_back(stage: Stage, side: str, jump: timedelta) -> None:
    clock = stage.sandbox.shop.clock if side == "shop" else stage.sandbox.erp.clock
    stage.run("stock")
    for offset in (timedelta(0), jump, timedelta(0)):
        clock.set_offset(offset.total_seconds())
        stage.buy(SKU)
        stage.sandbox.erp.do("set_stock", sku=SKU, on_hand=20 + offset.days % 7)
        for lane in ("orders", "stock"):
            said = stage.type(lane)
            assert said.code == 0, said
    verdict = stage.verdict()
    assert verdict.drifts == []
    assert verdict.in_step == 3


def test_a_clock_that_went_back_is_told(stage: Stage) -> None:
    stage.run("orders")
    stage.sandbox.shop.clock.set_offset(-7200)
    said = stage.run("orders")
    assert "The clock of shop is" in said.err
    assert "behind the last read: the watermark goes back, nothing is left out." in said.err


def test_this_machines_clock_was_a_year_ahead_in_the_last_run(stage: Stage) -> None:
    """All times that a run stored lie in the future of the next one."""
    stage.buy(SKU)
    stage.run("orders")
    future = (datetime.now(UTC) + timedelta(days=365)).isoformat(timespec="microseconds")
    stage.tell(f"UPDATE watermarks SET set_at = '{future}'")
    stage.tell(f"UPDATE runs SET started_at = '{future}', ended_at = '{future}'")
    stage.tell(f"UPDATE said SET at = '{future}'")
    stage.buy(SKU)
    stage.run("orders")
    assert stage.verdict().in_step == 2
    assert stage.run("status").code == 0


def test_a_pause_set_by_a_clock_that_was_a_year_ahead_does_not_last_a_year(stage: Stage) -> None:
    stage.type("orders", env={"STAGE_SECRET": "cs_wrong"})
    future = (datetime.now(UTC) + timedelta(days=365)).isoformat(timespec="microseconds")
    stage.tell(f"UPDATE pauses SET not_before = '{future}'")
    stage.forget_requests()
    stage.type("orders", env={"STAGE_SECRET": "cs_wrong"})
    assert stage.shop_wire.requests


def test_a_lane_lock_left_by_a_dead_run_holds_nobody_up(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "main.orders.lock").write_text('{"process": 1, "command": "orders"}')
    stage.run("orders")
