"""Opens what a command needs - config, state, lane, systems - and closes it whatever happens."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct

from sync_cli.config import Config
from sync_cli.config_file import load_config
from sync_cli.connectors.base import Connector, Identity
from sync_cli.core.errors import AccessDenied, ExitCode, SyncError, SystemDown, SystemFault
from sync_cli.engine.route import Mode, Options
from sync_cli.engine.run import Run, Watcher
from sync_cli.flows.belonging import (
    HOST,
    check_belonging,
    check_rights,
    check_staging,
    facts_of,
    host_facts,
)
from sync_cli.flows.clock import utc_now
from sync_cli.flows.connecting import mappings_in_use, open_erp, open_shop, secret_hash
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.mapping_set import MappingSet
from sync_cli.state.lanes import lane_lock
from sync_cli.state.store import Pause, State

LANES = ("orders", "stock", "catalogue", "backfill")
AFTER_DENIED = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(days=1)
PRUNE_EVERY = timedelta(days=1)


class Opened(Struct, frozen=True):
    """A run that has begun: its systems are who they should be, and its lane is ours."""

    systems: Systems
    run: Run


class Workshop(Struct, frozen=True):
    """State and systems for care by hand; all lanes are locked, no identity is checked."""

    config: Config
    mappings: MappingSet
    state: State
    shop: Connector
    erp: Connector


@contextmanager
def workshop(config_path: Path) -> Iterator[Workshop]:
    """Everything that an admin's repair needs, while no other run can work. Raises SyncError."""
    config = load_config(config_path)
    mappings = mappings_in_use(config)
    with ExitStack() as stack:
        for lane in LANES:
            stack.enter_context(lane_lock(config.state.parent, config.shop, lane, command="state"))
        state = stack.enter_context(State.open(config.state))
        shop = stack.enter_context(closing(open_shop(config, mappings)))
        erp = stack.enter_context(closing(open_erp(config, mappings)))
        yield Workshop(config, mappings, state, shop, erp)


@contextmanager
def session(
    config_path: Path,
    *,
    command: str,
    lane: str,
    mode: Callable[[Config], Mode],
    options: Options,
    watcher: Watcher,
    whole_products: Callable[[Config], bool] = lambda _config: False,
    now: Callable[[], datetime] = utc_now,
) -> Iterator[Opened]:
    """One run of one lane, from its lock to its row in the list of runs.

    A run that only plans takes no lock and leaves no row. Raises any SyncError; the state and the
    connections are closed in any case.
    """
    config = load_config(config_path)
    mappings = mappings_in_use(config)
    dry = options.dry_run or mode(config) is not Mode.ON
    with ExitStack() as stack:
        state = stack.enter_context(State.open(config.state))
        if not dry:
            lock = lane_lock(config.state.parent, config.shop, lane, command=command)
            stack.enter_context(lock)
        run = Run(state, now, lambda: secrets.token_hex(8), options, watcher, plans_only=dry)
        with _recorded(run, command, config.keep, dry=dry), _pausing(run, config, dry=dry):
            shop = stack.enter_context(
                closing(open_shop(config, mappings, whole_products=whole_products(config)))
            )
            yield Opened(_open_systems(stack, run, config, mappings, shop, dry=dry), run)


@contextmanager
def _recorded(run: Run, command: str, keep: timedelta, *, dry: bool) -> Iterator[None]:
    """Numbers the run, and writes down how it ended."""
    if dry:
        run.number = run.state.last_run_number()
        yield
        return
    run.number = run.state.start_run(command, run.now())
    code = ExitCode.BUG
    try:
        yield
        code = ExitCode.FAILURES if run.tally.new_failures else ExitCode.OK
    except SyncError as error:
        code = error.exit_code
        raise
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
        raise
    finally:
        run.state.end_run(run.number, int(code), dict(run.tally.counts), run.now())
    if run.state.say_once("pruned", run.now(), PRUNE_EVERY):
        run.state.prune(run.now() - keep)


@contextmanager
def _pausing(run: Run, config: Config, *, dry: bool) -> Iterator[None]:
    """Leaves a system alone that asked for it; remembers a new wait instead of sleeping it out."""
    hashes = {role: secret_hash(config, role) for role in (SHOP, ERP)}
    for role, known in hashes.items():
        _check_pause(run, role, known)
    try:
        yield
    except SystemFault as fault:
        role = fault.system
        if role in hashes and not dry:
            run.state.set_pause(role, _pause_after(fault, hashes[role], run.now()))
        raise
    if not dry:
        for role in hashes:
            run.state.clear_pause(role)


def _check_pause(run: Run, role: str, secret: str) -> None:
    pause = run.state.pause(role)
    if pause is None or pause.not_before <= run.now():
        return
    if pause.not_before > run.now() + (AFTER_DENIED if pause.secret_hash else LONGEST_PAUSE):
        return  # The clock that set it was wrong.
    if pause.secret_hash:
        if pause.secret_hash == secret:
            raise AccessDenied(
                role,
                pause.why,
                f"It is tried again when the secret has changed, or after"
                f" {pause.not_before:%H:%M} UTC.",
            )
        return
    raise SystemDown(
        role, pause.why, f"It is left alone until {pause.not_before:%Y-%m-%d %H:%M:%S} UTC."
    )


def _pause_after(fault: SystemFault, secret: str, now: datetime) -> Pause:
    """After "access denied" until the secret changed or time passed, else as the system asked."""
    if isinstance(fault, AccessDenied):
        return Pause(now + AFTER_DENIED, str(fault), secret)
    return Pause(fault.not_before or now, str(fault))


def _open_systems(
    stack: ExitStack,
    run: Run,
    config: Config,
    mappings: MappingSet,
    shop: Connector,
    *,
    dry: bool,
) -> Systems:
    """Both systems, each known to be the one this state belongs to."""
    check_belonging(run.state, HOST, host_facts(), remember=not dry)
    erp = stack.enter_context(closing(open_erp(config, mappings)))
    identities = _identities(shop, erp)
    for role, identity in identities.items():
        if not dry:
            check_staging(role, identity, staging=config.staging)
            check_rights(role, identity)
        check_belonging(run.state, role, facts_of(identity), remember=not dry)
    return Systems(
        run=run,
        config=config,
        shop=shop,
        erp=erp,
        mappings=mappings,
        shop_kind=config.systems.shop.mapping_folder,
        erp_kind=config.systems.erp.mapping_folder,
        shop_identity=identities[SHOP],
        erp_identity=identities[ERP],
    )


def _identities(shop: Connector, erp: Connector) -> dict[str, Identity]:
    """Who both are, asked at the same time."""
    with ThreadPoolExecutor(2) as threads:
        asked = threads.map(lambda connector: connector.identify(), (shop, erp))
        return dict(zip((SHOP, ERP), asked, strict=True))
