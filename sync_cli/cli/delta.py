"""The delta commands: orders, customers, stock and products."""

from __future__ import annotations

import typer

from sync_cli.cli.asked import Asked, shared_options
from sync_cli.cli.options import (
    BackfillOption,
    FromOption,
    OnlyOption,
    RemapOption,
    SkuOption,
    read_since,
)


@shared_options
def orders(
    asked: Asked,
    remap: RemapOption = False,
    backfill: BackfillOption = False,
    from_day: FromOption = None,
) -> None:
    """Orders: shop to ERP, and the document's number and state back."""
    from sync_cli.flows.clock import utc_now
    from sync_cli.flows.commands import BACKFILL, ORDERS

    _check_backfill(backfill=backfill, from_day=from_day, since=asked.since)
    asked.run(
        BACKFILL if backfill else ORDERS,
        remap=remap,
        backfill_from=read_since(from_day, utc_now(), "--from"),
    )


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


@shared_options
def customers(asked: Asked) -> None:
    """Customers: shop to ERP, and their numbers back. Guests come with their orders."""
    from sync_cli.flows.commands import CUSTOMERS

    asked.run(CUSTOMERS)


@shared_options
def stock(asked: Asked, skus: SkuOption = None) -> None:
    """Stock: ERP to shop, never more than can be sold."""
    from sync_cli.flows.commands import STOCK

    asked.run(STOCK, skus=tuple(skus or ()))


@shared_options
def products(asked: Asked, skus: SkuOption = None, only: OnlyOption = "") -> None:
    """Products: ERP to shop, only what differs. Nothing that the shop owns."""
    from sync_cli.flows.commands import PRODUCTS

    asked.run(PRODUCTS, skus=tuple(skus or ()), only=only)
