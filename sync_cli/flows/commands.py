"""The delta commands: each a short list of routes, in order, from lock to summary."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from sync_cli.config import Config
from sync_cli.core.errors import INTERRUPTED, ConfigError, ExitCode, SyncError
from sync_cli.engine.route import Mode, Options
from sync_cli.engine.run import Run, Watcher
from sync_cli.flows.session import session
from sync_cli.flows.systems import Systems
from sync_cli.state.lanes import window_lock


class Reporter(Watcher, Protocol):
    """A watcher that also has the last word."""

    def begin(self, *, dry: bool) -> None:
        """The run begins; `dry` if it only plans."""

    def finish(self, command: str, run: Run | None, exit_code: int, stopped: str = "") -> None:
        """The run is over; `run` is None if it never began, `stopped` says what ended it early."""


class Command(Struct, frozen=True):
    """One delta command: the lane whose lock it takes, its mode, and what it does.

    `whole_products` claims that it needs all fields of the shop's products, not only those that
    stock and orders use.
    """

    name: str
    lane: str
    mode: Callable[[Config], Mode]
    carry_out: Callable[[Systems], None]
    whole_products: bool = False


def _orders(systems: Systems) -> None:
    from sync_cli.flows.credit_notes import CreditNoteFlow
    from sync_cli.flows.orders import OrderFlow
    from sync_cli.flows.payments import PaymentFlow
    from sync_cli.flows.refunds import RefundFlow

    booked = systems.config.payments.mode is not Mode.OFF
    # Made first: an ERP that takes no payments is told before anything is written.
    payments = PaymentFlow(systems) if booked else None
    OrderFlow(systems).transfer()
    if payments is not None:
        payments.transfer()
    if systems.config.refunds.mode is not Mode.OFF:
        RefundFlow(systems).transfer()
        CreditNoteFlow(systems).look()
    look_back(systems)


def look_back(systems: Systems) -> None:
    """What the ERP did to the documents: told to the shop, or at least remembered."""
    from sync_cli.flows.noticing import Noticing
    from sync_cli.flows.write_back import WriteBackFlow

    if systems.config.orders.write_back is Mode.OFF:
        Noticing(systems).look()
    else:
        WriteBackFlow(systems).write_back()


def _backfill(systems: Systems) -> None:
    from sync_cli.flows.backfill import Backfill

    config, run = systems.config, systems.run
    if run.options.backfill_from is None:
        raise ConfigError("A backfill needs the day that it begins with.", "Add --from DAY.")

    def locked() -> AbstractContextManager[None]:
        if run.plans_only:
            return nullcontext()
        return window_lock(config.state.parent, config.shop, ORDERS.lane, command=BACKFILL.name)

    Backfill(systems, run.options.backfill_from, locked).carry_out()


def _stock(systems: Systems) -> None:
    from sync_cli.flows.stock import StockFlow

    StockFlow(systems).sync()


def _customers(systems: Systems) -> None:
    from sync_cli.flows.customer_numbers import CustomerNumberFlow
    from sync_cli.flows.customers import CustomerFlow

    CustomerFlow(systems).transfer()
    if systems.config.customers.write_back is not Mode.OFF:
        CustomerNumberFlow(systems).write_back()


def _products(systems: Systems) -> None:
    from sync_cli.flows.products import ProductFlow

    ProductFlow(systems).sync()


ORDERS = Command("orders", "orders", lambda config: config.orders.mode, _orders)
CUSTOMERS = Command("customers", "orders", lambda config: config.customers.mode, _customers)
BACKFILL = Command("orders --backfill", "backfill", lambda config: config.orders.mode, _backfill)
STOCK = Command("stock", "stock", lambda config: config.stock.mode, _stock)
PRODUCTS = Command(
    "products", "catalogue", lambda config: config.products.mode, _products, whole_products=True
)


def _raise_late_faults(systems: Systems) -> None:
    """A system that went down in the very last call is told by the next one: this."""
    for connector in (systems.shop, systems.erp):
        connector.identify()


def carry_out(command: Command, config: Path, options: Options, reporter: Reporter) -> ExitCode:
    """One run of a command; raises what stops it, after the reporter was told.

    A route whose mode is `off` does nothing.
    """
    run: Run | None = None
    code = ExitCode.BUG
    stopped = ""
    try:
        with session(
            config,
            command=command.name,
            lane=command.lane,
            mode=command.mode,
            options=options,
            watcher=reporter,
            whole_products=lambda _: command.whole_products,
        ) as opened:
            run = opened.run
            reporter.begin(dry=run.plans_only)
            if command.mode(opened.systems.config) is Mode.OFF:
                reporter.note(f"{command.name} is off in the configuration.")
            else:
                command.carry_out(opened.systems)
                _raise_late_faults(opened.systems)
        code = ExitCode.FAILURES if run.tally.new_failures else ExitCode.OK
        return code
    except SyncError as error:
        code, stopped = error.exit_code, error.sentence()
        raise
    except KeyboardInterrupt:
        code, stopped = ExitCode.INTERRUPTED, INTERRUPTED
        raise
    finally:
        reporter.finish(command.name, run, int(code), stopped)
