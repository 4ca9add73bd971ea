"""Any generated order is proven or held, never sent wrong; refunds likewise.

Orders are made by a pretend shop that computes taxes in every mode. What the ERP then holds is
compared with what the shop's answers state, with arithmetic that shares no line with the program.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.flows.refund_town import RefundTown
from tests.properties.bookshop import CURRENCIES, Bookshop, Json, book, town_of

SUMS = ("total", "total_tax", "cart_tax", "shipping_tax", "shipping_total")
ITEMS = ("line_items", "fee_lines", "shipping_lines")
EXAMPLES = settings().max_examples // 4

# What a customer may buy

cents = st.integers(1, 4999).map(lambda each: f"{Decimal(each) / 100:.2f}")
goods = st.fixed_dictionaries(
    {"sku": st.integers(1, 6).map("B-{}".format), "quantity": st.integers(1, 9)},
    optional={"total": cents},
)
fees = st.fixed_dictionaries(
    {
        "name": st.just("Service"),
        "total": st.sampled_from(["3.50", "0.99", "-1.11", "-0.07", "12.345"]),
    },
    optional={"tax_class": st.sampled_from(["reduced-rate", "zero-rate"])},
)
shippings = st.fixed_dictionaries(
    {
        "method_id": st.just("flat_rate"),
        "method_title": st.just("Parcel"),
        "total": st.sampled_from(["4.90", "19.95", "0.00", "24.5"]),
    }
)
ORDER: dict[str, st.SearchStrategy[Any]] = {
    "status": st.just("processing"),
    "line_items": st.lists(goods, min_size=1, max_size=5),
    "fee_lines": st.lists(fees, max_size=2),
    "shipping_lines": st.lists(shippings, max_size=2),
    "coupon_lines": st.lists(
        st.sampled_from(["welcome10", "fuenfer"]).map(lambda code: {"code": code}),
        max_size=2,
        unique_by=lambda one: one["code"],
    ),
    "billing": st.sampled_from(["DE", "AT", "US"]).map(
        lambda country: {"country": country, "last_name": "M", "email": "m@kunde.example"}
    ),
}
orders = st.fixed_dictionaries(
    ORDER,
    optional={"meta_data": st.just([{"key": "is_vat_exempt", "value": "yes"}])},
)


@dataclass(frozen=True)
class Mode:
    """How the shop computes, and how the ERP keeps what it is told."""

    decimals: int
    gross: bool
    at_subtotal: bool
    computes: bool
    coupons: str

    def shop(self) -> Bookshop:
        """A shop of this mode."""
        return Bookshop(
            decimals=self.decimals,
            currency=CURRENCIES[self.decimals],
            prices_include_tax=self.gross,
            round_at_subtotal=self.at_subtotal,
        )


coupon_ways = st.sampled_from(["net", "line", "percent"])
given_taxes = st.builds(
    Mode, st.sampled_from([0, 2, 3]), st.booleans(), st.booleans(), st.just(False), coupon_ways
)
computed_taxes = st.builds(
    Mode, st.just(2), st.booleans(), st.booleans(), st.just(True), coupon_ways
)


# What must be true, by the shop's own books


def amount(value: Any) -> Decimal:
    return Decimal(str(value))


def sums(document: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    """Total and tax of what the ERP holds, added up from its lines."""
    lines = document["lines"]
    tax = sum((amount(line["tax"]) for line in lines), Decimal(0))
    return sum((amount(line["net"]) for line in lines), tax), tax


def pieces(order: Json) -> dict[str, int]:
    """How many of each article were sold."""
    sold: dict[str, int] = {}
    for line in order["line_items"]:
        article = f"9{line['product_id']}"
        sold[article] = sold.get(article, 0) + int(line["quantity"])
    return sold


def booked_pieces(document: Mapping[str, Any]) -> dict[str, Decimal]:
    booked: dict[str, Decimal] = {}
    for line in document["lines"]:
        if line["product_id"]:
            known = booked.get(line["product_id"], Decimal(0))
            booked[line["product_id"]] = known + amount(line["quantity"])
    return booked


def unit_of(town: RefundTown) -> Decimal:
    """The smallest amount that the shop has."""
    assert town.shop.identity is not None
    return Decimal(1).scaleb(-int(town.shop.identity.facts["decimals"]))


def assert_is_the_order(town: RefundTown, order: Json, *, slack: Decimal = Decimal(0)) -> bool:
    """Whether it was sent; then the ERP's one document is the shop's order to the cent."""
    number = str(order["id"])
    live = [one for one in town.all_documents(number) if one["state"] != "cancelled"]
    if not live:
        assert number in town.held()
        return False
    [document] = live
    assert document["state"] == "confirmed"
    total, tax = sums(document)
    assert total == amount(document["total"]) == amount(order["total"])
    assert abs(tax - amount(order["total_tax"])) <= slack
    assert booked_pieces(document) == pieces(order)
    assert document["currency"] == order["currency"]
    for kind, items in (("shipping", "shipping_lines"), ("fee", "fee_lines")):
        nets = [amount(one["net"]) for one in document["lines"] if one["kind"] == kind]
        booked = sum(nets, Decimal(0))
        stated = sum((amount(one["total"]) for one in order[items]), Decimal(0))
        if not slack:
            assert abs(booked - stated) < unit_of(town) * (len(order[items]) or 1)
    return True


@settings(max_examples=EXAMPLES)
@given(given_taxes, st.lists(orders, min_size=1, max_size=4))
def test_every_order_that_a_shop_computes_is_sent_to_the_cent(
    mode: Mode, wanted: list[Json]
) -> None:
    """An ERP that is told the taxes has no reason to differ: nothing is held."""
    shop = mode.shop()
    made = [shop.order(body) for body in wanted]
    with tempfile.TemporaryDirectory() as folder:
        town = town_of(Path(folder), shop, computes=False, lines={"coupons": mode.coupons})
        book(town, made, [])
        assert all(assert_is_the_order(town, order) for order in made)


# What plug-ins make of an order

bundle_ways = st.sampled_from(["lines", "container", "contents"])
card_ways = st.sampled_from(["line", "payment", "hold"])


def with_plug_ins(order: Json, data: st.DataObject) -> tuple[Json, Decimal]:
    """The order as plug-ins change it: bundles, and a gift card that pays part of the total."""
    changed = deepcopy(order)
    lines = changed["line_items"]
    for line in lines[1:]:
        if data.draw(st.booleans()):
            line["bundled_by"] = lines[0]["id"]
    paid = Decimal(data.draw(st.integers(0, int(amount(order["total"])))))
    if paid:
        changed["total"] = str(amount(order["total"]) - paid)
        changed["gift_cards"] = [{"id": 1, "code": "SECRET", "amount": str(paid)}]
    return changed, paid


@settings(max_examples=EXAMPLES)
@given(given_taxes, orders, bundle_ways, card_ways, st.data())
def test_bundles_and_gift_cards_are_booked_to_the_cent_or_held(
    mode: Mode, wanted: Json, bundles: str, cards: str, data: st.DataObject
) -> None:
    shop = mode.shop()
    order, paid = with_plug_ins(shop.order(wanted), data)
    lines = {"coupons": mode.coupons, "bundles": bundles, "gift_cards": cards}
    with tempfile.TemporaryDirectory() as folder:
        town = town_of(Path(folder), shop, computes=False, lines=lines)
        book(town, [order], [])
        number = str(order["id"])
        live = [one for one in town.all_documents(number) if one["state"] != "cancelled"]
        event("sent" if live else "held")
        if not live:
            why = town.why_held(number)
            assert (paid and cards == "hold") or (bundles == "container" and "bundle" in why), why
            return
        [document] = live
        total, tax = sums(document)
        prepaid = amount(document.get("prepaid") or 0)
        assert prepaid == (paid if cards == "payment" else 0)
        assert total == amount(document["total"]) == amount(order["total"]) + prepaid
        assert tax == amount(order["total_tax"])
        sold, booked = pieces(order), booked_pieces(document)
        assert all(count <= sold.get(article, 0) for article, count in booked.items())
        if bundles == "lines":
            assert booked == sold


@settings(max_examples=EXAMPLES)
@given(computed_taxes, st.lists(orders, min_size=1, max_size=4))
def test_an_erp_that_computes_taxes_confirms_the_order_or_nothing(
    mode: Mode, wanted: list[Json]
) -> None:
    shop = mode.shop()
    made = [shop.order(body) for body in wanted]
    with tempfile.TemporaryDirectory() as folder:
        town = town_of(Path(folder), shop, computes=True, lines={"coupons": mode.coupons})
        book(town, made, [])
        for order in made:
            sent = assert_is_the_order(town, order, slack=Decimal("0.02"))
            event("sent" if sent else "held")


def places(order: Json) -> Iterator[tuple[Any, ...]]:
    """Where the amounts stand that make the total."""
    yield from ((name,) for name in SUMS)
    for kind in ITEMS:
        for at in range(len(order[kind])):
            yield from ((kind, at, name) for name in ("total", "total_tax"))


@settings(max_examples=EXAMPLES)
@given(given_taxes, orders, st.data())
def test_an_order_with_one_amount_wrong_is_held_or_is_what_the_shop_states(
    mode: Mode, wanted: Json, data: st.DataObject
) -> None:
    """A total that the other rule of rounding gives is believed; whatever is sent is it."""
    shop = mode.shop()
    order = deepcopy(shop.order(wanted))
    place = data.draw(st.sampled_from(list(places(order))))
    step = data.draw(st.sampled_from([-1, 1])) * Decimal(1).scaleb(-mode.decimals)
    holder: Any = order
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = str(amount(holder[place[-1]]) + step)
    with tempfile.TemporaryDirectory() as folder:
        town = town_of(Path(folder), shop, computes=False, lines={"coupons": mode.coupons})
        book(town, [order], [])
        sent = assert_is_the_order(town, order)
        event("sent" if sent else "held")
        if place[-1] in ("total_tax", *SUMS[2:]):
            assert not sent, "no rule of rounding explains a wrong tax or shipping"


@settings(max_examples=EXAMPLES)
@given(given_taxes, orders, st.data())
def test_a_refund_is_credited_to_the_cent_or_held(
    mode: Mode, wanted: Json, data: st.DataObject
) -> None:
    shop = mode.shop()
    order = shop.order(wanted)
    made = []
    for _ in range(data.draw(st.integers(1, 3))):
        refund = shop.refund(order["id"], data.draw(refund_of(order, mode.decimals)))
        made += [refund] if refund is not None else []
    with tempfile.TemporaryDirectory() as folder:
        town = town_of(Path(folder), shop, computes=False, lines={"coupons": mode.coupons})
        book(town, [order], made)
        assert_is_the_order(town, order)
        given_back = Decimal(0)
        for refund in made:
            given_back += assert_is_the_refund(town, refund)
        assert given_back <= amount(order["total"])


def refund_of(order: Json, decimals: int) -> st.SearchStrategy[Json]:
    """An amount alone, pieces of a line at their share of it, or all of a fee or of shipping."""
    unit = Decimal(1).scaleb(-decimals)
    most = max(1, int(amount(order["total"]) / unit))
    alone = st.integers(1, most).map(lambda units: {"amount": str(units * unit)})
    of_goods = st.sampled_from(order["line_items"]).flatmap(
        lambda line: st.integers(1, int(line["quantity"])).map(
            lambda count: pieces_back(line, count, unit)
        )
    )
    whole = [
        {**line, "quantity": 0, "sold": 1}
        for line in (*order["fee_lines"], *order["shipping_lines"])
        if amount(line["total"]) > 0
    ]
    of_others = st.sampled_from(whole).map(lambda line: pieces_back(line, 1, unit))
    return alone | of_goods | (of_others if whole else alone)


def pieces_back(line: Json, count: int, unit: Decimal) -> Json:
    """So many pieces of a line, each amount rounded by itself."""
    share = Decimal(count) / int(line.get("sold") or line["quantity"])
    net = (amount(line["total"]) * share).quantize(unit)
    taxes = [
        {"id": tax["id"], "refund_total": str((amount(tax["total"]) * share).quantize(unit))}
        for tax in line["taxes"]
    ]
    whole = net + sum(amount(tax["refund_total"]) for tax in taxes)
    given_back = 0 if "sold" in line else count
    back = {"id": line["id"], "quantity": given_back, "refund_total": str(net), "refund_tax": taxes}
    return {"amount": str(whole), "line_items": [back]}


def assert_is_the_refund(town: RefundTown, refund: Json) -> Decimal:
    """What the credit note of a refund gives back, zero where the refund is held or left out."""
    reference = f"WC-main-R{refund['id']}"
    notes = [
        one
        for one in town.erp.records("refund").values()
        if one["reference"] == reference and one["state"] != "cancelled"
    ]
    if not notes:
        number = str(refund["id"])
        assert number in town.held("refunds") or town.left_out(number)
        return Decimal(0)
    [note] = notes
    total, tax = sums(note)
    assert total == amount(note["total"]) == amount(refund["amount"])
    assert tax == amount(note["tax"])
    return total
