"""`selftest`: the catalogue of monster cases, run through the merchant's own mapping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from sync_cli.admin.case_check import differences
from sync_cli.admin.case_stage import SANDBOX_ERP, Stage, open_stage
from sync_cli.admin.cases import FOLDER, Case, Step, load_cases
from sync_cli.admin.mapping_files import InForce, in_force
from sync_cli.flows.connecting import open_shop, shipped
from sync_cli.flows.journey_steps import Setting
from sync_cli.flows.systems import ERP

ORDER = "order"


class Verdict(StrEnum):
    """What came of a case."""

    PASSES = "passes"
    FAILS = "fails"
    CANNOT_RUN = "cannot run"


class Outcome(Struct, frozen=True):
    """What came of one case, with every difference or why it cannot run, in words."""

    name: str
    title: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()


def cases(names: Sequence[str] = (), folder: Path | None = None) -> list[Case]:
    """The shipped cases, or those of a folder of the merchant's own; raises ConfigError."""
    return load_cases(folder or shipped(FOLDER), names)


def selftest(config: Path, default: Path, chosen: Sequence[Case]) -> Iterator[Outcome]:
    """What comes of each case under this configuration; each has a shop and an ERP of its own.

    Raises ConfigError, MappingErrors, and whatever keeps a sandbox from starting.
    """
    force = in_force(config, default)
    merchant = config if config.exists() else None
    for case in chosen:
        with open_stage(case, merchant) as stage:
            yield _outcome(stage, force)


def all_pass(outcomes: Sequence[Outcome]) -> bool:
    """Whether every case passes."""
    return all(one.verdict is Verdict.PASSES for one in outcomes)


def own_erp(config: Path, default: Path) -> str:
    """The merchant's kind of ERP where the sandbox does not speak it, else ""."""
    kind = in_force(config, default).kinds[ERP]
    return "" if kind == SANDBOX_ERP else kind


def _outcome(stage: Stage, force: InForce) -> Outcome:
    case = stage.case
    why = list(_unfit(stage, force))
    if why:
        return Outcome(case.name, case.title, Verdict.CANNOT_RUN, tuple(why))
    wrong = _run(stage)
    verdict = Verdict.FAILS if wrong else Verdict.PASSES
    return Outcome(case.name, case.title, verdict, tuple(wrong))


def _run(stage: Stage) -> list[str]:
    """Go through the steps; the differences of the first look that finds any."""
    steps = stage.case.course()
    for at, step in enumerate(steps, start=1):
        wrong = _step(stage, step)
        if wrong:
            place = f"step {at}: " if len(steps) > 2 else ""
            return [f"{place}{sentence}" for sentence in wrong]
    return []


def _step(stage: Stage, step: Step) -> list[str]:
    if step.run is not None:
        code = int(stage.run(step.run))
        return [] if code == step.exit else [f"{step.run} ended with {code}, not {step.exit}"]
    if step.expect is not None:
        return differences(stage, step.expect)
    if step.plant is not None:
        stage.plant(step.plant)
    elif step.fault is not None:
        stage.break_wire(step.fault)
    elif step.mended:
        stage.mend()
    elif step.later:
        stage.let_time_pass()
    else:
        _act(stage, step)
    return []


def _act(stage: Stage, step: Step) -> None:
    for side, done in (("shop", step.shop), ("erp", step.erp)):
        if done is not None:
            stage.act(side, done)


def _unfit(stage: Stage, force: InForce) -> Iterator[str]:
    """Why the merchant's configuration or their own ERP's mapping cannot run this case."""
    if not _makes_documents(stage.case):
        return
    way = next((one for one in force.ways() if one.journey.name == ORDER), None)
    if way is None:
        yield f"there are no mappings of documents for {force.kinds[ERP]}"
        return
    own = force.config.model_copy(update={"orders": stage.config.orders})
    setting = Setting(own, stage.sandbox_decimals)
    with closing(open_shop(stage.config, force.mappings)) as shop:
        for raw in shop.fetch(ORDER, [stage.order_id]):
            carried = way.carry(raw, setting)
            if carried.canonical is None or carried.translated is not None:
                yield from (problem.sentence() for problem in carried.problems)
            states = force.config.orders.states
            state = getattr(carried.canonical, "state", None)
            if state is not None and state not in states:
                yield f"orders in state {state} are not transferred (orders.states)"


def _makes_documents(case: Case) -> bool:
    """Whether the case's order goes to the ERP as it is planted."""
    looks = [step.expect for step in case.course() if step.expect is not None]
    return bool(looks) and bool(looks[0].documents)
