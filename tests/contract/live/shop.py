"""The WooCommerce connector before a living shop."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import requests

from sync_cli.connectors.base import Identity
from sync_cli.connectors.woocommerce.connector import WooCommerce
from sync_cli.connectors.woocommerce.wire import API, home_of
from sync_cli.core.errors import AccessDenied
from tests.contract.live.rig import MARK, NOT_FROM_OUTSIDE, LiveRig, Time
from tests.contract.live.settings import LiveShop
from tests.contract.rig import Ability
from tests.contract.rigs.shop_subjects import ShopSubject, shop_subjects
from tests.contract.rigs.wires import Hands, basic

FEW = 40
"""So many customers may be read again and again; they have no date of change to be asked by."""


class LiveShopRig(LiveRig):
    """A living shop: private products, pending orders, customers, private notes."""

    name = "shop"

    def __init__(self, shop: LiveShop, passing: Time = time) -> None:
        super().__init__(passing)
        self._shop = shop
        self.secrets = (shop.key, shop.secret)
        query = {"consumer_key": shop.key, "consumer_secret": shop.secret}
        self._hands = Hands(
            home_of(shop.url) + API,
            {} if shop.auth == "query" else {"Authorization": basic(shop.key, shop.secret)},
            shop.verify,
            query if shop.auth == "query" else {},
        )
        self.lacks = {**NOT_FROM_OUTSIDE, Ability.QUESTION: "a shop asks nothing"}
        self.subjects = shop_subjects(self._hands)

    def open(self, *, page: int = 100) -> WooCommerce:
        return self._open(self._shop.secret, page)

    def open_with_wrong_secret(self) -> WooCommerce:
        return self._open("cs_this_is_no_secret", 100)

    def prepare(self) -> Identity:
        """As `LiveRig.prepare`; leaves the reading of customers out where there are many.

        A batch of nothing shows whether the key may write, before anything is made. Raises
        AccessDenied where it may not.
        """
        identity = super().prepare()
        self._require_a_writing_key()
        self._spare_many_customers()
        return identity

    def _require_a_writing_key(self) -> None:
        try:
            self._hands.call("POST", "/products/batch", {})
        except requests.RequestException as refused:
            status = refused.response.status_code if refused.response is not None else 0
            if status not in (401, 403):
                return  # whatever else is the matter, the promises tell it
            said = "the shop lets this key read only, and nothing can be tried without records."
            remedy = "Make a read/write key of a shop manager for `make live`."
            raise AccessDenied(self.name, said, remedy, status=status) from refused

    def _spare_many_customers(self) -> None:
        count = self._hands.count("/customers", role="all")
        if count > FEW:
            why = f"the shop has {count} customers, and they cannot be asked for by date"
            for subject in self.subjects:
                if subject.entity == "customer":
                    subject.lacks = {**subject.lacks, Ability.READ: why, Ability.CENSUS: why}

    def clean(self) -> list[str]:
        """As `LiveRig.clean`; a kind of record that cannot be listed does not keep the others."""
        left: list[str] = []
        for subject in self.subjects:
            if isinstance(subject, ShopSubject):
                try:
                    left += [f"{subject.entity} {id}" for id in _removed(subject)]
                except requests.RequestException as error:
                    made = ", ".join(subject.made) or "perhaps none"
                    left.append(f"{subject.entity} {made} ({type(error).__name__})")
        return left

    def _open(self, secret: str, page: int) -> WooCommerce:
        return WooCommerce(
            self.name, self._shop.url, self._shop.key, secret,
            pacing=self.pacing(), clock=lambda: datetime.now(UTC), page_size=page,
            auth_style=self._shop.auth, verify=self._shop.verify,
        )  # fmt: skip


def _removed(subject: ShopSubject) -> list[str]:
    """Remove the subject's marked records; the ids of those that are still there."""
    for id in {*subject.made, *subject.marked(MARK)}:
        with suppress(requests.RequestException):  # what remains is found below
            subject.remove(id)
    return sorted(subject.marked(MARK))


@contextmanager
def live_shop(shop: LiveShop, passing: Time = time) -> Iterator[LiveRig]:
    """The connector of a shop, before a living one."""
    yield LiveShopRig(shop, passing)
