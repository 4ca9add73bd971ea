"""The delta commands: orders, customers, stock and products."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from sync_cli.cli.exits import exit_codes, is_person
from sync_cli.cli.options import (
    DEFAULT_CONFIG,
    AcceptOption,
    BackfillOption,
    ConfigOption,
    DryRunOption,
    FromOption,
    FullOption,
    IdOption,
    JsonOption,
    LimitOption,
    OnlyOption,
    QuietOption,
    RemapOption,
    SinceOption,
    SkuOption,
    read_since,
)

if TYPE_CHECKING:
    from pathlib import Path

    from sync_cli.engine.route import Options
    from sync_cli.flows.commands import Command


def orders(
    config: ConfigOption = DEFAULT_CONFIG,
    dry_run: DryRunOption = False,
    since: SinceOption = None,
    full: FullOption = False,
    ids: IdOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    accept: AcceptOption = "",
    remap: RemapOption = False,
    backfill: BackfillOption = False,
    from_day: FromOption = None,
) -> None:
    """Orders: shop to ERP, and the document's number and state back."""
    from sync_cli.engine.route import Options
    from sync_cli.flows.clock import utc_now
    from sync_cli.flows.commands import BACKFILL, ORDERS

    _check_backfill(backfill=backfill, from_day=from_day, since=since)
    options = Options(
        dry_run=dry_run,
        since=read_since(since, utc_now()),
        full=full,
        ids=tuple(ids or ()),
        limit=limit,
        accept=accept,
        remap=remap,
        backfill_from=read_since(from_day, utc_now(), "--from"),
    )
    _run(BACKFILL if backfill else ORDERS, config, options, as_json=as_json, quiet=quiet)


def _check_backfill(*, backfill: bool, from_day: str | None, since: str | None) -> None:
    """Raise BadParameter unless --backfill and --from stand together, and alone."""
    if backfill and from_day is None:
        raise typer.BadParameter(
            "a backfill needs the day that it begins with: --from 2024-01-31.",
            param_hint="--backfill",
        )
    if from_day is not None and not backfill:
        raise typer.BadParameter("it belongs to --backfill.", param_hint="--from")
    if backfill and since is not None:
        raise typer.BadParameter("a backfill begins with --from.", param_hint="--since")


def customers(
    config: ConfigOption = DEFAULT_CONFIG,
    dry_run: DryRunOption = False,
    since: SinceOption = None,
    full: FullOption = False,
    ids: IdOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    accept: AcceptOption = "",
) -> None:
    """Customers: shop to ERP, and the ERP's number back; guests come with their orders."""
    from sync_cli.engine.route import Options
    from sync_cli.flows.clock import utc_now
    from sync_cli.flows.commands import CUSTOMERS

    options = Options(
        dry_run=dry_run,
        since=read_since(since, utc_now()),
        full=full,
        ids=tuple(ids or ()),
        limit=limit,
        accept=accept,
    )
    _run(CUSTOMERS, config, options, as_json=as_json, quiet=quiet)


def stock(
    config: ConfigOption = DEFAULT_CONFIG,
    dry_run: DryRunOption = False,
    since: SinceOption = None,
    full: FullOption = False,
    ids: IdOption = None,
    skus: SkuOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    accept: AcceptOption = "",
) -> None:
    """Stock: ERP to shop, never more than can be sold."""
    from sync_cli.engine.route import Options
    from sync_cli.flows.clock import utc_now
    from sync_cli.flows.commands import STOCK

    options = Options(
        dry_run=dry_run,
        since=read_since(since, utc_now()),
        full=full,
        ids=tuple(ids or ()),
        skus=tuple(skus or ()),
        limit=limit,
        accept=accept,
    )
    _run(STOCK, config, options, as_json=as_json, quiet=quiet)


def products(
    config: ConfigOption = DEFAULT_CONFIG,
    dry_run: DryRunOption = False,
    since: SinceOption = None,
    full: FullOption = False,
    ids: IdOption = None,
    skus: SkuOption = None,
    only: OnlyOption = "",
    limit: LimitOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    accept: AcceptOption = "",
) -> None:
    """Products: ERP to shop, only fields that differ; nothing that the shop owns."""
    from sync_cli.engine.route import Options
    from sync_cli.flows.clock import utc_now
    from sync_cli.flows.commands import PRODUCTS

    options = Options(
        dry_run=dry_run,
        since=read_since(since, utc_now()),
        full=full,
        ids=tuple(ids or ()),
        skus=tuple(skus or ()),
        only=only,
        limit=limit,
        accept=accept,
    )
    _run(PRODUCTS, config, options, as_json=as_json, quiet=quiet)


def _run(command: Command, config: Path, options: Options, *, as_json: bool, quiet: bool) -> None:
    from sync_cli.flows.commands import carry_out
    from sync_cli.report.watchers import reporter

    watcher = reporter(as_json=as_json, quiet=quiet, is_person=is_person())
    with exit_codes(config):
        code = carry_out(command, config, options, watcher)
    if code:
        raise typer.Exit(int(code))
