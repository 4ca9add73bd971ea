"""Builds the database of a Tryton once, and keeps the file: later it is only copied.

Building takes about ten seconds, a copy milliseconds. The name of the kept file hashes the
versions of the packages, how they are activated, and the seed, so that another version is never
served from it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import distributions
from pathlib import Path

MODULES = (
    "web_shop", "sale_shipment_cost", "sale_price_list", "product_attribute", "sale_discount",
    "stock_package_shipping",
)  # fmt: skip
ADMIN_PASSWORD = "admin-secret-1"
LONGEST_BUILD = 600.0
"""Seconds after which building is given up."""
NEW = "new.sqlite"
ACTIVATE = ("--activate-dependencies", "--email", "admin@mail.example", "-u")
_ADMIN = """
import sys
from trytond.model import ModelStorage
ModelStorage._validate = classmethod(lambda cls, records, field_names=None: None)
from trytond.cli.admin import main
sys.exit(main())
"""
"""Tryton's own first records are as its makers tested them: checking each of them again takes half
of the time and changes nothing. The seed, and whatever comes later, is checked."""
SEED = Path(__file__).with_name("seed.py")
SEEDED_BY = (SEED, Path(__file__).with_name("passwords.py"))


class NotBuilt(Exception):
    """The database could not be built; the text says why."""


DAY = 86_400
"""Seconds after which someone who did nothing is logged out; Tryton's own five minutes are too few
for a person who waits for a long run."""


def configuration(folder: Path, port: int) -> Path:
    """Write the configuration of a trytond whose databases lie in `folder`."""
    path = folder / "trytond.conf"
    path.write_text(
        f"[database]\nuri = sqlite://\npath = {folder}\n"
        f"[web]\nlisten = 127.0.0.1:{port}\n"
        f"[session]\nmax_attempt = 1000\ntimeout = {DAY}\n",
        encoding="utf-8",
    )
    return path


def built(cache: Path) -> Path:
    """The built database file in `cache`; builds it if it is not there yet.

    Safe when several processes ask at once. Raises NotBuilt, with what Tryton said.
    """
    cache = cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _seeded(cache)


def _seeded(cache: Path) -> Path:
    texts = [path.read_text(encoding="utf-8") for path in SEEDED_BY]
    kept = cache / f"seeded-{_hash(*_versions(), *MODULES, _ADMIN, *texts)}.sqlite"
    if not kept.exists():
        empty = _activated(cache)
        with _workshop(cache, kept) as folder:
            shutil.copyfile(empty, folder / NEW)
            _run([sys.executable, str(SEED), str(configuration(folder, 0)), "new"])
    return kept


def _activated(cache: Path) -> Path:
    """A database in which the modules are activated and nothing else was done: the slow part."""
    kept = cache / f"modules-{_hash(*_versions(), *MODULES, _ADMIN)}.sqlite"
    if not kept.exists():
        with _workshop(cache, kept) as folder:
            (folder / NEW).touch()
            password = folder / "password"
            password.write_text(ADMIN_PASSWORD, encoding="utf-8")
            options = ["-c", str(configuration(folder, 0)), "-d", "new", *ACTIVATE, *MODULES]
            _run([sys.executable, "-c", _ADMIN, *options], TRYTONPASSFILE=str(password))
    return kept


@contextmanager
def _workshop(cache: Path, kept: Path) -> Iterator[Path]:
    """A folder to build in; the database in it is kept once it is whole."""
    folder = cache / "building"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    yield folder
    with closing(sqlite3.connect(folder / NEW)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (folder / NEW).replace(kept)
    shutil.rmtree(folder)


def _versions() -> list[str]:
    found = ((one.metadata["Name"], one.version) for one in distributions())
    return sorted(f"{name} {version}" for name, version in found if "tryton" in name.lower())


def _hash(*told: str) -> str:
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def _run(command: list[str], **environment: str) -> None:
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=LONGEST_BUILD,
        )
    except subprocess.TimeoutExpired:
        raise NotBuilt(f"no database after {LONGEST_BUILD:.0f} seconds") from None
    if done.returncode:
        raise NotBuilt(done.stderr[-2000:])
