"""The proof: do both sides agree? On the screen, as JSON, by mail."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sync_cli.cli.exits import exit_codes
from sync_cli.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    QuietOption,
    read_since,
)
from sync_cli.core.errors import ExitCode
from sync_cli.core.parts import Part

if TYPE_CHECKING:
    from sync_cli.config import Config
    from sync_cli.core.findings import Report


def reconcile(
    config: ConfigOption = DEFAULT_CONFIG,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            help="Compare only orders changed since then: 2026-01-31 or 90m, 2h, 3d ago.",
        ),
    ] = None,
    only: Annotated[
        list[Part] | None,
        typer.Option(
            "--only", help="Compare only this part, be it on or planned; may be repeated."
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="List at most so many drifts of each part.")
    ] = None,
    mail: Annotated[
        bool,
        typer.Option(
            "--mail", help="Send the report as the config says; with --quiet it is not shown too."
        ),
    ] = False,
    accept_counts: Annotated[
        bool,
        typer.Option(
            "--accept-counts", help="A side that is far smaller than last time is right so."
        ),
    ] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Compare shop and ERP, write to neither. Exit code 3: drifts."""
    from sync_cli.flows import reconcile as flow
    from sync_cli.flows.clock import utc_now
    from sync_cli.report.reconcile_words import as_data, show

    wish = flow.Wish(
        since=read_since(since, utc_now()),
        parts=tuple(only or ()),
        shown=limit,
        accept_counts=accept_counts,
    )
    with exit_codes(config):
        loaded, report = flow.reconcile(config, wish)
    code = _mail(report, loaded) if mail else ExitCode.OK
    if as_json:
        typer.echo(json.dumps(as_data(report), ensure_ascii=False, indent=1))
    elif code or not (mail and quiet):
        # cron mails what is printed: a report that has just been mailed would come twice
        show(report, quiet=quiet)
    if not report.in_step:
        code = ExitCode.FAILURES
    if code:
        raise typer.Exit(int(code))


def _mail(report: Report, config: Config) -> ExitCode:
    """Send the report; a mail that cannot be sent is told, kept, and has its own exit code."""
    from sync_cli.core.errors import SyncError
    from sync_cli.flows.clock import utc_now
    from sync_cli.report.mail import mail_configured

    try:
        sent = mail_configured(report, config, utc_now())
    except SyncError as error:
        print(error.sentence(), file=sys.stderr)
        return error.exit_code
    for note in sent.notes:
        print(note, file=sys.stderr)
    return ExitCode.OK
