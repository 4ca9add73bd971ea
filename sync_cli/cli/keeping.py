"""Care of the state file: backup, accept, rebuild."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync_cli.cli.exits import exit_codes
from sync_cli.cli.options import DEFAULT_CONFIG, ConfigOption
from sync_cli.cli.watching import open_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sync_cli.flows.session import Workshop

state_app = typer.Typer(help="The state file: all that sync-cli remembers.", no_args_is_help=True)


@state_app.command("backup")
def backup(
    target: Annotated[Path, typer.Argument(help="The file to write; it must not exist yet.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Copy the state file, consistent even while a run writes to it."""
    with open_state(config) as state:
        state.backup(target)
    typer.echo(f"The state was copied to {target}.")


@state_app.command("accept")
def accept(
    config: ConfigOption = DEFAULT_CONFIG,
    erp_restored: Annotated[
        bool,
        typer.Option(
            "--erp-restored",
            help="The ERP was restored from a backup: what it lost is made again.",
        ),
    ] = False,
) -> None:
    """Confirm that the systems or this machine were moved on purpose."""
    from sync_cli.admin import keeping
    from sync_cli.flows.clock import utc_now
    from sync_cli.report.words import counted

    with _workshop(config) as shop:
        told = keeping.accept(shop.state, shop.shop, shop.erp)
        reused = keeping.forget_reused(shop.state, shop.shop, utc_now())
        if reused:
            told.append(f"Ids that were used before, now of others: {counted(reused, 'record')}.")
        for line in told or ["Nothing had changed."]:
            typer.echo(line)
        if erp_restored:
            count = keeping.forget_missing(shop.state, shop.erp, utc_now())
            typer.echo(f"Looked for again with the next run: {counted(count, 'record')}.")


@state_app.command("rebuild")
def rebuild(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Take over from the seals on the shop's orders. For a lost state file."""
    from sync_cli.admin.rebuilding import rebuild
    from sync_cli.report.words import counted

    with _workshop(config) as shop:
        kind = shop.config.systems.shop.kind
        rebuilt = rebuild(shop.state, shop.shop, shop.mappings, kind)
    if not rebuilt.orders:
        typer.echo("No order of the shop carries a seal; there is nothing to take over.")
        return
    found = counted(rebuilt.orders, "sealed order")
    told = f"{found} found, the last written by run {rebuilt.run}."
    if rebuilt.was_sound:
        typer.echo(f"{told} This state knows all of it and is sound: nothing was changed.")
    else:
        documents = "it finds every document again by its reference"
        typer.echo(f"{told} Run `sync-cli orders --full`: {documents}.")


@contextmanager
def _workshop(config: Path) -> Iterator[Workshop]:
    from sync_cli.flows.session import workshop

    with exit_codes(config), workshop(config) as opened:
        yield opened
