"""The command line. No logic: options in, exit codes out; heavy imports only where needed."""

from __future__ import annotations

import typer

from sync_cli.cli import check, delta, keeping, mapping, reconcile, selftest, setup, watching
from sync_cli.cli.memory import save_memory

EXIT_CODES = """
Exit codes: 0 ok - 1 a bug - 2 config or identity - 3 this run added failures - 4 the guard
stopped it - 5 access denied - 69 a system is down - 75 another run holds the lock -
130 stopped by hand.
"""

app = typer.Typer(
    name="sync-cli",
    help="Keeps a WooCommerce shop and an ERP in step, and proves it.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
)

app.command("orders", epilog=EXIT_CODES)(delta.orders)
app.command("customers", epilog=EXIT_CODES)(delta.customers)
app.command("stock", epilog=EXIT_CODES)(delta.stock)
app.command("products", epilog=EXIT_CODES)(delta.products)
app.command("reconcile", epilog=EXIT_CODES)(reconcile.reconcile)
app.command("check", epilog=EXIT_CODES)(check.check)
app.command("status")(watching.status)
app.command("explain")(watching.explain)
app.add_typer(watching.held_app, name="held")
app.add_typer(keeping.state_app, name="state")
app.add_typer(setup.config_app, name="config")
app.add_typer(mapping.mapping_app, name="mapping")
app.command("selftest")(selftest.selftest)
app.command("sandbox")(setup.sandbox)
app.command("demo")(setup.demo)


def main() -> None:
    """Run the command line."""
    save_memory()
    app()


if __name__ == "__main__":
    main()
