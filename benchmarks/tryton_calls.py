"""Tryton, a real one: the connector beside the bare calls, one after the other in one run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figures import Figure
from benchmarks.measuring import ROOT
from benchmarks.sizes import Size
from sync_cli.connectors.base import Done, Draft
from sync_cli.connectors.settings import Secret
from sync_cli.connectors.tryton.connector import Tryton
from sync_cli.connectors.tryton.entities import SHAPES
from sync_cli.connectors.tryton.settings import TrytonSettings
from sync_cli.sandbox.articles import catalogue
from sync_cli.sandbox.tryton.client import Client
from sync_cli.sandbox.tryton.people import Merchant
from sync_cli.sandbox.tryton.seed import CLERK, SYNC_USER, WEB_SHOP
from sync_cli.sandbox.tryton.server import TrytonServer

CACHE = ROOT / ".cache" / "tryton"
SKU = "A-000001"
HOME = {"party_name": "Zoë", "street": "Weg 1", "postal_code": "50667", "city": "Köln"}


class Bench:
    """A Tryton with articles, one customer, and both ways to reach it."""

    def __init__(self, server: TrytonServer, articles: int, batch: int) -> None:
        self.batch = batch
        with closing(Client(server.url, server.database, CLERK)) as clerk:
            Merchant(clerk).add(catalogue(articles))
        self.bare = Client(server.url, server.database, SYNC_USER)
        settings = TrytonSettings(
            url=server.url,
            database=server.database,
            user=SYNC_USER[0],
            password=Secret(env="UNUSED"),
            web_shop=WEB_SHOP,
        )
        self.connector = Tryton("erp", settings, SYNC_USER[1])
        self.article = str(self.bare.one("product.product", "code", SKU))
        buyer = Draft("WC-b-C1", {"name": "Zoë", "invoice_address": HOME})
        (made,) = self.connector.create("customer", [buyer])
        assert isinstance(made, Done)
        self.party = made.id
        self.names = count(1)

    def read_products(self) -> None:
        """All articles, through the connector."""
        for _ in self.connector.changes("product", None):
            continue

    def read_products_barely(self) -> None:
        """The same calls, and nothing done with the answers."""
        every = ["active", "in", [True, False]]
        self.bare.call("model.ir.module.search_read", [], 0, None, None, ["name"])
        for half, more in (
            ("product", []),
            ("main article", [["products.suffix_code", "!=", None]]),
        ):
            shape = SHAPES[half]
            fields = [*shape.fields, *(n for names in shape.optional.values() for n in names)]
            last, count_read = 0, shape.page
            while count_read == shape.page:
                domain = [every, *more, ["id", ">", last]]
                order = [["id", "ASC"]]
                method = f"model.{shape.model}.search_read"
                rows = self.bare.call(method, domain, 0, shape.page, order, fields)
                last, count_read = (rows[-1]["id"] if rows else last), len(rows)

    def drafts(self) -> list[Draft]:
        """A batch of orders with two lines."""
        lines = [
            {"kind": "product", "product": self.article, "quantity": "2", "net": "160.38",
             "tax": "DE 19%", "text": "Kettle"},
            {"kind": "shipping", "quantity": "1", "net": "4.12", "tax": "DE 19%", "text": "Paket"},
        ]  # fmt: skip
        payload = {
            "party": self.party, "currency": "EUR", "sale_date": "2026-11-20", "lines": lines,
            "invoice_address": HOME, "shipment_address": HOME,
        }  # fmt: skip
        return [Draft(f"WC-b-{next(self.names)}", payload) for _ in range(self.batch)]

    def send_orders(self, drafts: Sequence[Draft]) -> None:
        """A batch as a run sends it: looked for, made, read back, confirmed."""
        erp = self.connector
        erp.find("order", "reference", [draft.reference for draft in drafts])
        ids = [made.id for made in erp.create("order", drafts) if isinstance(made, Done)]
        assert len(ids) == len(drafts)
        list(erp.fetch("order", ids))
        assert all(isinstance(done, Done) for done in erp.advance("order", ids, "confirmed"))

    def send_orders_barely(self, values: Sequence[Any]) -> None:
        """The three calls that bring a batch into Tryton."""
        ids = self.bare.call("model.sale.sale.create", values)
        self.bare.call("model.sale.sale.quote", ids)
        self.bare.call("model.sale.sale.confirm", ids)

    def values(self, drafts: Sequence[Draft]) -> list[Any]:
        """The same orders as Tryton's own values, addresses and all known beforehand."""
        one = self.bare.one
        (address,) = self.bare.read("party.address", [["party", "=", int(self.party)]], "id")[:1]
        taxes = [["add", [one("account.tax", "name", "DE 19%")]]]
        goods = {
            "type": "line", "product": int(self.article),
            "unit": one("product.uom", "name", "Unit"), "quantity": 2.0,
            "unit_price": Decimal("80.19"), "taxes": taxes,
        }  # fmt: skip
        parcel = {
            "type": "line", "quantity": 1.0, "unit_price": Decimal("4.12"), "taxes": taxes,
            "description": "Paket",
        }  # fmt: skip
        sale = {
            "party": int(self.party), "invoice_address": address["id"],
            "shipment_address": address["id"], "currency": one("currency.currency", "code", "EUR"),
            "web_shop": one("web.shop", "name", WEB_SHOP), "shipment_cost_method": None,
            "warehouse": one("stock.location", "code", "MAIN"),
            "lines": [["create", [goods, parcel]]],
        }  # fmt: skip
        return [{**sale, **self.bare.context, "web_id": draft.reference} for draft in drafts]


def measure_tryton(size: Size) -> Iterator[Figure]:
    """`tryton-products-ratio`, `tryton-orders-ratio` of the time, `tryton-repeat-calls`."""
    articles = size.pick(smoke=24, usual=500, large=2000)
    batches = size.pick(smoke=1, usual=5, large=10)
    batch = size.pick(smoke=2, usual=20, large=20)
    with (
        tempfile.TemporaryDirectory(prefix="sync-cli-bench-") as folder,
        TrytonServer(Path(folder), CACHE) as server,
    ):
        bench = Bench(server, articles, batch)
        yield _products(bench, articles, size.runs)
        yield from _orders(bench, batches)
        bench.connector.close()
        bench.bare.close()


def _products(bench: Bench, articles: int, runs: int) -> Figure:
    bench.read_products()
    bench.read_products_barely()
    pairs = [(_timed(bench.read_products_barely), _timed(bench.read_products)) for _ in range(runs)]
    bare, ours = (median(each) for each in zip(*pairs, strict=True))
    detail = f"{articles} articles: {ours:.3f} s, the bare calls {bare:.3f} s"
    return Figure("tryton-products-ratio", round(ours / bare, 2), "x", detail, goal=1.3)


def _orders(bench: Bench, batches: int) -> Iterator[Figure]:
    bench.send_orders(bench.drafts())
    bare, ours, calls = [], [], []
    for _ in range(batches):
        bare.append(_timed(partial(bench.send_orders_barely, bench.values(bench.drafts()))))
        drafts = bench.drafts()
        ours.append(_timed(partial(bench.send_orders, drafts)))
        before = sum(bench.connector.calls().values())
        bench.connector.find("order", "reference", [draft.reference for draft in drafts])
        calls.append(sum(bench.connector.calls().values()) - before)
    rate = 60 * bench.batch / median(ours)
    detail = (
        f"{batches} batches of {bench.batch}: {rate:.0f} orders a minute,"
        f" the bare loop {60 * bench.batch / median(bare):.0f}"
    )
    ratio = round(median(ours) / median(bare), 2)
    yield Figure("tryton-orders-ratio", ratio, "x", detail, goal=1.25)
    detail = f"calls for a batch of {bench.batch} orders that are there already"
    yield Figure("tryton-repeat-calls", max(calls), "calls", detail, goal=1)


def _timed(run: Callable[[], None]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun
