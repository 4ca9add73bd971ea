"""Adds up every case of the catalogue with arithmetic of its own: no line of the program is used.

The rules are those that a real shop's orders were found to follow (FACTS, section 13, point 3):
tax rounded per line, or once at the subtotal, as the case's shop is set. An order is right when
every sum of it holds; a document is right when it is that order to the cent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from functools import reduce
from pathlib import Path
from typing import Any

import yaml

LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same language; the one in C reads the catalogue ten times as fast."""
CASES = Path(__file__).parents[2] / "cases"
Json = Mapping[str, Any]
FIGURES = re.compile(r"([\d.]+) ≠ ([\d.]+)")
DEPOSIT = re.compile(r"a deposit of ([\d.]+) on ([\d.]+)")
CARD = re.compile(r"gift cards paid ([\d.]+)")
CODES = {"": "standard", "reduced-rate": "reduced-rate", "zero-rate": "zero-rate"}
GOODS = ("line_items", "fee_lines")


@dataclass(frozen=True)
class Shop:
    """How the shop of a case rounds."""

    decimals: int
    at_subtotal: bool

    @classmethod
    def of(cls, case: Json) -> Shop:
        """As the case says."""
        said = case.get("shop", {})
        return cls(int(said.get("decimals", 2)), bool(said.get("round_at_subtotal", False)))


def read_case(path: Path) -> Any:
    """The case as it is written."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)


def faults(case: Json) -> list[str]:
    """Everything in the case that does not add up."""
    shop = Shop.of(case)
    versions = [case["order"]]
    found: list[str] = []
    for order in case.get("others", ()):
        found += order_faults(order, shop)
    for step in [*case.get("steps", ()), {"expect": case.get("expect") or {}}]:
        if step.get("plant"):
            versions.append({**versions[-1], **step["plant"]})
            found += order_faults(versions[-1], shop)
        expect = step.get("expect") or {}
        wrong = FIGURES.search(str(expect.get("held", "")))
        if wrong:
            found += held_faults(versions[-1], shop, wrong[1], wrong[2])
        found += told_faults(versions[-1], str(expect.get("held", "")))
        if "routing" in case.get("settings", {}).get("orders", {}):
            found += parts_faults(versions[-1], expect.get("documents") or ())
            if "credit_notes" in expect:
                found += part_notes_faults(case, expect["credit_notes"], shop)
            continue
        for document in expect.get("documents") or ():
            found += document_faults(case, versions, document, shop.decimals)
        if "credit_notes" in expect:
            found += credit_notes_faults(case, expect["credit_notes"], shop)
        found += [
            f"a payment of {payment['amount']}"
            for payment in expect.get("payments") or ()
            if amount(payment["amount"]) != amount(versions[-1]["total"])
        ]
    if not any(FIGURES.search(str(one.get("held", ""))) for one in looks(case)):
        found += order_faults(case["order"], shop)
    return found


def looks(case: Json) -> Iterator[Json]:
    """Every look that the case takes at both sides."""
    for step in case.get("steps", ()):
        if step.get("expect"):
            yield step["expect"]
    yield case.get("expect") or {}


# --- the shop's order


def amount(value: Any) -> Decimal:
    """An amount as it is written: text, never a number of YAML, which may not be exact."""
    assert isinstance(value, str), f"{value!r} is not written as text"
    return Decimal(value)


def up(value: Decimal, decimals: int) -> Decimal:
    """Rounded, halves up."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def order_faults(order: Json, shop: Shop) -> list[str]:
    """The sums that are wrong."""
    return [f"order {order['id']}: {name}" for name in sums_that_fail(order, shop)]


def told_faults(order: Json, held: str) -> list[str]:
    """Whether the amounts that an order is held for are those of a line, or of its gift cards."""
    deposit, card = DEPOSIT.search(held), CARD.search(held)
    lines = [(line["total"], metas(line)) for line in order.get("line_items", ())]
    if deposit and (deposit[1], deposit[2]) not in [
        (total, value) for total, own in lines for value in own.values()
    ]:
        return ["the deposit"]
    return ["the gift card"] if card and Decimal(card[1]) != by_gift_card(order) else []


def held_faults(order: Json, shop: Shop, stated: str, computed: str) -> list[str]:
    """Whether the order is wrong in its total alone, by exactly the two figures that are named.

    Or it is right in more decimals than its shop has, and wrong only when it is rounded to those.
    """
    right = Decimal(computed)
    if amount(order["total"]) == Decimal(stated):
        finer = not sums_that_fail(order, replace(shop, decimals=3))
        if finer and up(amount(order["total"]), shop.decimals) == right:
            return []
        if sums_that_fail(order, shop) == ["total"] and total_of(order, shop) == right:
            return []
    return [f"order {order['id']} is not held for {stated} and {computed}"]


def sums_that_fail(order: Json, shop: Shop) -> list[str]:
    """The names of the sums that do not hold."""
    return [name for name, stated, computed in sums(order, shop) if stated != computed]


def sums(order: Json, shop: Shop) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Each sum of an order: its name, what the order states, what its parts add up to."""
    decimals, at_subtotal = shop.decimals, shop.at_subtotal
    half = ROUND_HALF_DOWN if order["prices_include_tax"] else ROUND_HALF_UP

    def tax(value: Any) -> Decimal:
        exact = amount(value)
        return exact if at_subtotal else exact.quantize(Decimal(1).scaleb(-decimals), half)

    for name, line in items(order):
        taxes = line.get("taxes", ())
        yield f"{name} total_tax", amount(line["total_tax"]), add(tax(t["total"]) for t in taxes)
        if name.startswith("line_items"):
            before = add(tax(t.get("subtotal", t["total"])) for t in taxes)
            stated = amount(line.get("subtotal_tax", line["total_tax"]))
            yield f"{name} subtotal_tax", stated, before
    for rate in order.get("tax_lines", ()):
        for key, kinds in (("tax_total", GOODS), ("shipping_tax_total", ("shipping_lines",))):
            own = [
                tax(t["total"])
                for name, line in items(order)
                if name.startswith(kinds)
                for t in line.get("taxes", ())
                if t["id"] == rate["rate_id"]
            ]
            yield f"rate {rate['rate_id']} {key}", amount(rate[key]), add(own)
    goods = add(amount(line["total_tax"]) for name, line in items(order) if name.startswith(GOODS))
    carried = add(amount(line["total_tax"]) for line in order.get("shipping_lines", ()))
    yield "cart_tax", amount(order["cart_tax"]), goods
    yield "shipping_tax", amount(order["shipping_tax"]), carried
    yield "total_tax", amount(order["total_tax"]), up(goods + carried, decimals)
    yield "shipping_total", amount(order["shipping_total"]), shipping_of(order, decimals)
    yield "discount_total", amount(order["discount_total"]), discount(order, shop)
    yield (
        "discount_tax",
        amount(order["discount_tax"]),
        discounted_tax(order).quantize(Decimal(1).scaleb(-decimals), half),
    )
    yield "total", amount(order["total"]), total_of(order, shop)


def items(order: Json) -> Iterator[tuple[str, Json]]:
    """Every line that carries money, with a name."""
    for kind in ("line_items", "fee_lines", "shipping_lines"):
        for at, line in enumerate(order.get(kind, ())):
            yield f"{kind}[{at}]", line


def add(amounts: Any) -> Decimal:
    """The sum."""
    return sum(amounts, Decimal(0))


def shipping_of(order: Json, decimals: int) -> Decimal:
    """The shipping lines, each rounded."""
    return add(up(amount(line["total"]), decimals) for line in order.get("shipping_lines", ()))


def total_of(order: Json, shop: Shop) -> Decimal:
    """What the order costs."""
    nets = [amount(line["total"]) for line in order.get("line_items", ())]
    lines = add(nets if shop.at_subtotal else [up(net, shop.decimals) for net in nets])
    fees = add(amount(line["total"]) for line in order.get("fee_lines", ()))
    taxes = amount(order["cart_tax"]) + amount(order["shipping_tax"])
    whole = up(lines + fees + amount(order["shipping_total"]) + taxes, shop.decimals)
    return whole - by_gift_card(order)


def discount(order: Json, shop: Shop) -> Decimal:
    """What was taken off the lines."""
    pairs = [
        (amount(line.get("subtotal", line["total"])), amount(line["total"]))
        for line in order.get("line_items", ())
    ]
    decimals = shop.decimals
    if shop.at_subtotal:
        return up(add(before - after for before, after in pairs), decimals)
    return add(up(before, decimals) - up(after, decimals) for before, after in pairs)


def discounted_tax(order: Json) -> Decimal:
    """The tax on what was taken off."""
    taxes = [tax for line in order.get("line_items", ()) for tax in line.get("taxes", ())]
    return add(amount(tax.get("subtotal", tax["total"])) - amount(tax["total"]) for tax in taxes)


# --- the ERP's document


def document_faults(case: Json, versions: list[Json], document: Json, decimals: int) -> list[str]:
    """What of a document is not the order, in the version that it fits best."""
    return min((compared(case, one, document, decimals) for one in versions), key=len)


def parts_faults(order: Json, documents: Any) -> list[str]:
    """What of the documents of an order in parts is not, taken together, the order."""
    found = []
    sold: dict[str, Decimal] = {}
    shared = {"net": Decimal(0), "tax": Decimal(0)}
    for at, document in enumerate(documents):
        lines = document["lines"]
        sums_of = {name: add(amount(line[name]) for line in lines) for name in ("net", "tax")}
        if sums_of["net"] + sums_of["tax"] != amount(document["total"]):
            found.append(f"documents[{at}].total")
        if sums_of["tax"] != amount(document["tax"]):
            found.append(f"documents[{at}].tax")
        for line in lines:
            for name in shared:
                if line["kind"] == "product":
                    key = f"{line['sku']}.{name}"
                    sold[key] = sold.get(key, Decimal(0)) + amount(line[name])
                else:
                    shared[name] += amount(line[name])
    for line in order["line_items"] if documents else ():
        for name, own in (("net", "total"), ("tax", "total_tax")):
            if sold.pop(f"{line['sku']}.{name}", None) != amount(line[own]):
                found.append(f"{line['sku']}.{name}")
    stated = {"net": order["shipping_total"], "tax": order["shipping_tax"]}
    wrong = [name for name, value in stated.items() if documents and amount(value) != shared[name]]
    return [*found, *sold, *(f"the {name} that is shared" for name in wrong)]


def compared(case: Json, order: Json, document: Json, decimals: int) -> list[str]:
    """What of a document is not this order."""
    step = Decimal(1).scaleb(-decimals)
    found = []
    wanted = list(lines_of(case, order))
    lines = document["lines"]
    if len(lines) != len(wanted):
        return [f"{len(lines)} lines of {len(wanted)}"] * 99
    for at, (own, line) in enumerate(zip(wanted, lines, strict=True)):
        if own.kind != line["kind"]:
            found.append(f"lines[{at}].kind")
        if own.goods is not None:
            found += goods_faults(case, own.goods, line, f"lines[{at}]")
        for name, exact in (("net", own.net), ("tax", own.tax)):
            if abs(amount(line[name]) - exact) >= step:
                found.append(f"lines[{at}].{name} is more than rounding away from the order's")
    how = line_settings(case).get("gift_cards", "line")
    prepaid = by_gift_card(order) if how == "payment" else Decimal(0)
    total, tax = amount(order["total"]) + prepaid, amount(order["total_tax"])
    sums_of = {name: add(amount(line[name]) for line in lines) for name in ("net", "tax")}
    stated = {
        "total": (amount(document["total"]), total),
        "tax": (amount(document["tax"]), tax),
        "the nets": (sums_of["net"], total - tax),
        "the taxes of the lines": (sums_of["tax"], tax),
    }
    found += [
        f"{name}: {one}, not {other}" for name, (one, other) in stated.items() if one != other
    ]
    if amount(document.get("prepaid", "0.00")) != prepaid:
        found.append("prepaid")
    return found + head_faults(order, document)


def head_faults(order: Json, document: Json) -> list[str]:
    """What of a document's head is not the order's."""
    found = []
    if "rate" in document and document["rate"] not in metas(order).values():
        found.append("rate")
    if document["currency"] != order["currency"]:
        found.append("currency")
    if document["ordered_at"] != f"{order['date_created_gmt']}Z":
        found.append("ordered_at")
    return found


@dataclass(frozen=True)
class Wanted:
    """A line that a document must have: its kind, its exact amounts, and the goods it is of."""

    kind: str
    net: Decimal
    tax: Decimal
    goods: Json | None = None

    def joined(self, part: Wanted) -> Wanted:
        """The same line at the price of both."""
        return replace(self, net=self.net + part.net, tax=self.tax + part.tax)


KINDS = {"line_items": "product", "fee_lines": "fee", "shipping_lines": "shipping"}


def lines_of(case: Json, order: Json) -> Iterator[Wanted]:
    """The lines of an order's document: one for each item, of fees and shipping one for each tax.

    Goods that two taxes were charged on stay one line. Coupons, bundles and gift cards are booked
    as the case's settings say.
    """
    settings = line_settings(case)
    goods = [
        Wanted("product", amount(line["total"]), amount(line["total_tax"]), line)
        for line in order.get("line_items", ())
    ]
    goods = list(in_bundles(goods, settings.get("bundles", "lines")))
    yield from before_coupons(goods) if settings.get("coupons") == "line" else goods
    for name, line in items(order):
        kind = KINDS[name.partition("[")[0]]
        if kind == "product":
            continue
        net, tax = amount(line["total"]), amount(line["total_tax"])
        parts = split(order, line, net)
        yield from (Wanted(kind, *part) for part in (parts if len(parts) > 1 else [(net, tax)]))
    paid = by_gift_card(order)
    if paid and settings.get("gift_cards", "line") == "line":
        yield Wanted("gift_card", -paid, Decimal(0))


def line_settings(case: Json) -> Json:
    """How the case's configuration books lines."""
    settings: Json = case.get("settings", {}).get("orders", {}).get("lines", {})
    return settings


def in_bundles(goods: list[Wanted], how: str) -> Iterator[Wanted]:
    """The goods with what is in a bundle, or the line that holds it together, booked otherwise."""
    by_id = {line.goods["id"]: line for line in goods if line.goods and "id" in line.goods}
    inner = [line for line in goods if line.goods and line.goods.get("bundled_by") in by_id]
    outer = [by_id[line.goods["bundled_by"]] for line in inner if line.goods]
    for line in goods:
        if how == "contents" and line in outer:
            if line.net or line.tax:
                yield Wanted("fee", line.net, line.tax)
        elif how == "container" and line in inner:
            continue
        elif how == "container" and line in outer and line.goods:
            number = line.goods["id"]
            own = [one for one in inner if one.goods and one.goods["bundled_by"] == number]
            yield reduce(Wanted.joined, own, line)
        else:
            yield line


def before_coupons(goods: list[Wanted]) -> Iterator[Wanted]:
    """The goods at their prices before coupons, and what those took off, by tax."""
    off: dict[Any, Wanted] = {}
    for line in goods:
        own = line.goods or {}
        net = amount(own.get("subtotal", own["total"]))
        tax = amount(own.get("subtotal_tax", own["total_tax"]))
        yield replace(line, net=net, tax=tax)
        if (net, tax) != (line.net, line.tax):
            key = tuple(tax["id"] for tax in own["taxes"])
            taken = Wanted("discount", line.net - net, line.tax - tax)
            off[key] = off[key].joined(taken) if key in off else taken
    yield from off.values()


def by_gift_card(order: Json) -> Decimal:
    """What gift cards paid of an order besides its total, as three plug-ins store it."""
    lists = ("gift_cards", "gift_card_lines", "pw_gift_card_lines")
    cards = [card for name in lists for card in order.get(name) or ()]
    total = metas(order).get("_ywgc_applied_gift_cards_totals", "0.00")
    return add(amount(card["amount"]) for card in cards) + amount(total)


def metas(record: Json) -> dict[str, Any]:
    """The metadata of an order or of a line."""
    return {one["key"]: one["value"] for one in record.get("meta_data", ())}


def split(order: Json, line: Json, net: Decimal) -> list[tuple[Decimal, Decimal]]:
    """Net and tax of an item under each of its taxes, the highest rate first; none if all of them
    were charged on all of it."""
    percents = {
        rate["rate_id"]: (Decimal(str(rate["rate_percent"])), rate.get("compound", False))
        for rate in order.get("tax_lines", ())
    }
    charged = [(*percents[tax["id"]], amount(tax["total"])) for tax in line.get("taxes", ())]
    if any(compound for _, compound, _ in charged):
        return []
    parts = [
        (percent, tax * 100 / percent if percent else Decimal(0), tax)
        for percent, _, tax in sorted(charged, reverse=True)
    ]
    near = Decimal("0.3")
    if all(abs(part - net) < near for _, part, _ in parts):
        return []
    rest = net - add(part for _, part, _ in parts)
    if abs(rest) < near:
        rest = Decimal(0)
    elif rest * net < 0:
        return []
    elif parts[-1][0]:
        parts.append((Decimal(0), Decimal(0), Decimal(0)))
    found = [(part if percent else rest, tax) for percent, part, tax in parts]
    return [(part, tax) for part, tax in found if part or tax]


def goods_faults(case: Json, own: Json, line: Json, place: str) -> list[str]:
    """What of a line of goods is not the order's."""
    factors = {one["sku"]: one.get("unit_factor", 1) for one in case.get("articles", ())}
    pieces = own["quantity"] * factors.get(own["sku"], 1)
    if line.get("discount") is not None:
        before, percent = amount(own["subtotal"]), amount(line["discount"])
        nearest = up((before - amount(own["total"])) / before * 100, 2)
        if percent != nearest or up(before * (100 - percent) / 100, 2) != amount(line["net"]):
            return [f"{place}.discount"]
    right = {
        "sku": own["sku"] or line_settings(case).get("catch_all"),
        "quantity": pieces,
        "tax_code": CODES[own.get("tax_class", "")],
    }
    return [f"{place}.{name}" for name, value in right.items() if line[name] != value]


# --- refunds and their credit notes


def refunds_of(case: Json) -> Iterator[tuple[Json, bool]]:
    """The refunds of a case, and whether its order had been called off by then."""
    called_off = False
    for step in case.get("steps", ()):
        action = step.get("shop") or {}
        called_off |= (action.get("with") or {}).get("status") == "cancelled"
        if action.get("do") == "refund":
            yield action["with"], called_off


def credit_notes_faults(case: Json, notes: Any, shop: Shop) -> list[str]:
    """What of the credit notes is not the refunds: an order that was called off has none."""
    made = [refund for refund, called_off in refunds_of(case) if not called_off]
    idle = [refund for refund, called_off in refunds_of(case) if called_off]
    if len(made) != len(notes):
        return [f"{len(notes)} credit notes of {len(made)} refunds"]
    found = [
        f"the lines of the refund of {refund['amount']}"
        for refund in idle
        if given_back(refund) != amount(refund["amount"])
    ]
    for refund, note in zip(made, notes, strict=True):
        found += credit_note_faults(case["order"], refund, note, shop)
    return found


def part_notes_faults(case: Json, notes: Any, shop: Shop) -> list[str]:
    """What of the credit notes of an order in parts is not, taken together, its one refund."""
    found = []
    lines: list[Json] = []
    adjusted: dict[str, dict[str, Decimal]] = {}
    for at, note in enumerate(notes):
        sums_of = {name: add(amount(one[name]) for one in note["lines"]) for name in ("net", "tax")}
        if sums_of["net"] + sums_of["tax"] != amount(note["total"]):
            found.append(f"credit_notes[{at}].total")
        if sums_of["tax"] != amount(note["tax"]):
            found.append(f"credit_notes[{at}].tax")
        for line in note["lines"]:
            if line["kind"] != "adjustment":
                lines.append(line)
                continue
            of_tax = adjusted.setdefault(line["tax_code"], {"net": Decimal(0), "tax": Decimal(0)})
            for name in of_tax:
                of_tax[name] += amount(line[name])
    lines += [
        {"kind": "adjustment", **{k: str(v) for k, v in of.items()}} for of in adjusted.values()
    ]
    sums = {name: str(add(amount(note[name]) for note in notes)) for name in ("total", "tax")}
    return found + credit_notes_faults(case, [{**sums, "lines": lines}] if notes else [], shop)


def given_back(refund: Json) -> Decimal:
    """What the lines of a refund give back."""
    lines = refund.get("line_items", ())
    return add(amount(one["refund_total"]) + tax_back(one) for one in lines)


def credit_note_faults(order: Json, refund: Json, note: Json, shop: Shop) -> list[str]:
    """What of a credit note is not its refund: the amount is the truth, then the lines."""
    lines = note["lines"]
    net, tax = (add(amount(line[name]) for line in lines) for name in ("net", "tax"))
    found = []
    if amount(note["total"]) != amount(refund["amount"]):
        found.append(f"total {note['total']}, not {refund['amount']}")
    if net + tax != amount(note["total"]) or tax != amount(note["tax"]):
        found.append("its lines are not its sums")
    given = refund.get("line_items", ())
    back = given_back(refund)
    if any(line["kind"] == "adjustment" for line in lines):
        found += piece_faults(order, given, shop)
        return found + adjustment_faults(order, given, back, note, shop)
    if back != amount(refund["amount"]) or len(given) != len(lines):
        return [*found, "the lines that are given back are not the amount"]
    for at, (one, line) in enumerate(zip(given, lines, strict=True)):
        if amount(line["net"]) != amount(one["refund_total"]):
            found.append(f"lines[{at}].net")
        if amount(line["tax"]) != tax_back(one):
            found.append(f"lines[{at}].tax")
        if line["kind"] == "product" and line["quantity"] != one["quantity"]:
            found.append(f"lines[{at}].quantity")
    return found


def piece_faults(order: Json, given: Any, shop: Shop) -> list[str]:
    """Pieces that come back at another amount than they were sold for."""
    sold = {line.get("id"): line for _, line in items(order)}
    step = Decimal(1).scaleb(-shop.decimals)
    found = []
    for one in (one for one in given if one["quantity"]):
        line = sold[one["id"]]
        share = Decimal(one["quantity"]) / line["quantity"]
        for back, name in ((amount(one["refund_total"]), "total"), (tax_back(one), "total_tax")):
            if abs(back - amount(line[name]) * share) >= step:
                found.append(f"{name} of a piece that comes back")
    return found


def tax_back(one: Json) -> Decimal:
    """The tax that is given back with a line."""
    return add(amount(tax["refund_total"]) for tax in one.get("refund_tax", ()))


def adjustment_faults(order: Json, given: Any, back: Decimal, note: Json, shop: Shop) -> list[str]:
    """What of adjustment lines is wrong: the amount shared over the rates as the order is.

    Where only tax is given back there is nothing to share. What a gift card paid comes back with
    all that was paid besides.
    """
    lines = [line for line in note["lines"] if line["kind"] == "adjustment"]
    only_tax = given and not add(amount(one["refund_total"]) for one in given)
    undone = by_gift_card(order) if amount(note["total"]) == amount(order["total"]) else Decimal(0)
    given_back = amount(note["total"]) + undone
    right = [(Decimal(0), back)] if only_tax else shares(order, given_back, shop)
    cards = [amount(line["net"]) for line in note["lines"] if line["kind"] == "gift_card"]
    if cards != ([-undone] if undone else []):
        return [f"gift cards got {cards} back, not {undone}"]
    there = [(amount(line["net"]), amount(line["tax"])) for line in lines]
    if there != right:
        return [f"adjusted by {there}, not {right}"]
    return []


def shares(order: Json, given: Decimal, shop: Shop) -> list[tuple[Decimal, Decimal]]:
    """Net and tax of each rate's share of an amount, in proportion to what the order cost at it."""
    cost: dict[int, list[Decimal]] = {}
    for _, line in items(order):
        [tax] = line["taxes"]
        sums_of = cost.setdefault(tax["id"], [Decimal(0), Decimal(0)])
        sums_of[0] += amount(line["total"])
        sums_of[1] += amount(line["total_tax"])
    found = []
    left = given
    whole = add(sum(one) for one in cost.values())
    for at, (net, tax) in enumerate(cost.values()):
        last = at == len(cost) - 1
        gross = left if last else up(given * (net + tax) / whole, shop.decimals)
        left -= gross
        share = up(gross * tax / (net + tax), shop.decimals)
        found.append((gross - share, share))
    return found
