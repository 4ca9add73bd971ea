"""Before a go-live, and whenever one wonders: is everything as it must be?"""

from __future__ import annotations

import json

import typer

from sync_cli.cli.exits import exit_codes
from sync_cli.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, QuietOption

ASKING = "Asking both systems; one that does not answer takes half a minute ..."


def check(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Look at configuration, rights, clocks and set-up. Writes nothing."""
    from rich.console import Console

    from sync_cli.admin.check import check as look
    from sync_cli.core.checkup import exit_code_of
    from sync_cli.report.check_words import as_data, show
    from sync_cli.report.mail import try_server

    with exit_codes(config), Console(stderr=True).status(ASKING):
        findings = list(look(config, try_server))
    if as_json:
        typer.echo(json.dumps(as_data(findings), ensure_ascii=False, indent=1))
    else:
        show(findings, quiet=quiet)
    code = exit_code_of(findings)
    if code:
        raise typer.Exit(int(code))
