"""What follows a confirmed sale in Tryton: its delivery and its invoice."""

from __future__ import annotations

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
        place = self.place()
        erp = place.open()
        (made,) = erp.create("order", [place.order(text, lines=[place.goods(1)])])
        sale = str(made.id)  # type: ignore[union-attr]
        list(erp.advance("order", [sale], "confirmed"))
        (found,) = place.clerk.read(self.model, [[self.by_sale, "=", int(sale)]], "id")
        return Made(str(found["id"]), sale)

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
