"""What the makers of orders draw from."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync_cli.sandbox.shop.records import Json, Product
from sync_cli.sandbox.shop.store import ShopStore


@dataclass(frozen=True, slots=True)
class Draw:
    """What the makers of orders draw from."""

    store: ShopStore
    chance: random.Random
    goods: Sequence[Product]
    place: int

    def product(self) -> Product:
        """Any product that can be bought."""
        return self.goods[self.chance.randrange(len(self.goods))]

    def line(self, product: Product | None = None, quantity: int | None = None) -> Json:
        """A line for a product."""
        chosen = product or self.product()
        number = quantity or self.chance.randint(1, 4)
        if chosen.kind == "variation":
            ids = {"product_id": chosen.parent_id, "variation_id": chosen.id}
        else:
            ids = {"product_id": chosen.id}
        return {**ids, "quantity": number}

    def one_of(self, wanted: Callable[[Product], bool]) -> Product:
        """A product of the wanted sort, any if there is none."""
        found = [product for product in self.goods if wanted(product)]
        return found[self.chance.randrange(len(found))] if found else self.product()


Maker = Callable[[Draw], Json]
"""Makes the body of an order of one sort."""
