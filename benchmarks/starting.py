"""What a start costs, and a run that finds nothing to do: cron pays it every minute."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.figures import Figure
from benchmarks.measuring import SYNC_CLI, measure, median_cpu
from benchmarks.sizes import Size
from benchmarks.systems import Setting, serve

COMMANDS = ("orders", "stock")


def measure_starts(size: Size) -> Iterator[Figure]:
    """`start-cpu`, and `idle-run-cpu` of the dearer of the two commands."""
    times = size.pick(smoke=1, usual=5, large=7)
    cpu = median_cpu(lambda: measure([*SYNC_CLI, "--help"], {}), times)
    yield Figure("start-cpu", round(cpu, 3), "s", f"--help, median of {times}", goal=0.2)
    with serve("--articles", "60", "--orders", "30") as setting:
        for _ in range(2):
            for command in COMMANDS:
                setting.sync(command)
        idle = {command: _idle(setting, command, times) for command in COMMANDS}
    told = "; ".join(f"{command} {cpu:.3f} s, {calls}" for command, (cpu, calls) in idle.items())
    dearer = max(cpu for cpu, _ in idle.values())
    yield Figure("idle-run-cpu", round(dearer, 3), "s", f"median of {times}: {told}", goal=0.4)


def _idle(setting: Setting, command: str, times: int) -> tuple[float, str]:
    """The CPU seconds of a run without anything to do, and its calls."""
    setting.count_anew()
    cpu = median_cpu(lambda: setting.sync(command), times)
    calls = (sum(setting.counted(side).calls.values()) / times for side in ("shop", "erp"))
    return cpu, "{:g} calls to the shop, {:g} to the ERP".format(*calls)
