"""One order over two warehouses, with the same figures on each ERP that the demo can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from sync_cli.admin.demo import write_config
from sync_cli.core.errors import ExitCode
from sync_cli.engine.route import Options
from sync_cli.flows.commands import ORDERS, PRODUCTS, STOCK, Command, carry_out
from sync_cli.report.watchers import LineWatcher
from sync_cli.sandbox import start
from sync_cli.sandbox.articles import catalogue
from sync_cli.sandbox.books import Books, PretendBooks
from sync_cli.sandbox.embedded import Sandbox
from sync_cli.sandbox.odoo.books import OdooBooks
from sync_cli.sandbox.tryton.books import TrytonBooks
from sync_cli.sandbox.verdict import judge
from tests.scenarios.stage import GUEST
from tests.tryton.town import CACHE

pytestmark = pytest.mark.scenario

ARTICLES = 4
FULL, REDUCED = "A-000001", "A-000003"
"""Articles of 80.19 with 19 % tax and of 39.57 with 7 %."""
FLAT_RATE = {"method_id": "flat_rate", "method_title": "Parcel service", "total": "4.90"}
OPENERS: dict[str, Callable[[Sandbox, Path], Books]] = {
    "sandbox": lambda sandbox, _: PretendBooks(sandbox),
    "odoo": lambda _, _folder: OdooBooks(catalogue(ARTICLES)),
    "tryton": lambda _, folder: TrytonBooks(folder / "tryton", CACHE, catalogue(ARTICLES)),
}


@dataclass
class Place:
    """A shop, an ERP with two warehouses, and the program between them."""

    sandbox: Sandbox
    books: Books
    config: Path

    def run(self, *commands: Command) -> None:
        for command in commands or (STOCK, ORDERS, STOCK):
            assert carry_out(command, self.config, Options(), LineWatcher()) is ExitCode.OK

    def buy(self) -> str:
        lines = [{"sku": FULL, "quantity": 2}, {"sku": REDUCED, "quantity": 1}]
        [placed] = self.sandbox.shop.do(
            "place_order",
            lines=lines,
            shipping_lines=[FLAT_RATE],
            billing=GUEST,
            payment_method="stripe",
        )
        self.run()
        return str(placed["id"])

    def refund(self, order: str, **how: Any) -> str:
        self.sandbox.shop.do("refund", id=int(order), api_restock=False, **how)
        self.run()
        refunds = self.sandbox.shop.ledger.state()["refunds"]
        return str(max(one["id"] for one in refunds if str(one["parent_id"]) == order))

    def credited(self, refund: str) -> dict[str, Decimal]:
        """The total of the credit note of each part of a refund."""
        found = {}
        for one in self.books.state()["credit_notes"]:
            whole, _, part = str(one["reference"]).partition("#")
            if whole == f"WC-demo-R{refund}" and one["state"] != "cancelled":
                assert part not in found, f"{one['reference']} is there twice"
                found[part] = Decimal(one["total"])
        return found

    def order(self, id: str) -> dict[str, Any]:
        orders = self.sandbox.shop.ledger.state()["orders"]
        return dict(next(one for one in orders if str(one["id"]) == id))

    def told(self, id: str) -> dict[str, Any]:
        return {entry["key"]: entry["value"] for entry in self.order(id)["meta_data"]}

    def documents(self, id: str) -> dict[str, tuple[str, str, Decimal]]:
        """Warehouse, state and total of each live document of the order, by its part."""
        found = {}
        for one in self.books.state()["orders"]:
            order, _, part = one["reference"].partition("#")
            if order == f"WC-demo-{id}" and one["state"] != "cancelled":
                assert part not in found, f"{one['reference']} is there twice"
                warehouse = one["warehouse"].casefold()
                found[part] = (warehouse, one["state"], Decimal(one["total"]))
        return found

    def in_step(self) -> None:
        assert judge(self.sandbox.shop.ledger.state(), self.books.state(), key="demo").drifts == []


def configure(config: Path) -> None:
    """Divide the orders of the demo's configuration."""
    data = yaml.safe_load(config.read_text("utf-8"))
    rules = {"parts": [{"part": "store", "lines": {"sku": [REDUCED]}}], "rest": "main"}
    data["orders"]["routing"] = rules
    config.write_text(yaml.safe_dump(data), "utf-8")


@pytest.fixture(scope="module", params=OPENERS)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("routed")
    with (
        start(articles=ARTICLES, orders=0, ledger_dir=folder) as sandbox,
        closing(OPENERS[request.param](sandbox, folder)) as books,
    ):
        config = write_config(folder, sandbox, "demo", books)
        configure(config)
        opened = Place(sandbox, books, config)
        opened.run(PRODUCTS)
        yield opened


def test_each_part_is_its_own_document_in_its_own_warehouse(place: Place) -> None:
    order = place.buy()
    # 160.38 + 30.47 of tax and 39.57 + 2.77; 4.90 + 0.93 for shipping, 3.93 + 0.75 of it to main
    assert place.documents(order) == {
        "main": ("main", "confirmed", Decimal("195.53")),
        "store": ("store", "confirmed", Decimal("43.49")),
    }
    assert Decimal(place.order(order)["total"]) == Decimal("239.02")
    before = place.books.effects()
    place.run()
    assert place.books.effects() == before
    place.in_step()


def test_it_is_completed_only_when_all_parts_have_left(place: Place) -> None:
    order = place.buy()
    numbers = [place.books.booked(f"WC-demo-{order}#{part}").number for part in ("main", "store")]
    assert place.told(order)["_sync_cli_document"] == ", ".join(numbers)
    place.books.deliver(f"WC-demo-{order}#store", "PARCEL-1")
    place.run()
    assert place.order(order)["status"] == "processing"
    place.books.deliver(f"WC-demo-{order}#main", "PARCEL-2")
    place.run()
    assert place.order(order)["status"] == "completed"
    parcels = place.told(order)["_wc_shipment_tracking_items"]
    assert [one["tracking_number"] for one in parcels] == ["PARCEL-1", "PARCEL-2"]
    place.in_step()


def test_a_refund_becomes_a_credit_note_of_each_part_that_it_touches(place: Place) -> None:
    order = place.buy()
    for part in ("main", "store"):
        place.books.invoice(f"WC-demo-{order}#{part}")
    refund = place.refund(order, pieces={FULL: 1, REDUCED: 1})
    # 80.19 + 15.24 of main, 39.57 + 2.77 of the store
    assert place.credited(refund) == {"main": Decimal("95.43"), "store": Decimal("42.34")}
    amount = place.refund(order, amount="1.00")
    # under 19 % are left 100.10 of main and 1.15 of the store
    assert place.credited(amount) == {"main": Decimal("0.99"), "store": Decimal("0.01")}
    before = place.books.effects()
    place.run()
    assert place.books.effects() == before
    place.in_step()
