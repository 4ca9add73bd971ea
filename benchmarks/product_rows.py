"""Runs of `products` over a catalogue: nothing changed, some of it, all of it, all of it new."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from benchmarks.figures import Figure
from benchmarks.measuring import Cost
from benchmarks.sizes import Size
from benchmarks.systems import Setting, serve

SOME = 20
"""One article of so many is changed: 5 %."""
US = 1e6


def measure_products(size: Size) -> Iterator[Figure]:
    """Our CPU for a record by what happens to it, and memory."""
    rows = size.pick(smoke=24, usual=20_000, large=200_000)
    yield from _known(rows, size.runs)
    yield from _new(size.pick(smoke=24, usual=5_000, large=200_000))


def _known(rows: int, runs: int) -> Iterator[Figure]:
    """Articles that the shop has: linked by the first run, then seen again, then changed."""
    with serve("--articles", str(rows)) as setting:
        first = setting.sync("products", "--full")
        yield _per_record("product-first-us", setting, first, "adopted by SKU and completed")
        later = [setting.sync("products", "--full") for _ in range(runs)]
        middle = sorted(later, key=lambda cost: cost.cpu)[runs // 2]
        detail = f"products --full, nothing changed, median of {runs}"
        yield _per_record("product-unchanged-us", setting, middle, detail, goal=85)
        peak = max(cost.peak_mb for cost in later)
        yield Figure("product-peak-mb", round(peak, 1), "MB", "the same runs", goal=100)
        yield from _changed(setting, runs)


def _changed(setting: Setting, runs: int) -> Iterator[Figure]:
    """One record in twenty by the changes since the last run, then all of them."""
    settle(setting)
    idle = median(setting.sync("products").cpu for _ in range(runs))
    some = [_after_renaming(setting, each=SOME, round=number) for number in range(11, 11 + runs)]
    cpu = median((cost.cpu - idle) / count for cost, count in some)
    detail = (
        f"products, {some[-1][1]} articles with another name and price, start-up of {idle:.2f} s"
        f" taken off, median of {runs}; calls of one run: {setting.calls()}"
    )
    yield Figure("product-changed-us", round(cpu * US, 1), "us", detail, goal=300)
    cost, count = _after_renaming(setting, each=1, round=21)
    detail = f"products, all {count} articles changed"
    yield _per_record("product-all-changed-us", setting, cost, detail, goal=300)
    yield Figure("product-changed-peak-mb", round(cost.peak_mb, 1), "MB", "the same run", goal=100)
    yield _seen_again(setting, idle, count)


def _after_renaming(setting: Setting, *, each: int, round: int) -> tuple[Cost, int]:
    settle(setting)
    count = setting.rename(each=each, round=round)
    setting.count_anew()
    return setting.sync("products"), count


def _seen_again(setting: Setting, idle: float, count: int) -> Figure:
    """The run after: the shop lists all that was written as changed, and nothing is to be done."""
    setting.count_anew()
    cost = setting.sync("products")
    detail = (
        f"products, the {count} articles that the run before wrote, start-up taken off,"
        f" {_told(setting, cost)}"
    )
    return Figure("product-echo-us", round((cost.cpu - idle) / count * US, 1), "us", detail)


def settle(setting: Setting) -> None:
    """An hour after the last run, in which what it wrote was seen once more."""
    setting.let_time_pass()
    setting.sync("products")
    setting.let_time_pass()


def _new(rows: int) -> Iterator[Figure]:
    with serve("--articles", str(rows), "--new") as setting:
        setting.count_anew()
        cost = setting.sync("products", "--full")
        made = setting.tally()["products.create"]
        detail = f"products made in the shop, variations below theirs; {_told(setting, cost)}"
        yield Figure("product-new-us", round(cost.cpu / made * US, 1), "us", f"{made} {detail}")
        yield Figure("product-new-peak-mb", round(cost.peak_mb, 1), "MB", "the same run", goal=100)


def _per_record(
    name: str, setting: Setting, cost: Cost, detail: str, *, goal: float | None = None
) -> Figure:
    read = setting.tally()["products.read"]
    value = round(cost.cpu / read * US, 1)
    return Figure(name, value, "us", f"{detail}: {read} records, {_told(setting, cost)}", goal)


def _told(setting: Setting, cost: Cost) -> str:
    return (
        f"{cost.cpu:.2f} s CPU, {cost.wall:.1f} s wall, {cost.peak_mb:.0f} MB;"
        f" calls: {setting.calls()}"
    )
