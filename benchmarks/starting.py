"""What a start costs, and a run that finds nothing to do: cron pays it every minute."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.figures import Figure
from benchmarks.measuring import SYNC_CLI, measure, median_cpu
from benchmarks.systems import Setting, serve

RUNS = 7


def measure_starts(*, quick: bool) -> Iterator[Figure]:
    """`start-cpu` and `idle-run-cpu`."""
    times = 3 if quick else RUNS
    cpu = median_cpu(lambda: measure([*SYNC_CLI, "--help"], {}), times)
    yield Figure("start-cpu", round(cpu, 3), "s", f"--help, median of {times}", goal=0.2)
    with serve("--articles", "60", "--orders", "30") as setting:
        for _ in range(2):
            setting.sync("stock")
            setting.sync("orders")
        for command in ("orders", "stock"):
            yield _idle(setting, command, times)


def _idle(setting: Setting, command: str, times: int) -> Figure:
    for side in ("shop", "erp"):
        setting.counted(side)
    cpu = median_cpu(lambda: setting.sync(command), times)
    calls = ", ".join(
        f"{side} {sum(setting.counted(side).calls.values()) / times:g}" for side in ("shop", "erp")
    )
    detail = f"{command}, nothing changed, median of {times}; calls a run: {calls}"
    return Figure(f"idle-run-cpu-{command}", round(cpu, 3), "s", detail, goal=0.4)
