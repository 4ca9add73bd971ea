"""Setting up and trying out: the example configuration, the sandbox, the demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sync_cli.admin.demo_erp import DemoErp
from sync_cli.admin.sandbox_parcels import SandboxParcels
from sync_cli.cli.exits import exit_codes
from sync_cli.cli.options import DEFAULT_CONFIG, ConfigOption

config_app = typer.Typer(help="The configuration file.", no_args_is_help=True)


@config_app.command("example")
def example() -> None:
    """Print an example configuration with every key explained."""
    from sync_cli.flows.connecting import shipped

    typer.echo(shipped("config.example.yaml").read_text(encoding="utf-8"), nl=False)


@config_app.command("check")
def check(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Check configuration, secrets and mappings; calls no system."""
    from sync_cli.config_file import load_config
    from sync_cli.flows.connecting import all_mappings, secret_hash

    with exit_codes():
        loaded = load_config(config)
        all_mappings(loaded)
        for role in ("shop", "erp"):
            secret_hash(loaded, role)
    typer.echo(f"{config}: the configuration, its secrets and the mappings are sound.")


def sandbox(
    shop_port: Annotated[int, typer.Option(help="Port of the shop, 0 = any.")] = 0,
    erp_port: Annotated[int, typer.Option(help="Port of the ERP, 0 = any.")] = 0,
    articles: Annotated[int, typer.Option(min=1, help="How many articles.")] = 60,
    orders: Annotated[int, typer.Option(min=0, help="How many orders are placed at first.")] = 30,
    traps: Annotated[
        bool, typer.Option("--traps", help="Orders that careless code stumbles over, too.")
    ] = False,
    parcels: Annotated[
        SandboxParcels, typer.Option(help="What the shop has besides metadata for parcels.")
    ] = SandboxParcels.NONE,
    shop_version: Annotated[
        str, typer.Option(help="WooCommerce's version: before 10.3 and 9.0 lists are missing.")
    ] = "10.7.0",
    folder: Annotated[Path, typer.Option(help="Where config and ledgers go.")] = Path("sandbox"),
) -> None:
    """A pretend shop and ERP on this machine. Ends with Ctrl-C.

    Things go wrong on demand: POST a rule such as {"kind": "status", "status": 429} to
    /_sandbox/faults of either side. All kinds stand in docs/sandbox.md.
    """
    from sync_cli.admin.demo import serve_sandbox

    with exit_codes():
        serve_sandbox(
            folder, shop_port, erp_port, articles, orders, typer.echo,
            traps=traps, parcels=parcels, shop_version=shop_version,
        )  # fmt: skip


def demo(
    folder: Annotated[Path, typer.Option(help="Where config, state and ledgers go.")] = Path(
        "demo"
    ),
    articles: Annotated[int, typer.Option(min=20, help="How many articles.")] = 60,
    orders: Annotated[int, typer.Option(min=1, help="How many orders are placed at first.")] = 30,
    erp: Annotated[
        DemoErp, typer.Option(help="Behind the shop: a pretended ERP, or a real Tryton on SQLite.")
    ] = DemoErp.SANDBOX,
) -> None:
    """All five commands on a pretend shop and ERP, twice."""
    from sync_cli.admin.demo import tell_story
    from sync_cli.report.lines import say

    with exit_codes():
        in_step = tell_story(folder, articles, orders, say, erp)
    if not in_step:
        raise typer.Exit(3)
