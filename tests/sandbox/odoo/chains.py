"""Recordings that hang together, and what must be there before the first of each chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.sandbox.odoo.scene import Scene, recording

NOT_COMPARED = frozenset(
    {"write_date", "create_date", "debug", "context", "elapsed_ms", "user_id", "team_id"}
    | {"fiscal_position_id", "access_url", "tag_ids", "combination_indices"}
)
"""Dates are the clock's; what a person or a module fills in is none of a client's business."""


def differences(recorded: Any, answered: Any, path: str = "") -> Iterator[str]:
    """Where two JSON values differ; lists of rows may be cut off in a recording."""
    if isinstance(recorded, dict) and isinstance(answered, dict):
        for key, value in recorded.items():
            if key in NOT_COMPARED:
                continue
            if key not in answered:
                yield f"{path}.{key} is missing"
            else:
                yield from differences(value, answered[key], f"{path}.{key}")
        return
    if isinstance(recorded, list) and isinstance(answered, list):
        if len(recorded) != len(answered):
            yield f"{path} has {len(answered)} items and not {len(recorded)}: {answered}"
        for index, (left, right) in enumerate(zip(recorded, answered, strict=False)):
            yield from differences(left, right, f"{path}[{index}]")
        return
    if isinstance(recorded, float) and isinstance(answered, float):
        recorded, answered = round(recorded, 9), round(answered, 9)
    if recorded != answered:
        yield f"{path} is {answered!r} and not {recorded!r}"


def nothing(_scene: Scene) -> None:
    return None


def some_reserved(scene: Scene) -> None:
    """What the first sixty orders had reserved of two articles."""
    lines = [
        [0, 0, {"product_id": id_, "product_uom_qty": count, "price_unit": 5}]
        for id_, count in ((6, 3), (9, 4))
    ]
    scene.hands.confirm_order(
        scene.hands.call("sale.order", "create", {"partner_id": 649, "order_line": lines})
    )


def first_orders(scene: Scene) -> None:
    scene.store.table("product.template")[2]["name"] = "Artikel 0001 neu"
    scene.store.start_numbers("sale.order", 61)
    scene.store.start_numbers("S", 64)
    scene.store.start_numbers("sale.order.line", 180)
    scene.store.start_numbers("stock.picking", 60)
    scene.store.start_numbers("WH/OUT", 60)
    scene.store.start_numbers("stock.move", 3182)


def loads(first: int) -> Callable[[Scene], None]:
    return lambda scene: scene.store.start_numbers("sale.order", first - 1)


def full_order(scene: Scene) -> None:
    scene.store.start_numbers("sale.order", 76)
    scene.store.start_numbers("S", 76)
    scene.store.start_numbers("sale.order.line", 188)


def sent_order(scene: Scene) -> None:
    scene.store.start_numbers("sale.order", 235)
    scene.hands.call("sale.order", "create", {"partner_id": 649})


def one_contest(scene: Scene) -> None:
    scene.store.contests = 1


def contested(first: int) -> Callable[[Scene], None]:
    def prepare(scene: Scene) -> None:
        one_contest(scene)
        loads(first)(scene)

    return prepare


def twelve_orders(scene: Scene) -> None:
    """Twelve drafts, of which the last is cancelled."""
    scene.store.start_numbers("S", 512)
    ids = [*range(728, 739), 785]
    for id_ in ids:
        scene.store.start_numbers("sale.order", id_ - 1)
        if id_ == 785:
            scene.store.start_numbers("S", 569)
        values = {"partner_id": 649, "client_order_ref": f"WC-{id_}"}
        assert scene.hands.call("sale.order", "create", values) == id_
    scene.hands.cancel_order(785)


def three_confirmed(scene: Scene) -> None:
    scene.store.start_numbers("sale.order", 1213)
    for number in (9990, 9991, 9992):
        header = ["id", "partner_id/.id", "client_order_ref"]
        row = [f"woo.order_{number}", "649", f"WC-{number}"]
        (id_,) = scene.hands.call("sale.order", "load", header, [row])["ids"]
        scene.hands.confirm_order(id_)


def a_delivery(picking: int, quantity: int, move: int = 3333) -> Callable[[Scene], None]:
    def prepare(scene: Scene) -> None:
        scene.store.start_numbers("stock.picking", picking - 1)
        scene.store.start_numbers("stock.move", move - 1)
        lines = [
            [0, 0, {"product_id": id_, "product_uom_qty": quantity, "price_unit": 5}]
            for id_ in (2, 4, 6)
        ]
        values = {"partner_id": 649, "client_order_ref": "WC-D", "order_line": lines}
        scene.hands.confirm_order(scene.hands.call("sale.order", "create", values))

    return prepare


def partly_picked(scene: Scene) -> None:
    a_delivery(111, 3)(scene)
    scene.ask(recording("140"))


def an_order(scene: Scene, *, product: int = 56, line: int = 2206) -> int:
    scene.store.start_numbers("sale.order.line", line - 1)
    own = {"product_id": product, "product_uom_qty": 3, "price_unit": 7.33}
    values = {"partner_id": 649, "order_line": [[0, 0, own]]}
    order = int(scene.hands.call("sale.order", "create", values))
    scene.hands.confirm_order(order)
    return order


def invoiced(invoice: int, credit: int, *, product: int = 56, line: int = 2206):  # type: ignore[no-untyped-def]
    def prepare(scene: Scene) -> None:
        scene.store.start_numbers("account.move", invoice - 1)
        assert scene.hands.invoice_order(an_order(scene, product=product, line=line)) == invoice
        scene.store.start_numbers("account.move", credit - 1)

    return prepare


def draft_invoice(scene: Scene) -> None:
    order = an_order(scene)
    scene.store.start_numbers("account.move", 7)
    values = {"sale_order_ids": [[6, 0, [order]]]}
    wizard = scene.hands.call("sale.advance.payment.inv", "create", values)
    scene.hands.call("sale.advance.payment.inv", "create_invoices", [wizard])


def draft_credit(scene: Scene) -> None:
    invoiced(8, 9, product=2003, line=497)(scene)
    scene.ask(recording("122"))


def loaded_credit(scene: Scene) -> None:
    invoiced(15, 27)(scene)
    scene.ask(recording("144"))


def archived(scene: Scene) -> None:
    scene.store.start_numbers("product.product", 2003)
    values = {"default_code": "ARCH-1", "name": "Old", "active": False}
    assert scene.hands.call("product.product", "create", values) == 2004


def doubled(scene: Scene) -> None:
    scene.store.start_numbers("product.product", 2006)
    values = {"default_code": "SKU-00002", "name": "Gleiche Nummer"}
    scene.hands.call("product.product", "create", values)
    scene.store.table("product.template")[3]["name"] = "Artikel 0002"


def no_partners_after(last: int) -> Callable[[Scene], None]:
    return lambda scene: scene.store.start_numbers("res.partner", last)


def two_known(scene: Scene) -> None:
    scene.store.start_numbers("res.partner", 1748)
    scene.ask(recording("047"))
    scene.store.start_numbers("res.partner", 1754)


CHAINS: Mapping[str, tuple[str, Callable[[Scene], None]]] = {
    "login": ("001 002 004 005 006 007 126", nothing),
    "refusals": ("010 011 012 013 014 015 016 054 120", nothing),
    "reading": ("017 024 025 028 031 032 033 109 112", some_reserved),
    "archived": ("043 044", archived),
    "double code": ("046", doubled),
    "customers": ("047 048", no_partners_after(1748)),
    "double customers": ("049 050", two_known),
    "addresses": ("051", no_partners_after(1756)),
    "countries": ("052", nothing),
    "load of a customer": ("053", no_partners_after(1759)),
    "orders": ("060 061 062 063 064 065 066 067 068 069", first_orders),
    "load without ids of lines": ("087 088", loads(64)),
    "load with ids of lines": ("089 090", loads(65)),
    "the loser of two loads": ("101 102", contested(223)),
    "a method that gives nothing": ("104", sent_order),
    "a whole order": ("127 128 129", full_order),
    "a whole order by external ids": ("130", loads(79)),
    "a bad value among sixty": ("131", nothing),
    "a bad record among sixty": ("132", nothing),
    "the loser of two batches": ("136", one_contest),
    "dates written back": ("148", three_confirmed),
    "one cancelled among twelve": ("134", twelve_orders),
    "a delivery": ("139", a_delivery(110, 3)),
    "a part delivery": ("140 141 142", a_delivery(111, 3)),
    "an invoice": ("121", draft_invoice),
    "a part credit": ("122", invoiced(8, 9, product=2003, line=497)),
    "credit without invoice": ("124", lambda s: s.store.start_numbers("account.move", 10)),
    "credit of a line": ("144", invoiced(15, 27)),
    "credit posted": ("145", loaded_credit),
}
