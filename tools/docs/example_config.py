"""`config.example.yaml`: every key with what it means, its default and what may stand there.

A line such as `#buffer: 5m` shows a default, and taking the `#` away changes nothing; a line such
as `# text` explains. Keys that must be filled in, or that everybody looks at first, are not
commented out.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from sync_cli.core.guard import DEFAULT_LIMITS
from tools.docs.settings import DURATION, Setting, settings, written

WIDTH = 88
HEAD = """\
# The configuration of sync-cli: one file, one shop. Copy it to config.yaml and fill it in:
#
#     sync-cli config example > config.yaml
#     sync-cli config check
#
# Secrets never stand here: name an environment variable or a file that only you can read.
# A line like `#buffer: 5m` shows a default; take the # away to change it. Lengths of time are
# written 90s, 5m, 2h or 3d. This example is written by `make docs` out of sync_cli/config/."""

SAMPLES: Mapping[str, str] = {
    "shop": "acme",
    "systems.shop.kind": "woocommerce",
    "systems.shop.url": "https://shop.example.com",
    "systems.shop.key": "{env: SHOP_KEY}",
    "systems.shop.secret": "{env: SHOP_SECRET}",
    "systems.erp.kind": "rest",
    "systems.erp.profile": "sandbox-erp",
    "systems.erp.url": "https://erp.example.com",
    "systems.erp.credentials": "{token: {env: ERP_TOKEN}}",
    "orders.mode": "plan",
    "orders.start_at": "2026-01-31",
    "customers.mode": "plan",
    "stock.mode": "plan",
    "products.mode": "plan",
}
"""The keys that everybody fills in or looks at first: they are not commented out."""

SHOWN: Mapping[str, str] = {
    "payments.since": "2026-01-31",
    "refunds.from_erp_since": "2026-01-31",
    "mappings": "mappings",
    "systems.shop.in_doubt": "15m",
    "systems.shop.ca_file": "/etc/ssl/certs/own-ca.pem",
    "systems.erp.in_doubt": "15m",
    "systems.erp.ca_file": "/etc/ssl/certs/own-ca.pem",
    "systems.erp.references": "searchable",
    "systems.erp.taxes": "computed",
    "systems.erp.database": "company",
    "systems.erp.user": "sync-cli",
    "systems.erp.password": "{env: ERP_PASSWORD}",
    "systems.erp.key": "{env: ERP_KEY}",
    "systems.erp.web_shop": "My shop",
    "customers.registered_since": "2026-01-31",
    "reconcile.days": "90",
    "mail.server": "mail.example.com",
    "mail.user": "sync-cli",
    "mail.password": "{env: MAIL_PASSWORD}",
    "mail.sender": "sync-cli@example.com",
    "mail.recipients": "[you@example.com]",
    "mail.ca_file": "/etc/ssl/certs/own-ca.pem",
}
"""What stands behind a `#` where there is no default that could be shown."""

OBVIOUS = frozenset({"", "path", "true or false", "number", "whole number", DURATION})
"""What may stand there, where the value that is shown says it already."""


class NoSample(Exception):
    """A key has neither a default nor a sample here."""


def text() -> str:
    """The whole example configuration."""
    return "\n".join((HEAD, *(line for one in settings() for line in _lines(one)), ""))


def _lines(setting: Setting) -> Iterator[str]:
    above = ".".join(setting.path[:-1])
    if setting.kind in ("", SAMPLES.get(f"{above}.kind")):
        yield from _entry(setting)
    else:
        yield from _of_another_kind(setting)


def _of_another_kind(setting: Setting) -> Iterator[str]:
    """The lines of a key that only another kind than the sample's has, behind a `#`."""
    indent = "  " * (len(setting.path) - 1)
    said = f"only with kind: {setting.kind}: {_remark(setting)}"
    for line in textwrap.wrap(said, WIDTH - len(indent), break_long_words=False):
        yield f"{indent}# {line}"
    yield f"{indent}#{setting.path[-1]}: {_value(setting)}"


def _entry(setting: Setting) -> Iterator[str]:
    """The lines of one key: its remarks, then the key, behind a `#` if nobody must fill it in."""
    indent = "  " * (len(setting.path) - 1)
    if setting.section is not None or not indent:
        yield ""
    for line in textwrap.wrap(_remark(setting), WIDTH - len(indent), break_long_words=False):
        yield f"{indent}# {line}"
    mark = _place_of_mark(setting.path)
    for line in _key_and_value(setting):
        yield f"{indent}{line}" if mark is None else f"{mark}#{indent[len(mark) :]}{line}"


def _remark(setting: Setting) -> str:
    values = "" if setting.values in OBVIOUS else setting.values
    if not setting.description:
        return values
    return f"{setting.description} [{values}]" if values else setting.description


def _place_of_mark(path: tuple[str, ...]) -> str | None:
    """The blanks before the `#` of a key that is not used: where its first unused section begins.

    None for a key that is used.
    """
    used = [_is_used(path[:end]) for end in range(1, len(path) + 1)]
    return None if all(used) else "  " * used.index(False)


def _is_used(path: tuple[str, ...]) -> bool:
    return any(tuple(name.split("."))[: len(path)] == path for name in SAMPLES)


def _key_and_value(setting: Setting) -> Iterator[str]:
    key = f"{setting.path[-1]}:"
    if setting.section is not None:
        yield key
    elif setting.path[-1] == "guard":
        yield key
        yield from (f"  {line}" for line in _limits())
    else:
        yield f"{key} {_value(setting)}"


def _value(setting: Setting) -> str:
    shown = SAMPLES.get(setting.name) or SHOWN.get(setting.name) or written(setting.default)
    if not shown:
        raise NoSample(f"Give {setting.name} a sample in {__file__}.")
    return shown


def _limits() -> Iterator[str]:
    for harm, limit in DEFAULT_LIMITS.items():
        yield f"{harm}: {{share: {limit.share}, least: {limit.least}}}"
