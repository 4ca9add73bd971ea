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

    with _workshop(config) as shop:
        told = keeping.accept(shop.state, shop.shop, shop.erp)
        reused = keeping.forget_reused(shop.state, shop.shop, utc_now())
        if reused:
            told.append(f"{reused} orders or refunds have ids that were used before: they are new")
        for line in told or ["Nothing had changed."]:
            typer.echo(line)
        if erp_restored:
            count = keeping.forget_missing(shop.state, shop.erp, utc_now())
            typer.echo(f"{count} records are looked for again with the next run.")


@state_app.command("rebuild")
def rebuild(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """After the state file was lost: take over from the seals on the shop's orders."""
    from sync_cli.admin import keeping

    with _workshop(config) as shop:
        kind = shop.config.systems.shop.kind
        count, run = keeping.rebuild(shop.state, shop.shop, shop.mappings, kind)
    if not count:
        typer.echo("No order of the shop carries a seal; there is nothing to take over.")
        return
    typer.echo(
        f"{count} sealed orders found, the last written by run {run}."
        " Run `sync-cli orders --full`: it finds every document again by its reference."
    )


@contextmanager
def _workshop(config: Path) -> Iterator[Workshop]:
    from sync_cli.flows.session import workshop

    with exit_codes(config), workshop(config) as opened:
        yield opened
