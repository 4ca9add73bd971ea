"""What customers, staff and the network do to both sides between the runs of a campaign."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

from tests.kills.sides import SandboxProcess

LONGEST_DELAY = 5.0
"""Seconds after which a call that reached a side has had its effect at the latest."""
SIX_PACK = "A-000007"
ACTIVE = frozenset({"processing", "completed"})
WAITING = frozenset({"pending", "on-hold"})
_BUYER = {
    "first_name": "Ada",
    "last_name": "Quick",
    "address_1": "Weg 1",
    "city": "Bonn",
    "postcode": "53111",
    "country": "DE",
    "email": "ada@mail.example",
}
_ERP_WRITES = r"^/api/v1/(orders|customers|credit_notes)(/confirm|/cancel)?$"
_SHOP_WRITES = r"^/wp-json/wc/v3/.*(batch|notes|fulfillments)"
_ORDER_LISTS = r"^/wp-json/wc/v3/orders\?"
_STOCK_WRITES = r"^/wp-json/wc/v3/products.*batch"


class Events:
    """Chance, with what it does to a sandbox; a seed gives the same chances again."""

    def __init__(
        self,
        sandbox: SandboxProcess,
        chance: Random,
        *,
        routed: bool = False,
        corrects: bool = False,
    ) -> None:
        self._shop, self._erp = sandbox.shop, sandbox.erp
        self._chance = chance
        self._routed = routed
        self._corrects = corrects
        self._parcels: list[tuple[str, str]] = []
        self._by_amount: set[int] = set()
        stock = self._erp.state()["stock"]
        self._skus = [str(row["sku"]) for row in stock if row["stocked"]]

    def set_up(self) -> None:
        """One article is sold by the six-pack, before anything is linked."""
        self._erp.do("edit_product", sku=SIX_PACK, unit_factor=6)

    def happen(self) -> None:
        """A while in the life of a shop: orders come, the warehouse counts, some things change."""
        self._shop.do("place_order", n=self._chance.randint(1, 3))
        self._count_stock(self._chance.randint(1, 4))
        if self._chance.random() < 0.7:
            self._ship()
            self._change_parcels()
        if self._chance.random() < 0.4:
            self._pay()
        if self._chance.random() < 0.25:
            self._cancel()
        for _ in range(self._chance.choice((0, 1, 1, 2))):
            self._refund()

    def spoil_wires(self, *, slow: bool = False) -> None:
        """New faults on all writing calls, where `slow` most of them take long.

        Customers also order while lists are read, and while stock is written.
        """
        place = {"kind": "edit", "edit": "place_order", "methods": ["GET"]}
        lines = [{"sku": self._chance.choice(self._skus), "quantity": 2}]
        args = {"lines": lines, "billing": dict(_BUYER), "payment_method": "card"}
        buy = {"kind": "edit", "edit": "place_order", "args": args, "methods": ["POST"]}
        self._shop.set_faults(
            [
                *self._spoiled(_SHOP_WRITES, ("POST", "PUT"), slow),
                {**buy, **self._of(0.3), "path": _STOCK_WRITES, "times": 1},
                {**place, **self._of(0.05), "path": _ORDER_LISTS, "times": 1},
            ]
        )
        self._erp.set_faults(self._spoiled(_ERP_WRITES, ("POST",), slow))

    def mend_wires(self) -> None:
        """No fault any more; what is already under way goes on."""
        self._shop.set_faults([])
        self._erp.set_faults([])

    def _spoiled(self, path: str, methods: tuple[str, ...], slow: bool) -> Iterator[dict[str, Any]]:
        kinds = (
            {"kind": "delay_commit", **self._of(0.3), "delay": self._delay()},
            {"kind": "delay_commit", **self._of(0.6 if slow else 0.1), "delay": self._long_delay()},
            {"kind": "late", **self._of(0.12), "delay": self._delay()},
            {"kind": "late", **self._of(0.06), "delay": self._delay(), "hold": True},
            {"kind": "lost_after", **self._of(0.06)},
        )
        for kind in kinds:
            yield {**kind, "path": path, "methods": list(methods)}

    def _of(self, probability: float) -> dict[str, Any]:
        return {"probability": probability, "seed": self._chance.randrange(2**32)}

    def _delay(self) -> float:
        """Short ones are more frequent; the longest is `LONGEST_DELAY`."""
        return max(0.05, LONGEST_DELAY * self._chance.random() ** 2)

    def _long_delay(self) -> float:
        return self._chance.uniform(LONGEST_DELAY / 2, LONGEST_DELAY)

    def _count_stock(self, articles: int) -> None:
        for sku in self._chance.sample(self._skus, articles):
            self._erp.do("set_stock", sku=sku, on_hand=self._chance.randint(0, 150))

    def _ship(self) -> None:
        """Ship a few documents whose orders are still wanted."""
        wanted = {str(order["id"]) for order in self._orders(ACTIVE)}
        confirmed = [
            document["id"]
            for document in self._erp.state()["orders"]
            if document["state"] == "confirmed" and _order_of(document) in wanted
        ]
        if confirmed:
            for id in self._chance.sample(confirmed, min(len(confirmed), 3)):
                self._erp.do("ship", ids=[id], tracking=f"P{id}")
                self._parcels.append((str(id), f"P{id}"))

    def _change_parcels(self) -> None:
        """Some deliveries get one more parcel, and a number that was mistyped is put right.

        Where parcels stand in metadata none is: a corrected number stands beside the old one there.
        """
        if not self._parcels:
            return
        id, number = self._chance.choice(self._parcels)
        if self._chance.random() < 0.4:
            self._erp.do("add_parcel", id=id, number=f"{number}-{self._chance.randrange(10**6)}")
        if self._corrects and self._chance.random() < 0.4:
            self._parcels.remove((id, number))
            self._erp.do("correct_parcel", id=id, number=number, to=f"{number}x")
            self._parcels.append((id, f"{number}x"))

    def _pay(self) -> None:
        """Payment comes in for an order that waited for it."""
        waiting = self._orders(WAITING)
        if waiting:
            order = self._chance.choice(waiting)
            self._shop.do("edit_order", id=order["id"], status="processing")

    def _cancel(self) -> None:
        """Cancel one of the newest orders, if nothing of it was shipped or given back."""
        shipped = {
            _order_of(document)
            for document in self._erp.state()["orders"]
            if document["state"] not in ("draft", "confirmed")
        }
        newest = [order for order in self._orders(ACTIVE)[-6:] if not order["refunds"]]
        orders = [order for order in newest if str(order["id"]) not in shipped]
        if orders:
            order = self._chance.choice(orders)
            self._shop.do("edit_order", id=order["id"], status="cancelled")

    def _refund(self) -> None:
        """Give money back of one of the newest orders: a piece, a part of it, or all that is left.

        All refunds of one order put their pieces back, or none does. Of an order in parts no piece
        comes back after an amount: its part may have given too much of it already.
        """
        orders = self._orders(ACTIVE)[-8:]
        if not orders:
            return
        order = self._chance.choice(orders)
        given = sum((Decimal(refund["total"]) for refund in order["refunds"]), Decimal(0))
        left = (Decimal(order["total"]) + given).quantize(Decimal("0.01"))
        by_piece = self._chance.random() < 0.5
        if self._routed and order["id"] in self._by_amount:
            by_piece = False
        pieces = self._piece_of(order, left) if by_piece else {}
        share = self._chance.choice((Decimal(1), Decimal("0.5"), Decimal("0.1")))
        amount = max(Decimal("0.01"), (left * share).quantize(Decimal("0.01")))
        if pieces or amount <= left:
            how = {"pieces": pieces} if pieces else {"amount": str(amount)}
            if not pieces:
                self._by_amount.add(order["id"])
            self._shop.do("refund", id=order["id"], api_restock=order["id"] % 2 == 0, **how)

    def _piece_of(self, order: dict[str, Any], left: Decimal) -> dict[str, int]:
        """One piece of a line that was not given back yet and costs no more than what is left."""
        back = sum(order["id"] == refund["parent_id"] for refund in self._shop.state()["refunds"])
        lines = [
            line
            for line in order["line_items"]
            if line["sku"]
            and line["quantity"] > back
            and Decimal(line["total"]) + Decimal(line["total_tax"]) <= left
        ]
        return {self._chance.choice(lines)["sku"]: 1} if lines else {}

    def _orders(self, statuses: frozenset[str]) -> list[dict[str, Any]]:
        return [order for order in self._shop.state()["orders"] if order["status"] in statuses]


def _order_of(document: dict[str, Any]) -> str:
    """The id of the order that a document, or that of a part, was made of."""
    return str(document["reference"]).rpartition("-")[2].partition("#")[0]
