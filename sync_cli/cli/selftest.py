"""The catalogue of monster cases, run through the merchant's own mapping."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sync_cli.cli.exits import exit_codes
from sync_cli.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, QuietOption
from sync_cli.core.errors import ExitCode
from sync_cli.core.values import as_data


def selftest(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="CASES", help="Only these cases.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    folder: Annotated[
        Path | None, typer.Option("--cases", help="A folder of cases of your own.")
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Run a catalogue of difficult orders through your own mapping. No system is called."""
    from sync_cli.admin import selftest as testing
    from sync_cli.report.selftest_words import Teller

    with exit_codes():
        chosen = testing.cases(names or (), folder)
        outcomes = []
        teller = Teller(quiet=quiet or as_json)
        teller.begin(testing.own_erp(config, DEFAULT_CONFIG))
        for outcome in testing.selftest(config, DEFAULT_CONFIG, chosen):
            teller.tell(outcome)
            outcomes.append(outcome)
    if as_json:
        typer.echo(json.dumps([as_data(one) for one in outcomes], ensure_ascii=False, indent=1))
    else:
        teller.conclude(outcomes)
    if not testing.all_pass(outcomes):
        raise typer.Exit(int(ExitCode.FAILURES))
