"""The lock of a lane, held by the kernel."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from state_examples import in_child

from sync_cli.core.errors import ExitCode, LockHeld, StateError
from sync_cli.state.lanes import lane_lock


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
