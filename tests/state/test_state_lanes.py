"""The lock of a lane, held by the kernel."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync_cli.core.errors import ExitCode, LockHeld, StateError
from sync_cli.state.lanes import LANE_PATIENCE, WINDOW_PATIENCE, lane_lock, window_lock
from tests.state.state_examples import in_child


def holder_of(folder: Path, lane: str, command: str = "") -> int:
    """A second process that holds the lane until it is killed; returns its id."""
    told, tell = os.pipe()

    def hold() -> None:
        with lane_lock(folder, "shop", lane, command=command):
            os.write(tell, b"locked")
            signal.pause()

    child = in_child(hold)
    os.close(tell)
    assert os.read(told, 10) == b"locked"
    os.close(told)
    return child


def kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def take(folder: Path, shop: str = "shop", lane: str = "orders") -> None:
    with lane_lock(folder, shop, lane):
        pass


@pytest.mark.parametrize("command", ["", "sync-cli orders"])
def test_a_lane_at_work_is_refused_with_the_name_of_its_process(
    tmp_path: Path, command: str
) -> None:
    child = holder_of(tmp_path, "orders", command)
    try:
        with pytest.raises(LockHeld) as raised:
            take(tmp_path)
    finally:
        kill(child)
    since = datetime.fromtimestamp((tmp_path / "shop.orders.lock").stat().st_mtime, UTC)
    name = f"process {child} ({command})" if command else f"process {child}"
    assert f"The lane orders of shop is at work in {name}, since {since:%Y-%m-%d %H:%M:%S} UTC" in (
        str(raised.value)
    )
    assert raised.value.exit_code is ExitCode.LOCKED


def test_the_next_holder_signs_over_the_last_one(tmp_path: Path) -> None:
    with lane_lock(tmp_path, "shop", "orders", command="a long command " * 9):
        pass
    with (
        lane_lock(tmp_path, "shop", "orders"),
        pytest.raises(LockHeld, match=f"at work in process {os.getpid()}, since"),
    ):
        take(tmp_path)


def test_a_killed_process_leaves_the_lane_free(tmp_path: Path) -> None:
    kill(holder_of(tmp_path, "orders"))
    take(tmp_path)


def test_lanes_and_shops_do_not_wait_for_each_other(tmp_path: Path) -> None:
    lanes = [("shop", "orders"), ("shop", "stock"), ("shop2", "orders"), ("a/b", "c"), ("a", "b/c")]
    with ExitStack() as stack:
        for shop, lane in lanes:
            stack.enter_context(lane_lock(tmp_path, shop, lane))
        for shop, lane in lanes:
            with pytest.raises(LockHeld, match=f"process {os.getpid()}"):
                take(tmp_path, shop, lane)
    assert len(list(tmp_path.iterdir())) == len(lanes)


def fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("leave", [lambda: None, lambda: fail(RuntimeError())])
def test_a_lane_is_free_after_its_block_and_the_file_stays(
    tmp_path: Path, leave: Callable[[], None]
) -> None:
    try:
        with lane_lock(tmp_path, "shop", "orders"):
            leave()
    except RuntimeError:
        pass
    assert [file.name for file in tmp_path.iterdir()] == ["shop.orders.lock"]
    take(tmp_path)


def test_a_holder_that_has_not_signed_yet_is_another_process(tmp_path: Path) -> None:
    with lane_lock(tmp_path, "shop", "orders"):
        os.truncate(tmp_path / "shop.orders.lock", 0)
        with pytest.raises(LockHeld, match="at work in another process"):
            take(tmp_path)


def test_a_lock_file_without_right_is_named(unprivileged: Path) -> None:
    take(unprivileged)
    (unprivileged / "shop.orders.lock").chmod(0)
    with pytest.raises(StateError, match=r"The lock file .*shop\.orders\.lock cannot be opened"):
        take(unprivileged)


# A backfill holds its lane for one window at a time


def wait_no_more(_seconds: float) -> None:
    raise AssertionError("nothing is there to wait for")


def window(
    folder: Path, sleep: Callable[[float], None] = wait_no_more
) -> AbstractContextManager[None]:
    return window_lock(folder, "shop", "orders", command="orders --backfill", sleep=sleep)


def test_windows_and_runs_take_turns_without_waiting(tmp_path: Path) -> None:
    for _ in range(2):
        with window(tmp_path):
            pass
        with lane_lock(tmp_path, "shop", "orders", sleep=wait_no_more):
            pass


def test_a_run_gets_the_lane_when_the_window_ends_and_the_next_window_comes_after_it(
    tmp_path: Path,
) -> None:
    order: list[str] = []
    with ExitStack() as first, ExitStack() as later:
        first.enter_context(window(tmp_path))

        def end_first(_seconds: float) -> None:
            order.append("first window")
            first.close()

        def give_up(_seconds: float) -> None:
            raise TimeoutError

        with lane_lock(tmp_path, "shop", "orders", sleep=end_first):
            order.append("run")
            with pytest.raises(TimeoutError):
                later.enter_context(window(tmp_path, sleep=give_up))
        with window(tmp_path):
            order.append("second window")
    assert order == ["first window", "run", "second window"]


@pytest.mark.parametrize("which", ["run", "window"])
def test_nobody_waits_for_ever(tmp_path: Path, which: str) -> None:
    waited: list[float] = []
    waiting: AbstractContextManager[None]
    with ExitStack() as stack:
        if which == "run":
            stack.enter_context(window(tmp_path))
            waiting = lane_lock(tmp_path, "shop", "orders", sleep=waited.append)
            name, patience = "orders --backfill", WINDOW_PATIENCE
        else:
            stack.enter_context(lane_lock(tmp_path, "shop", "orders", command="orders"))
            waiting = window(tmp_path, sleep=waited.append)
            name, patience = "orders", LANE_PATIENCE
        with pytest.raises(LockHeld, match=rf"at work in process {os.getpid()} \({name}\)"):
            stack.enter_context(waiting)
    assert sum(waited) == pytest.approx(patience)


def test_a_window_does_not_hold_other_lanes_or_a_second_run_of_its_own(tmp_path: Path) -> None:
    with window(tmp_path), lane_lock(tmp_path, "shop", "stock", sleep=wait_no_more):
        pass
    with lane_lock(tmp_path, "shop", "orders"), pytest.raises(LockHeld):
        take(tmp_path)
