"""The connector of Odoo before a living one: contacts and sales orders, put away at the end.

The least rights delete nothing in Odoo, so orders are cancelled and contacts archived.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

from sync_cli.connectors.http import AnswerLost, CallNotSent, RequestRefused
from sync_cli.connectors.odoo.connector import Odoo
from sync_cli.connectors.odoo.wire import Ask, Login, Wire
from tests.contract.live.rig import MARK, NOT_FROM_OUTSIDE, LiveRig, Time
from tests.contract.live.settings import LiveErp, Unset
from tests.contract.rig import Ability
from tests.contract.rigs.odoo import FIELDS, Customers, Orders, customer_lacks

_NOT_DELETED = "the least rights delete nothing in Odoo"
_ASKS_NOTHING = "what Odoo asks when it confirms is waived beforehand"
_WAIVED = {"disable_cancel_warning": True}


class LiveHands:
    """Calls methods of a living Odoo past the connector, as the same user."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def call(self, model: str, method: str, *args: Any, **keywords: Any) -> Any:
        """The result of a method; raises RequestRefused, AnswerLost or CallNotSent."""
        given = {str(place): value for place, value in enumerate(args)}
        return self._wire.write(Ask(model, method, None, given, keywords))

    def edit(self, model: str, id: int | str, **values: Any) -> None:
        """Write fields of a record."""
        self.call(model, "write", [int(id)], values)

    def remove(self, model: str, id: int | str) -> None:
        """Delete a record for good, where the user may."""
        self.call(model, "unlink", [int(id)])

    def cancel_order(self, id: int | str) -> None:
        """Cancel an order, confirmed or not; one that was locked when it was confirmed too."""
        try:
            self.call("sale.order", "action_cancel", [int(id)], context=_WAIVED)
        except RequestRefused:
            self.call("sale.order", "action_unlock", [int(id)])
            self.call("sale.order", "action_cancel", [int(id)], context=_WAIVED)

    def confirm_order(self, id: int | str) -> None:
        """Confirm a draft."""
        self.call("sale.order", "action_confirm", [int(id)])

    def marked(self, model: str, name: str, *more: Any) -> list[int]:
        """The records that carry the mark in this field."""
        found: list[int] = self.call(model, "search", [[name, "=ilike", f"{MARK}%"], *more])
        return found


class LiveOdooRig(LiveRig):
    """A living Odoo, seen from outside."""

    name = "erp"
    lacks = {  # noqa: RUF012
        **NOT_FROM_OUTSIDE,
        Ability.QUESTION: _ASKS_NOTHING,
        Ability.REMOVE: _NOT_DELETED,
    }

    def __init__(self, erp: LiveErp, passing: Time = time) -> None:
        super().__init__(passing)
        self._erp = erp
        self.secrets = (erp.secret,)
        login = Login(erp.url, erp.database, erp.user, erp.secret)
        self._wire = Wire(self.name, login, pacing=self.pacing(), clock=_utc_now, verify=erp.verify)
        self._hands = LiveHands(self._wire)
        customers = Customers(
            entity="customer", hands=self._hands, lacks=customer_lacks(),
            moves=frozenset({"name", "write_date"}),
        )  # fmt: skip
        self._orders = Orders(
            entity="order", hands=self._hands, customers=customers, product="",
            moves=frozenset({"note", "write_date"}),
        )  # fmt: skip
        self.subjects = (customers, self._orders)

    def prepare(self) -> Any:
        """As `LiveRig.prepare`; looks up the article that orders are made of."""
        identity = super().prepare()
        with closing(self.open()) as connector:
            found = connector.find("product", "sku", [self._erp.sku])[self._erp.sku]
        if len(found) != 1:
            raise Unset(f"{len(found)} articles have the internal reference {self._erp.sku}.")
        self._orders.product = found[0].id
        return identity

    def open(self, *, page: int = 100) -> Odoo:
        return self._open(self._erp.secret, page)

    def open_with_wrong_secret(self) -> Odoo:
        return self._open("this-is-no-key", 100)

    def clean(self) -> list[str]:
        """Cancel every marked order and archive every marked contact; names what remains."""
        live = ["state", "!=", "cancel"]
        for id in self._hands.marked("sale.order", "client_order_ref", live):
            self._put_away(lambda id=id: self._hands.cancel_order(id))
        for id in self._hands.marked("res.partner", "ref"):
            self._put_away(lambda id=id: self._hands.edit("res.partner", id, active=False))
        orders = self._hands.marked("sale.order", "client_order_ref", live)
        contacts = self._hands.marked("res.partner", "ref")
        return [*(f"order {id}" for id in orders), *(f"contact {id}" for id in contacts)]

    @staticmethod
    def _put_away(act: Any) -> None:
        """What cannot be put away is told as left."""
        try:
            act()
        except (RequestRefused, AnswerLost, CallNotSent):
            return

    def _open(self, key: str, page: int) -> Odoo:
        return Odoo(
            self.name, Login(self._erp.url, self._erp.database, self._erp.user, key),
            pacing=self.pacing(), clock=_utc_now, fields=FIELDS, verify=self._erp.verify,
            page_size=page,
        )  # fmt: skip


def _utc_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def live_odoo(erp: LiveErp, passing: Time = time) -> Iterator[LiveRig]:
    """The connector of Odoo, before a living one."""
    erp.insist_on("database", "user", "secret", "sku")
    yield LiveOdooRig(erp, passing)
