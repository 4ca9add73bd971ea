"""The WooCommerce connector before the pretend shop, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from flask import Flask

from sync_cli.connectors.woocommerce.connector import WooCommerce
from sync_cli.sandbox.articles import catalogue
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.control import control_of
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.server import serve
from sync_cli.sandbox.shop import (
    KEY,
    READ_KEY,
    READ_SECRET,
    SECRET,
    ShopSettings,
    ShopStore,
    build_shop,
)
from tests.contract.rig import Ability, Fault, Made, Rig, Subject
from tests.contract.rigs.parcel_subjects import parcel_subjects
from tests.contract.rigs.shop_subjects import Orders, shop_subjects
from tests.contract.rigs.wires import Hands, Marks, Waits, basic, break_wire, heal_wire

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
API = "/wp-json/wc/v3"


class SandboxShopRig(Rig):
    """A pretend shop whose clock stands still until it is moved."""

    name = "woocommerce"
    lacks = {Ability.QUESTION: "a shop asks nothing"}  # noqa: RUF012
    secrets = (KEY, SECRET)

    def __init__(self, url: str, app: Flask, clock: SandboxClock) -> None:
        self._url, self._clock = url, clock
        self.app = app
        self._store: ShopStore = app.extensions["shop"]
        self._faults = control_of(app).faults
        self._waits, self._marks = Waits(), Marks("C")
        hands = Hands(url + API, {"Authorization": basic(KEY, SECRET)})
        own = shop_subjects(hands)
        orders = next(subject for subject in own if isinstance(subject, Orders))
        site = Hands(f"{url}/wp-json", {"Authorization": basic(KEY, SECRET)})
        self.subjects = (*own, *parcel_subjects(orders, site))

    def open(self, *, page: int = 100) -> WooCommerce:
        return self._open(KEY, SECRET, page)

    def open_with_wrong_secret(self) -> WooCommerce:
        return self._open(KEY, "cs_wrong", 100)

    def open_with_few_rights(self) -> WooCommerce:
        return self._open(READ_KEY, READ_SECRET, 100)

    def mark(self) -> str:
        return self._marks.next()

    def now(self) -> datetime:
        return self._clock.now()

    def pass_time(self, seconds: float) -> None:
        self._clock.advance(seconds)

    def commit_late(self, subject: Subject, text: str, seconds: float) -> Made:
        with self._store.at(self._store.now() - int(seconds)):
            return subject.make(text)

    def fault(self, fault: Fault) -> None:
        break_wire(self._faults, fault, "")

    def heal(self) -> None:
        heal_wire(self._faults)

    def waited(self) -> float:
        return self._waits.slept

    def _open(self, key: str, secret: str, page: int) -> WooCommerce:
        return WooCommerce(
            "shop", self._url, key, secret,
            pacing=self._waits.pacing(), clock=self._clock.now, page_size=page,
        )  # fmt: skip


@contextmanager
def woocommerce(settings: ShopSettings | None = None) -> Iterator[Rig]:
    """The connector of a shop, before the pretend one."""
    clock = SandboxClock()
    clock.freeze(NOON)
    own = settings or ShopSettings()
    own = replace(own, fulfillments=True, tracking="shipment-tracking")
    app = build_shop(catalogue(3), 0, clock, Ledger("shop", clock), own)
    with serve(app, clock=clock) as server:
        yield SandboxShopRig(server.url, app, clock)
