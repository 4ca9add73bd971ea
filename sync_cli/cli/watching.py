"""Looking at what is known: status, held list, explain. None of these calls a system."""

from __future__ import annotations

import getpass
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sync_cli.cli.exits import exit_codes
from sync_cli.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from sync_cli.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sync_cli.core.item import Held
    from sync_cli.state.store import State

held_app = typer.Typer(help="Records that wait, and why.", no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(help="The record's id, as `held list` shows it.")]
CorrectedRoute = Annotated[
    str, typer.Option("--route", help="The route that holds it: orders or refunds.")
]
RouteOption = Annotated[str | None, typer.Option("--route", help="Only this route.")]


@contextmanager
def open_state(config: Any) -> Iterator[State]:
    """The state of a configuration, errors as exit codes; it must exist."""
    from sync_cli.config_file import load_config
    from sync_cli.state.store import State

    with exit_codes(), State.open(load_config(config).state, create=False) as state:
        yield state


def status(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Watermarks with their age, the last runs, how many are held."""
    from sync_cli.admin.status import as_data, read_status
    from sync_cli.flows.clock import utc_now
    from sync_cli.report.console import show_status

    with open_state(config) as state:
        found = read_status(state, utc_now())
    if as_json:
        _print_json(as_data(found))
    else:
        show_status(found)


def explain(
    name: Annotated[str, typer.Argument(help="Order id, number, reference or ERP number.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """All that is known of an order, in order of time. Exit code 3: nothing is known of it."""
    from sync_cli.admin.story import describe, references_of, stories
    from sync_cli.config_file import load_config
    from sync_cli.core.values import as_data
    from sync_cli.state.store import State

    with exit_codes():
        loaded = load_config(config)
        with State.open(loaded.state, create=False) as state:
            found = stories(state, name, references_of(loaded))
    if as_json:
        _print_json([as_data(story) for story in found])
    elif not found:
        typer.echo(f"Nothing is known of order {name}: never read, or placed before start_at.")
    if not found:
        raise typer.Exit(int(ExitCode.FAILURES))
    if as_json:
        return
    for story in found:
        for line in describe(story):
            typer.echo(line)


@held_app.command("list")
def held_list(
    config: ConfigOption = DEFAULT_CONFIG, route: RouteOption = None, as_json: JsonOption = False
) -> None:
    """Every record that waits."""
    from sync_cli.report.console import show_held

    with open_state(config) as state:
        held = state.held(route)
    if as_json:
        _print_json([held_data(entry) for entry in held])
    else:
        show_held(held)


@held_app.command("show")
def held_show(
    record: IdArgument, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """One record that waits, with the whole reason and what to do. Exit code 3: it is not held."""
    from sync_cli.admin.correcting import corrections_of
    from sync_cli.admin.story import corrected_words

    with open_state(config) as state:
        found = [entry for entry in state.held() if record in (entry.id, entry.label)]
        corrections = {entry: corrections_of(state, entry) for entry in found}
    if as_json:
        _print_json(
            [
                {**held_data(entry), "corrections": [one.shown for one in corrections[entry]]}
                for entry in found
            ]
        )
    elif not found:
        typer.echo(f"{record} is not held.")
    if not found:
        raise typer.Exit(int(ExitCode.FAILURES))
    if as_json:
        return
    for entry in found:
        typer.echo(f"{entry.label} ({entry.route}, {entry.why.word}, attempt {entry.attempts})")
        typer.echo(f"  {entry.problem.of_it()}")
        since, until = f"{entry.since:%Y-%m-%d %H:%M}", f"{entry.until:%Y-%m-%d %H:%M}"
        typer.echo(f"  since {since} UTC, looked at again {until} UTC")
        for correction in corrections[entry]:
            typer.echo(f"  {corrected_words(correction)}")


@held_app.command("correct")
def held_correct(
    record: IdArgument,
    values: Annotated[
        list[str],
        typer.Argument(
            help="PATH=VALUE, as in 'lines[1].tax_class=reduced-rate' (in quotes for the shell);"
            " places in lists are counted from 0."
        ),
    ],
    route: CorrectedRoute = "orders",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Lay a correction over what the shop says of a held record.

    It counts until it is taken away. The next run tries the record again; its amounts are proven
    as always. The audit tells who.
    """
    from sync_cli.admin import correcting
    from sync_cli.flows.clock import utc_now

    with open_state(config) as state:
        found, made = correcting.correct(
            state, record, values, route=route, now=utc_now(), who=getpass.getuser()
        )
    for correction in made:
        typer.echo(f"{found.label}: {correction.shown}")
    if advice := correcting.advice(made):
        typer.echo(advice)
    typer.echo("It is tried again with the next run.")


@held_app.command("uncorrect")
def held_uncorrect(
    record: IdArgument,
    paths: Annotated[
        list[str] | None, typer.Argument(help="The corrected fields; none means all.")
    ] = None,
    route: CorrectedRoute = "orders",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Take corrections away: what the shop says counts again."""
    from sync_cli.admin import correcting
    from sync_cli.flows.clock import utc_now

    with open_state(config) as state:
        found, gone = correcting.uncorrect(
            state, record, paths or [], route=route, now=utc_now(), who=getpass.getuser()
        )
    for correction in gone:
        typer.echo(f"{found.label}: {correction.path} is the shop's again")


@held_app.command("retry")
def held_retry(
    records: Annotated[list[str] | None, typer.Argument(help="Ids; none means all.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    route: RouteOption = None,
) -> None:
    """Make held records due now; the next run looks at them again."""
    from sync_cli.flows.clock import utc_now
    from sync_cli.report.words import counted

    with open_state(config) as state:
        count = state.retry_now(route, records or None, utc_now())
    typer.echo(f"Due with the next run: {counted(count, 'record')}.")
    if records and not count:
        raise typer.Exit(3)


@held_app.command("dismiss")
def held_dismiss(
    record: IdArgument,
    route: Annotated[str, typer.Option("--route", help="The route that holds it.")] = "orders",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Take a record off the list for good; noted in the audit. It comes back if it changes."""
    from sync_cli.flows.clock import utc_now

    with open_state(config) as state:
        done = state.dismiss(route, record, utc_now(), getpass.getuser())
    typer.echo(f"{record} was dismissed." if done else f"{record} is not held by {route}.")
    if not done:
        raise typer.Exit(3)


def held_data(entry: Held) -> dict[str, Any]:
    """A held record for machines."""
    return {
        "route": entry.route,
        "id": entry.id,
        "label": entry.label,
        "why": str(entry.why),
        "until": entry.until,
        "since": entry.since,
        "attempts": entry.attempts,
        "code": entry.problem.code,
        "text": entry.problem.sentence(),
    }


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, default=str, ensure_ascii=False, indent=1))
