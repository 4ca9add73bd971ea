"""What follows a confirmed sale in Tryton: its delivery and its invoice."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

from sync_cli.connectors.base import Raw
from tests.contract.rig import Ability, Made, Subject
from tests.contract.rigs.tryton_subjects import Place, write

_READ_ONLY = dict.fromkeys(
    (
        Ability.CREATE, Ability.UPDATE, Ability.ADVANCE, Ability.AMOUNT, Ability.MOMENT,
        Ability.TEXT,
    ),
    "Tryton's own people make it and bring it on: sync-cli never does",
)  # fmt: skip


@dataclass
class Following(Subject):
    """Documents that Tryton makes of a sale; each is found by the sale's id."""

    place: Place = field(kw_only=True)
    model: str = field(kw_only=True)
    by_sale: str = field(kw_only=True)
    comment: str = field(kw_only=True)

    def make(self, text: str) -> Made:
        (made,) = self.make_several([text])
        return made

    def make_several(self, texts: Sequence[str]) -> list[Made]:
        """Tryton confirms six sales at once in a third of the time that it takes for each."""
        place = self.place()
        with closing(place.open()) as erp:
            orders = [place.order(text, lines=[place.goods(1)]) for text in texts]
            sales = [int(made.id) for made in erp.create("order", orders)]  # type: ignore[union-attr]
        for step in ("quote", "confirm"):
            place.clerk.call(f"model.sale.sale.{step}", sales)
        return [Made(self._following(sale), str(sale)) for sale in sales]

    def _following(self, sale: int) -> str:
        (found,) = self.place().clerk.read(self.model, [[self.by_sale, "=", sale]], "id")
        return str(found["id"])

    def edit(self, id: str) -> None:
        write(self.place().clerk, self.model, id, **{self.comment: "edited"})

    def remove(self, id: str) -> None:
        self.archive(id)
        self.place().clerk.call(f"model.{self.model}.delete", [int(id)])

    def archive(self, id: str) -> None:
        self.place().clerk.call(f"model.{self.model}.cancel", [int(id)])

    def state_of(self, raw: Raw) -> str:
        return str(raw.data["state"])


def following(place: Place) -> tuple[Subject, Subject]:
    """Both of them, as the rig tries them."""
    return (
        Following(
            "shipment",
            "document",
            lacks=_READ_ONLY,
            place=place,
            model="stock.shipment.out",
            by_sale="moves.sale",
            comment="reference",
        ),
        Following(
            "invoice",
            "document",
            lacks=_READ_ONLY,
            place=place,
            model="account.invoice",
            by_sale="sales",
            comment="description",
        ),
    )
