"""A shop and an ERP in memory, a sync between them, and everything that can go wrong.

The real flows, engine, mappings and state file run here; only the far sides and the network are
simulated. Time passes only when the world says so.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace

from sync_cli.admin.rebuilding import rebuild
from sync_cli.config import Config
from sync_cli.connectors.base import Json, References, Traits
from sync_cli.connectors.memory import Fate, MemoryConnector, MemorySystem, Network, Shape, calm
from sync_cli.core.errors import Problem
from sync_cli.engine.route import Mode, Options
from sync_cli.engine.run import Run, Silent, Watcher
from sync_cli.flows.commands import look_back
from sync_cli.flows.connecting import mappings_folder
from sync_cli.flows.customer_numbers import CustomerNumberFlow
from sync_cli.flows.customers import CustomerFlow
from sync_cli.flows.orders import OrderFlow
from sync_cli.flows.payments import PaymentFlow
from sync_cli.flows.stock import StockFlow
from sync_cli.flows.systems import Systems
from sync_cli.mapping.mapping_set import load_mappings
from sync_cli.state.store import State
from tests.properties.computing import OVERLAY, amounts
from tests.properties.goods import erp_article, erp_stock, merge_meta, shop_order, shop_product

BEGIN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
IN_DOUBT = timedelta(minutes=2)
OVERLAP = timedelta(minutes=5)
LATENESS = timedelta(seconds=60)
PRODUCTS = ("11", "12", "13")
MAPPINGS = load_mappings(mappings_folder())
COMPUTING = load_mappings(mappings_folder(), OVERLAY)


class Killed(BaseException):
    """The process ended here, as if by kill -9."""


class Fuse:
    """Counts the steps of a run and kills it at one of them."""

    def __init__(self, at: int | None) -> None:
        self.left = at
        self.steps = 0

    def step(self) -> None:
        """One more instruction between which a kill may fall."""
        self.steps += 1
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed


class Mortal:
    """Stands before an object and burns the fuse before and after each of its calls."""

    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if not callable(value) or name in ("traits", "close"):
            return value
        return lambda *args, **kwargs: self._call(value, *args, **kwargs)

    def _call(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._fuse.step()
        answer = method(*args, **kwargs)
        if hasattr(answer, "__next__"):
            return self._each(answer)
        self._fuse.step()
        return answer

    def _each(self, answers: Any) -> Any:
        for answer in answers:
            self._fuse.step()
            yield answer


def _meta(data: Json, key: str) -> str:
    values = [entry["value"] for entry in data.get("meta_data", []) if entry["key"] == key]
    return str(values[0]) if values else ""


def config_for(states: tuple[str, ...] = ("processing", "completed"), **stock: Any) -> Config:
    """A configuration with all routes on."""
    return Config.model_validate(
        {
            "shop": "main",
            "systems": {
                "shop": {
                    "url": "https://shop.example",
                    "key": {"env": "KEY"},
                    "secret": {"env": "SECRET"},
                },
                "erp": {"url": "https://erp.example", "profile": "sandbox-erp"},
            },
            "orders": {
                "mode": "on",
                "start_at": BEGIN - timedelta(days=1),
                "states": list(states),
            },
            "stock": {"mode": "on", "guard": {"zero": {"share": 1, "least": 0}}, **stock},
        }
    )


@dataclass
class World:
    """Both sides and the sync's state file. `seams` replace parts of the sync to prove them."""

    folder: Path
    unique_references: bool = False
    computes_taxes: bool = False
    now: datetime = BEGIN
    host_offset: timedelta = timedelta(0)
    config: Config = field(default_factory=config_for)
    next_order: int = 1000
    births: int = 0
    healed: bool = False
    wrap_state: Callable[[Any], Any] = lambda state: state
    wrap_erp: Callable[[Any], Any] = lambda connector: connector
    wrap_shop: Callable[[Any], Any] = lambda connector: connector
    order_flow: Callable[[Systems], Any] = OrderFlow
    stock_flow: Callable[[Systems], Any] = StockFlow

    def __post_init__(self) -> None:
        reference = References.UNIQUE if self.unique_references else References.SEARCHABLE
        self.shop = MemorySystem("shop", lambda: self.now, self._shop_shapes(), lateness=LATENESS)
        self.erp = MemorySystem("erp", lambda: self.now, self._erp_shapes(), lateness=LATENESS)
        slow = Traits(overlap=OVERLAP, in_doubt=IN_DOUBT)
        self.shop.traits = dict.fromkeys(("order", "note", "product"), slow)
        self.shop.traits["customer"] = replace(slow, delta=False)
        self.erp.traits = {
            "order": replace(
                slow,
                reference=reference,
                drafts=True,
                batch=3,
                taxes_given=not self.computes_taxes,
            ),
            "customer": replace(slow, reference=reference),
            "payment": replace(slow, reference=reference),
            "product": slow,
            "stock": slow,
        }
        self.confirmations = 0
        for product in PRODUCTS:
            self.shop.put("product", shop_product(product, 50))
            self.erp.put("product", erp_article(f"9{product}", product))
            self.erp.put("stock", erp_stock(f"9{product}", product, 50))

    # The far sides

    def _shop_shapes(self) -> dict[str, Shape]:
        return {
            "order": Shape(
                birth=lambda data: str(data["order_key"]),
                marks=lambda data: frozenset({"trashed"} if data["status"] == "trash" else ()),
                write=merge_meta,
                keys={"parent": lambda data: str(data["parent_id"] or "")},
            ),
            "product": Shape(birth=lambda data: str(data["created"]), write=merge_meta),
            "customer": Shape(birth=lambda data: str(data["date_created_gmt"]), write=merge_meta),
            "note": Shape(
                write=lambda stored, fields: stored.update(
                    note=fields["note"], order_id=fields["order_id"]
                ),
                keys={"reference": self._note_reference},
            ),
        }

    @staticmethod
    def _note_reference(data: Json) -> str:
        marked = str(data["note"]).rpartition("[")[2].rstrip("]")
        return f"{data['order_id']}:{marked}"

    def _erp_shapes(self) -> dict[str, Shape]:
        return {
            "order": Shape(
                birth=lambda data: str(data["reference"]),
                marks=lambda data: frozenset({"cancelled"} if data["state"] == "cancelled" else ()),
                write=self._write_document,
                refuses=self._refuses_document,
                advance=self._advance_document,
                complete=self._complete_document,
            ),
            "customer": Shape(
                birth=lambda data: str(data["reference"]), write=self._write_customer
            ),
            "payment": Shape(birth=lambda data: str(data["reference"]), write=self._write_payment),
            "product": Shape(birth=lambda data: str(data["created"])),
            "stock": Shape(),
            "shipment": Shape(
                birth=lambda data: str(data["number"]),
                keys={"document": lambda data: str(data["order_id"])},
            ),
        }

    def _write_customer(self, stored: dict[str, Any], fields: Json) -> None:
        stored.setdefault("number", f"K{self.erp.next_id + 1}")
        stored.setdefault("archived", False)
        stored.update(fields)

    def _write_payment(self, stored: dict[str, Any], fields: Json) -> None:
        """Money comes in: its document says that it is paid, and so has changed."""
        stored.update(fields, number=f"P{self.erp.next_id:05}")
        document = self.erp.tables["order"][fields["order_id"]]
        document["paid"] = True
        self.erp.dates["order", document["id"]] = self.now

    def _write_document(self, stored: dict[str, Any], fields: Json) -> None:
        stored.update(fields)
        if "lines" not in fields:
            return
        stored.update(state="draft", invoice_number=None)
        stored.update(number=f"SO{self.erp.next_id:05}", tracking=[])
        self._sum_up(stored)

    def _complete_document(self, stored: dict[str, Any], payload: Json) -> None:
        stored["lines"] = [*stored["lines"], *payload["lines"][len(stored["lines"]) :]]
        self._sum_up(stored)

    def _sum_up(self, stored: dict[str, Any]) -> None:
        """Set the sums of a document; an ERP that computes taxes does so line by line."""
        for line in stored["lines"] if self.computes_taxes else ():
            net, tax = amounts(line, inclusive=stored["prices_include_tax"])
            line.update(net=str(net), tax=str(tax))
        net = sum((Decimal(line["net"]) for line in stored["lines"]), Decimal(0))
        tax = sum((Decimal(line["tax"]) for line in stored["lines"]), Decimal(0))
        stored.update(tax=str(tax), total=str(net + tax))

    def _refuses_document(self, data: Json) -> Problem | None:
        if data.get("customer_id", "") not in ("", *self.erp.records("customer")):
            return Problem("invalid_customer", "", "unknown customer", "Create it.")
        return None

    def _advance_document(self, document: dict[str, Any], to: str) -> None:
        held = document["state"] == "confirmed"
        document["state"] = to
        change = (to == "confirmed") - held
        for line in document["lines"]:
            if line["product_id"]:
                self.move_stock(line["product_id"], demand=change * int(line["quantity"]))

    def move_stock(self, article: str, *, on_hand: int = 0, demand: int = 0) -> None:
        """Change an ERP stock row by so many pieces."""
        row = self.erp.tables["stock"][article]
        warehouse = row["warehouses"][0]
        warehouse["on_hand"] = str(int(warehouse["on_hand"]) + on_hand)
        warehouse["demand"] = str(int(warehouse["demand"]) + demand)
        self.erp.dates["stock", article] = self.now

    # What people do

    def place_order(
        self,
        lines: list[tuple[str, int]],
        *,
        status: str = "processing",
        customer: int = 0,
        email: str = "guest@example.com",
        late_by: timedelta = timedelta(0),
        off_by: Decimal = Decimal(0),
        order_id: int | None = None,
    ) -> str:
        """A customer buys; `late_by` is how long the shop's transaction took to become visible."""
        self.births += 1
        if order_id is None:
            self.next_order += 1
        number = order_id or self.next_order
        when = self.now - late_by
        priced = [(product, pieces, Decimal("10.00")) for product, pieces in lines]
        order = shop_order(
            number,
            f"key_{self.births}",
            priced,
            status=status,
            customer=customer,
            email=email,
            created=f"{when:%Y-%m-%dT%H:%M:%S}",
            off_by=off_by,
        )
        if status in ("processing", "completed", "on-hold"):
            self._take(order, -1)
        return self.shop.put("order", order, at=when)

    def _take(self, order: Json, sign: int) -> None:
        for line in order["line_items"]:
            product = self.shop.tables["product"].get(str(line["product_id"]))
            if product is not None:
                product["stock_quantity"] += sign * line["quantity"]
                self.shop.dates["product", str(line["product_id"])] = self.now

    def set_status(self, order_id: str, status: str) -> None:
        """An admin or a gateway changes an order's status; stock follows as in the real shop."""
        order = self.shop.tables["order"][order_id]
        holding = ("processing", "completed", "on-hold")
        before, after = order["status"] in holding, status in holding
        order["status"] = status
        if before != after:
            self._take(order, -1 if after else 1)
            for line in order["line_items"]:
                line["meta_data"] = (
                    [{"id": 1, "key": "_reduced_stock", "value": str(line["quantity"])}]
                    if after
                    else []
                )
        self.shop.dates["order", order_id] = self.now

    def pass_time(self, seconds: float) -> None:
        """Time passes on both sides; what was under way takes effect when it is due."""
        target = self.now + timedelta(seconds=seconds)
        for when in sorted(when for when, _ in (*self.shop.effects, *self.erp.effects)):
            if when <= target:
                self.now = max(self.now, when)
                self.shop.settle_effects()
                self.erp.settle_effects()
        self.now = target
        self.shop.settle_effects()
        self.erp.settle_effects()

    # The sync

    def run(
        self,
        lane: str,
        *,
        kill_at: int | None = None,
        network: Network = calm,
        options: Options | None = None,
        between_pages: Callable[[], None] = lambda: None,
        state_file: str = "state.sqlite",
        page_size: int = 2,
        watcher: Watcher | None = None,
    ) -> SyncResult:
        """One run of a lane; raises what stops a run, `Killed` among it."""
        fuse = Fuse(kill_at)
        with closing(State.open(self.folder / state_file)) as state:
            run = Run(
                state=cast(State, Mortal(self.wrap_state(state), fuse)),
                now=lambda: self.now + self.host_offset,
                request_ids=lambda: f"{fuse.steps:016x}",
                options=options or Options(),
                watcher=watcher or Silent(),
            )
            run.number = state.start_run(lane, run.now())
            connectors = [
                MemoryConnector(system, network, page_size=page_size, between_pages=between_pages)
                for system in (self.shop, self.erp)
            ]
            systems = Systems(
                run=run,
                config=self.config,
                shop=Mortal(self.wrap_shop(connectors[0]), fuse),
                erp=Mortal(self.wrap_erp(connectors[1]), fuse),
                mappings=COMPUTING if self.computes_taxes else MAPPINGS,
                shop_kind="woocommerce",
                erp_kind="sandbox-erp",
                shop_identity=connectors[0].identify(),
                erp_identity=connectors[1].identify(),
            )
            self._flow(lane, systems)
            code = 3 if run.tally.new_failures else 0
            state.end_run(run.number, code, dict(run.tally.counts), run.now())
            writes = sum(connector.calls().get("write", 0) for connector in connectors)
            return SyncResult(writes, fuse.steps, run)

    def _flow(self, lane: str, systems: Systems) -> None:
        if lane == "orders":
            self.order_flow(systems).transfer()
            if self.config.payments.mode is not Mode.OFF:
                PaymentFlow(systems).transfer()
            look_back(systems)
        elif lane == "customers":
            CustomerFlow(systems).transfer()
            CustomerNumberFlow(systems).write_back()
        else:
            self.stock_flow(systems).sync()

    def copy_state(self, name: str) -> None:
        """Keep a backup of the state file."""
        with closing(State.open(self.folder / "state.sqlite")) as state:
            (self.folder / name).unlink(missing_ok=True)
            state.backup(self.folder / name)

    def bring_back_state(self, name: str) -> None:
        """Put an old copy in the place of the state file."""
        for old in self.folder.glob("state.sqlite*"):
            old.unlink()
        shutil.copy(self.folder / name, self.folder / "state.sqlite")

    def rebuild_state(self) -> None:
        """What an admin does after another copy of the state wrote: `state rebuild`."""
        with closing(State.open(self.folder / "state.sqlite")) as state:
            rebuild(state, MemoryConnector(self.shop), MAPPINGS, "woocommerce")

    # Verdicts

    def is_linked(self, order_id: str) -> bool:
        """Whether the state file links this order with a document."""
        with closing(State.open(self.folder / "state.sqlite")) as state:
            return bool(state.links("order", "shop", "erp", [order_id]))

    def is_held(self, route: str) -> bool:
        """Whether any record of the route waits."""
        with closing(State.open(self.folder / "state.sqlite")) as state:
            return bool(state.held(route))

    def documents(self) -> dict[str, list[Json]]:
        """The ERP's live documents by reference."""
        found: dict[str, list[Json]] = defaultdict(list)
        for document in self.erp.records("order").values():
            if document["state"] != "cancelled":
                found[document["reference"]].append(document)
        return found

    def expected_stock(self, product: str) -> int:
        """What the shop may offer: on hand - demand - pieces of orders without a document."""
        warehouse = self.erp.records("stock")[f"9{product}"]["warehouses"][0]
        there = int(warehouse["on_hand"]) - int(warehouse["demand"])
        return max(0, there - self.unseen_pieces(product))

    def unseen_pieces(self, product: str) -> int:
        """Pieces that shop orders hold and that no confirmed document knows."""
        documents = self.documents()
        total = 0
        for order in self.shop.records("order").values():
            if order["status"] not in ("processing", "completed", "on-hold"):
                continue
            own = documents.get(f"WC-main-{order['id']}", [])
            if any(document["state"] != "draft" for document in own):
                continue
            total += sum(
                line["quantity"]
                for line in order["line_items"]
                if str(line["product_id"]) == product
            )
        return total

    def shop_stock(self, product: str) -> int:
        """The number that the shop shows."""
        return int(self.shop.records("product")[product]["stock_quantity"])

    def written_back(self, order_id: str) -> str:
        """The document number that the shop's order carries."""
        return _meta(self.shop.records("order")[order_id], "_sync_cli_document")

    def written_state(self, order_id: str) -> str:
        """The document state that the shop's order carries."""
        return _meta(self.shop.records("order")[order_id], "_sync_cli_state")

    def notes(self, order_id: str) -> int:
        """How many notes of ours the order carries."""
        notes = self.shop.records("note").values()
        return sum(str(note["order_id"]) == order_id for note in notes)


@dataclass(frozen=True)
class SyncResult:
    """What a run came to: writing calls, steps between which a kill may fall, and its tally."""

    writes: int
    steps: int
    run: Run


def fates(*script: Fate) -> Network:
    """A network that deals out these fates to writing calls in turn, and then is calm."""
    left = list(script)

    def deal(_call: str) -> Fate:
        return left.pop(0) if left else Fate.ARRIVES

    return deal
