"""The connector of Tryton before a living one: parties and sales, deleted at the end.

Sales stay drafts: what is processed has moves and an invoice, and nobody can take it back.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from sync_cli.connectors.base import Done, Draft
from sync_cli.connectors.settings import Secret
from sync_cli.connectors.tryton.connector import Tryton
from sync_cli.connectors.tryton.settings import TrytonSettings
from sync_cli.sandbox.tryton.client import Client, Refused
from tests.contract.live.rig import MARK, NOT_FROM_OUTSIDE, LiveRig, Time
from tests.contract.live.settings import LiveErp, Unset
from tests.contract.rig import Ability
from tests.contract.rigs.tryton import NO_MOMENT
from tests.contract.rigs.tryton_subjects import (
    Customers,
    Refunds,
    Sales,
    customer_lacks,
    refund_lacks,
)
from tests.tryton.town import shipping

_STAYS_DRAFT = "a sale that is processed can never be taken back in Tryton"
ADDRESS = {"party_name": "sync-cli", "street": "1", "postal_code": "1", "city": "1"}


class LivePlace:
    """A living Tryton as its subjects need it; logs in when it is first asked."""

    def __init__(self, rig: LiveTrytonRig, erp: LiveErp) -> None:
        self._rig = rig
        self._erp = erp

    @cached_property
    def clerk(self) -> Client:
        """The same user, past the connector."""
        erp = self._erp
        return Client(erp.url, erp.database, (erp.user, erp.secret), verify=erp.verify)

    @cached_property
    def currency(self) -> str:
        """The currency of the web shop's company."""
        return self._rig.identity().facts["currency"]

    @cached_property
    def party(self) -> str:
        """The id of a customer."""
        return self._made("customer", self.customer(self._rig.mark()))

    @cached_property
    def sale(self) -> str:
        """See `Workplace.sale`."""
        return self._made("order", self.order())

    @cached_property
    def product(self) -> str:
        """The id of the article that goods are of. Raises Unset."""
        sku = self._erp.sku
        found = self.clerk.read("product.product", [["code", "=", sku]], "code")
        if len(found) != 1:
            raise Unset(f"{len(found)} articles have the code {sku}.")
        return str(found[0]["id"])

    def open(self) -> Tryton:
        """See `Workplace.open`."""
        return self._rig.open()

    def customer(self, reference: str, **changes: Any) -> Draft:
        """See `Workplace.customer`."""
        payload = {
            "name": reference, "email": "party@sync-cli.invalid", "phone": "", "vat_id": "",
            "invoice_address": ADDRESS, "delivery_address": ADDRESS,
        }  # fmt: skip
        return Draft(reference, {**payload, **changes})

    def order(self, reference: str = "", **changes: Any) -> Draft:
        """See `Workplace.order`."""
        payload = {
            "party": self.party, "reference": "", "currency": self.currency,
            "sale_date": "2026-11-20", "invoice_address": ADDRESS, "shipment_address": ADDRESS,
            "comment": "", "lines": [shipping("4.12", tax="")],
        }  # fmt: skip
        return Draft(reference or self._rig.mark(), {**payload, **changes})

    def goods(self, pieces: int) -> dict[str, Any]:
        """See `Workplace.goods`."""
        return {
            "kind": "product", "product": self.product, "quantity": str(pieces), "net": "1.00",
            "tax": "", "text": "sync-cli",
        }  # fmt: skip

    def _made(self, entity: str, draft: Draft) -> str:
        (made,) = self.open().create(entity, [draft])
        if not isinstance(made, Done):
            raise Unset(f"No {entity} can be made there: {made}.")
        return made.id


class LiveTrytonRig(LiveRig):
    """A living Tryton, seen from outside."""

    name = "erp"
    lacks = {  # noqa: RUF012
        **NOT_FROM_OUTSIDE,
        Ability.QUESTION: _STAYS_DRAFT,
        Ability.MOMENT: NO_MOMENT,
    }

    def __init__(self, erp: LiveErp, passing: Time = time) -> None:
        super().__init__(passing)
        self._erp = erp
        self.secrets = (erp.secret,)
        self.place = LivePlace(self, erp)
        drafts_only = {Ability.ADVANCE: _STAYS_DRAFT}
        self.subjects = (
            Customers(
                entity="customer", place=self._at, moves=frozenset({"name"}), lacks=customer_lacks()
            ),
            Sales(
                entity="order",
                place=self._at,
                lacks=drafts_only,
                moves=frozenset({"comment", "last_modified_at"}),
            ),
            Refunds(entity="refund", place=self._at, lacks={**refund_lacks(), **drafts_only}),
        )

    def prepare(self) -> Any:
        """As `LiveRig.prepare`; looks up the article that sales are made of."""
        identity = super().prepare()
        assert self.place.product
        return identity

    def open(self, *, page: int = 100) -> Tryton:
        return self._open(self._erp.secret, page)

    def open_with_wrong_secret(self) -> Tryton:
        return self._open("this-is-no-password", 100)

    def clean(self) -> list[str]:
        """Delete every marked sale and party; names what remains."""
        for sale in self._marked("sale.sale", "web_id", "state"):
            steps = ("delete",) if sale["state"] == "cancelled" else ("cancel", "delete")
            self._put_away("sale.sale", sale["id"], *steps)
        for party in self._marked("party.party", "code"):
            self._put_away("party.party", party["id"], "delete")
        sales = self._marked("sale.sale", "web_id")
        parties = self._marked("party.party", "code")
        return [*(f"sale {row['id']}" for row in sales), *(f"party {row['id']}" for row in parties)]

    def _at(self) -> LivePlace:
        return self.place

    def _marked(self, model: str, name: str, *fields: str) -> list[Any]:
        archived = [["active", "in", [True, False]]] if model == "party.party" else []
        return self.place.clerk.read(model, [[name, "like", f"{MARK}%"], *archived], name, *fields)

    def _put_away(self, model: str, id: int, *steps: str) -> None:
        """What cannot be put away is told as left."""
        try:
            for step in steps:
                self.place.clerk.call(f"model.{model}.{step}", [id])
        except Refused:
            return

    def _open(self, password: str, page: int) -> Tryton:
        settings = TrytonSettings(
            url=self._erp.url, database=self._erp.database, user=self._erp.user,
            password=Secret(env="UNUSED"), web_shop=self._erp.web_shop,
        )  # fmt: skip
        return Tryton(
            self.name, settings, password, pacing=self.pacing(), verify=self._erp.verify, page=page
        )


@contextmanager
def live_tryton(erp: LiveErp, passing: Time = time) -> Iterator[LiveRig]:
    """The connector of Tryton, before a living one."""
    erp.insist_on("database", "user", "secret", "web_shop", "sku")
    yield LiveTrytonRig(erp, passing)
