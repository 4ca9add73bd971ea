"""One order's whole life, with the same figures to the cent on each ERP that the demo can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from sync_cli.admin.demo import write_config
from sync_cli.admin.demo_order import Figures, follow_order
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
from tests.tryton.town import CACHE

pytestmark = pytest.mark.scenario

ARTICLES = 4
# three pieces of 80.19 and 4.90 for shipping, with 19 % tax: 245.47 + 45.71 + 0.93
TOTAL = Decimal("292.11")
# one piece of 80.19 with 15.24 of tax
ONE_PIECE = Decimal("95.43")
PARCEL = ("PARCEL-DEMO-1",)
OPENERS: dict[str, Callable[[Sandbox, Path], Books]] = {
    "sandbox": lambda sandbox, _: PretendBooks(sandbox),
    "odoo": lambda _, _folder: OdooBooks(catalogue(ARTICLES)),
    "tryton": lambda _, folder: TrytonBooks(folder / "tryton", CACHE, catalogue(ARTICLES)),
}


@pytest.fixture(scope="module", params=OPENERS)
def life(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[Figures], list[str], Sandbox, Books]]:
    folder = tmp_path_factory.mktemp("life")
    said: list[str] = []
    with (
        start(articles=ARTICLES, orders=0, ledger_dir=folder) as sandbox,
        closing(OPENERS[request.param](sandbox, folder)) as books,
    ):
        config = write_config(folder, sandbox, "demo", books)

        def run(*commands: Command) -> None:
            for command in commands or (STOCK, ORDERS):
                assert carry_out(command, config, Options(), LineWatcher()) is ExitCode.OK

        run(PRODUCTS)
        yield follow_order(sandbox, books, run, said.append), said, sandbox, books


def test_the_figures_are_the_same_on_each_erp(
    life: tuple[list[Figures], list[str], Sandbox, Books],
) -> None:
    figures = [
        (
            each.total, each.booked, each.stock, each.status, each.paid, each.parcels,
            each.refunded, each.credited,
        )
        for each in life[0]
    ]  # fmt: skip
    nothing = Decimal("0.00")
    assert figures == [
        (TOTAL, TOTAL, 37, "processing", False, (), nothing, nothing),
        (TOTAL, TOTAL, 37, "completed", True, PARCEL, nothing, nothing),
        (TOTAL, TOTAL, 37, "completed", True, PARCEL, ONE_PIECE, ONE_PIECE),
    ]


def test_the_shop_knows_the_numbers_of_document_and_invoice(
    life: tuple[list[Figures], list[str], Sandbox, Books],
) -> None:
    placed, fulfilled, refunded = life[0]
    assert placed.document
    assert not placed.invoice
    assert fulfilled.invoice
    for each in (placed, fulfilled, refunded):
        assert each.told == {"document": each.document, "invoice": each.invoice}


def test_both_ledgers_agree(life: tuple[list[Figures], list[str], Sandbox, Books]) -> None:
    _, _, sandbox, books = life
    verdict = judge(sandbox.shop.ledger.state(), books.state(), key="demo")
    assert (verdict.drifts, verdict.in_step) == ([], 1)


def test_what_is_printed_names_the_figures(
    life: tuple[list[Figures], list[str], Sandbox, Books],
) -> None:
    figures, said, _, _ = life
    assert len([line for line in said if line.startswith("  shop: 292.11 EUR")]) == 3
    assert [line for line in said if line.endswith("credited 95.43 EUR")] == [
        figures[-1].lines()[-1]
    ]
