"""The merchandise that both sides of the sandbox are seeded from, one list for shop and ERP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import Literal

Kind = Literal["goods", "service", "consumable"]
TaxClass = Literal["", "reduced-rate", "zero-rate"]

SMALLEST_WITH_TRAPS = 20
"""A catalogue of fewer articles holds no traps (see `catalogue`)."""

_ADJECTIVES = ("Blue", "Grüne", "Oak", "Café", "Large", "Light", "Round", "Winter", "Steel", "Soft")
_NOUNS = ("Kettle", "Chair", "Lamp", "Rucksack", "Mug", "Scarf", "Shelf", "Bottle", "Brush")
_COLOURS = ("Red", "Blue", "Green", "Black")
_SIZES = ("S", "M", "L", "XL")


@dataclass(frozen=True, slots=True)
class Article:
    """One article as merchant and warehouse know it; every amount is net, every count in pieces.

    `net_price` is the price of one sales unit with two decimals, "0.00" for a main article.
    `on_hand` is the sum of `warehouses` and counts the ERP's stock pieces; one sales unit of the
    shop holds `unit_factor` of them (6 = a six-pack).
    `main_sku` names the variable product that a variation belongs to. A main article (`is_main`) is
    followed at once by its variations; its `attributes` list every pair that its variations use
    (("Colour", "Red"), ("Colour", "Blue")), a variation's list its own.
    `stock_by_parent` is set on the main article and on its variations when the shop counts their
    stock on the main article; that one's `on_hand` and `warehouses` are then their sums. Any
    other main article has neither.
    An empty `sku` means that the shop's product has none.
    """

    sku: str
    name: str
    kind: Kind
    net_price: Decimal
    tax_class: TaxClass
    on_hand: int
    warehouses: dict[str, int]
    main_sku: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    stock_by_parent: bool = False
    in_shop: bool = True
    in_erp: bool = True
    unit_factor: int = 1
    is_main: bool = False


def catalogue(size: int) -> Iterator[Article]:
    """Yield exactly `size` articles, always the same for one size, one at a time.

    A main article and each of its variations count as one article each; no group is cut off by the
    end. About 12 % of the products are variable (2 to 4 variations; a third of them with stock
    held by the main article), one in forty is a service.
    From 20 articles on, the first ones hold the traps: a consumable, a product only in the shop,
    one only in the ERP, a six-pack, one without SKU only in the shop, a SKU that the ERP has twice,
    and a SKU whose letters differ in case between the sides (one article per side).
    """
    if size < 0:
        raise ValueError(f"a catalogue cannot have {size} articles; give 0 or more")
    return islice(_articles(size), size)


def partly_in_shop(size: int) -> list[Article]:
    """The catalogue of a shop that lacks some: of the second half every third simple article."""
    return [
        replace(article, in_shop=article.in_shop and not _is_lacking(place, article, size))
        for place, article in enumerate(catalogue(size))
    ]


def _is_lacking(place: int, article: Article, size: int) -> bool:
    simple = article.kind == "goods" and not article.is_main and article.main_sku is None
    return simple and place >= size // 2 and place % 3 == 0


def _articles(size: int) -> Iterator[Article]:
    left = size
    number = 0
    while left > 0:
        group = _group(number, with_traps=size >= SMALLEST_WITH_TRAPS)
        if len(group) > left:
            group = (_simple(number),)
        yield from group
        left -= len(group)
        number += 1


def _group(number: int, *, with_traps: bool) -> tuple[Article, ...]:
    """All articles of the product at this position: one, or a main article and its variations."""
    if number % 25 in (4, 12, 20):
        return _variable(number)
    article = _simple(number)
    if number % 40 == 2:
        return (replace(article, sku=f"S-{number:06}", kind="service", on_hand=0, warehouses={}),)
    return _trap(number, article) if with_traps else (article,)


def _trap(number: int, article: Article) -> tuple[Article, ...]:
    """The article itself, or what makes a careless sync stumble at the first positions."""
    match number:
        case 3:
            return (replace(article, kind="consumable", on_hand=0, warehouses={}),)
        case 5:
            return (replace(article, sku=f"SHOP-ONLY-{number:06}", in_erp=False),)
        case 6:
            return (replace(article, sku=f"ERP-ONLY-{number:06}", in_shop=False),)
        case 7:
            return (replace(article, sku=f"SIX-{number:06}", unit_factor=6),)
        case 8:
            return (replace(article, sku="", in_erp=False),)
        case 9:
            return (article, replace(article, name=f"{article.name} (second)", in_shop=False))
        case 10:
            return (
                replace(article, sku=f"Case-{number:06}", in_erp=False),
                replace(article, sku=f"CASE-{number:06}", in_shop=False),
            )
    return (article,)


def _simple(number: int) -> Article:
    warehouses = _warehouses(number)
    return Article(
        sku=f"A-{number:06}",
        name=_name(number),
        kind="goods",
        net_price=_price(number),
        tax_class=_tax_class(number),
        on_hand=sum(warehouses.values()),
        warehouses=warehouses,
    )


def _variable(number: int) -> tuple[Article, ...]:
    stock_by_parent = (number // 4) % 2 == 1 and number % 25 != 4
    attribute, options = ("Size", _SIZES) if number % 2 else ("Colour", _COLOURS)
    count = 3 if number % 25 == 4 else 2 + number // 25 % 3
    variations = tuple(
        _variation(number, part, attribute, option, stock_by_parent)
        for part, option in enumerate(options[:count], start=1)
    )
    return (_main(number, variations, stock_by_parent), *variations)


def _variation(
    number: int, part: int, attribute: str, option: str, stock_by_parent: bool
) -> Article:
    warehouses = _warehouses(number + 7 * part)
    return Article(
        sku=f"V-{number:06}-{part}",
        name=f"{_name(number)}, {option}",
        kind="goods",
        net_price=_price(number) + part - 1,
        tax_class=_tax_class(number),
        on_hand=sum(warehouses.values()),
        warehouses=warehouses,
        main_sku=f"V-{number:06}",
        attributes=((attribute, option),),
        stock_by_parent=stock_by_parent,
    )


def _main(number: int, variations: tuple[Article, ...], stock_by_parent: bool) -> Article:
    warehouses: dict[str, int] = {}
    for variation in variations if stock_by_parent else ():
        for code, pieces in variation.warehouses.items():
            warehouses[code] = warehouses.get(code, 0) + pieces
    return Article(
        sku=f"V-{number:06}",
        name=_name(number),
        kind="goods",
        net_price=Decimal("0.00"),
        tax_class=_tax_class(number),
        on_hand=sum(warehouses.values()),
        warehouses=warehouses,
        attributes=tuple(pair for variation in variations for pair in variation.attributes),
        stock_by_parent=stock_by_parent,
        is_main=True,
    )


def _name(number: int) -> str:
    adjective = _ADJECTIVES[number % len(_ADJECTIVES)]
    noun = _NOUNS[number // 3 % len(_NOUNS)]
    return f"{adjective} {noun} {number}"


def _price(number: int) -> Decimal:
    """A net price of 1.00 to 199.99, spread so that taxes on it round up and down."""
    return Decimal(100 + number * 7919 % 19900).scaleb(-2)


def _tax_class(number: int) -> TaxClass:
    if number % 20 == 19:
        return "zero-rate"
    return "reduced-rate" if number % 5 == 3 else ""


def _warehouses(number: int) -> dict[str, int]:
    """Stock in MAIN (none for every thirteenth), and in STORE for each third article."""
    main = 0 if number % 13 == 0 else 1 + number * 37 % 120
    return {"MAIN": main, "STORE": 1 + number % 5} if number % 3 == 0 else {"MAIN": main}
