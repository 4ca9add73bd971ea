"""`sync-cli check`: is everything as it must be, before the first run and whenever one wonders?

Nothing is written, not even to the state file. What only a kind of system knows of itself, its
connector says (`Inspects`, `Diagnoses`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from sync_cli.admin.check_settings import check_settings
from sync_cli.admin.check_systems import check_state, check_systems
from sync_cli.config import Config
from sync_cli.config.reconcile import MailSettings
from sync_cli.config_file import load_config
from sync_cli.core.checkup import Finding, Grade, problem_of
from sync_cli.core.errors import ConfigError, SyncError
from sync_cli.engine.route import Mode
from sync_cli.flows.belonging import HOST, host_facts
from sync_cli.flows.clock import utc_now
from sync_cli.flows.connecting import mappings_folder
from sync_cli.mapping.mapping_set import load_mappings

CONFIG, MAPPINGS, MAIL = "config", "mappings", "mail"
Try = Callable[[MailSettings], None]


def check(path: Path, try_mail: Try, now: Callable[[], datetime] = utc_now) -> Iterator[Finding]:
    """All that is found, in order; each as soon as it is known. Raises nothing that is a finding.

    `try_mail` logs in at the mail server and raises SyncError if it cannot.
    """
    try:
        config = load_config(path)
    except ConfigError as fault:
        yield problem_of("configuration", fault, CONFIG)
        return
    yield Finding(Grade.OK, "configuration", f"{path.name} can be read.", place=CONFIG)
    yield from _modes(config)
    try:
        mappings = load_mappings(mappings_folder(), config.mappings)
    except SyncError as fault:
        yield problem_of("rules", fault, MAPPINGS)
        return
    yield Finding(Grade.OK, "rules", "All rules of both systems can be read.", place=MAPPINGS)
    yield from check_settings(config, mappings)
    yield from check_state(config, HOST, host_facts())
    yield from check_systems(config, mappings, now)
    if config.mail is not None:
        yield from _mail(config.mail, try_mail)


def _modes(config: Config) -> Iterator[Finding]:
    parts = {
        "orders": config.orders.mode,
        "refunds": config.refunds.mode,
        "payments": config.payments.mode,
        "customers": config.customers.mode,
        "stock": config.stock.mode,
        "products": config.products.mode,
    }
    said = ", ".join(f"{part} {mode}" for part, mode in parts.items())
    if Mode.ON in parts.values():
        yield Finding(Grade.OK, "modes", f"What runs: {said}.", place=CONFIG)
    else:
        says = f"Nothing is switched on, runs only plan: {said}."
        yield Finding(Grade.NOTE, "modes", says, "Set `mode: on` part by part.", CONFIG)


def _mail(settings: MailSettings, try_mail: Try) -> Iterator[Finding]:
    where = f"{settings.server}:{settings.port}"
    try:
        try_mail(settings)
    except SyncError as fault:
        yield problem_of("mail server", fault, MAIL)
        return
    says = f"The mail server {where} lets sync-cli in; nothing was sent."
    yield Finding(Grade.OK, "mail server", says, place=MAIL)
