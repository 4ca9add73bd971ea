"""The sandbox as a process of its own: `python -m sync_cli.sandbox`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from sync_cli.sandbox.embedded import Sandbox, start
from sync_cli.sandbox.erp import ErpSettings
from sync_cli.sandbox.ledger import to_json
from sync_cli.sandbox.shop.settings import ShopSettings


def main(argv: Sequence[str] | None = None) -> int:
    """Run both sides until SIGTERM or SIGINT; returns 0 after the ledgers were dumped.

    When both answer, one JSON line with their addresses and keys goes to stdout and, whole, to the
    ready file.
    """
    options = _read_options(argv)
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    with _start(options) as sandbox:
        _announce(sandbox, options.ready_file)
        ended.wait()
    return 0


def _start(options: argparse.Namespace) -> Sandbox:
    return start(
        articles=options.articles,
        orders=options.orders,
        shop_port=options.shop_port,
        erp_port=options.erp_port,
        ledger_dir=options.ledger_dir,
        shop_traps=options.shop_traps,
        shop_settings=ShopSettings(fulfillments=options.shop_fulfillments),
        erp_settings=ErpSettings(
            unique_references=options.erp_unique_references,
            atomic_batches=options.erp_atomic_batches,
            round_lines=options.erp_round_lines,
            late_commit=options.erp_late_commit,
            environment=options.erp_environment,
            database=options.erp_database,
        ),
    )


def _read_options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sync_cli.sandbox", description="A pretend shop and a pretend ERP over HTTP."
    )
    parser.add_argument("--shop-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--erp-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--articles", type=int, default=60)
    parser.add_argument("--orders", type=int, default=30)
    parser.add_argument("--ledger-dir", type=Path, help="where the effects are written")
    parser.add_argument("--ready-file", type=Path, help="gets the addresses when both sides answer")
    on_or_off = argparse.BooleanOptionalAction
    parser.add_argument("--shop-traps", action=on_or_off, default=False)
    parser.add_argument("--shop-fulfillments", action=on_or_off, default=False)
    parser.add_argument("--erp-unique-references", action=on_or_off, default=False)
    parser.add_argument("--erp-atomic-batches", action=on_or_off, default=False)
    parser.add_argument("--erp-round-lines", action=on_or_off, default=False)
    parser.add_argument(
        "--erp-late-commit", type=float, default=0.0, help="seconds by which changed_at is older"
    )
    parser.add_argument(
        "--erp-environment", choices=("production", "staging"), default="production"
    )
    parser.add_argument("--erp-database", default=ErpSettings.database)
    return parser.parse_args(argv)


def _announce(sandbox: Sandbox, ready_file: Path | None) -> None:
    line = to_json(
        {
            "shop_url": sandbox.shop_url,
            "erp_url": sandbox.erp_url,
            "consumer_key": sandbox.consumer_key,
            "consumer_secret": sandbox.consumer_secret,
            "erp_token": sandbox.erp_token,
            "pid": os.getpid(),
        }
    )
    if ready_file is not None:
        ready_file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = ready_file.with_name(f"{ready_file.name}.new")
        unfinished.write_text(f"{line}\n", encoding="utf-8")
        unfinished.replace(ready_file)
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
