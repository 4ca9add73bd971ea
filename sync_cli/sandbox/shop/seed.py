"""What the pretend shop holds at the start: products of a catalogue, tax rates, customers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from sync_cli.sandbox.articles import Article
from sync_cli.sandbox.shop.money import rounded
from sync_cli.sandbox.shop.product_write import settle_price, stock_state
from sync_cli.sandbox.shop.records import Coupon, Customer, Json, Product, TaxRate
from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.taxes import base_place, matching_rates

_DAY = 86_400
_OPENED = 60 * _DAY
"""How long before now the shop's first record was made, in seconds."""

RATES = (
    ("DE", "19", "MwSt 19%", "", True),
    ("DE", "7", "MwSt 7%", "reduced-rate", True),
    ("DE", "0", "MwSt 0%", "zero-rate", True),
    ("AT", "20", "USt 20%", "", True),
    ("AT", "10", "USt 10%", "reduced-rate", True),
)
COUPONS = (
    ("welcome10", "percent", "10"),
    ("fuenfer", "fixed_cart", "5"),
    ("gratis100", "percent", "100"),
)
PEOPLE = (
    ("Björn", "Müller", "", "Berlin", "10115", "DE"),
    ("Zoë", "Nguyen", "Weiß & Söhne GmbH", "Köln", "50667", "DE"),
    ("Anna", "Smith", "", "München", "80331", "DE"),
    ("Max", "Gruber", "Gruber OG", "Graz", "8010", "AT"),
    ("Léa", "von der Tann", "", "Hamburg", "20095", "DE"),
    ("Jürgen", "O'Neil", "", "Potsdam", "14467", "DE"),
)


def seed_shop(store: ShopStore, articles: Iterable[Article]) -> None:
    """Fill an empty shop: rates, coupons, customers, and the articles that are in the shop.

    Nothing of it is in the ledger: it was there before.
    """
    _seed_rates(store)
    _seed_coupons(store)
    for place, person in enumerate(PEOPLE, start=1):
        _seed_customer(store, place, person)
    mains: dict[str, Product] = {}
    for place, article in enumerate(articles):
        if article.in_shop:
            seed_article(store, article, mains, place)


def _seed_rates(store: ShopStore) -> None:
    for country, percent, name, tax_class, shipping in RATES:
        number = store.next_id("rate")
        rate = TaxRate(number, country, Decimal(percent), name, tax_class, shipping=shipping)
        store.rates.append(rate)


def _seed_coupons(store: ShopStore) -> None:
    opened = store.now() - _OPENED
    for code, kind, amount in COUPONS:
        coupon = Coupon(store.next_id("post"), opened, opened, code, Decimal(amount), kind)
        store.coupons.add(coupon)


def address(place: int, person: tuple[str, str, str, str, str, str]) -> dict[str, str]:
    """The postal address of a made-up person."""
    first, last, company, city, postcode, country = person
    return {
        "first_name": first,
        "last_name": last,
        "company": company,
        "address_1": f"Hauptstraße {place}",
        "address_2": "",
        "city": city,
        "state": "",
        "postcode": postcode,
        "country": country,
        "phone": f"+49 30 1000{place:02}",
    }


def mail_of(place: int) -> str:
    """The e-mail address of the customer at this place."""
    return f"customer{place:03}@mail.example"


def _seed_customer(
    store: ShopStore, place: int, person: tuple[str, str, str, str, str, str]
) -> None:
    made = store.now() - _OPENED + place
    home = address(place, person)
    customer = Customer(
        store.next_id("user"),
        made,
        made,
        email=mail_of(place),
        username=f"customer{place:03}",
        first_name=person[0],
        last_name=person[1],
        billing={**home, "email": mail_of(place)},
        shipping=dict(home),
    )
    store.put_customer(customer)


def seed_article(
    store: ShopStore, article: Article, mains: dict[str, Product], place: int
) -> Product:
    """Make the product or variation of an article; `mains` finds the parents of variations."""
    made = store.now() - _OPENED + place % (_OPENED - 2 * _DAY)
    product = Product(store.next_id("post"), made, made, name=article.name, sku=article.sku)
    product.tax_class = article.tax_class
    if article.main_sku is not None:
        _make_variation(product, article, mains[article.main_sku])
    elif article.is_main:
        _make_main(product, article)
        mains[article.sku] = product
    else:
        product.extra["category_ids"] = [15]
    product.slug = slug_of(product.name)
    if not article.is_main:
        product.regular_price = str(_price(store, article))
    _set_stock(product, article)
    settle_price(product, made)
    store.put_product(product)
    return product


def _price(store: ShopStore, article: Article) -> Decimal:
    """The article's price as the shop enters it: with its own country's tax if so set."""
    settings = store.settings
    if not settings.prices_include_tax:
        return article.net_price
    rates = matching_rates(store.rates, base_place(settings), article.tax_class)
    share = 1 + sum((rate.percent for rate in rates), Decimal(0)) / 100
    return rounded(article.net_price * share, settings.decimals)


def _make_variation(product: Product, article: Article, parent: Product) -> None:
    product.kind, product.parent_id = "variation", parent.id
    product.extra["attributes"] = [
        {"id": 0, "name": name, "slug": name, "option": option}
        for name, option in article.attributes
    ]
    parent.variations.append(product.id)


def _make_main(product: Product, article: Article) -> None:
    product.kind = "variable"
    options: dict[str, list[str]] = {}
    for name, option in article.attributes:
        options.setdefault(name, []).append(option)
    product.extra["category_ids"] = [15]
    product.extra["attributes"] = [_attribute(at, *pair) for at, pair in enumerate(options.items())]


def _attribute(position: int, name: str, options: list[str]) -> Json:
    return {
        "id": 0,
        "name": name,
        "slug": name,
        "position": position,
        "visible": True,
        "variation": True,
        "options": options,
    }


def _set_stock(product: Product, article: Article) -> None:
    """Count the pieces where the shop does: on the article itself or on its main article.

    Services and consumables are not counted.
    """
    counted_here = article.stock_by_parent == article.is_main
    if article.kind != "goods" or not counted_here:
        product.extra["virtual"] = article.kind == "service"
        return
    product.managed = True
    product.stock = article.on_hand // article.unit_factor
    product.stock_status = stock_state(product)
