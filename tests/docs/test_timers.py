"""The shipped crontab and the systemd units start what exists, and take quiet ends for quiet."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

from sync_cli.cli.exits import SILENT_IN_CRON
from tests.docs.reading import ROOT, Typed, typed
from tools.docs.commands import commands

COMMANDS = commands()
CRONTAB = ROOT / "crontab.example"
UNITS = sorted((ROOT / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
TIMERS = [unit for unit in UNITS if unit.suffix == ".timer"]

_SETTING = re.compile(r"[A-Z_]+=\S+")
_FIELD = r"(?:\*|\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)(?:/\d+)?"
_JOB = re.compile(rf"({_FIELD}\s+){{5}}(?P<command>\S.*)")


def lines() -> list[str]:
    """The lines of the crontab that cron acts on."""
    text = CRONTAB.read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def jobs() -> list[Typed]:
    """The sync-cli commands of the crontab."""
    found = (typed(job["command"]) for line in lines() if (job := _JOB.fullmatch(line)))
    return [one for one in found if one is not None]


def read_unit(path: Path) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[method-assign, assignment]
    unit.read_string(path.read_text(encoding="utf-8"))
    return unit


def test_every_line_of_the_crontab_is_a_setting_or_a_job() -> None:
    assert [
        line for line in lines() if not (_SETTING.fullmatch(line) or _JOB.fullmatch(line))
    ] == []


def test_what_the_crontab_starts_exists() -> None:
    assert [(one.text, one.fault()) for one in jobs() if one.fault()] == []


def test_the_crontab_runs_both_directions_quietly_and_keeps_copies() -> None:
    started = [one.words for one in jobs()]
    assert ("orders", "--quiet") in started
    assert ("stock", "--quiet") in started
    assert any(words[:2] == ("state", "backup") for words in started)
    assert all("--quiet" in words for words in started if words[0] in ("orders", "stock"))


def test_a_percent_sign_does_not_end_a_line_of_the_crontab() -> None:
    assert [line for line in lines() if re.search(r"(?<!\\)%", line)] == []


def test_the_configuration_is_named_by_the_variable_that_the_program_reads() -> None:
    option = COMMANDS[0].option("--config")
    assert option is not None
    name = option.environment
    assert any(line.startswith(f"{name}=") for line in lines())
    for service in SERVICES:
        assert f"{name}=" in read_unit(service)["Service"]["Environment"], service.name


@pytest.mark.parametrize("timer", TIMERS, ids=lambda timer: timer.name)
def test_a_timer_starts_a_service_that_is_there(timer: Path) -> None:
    name = read_unit(timer)["Timer"]["Unit"]
    template = re.sub(r"@.*\.", "@.", name)
    assert (timer.parent / template).is_file()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_what_a_service_starts_exists(service: Path) -> None:
    line = read_unit(service)["Service"]["ExecStart"].replace("'", " ").replace("%%", "%")
    for command in instances(service):
        found = typed(line.replace("%i", command))
        assert found is not None
        assert not found.fault(), found


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_quiet_end_is_no_failure_of_the_unit(service: Path) -> None:
    unit = read_unit(service)["Service"]
    quiet = {int(code) for code in unit.get("SuccessExitStatus", "").split()}
    silent = {int(code) for code in SILENT_IN_CRON}
    calls_systems = "backup" not in service.name
    assert quiet == (silent - come_again(unit) if calls_systems else set())


def come_again(unit: configparser.SectionProxy) -> set[int]:
    """The codes after which systemd starts the unit again by itself."""
    if unit.get("Restart") != "on-failure":
        return set()
    left_alone = {int(code) for code in unit["RestartPreventExitStatus"].split()}
    return {int(code) for code in SILENT_IN_CRON} - left_alone - {69}


def instances(service: Path) -> list[str]:
    """The names that timers give a template; one empty name for any other unit."""
    if "@" not in service.name:
        return [""]
    names = [read_unit(timer)["Timer"]["Unit"] for timer in TIMERS]
    stem = service.name.split("@")[0]
    return [name.split("@")[1].split(".")[0] for name in names if name.startswith(f"{stem}@")]
