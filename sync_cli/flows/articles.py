"""Which ERP article a shop product is: by link, and by SKU only where there is no link yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct, field

from sync_cli.connectors.base import Found
from sync_cli.core.documents import GONE
from sync_cli.core.model import OrderLine
from sync_cli.core.outcome import Audit, End, Settlement
from sync_cli.core.products import Product
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable

PRODUCT = "product"
UNIT_FACTOR = "unit_factor"
MAIN_ARTICLE = "main_article"
PLAIN = {UNIT_FACTOR: "1", MAIN_ARTICLE: "no"}
"""What holds of an article of which nothing is remembered."""
IS_MAIN = (
    "in the ERP this is a main article with variants, which cannot be sold itself; set the"
    " variation_id of the line to the variant that was sold (`sync-cli held correct`)"
)
ROUTE = "product-links"


class Articles(Struct):
    """ERP ids of shop products, and why some have none.

    `ids` maps a product key (the variation's id, or the product's) to the ERP's id; `skus` says by
    which SKU one in `trouble` was looked for: the product's own of today, not the order's.
    `deleted` are products that the shop no longer has, by product key and by the SKU of a line:
    ask `of` for what they are in one order.
    """

    ids: dict[str, str] = field(default_factory=dict)
    trouble: dict[str, str] = field(default_factory=dict)
    skus: dict[str, str] = field(default_factory=dict)
    factors: dict[str, Decimal] = field(default_factory=dict)
    deleted: dict[str, dict[str, Articles]] = field(default_factory=dict)

    def factor(self, key: str) -> Decimal:
        """ERP units in one piece of the shop product `key`."""
        return self.factors.get(key, Decimal(1))

    @property
    def refs(self) -> dict[tuple[str, str], str]:
        """The ids as a payload refers to them."""
        return {(PRODUCT, key): id for key, id in self.ids.items()}

    def of(self, lines: Iterable[OrderLine]) -> Articles:
        """The articles as one order with these lines means them.

        Of a product that the shop has deleted only the order's own line tells what it was.
        """
        skus: defaultdict[str, set[str]] = defaultdict(set)
        for line in lines:
            if line.product_key in self.deleted:
                skus[line.product_key].add(line.sku)
        if not skus:
            return self
        found = Articles()
        for each in (self, *(self._as_sold(key, names) for key, names in skus.items())):
            found._take(each)
        return found

    def _as_sold(self, key: str, skus: set[str]) -> Articles:
        if len(skus) == 1:
            return self.deleted[key][min(skus)]
        return Articles(
            trouble={key: f"its lines name it by several SKUs: {', '.join(sorted(skus))}"}
        )

    def _take(self, other: Articles) -> None:
        self.ids.update(other.ids)
        self.trouble.update(other.trouble)
        self.skus.update(other.skus)
        self.factors.update(other.factors)


def resolve_lines(systems: Systems, lines: Iterable[OrderLine], *, dry: bool) -> Articles:
    """The ERP articles of order lines; adopts links by SKU and never makes a product."""
    sold = [line for line in lines if line.product_key]
    articles = known_articles(systems, list(dict.fromkeys(line.product_key for line in sold)))
    known = articles.ids.keys() | articles.trouble.keys()
    unlinked = [line for line in sold if line.product_key not in known]
    if unlinked:
        _resolve_by_sku(systems, unlinked, articles, dry=dry)
    return articles


def resolve_catch_all(systems: Systems, sku: str, articles: Articles) -> None:
    """The article that stands for products which the shop has deleted; it is linked with none."""
    found = find_articles(systems, [sku]).get(sku, ())
    why = judge_article(sku, found)
    live = [article for article in found if not article.archived]
    if why:
        articles.trouble[GONE] = f"{why} (orders.lines.catch_all is {sku})"
    else:
        articles.ids[GONE] = live[0].id


def known_articles(systems: Systems, keys: Sequence[str]) -> Articles:
    """The articles that are linked already, from our own state alone."""
    state = systems.run.state
    links = state.links(PRODUCT, SHOP, ERP, keys)
    facts = state.facts(PRODUCT, keys)
    factors = {key: Decimal(f[UNIT_FACTOR]) for key, f in facts.items() if UNIT_FACTOR in f}
    mains = {key for key, f in facts.items() if f.get(MAIN_ARTICLE) == "yes"} & links.keys()
    ids = {key: link.target for key, link in links.items() if key not in mains}
    return Articles(ids, trouble=dict.fromkeys(mains, IS_MAIN), factors=factors)


def judge_article(sku: str, found: Sequence[Product]) -> str:
    """Why none of the `found` ERP articles can be the one; "" if exactly one fits."""
    if not sku:
        return "it has no SKU and no link to an article of the ERP"
    live = [article for article in found if not article.archived]
    if not live:
        archived = ", but an archived one does" if found else ""
        return f"no article of the ERP has this SKU{archived}"
    if len(live) > 1:
        return f"{len(live)} articles of the ERP have this SKU"
    if live[0].main_article:
        return IS_MAIN
    return ""


def facts_of(article: Product) -> dict[str, str]:
    """What orders and stock must know of the article of a product, in words for the state."""
    factor = f"{article.unit_factor.normalize():f}"
    main = "yes" if article.main_article else "no"
    return {UNIT_FACTOR: factor, MAIN_ARTICLE: main}


def noted(article: Product) -> dict[str, str]:
    """Those facts that have to be remembered: none of a plain article."""
    return {name: value for name, value in facts_of(article).items() if value != PLAIN[name]}


def link_settlement(shop: Product, article: Product) -> Settlement:
    """Links a shop product with the ERP article of the same SKU; nothing is written to either."""
    return Settlement(
        shop.id,
        label=f"Product {shop.sku}",
        entity=PRODUCT,
        ends=(End(SHOP, shop.id, shop.birth), End(ERP, article.id, article.birth)),
        facts=noted(article),
        audit=Audit("adopt", "done", f"same SKU {shop.sku}", target=article.id),
    )


def _resolve_by_sku(
    systems: Systems, lines: Sequence[OrderLine], articles: Articles, *, dry: bool
) -> None:
    there = _shop_products(systems, list(dict.fromkeys(line.product_key for line in lines)))
    products = {}
    for line in lines:
        product = there.get(line.product_key) or _as_sold(line)
        products[line.product_key, product.sku] = product
    found = find_articles(systems, [sku for _, sku in products])
    taken = _taken(systems, found)
    settlements = []
    for (key, sku), product in products.items():
        # What a product was that the shop has deleted, each order says for itself.
        into = articles if key in there else Articles()
        if key not in there:
            articles.deleted.setdefault(key, {})[sku] = into
        article = _resolve(key, sku, found.get(sku, ()), taken, into)
        if article is not None and key in there:
            settlements.append(link_settlement(product, article))
    if settlements and not dry:
        run = systems.run
        run.state.settle(ROUTE, run.number, settlements, run.now())
        run.tally.add(ROUTE, "adopt", len(settlements))


def _resolve(
    key: str, sku: str, candidates: Sequence[Product], taken: dict[str, str], into: Articles
) -> Product | None:
    """The article of a product under this SKU, or why it has none, noted in `into`."""
    why = judge_article(sku, candidates)
    article = next((each for each in candidates if not each.archived), None)
    if not why and article is not None and taken.get(article.id, key) != key:
        why = "the ERP article with this SKU already belongs to another product of the shop"
    if why or article is None:
        into.trouble[key] = why
        into.skus[key] = sku
        return None
    taken[article.id] = key
    into.ids[key] = article.id
    into.factors[key] = article.unit_factor
    return article


def _shop_products(systems: Systems, keys: Sequence[str]) -> dict[str, Product]:
    """The products as the shop has them today, without those that are gone or cannot be read."""
    products = {}
    for raw in systems.shop.fetch(PRODUCT, keys):
        try:
            products[raw.id] = systems.shop_product(raw)
        except Unreadable as error:
            systems.run.watcher.note(error.problems[0].sentence())
    return products


def _as_sold(line: OrderLine) -> Product:
    """What the line tells of a product that the shop deleted since.

    It names the article of this order alone: no link is made of the SKU that one line bears.
    """
    return Product(id=line.product_key, sku=line.sku, name=line.name)


def find_articles(systems: Systems, skus: Iterable[str]) -> Mapping[str, tuple[Product, ...]]:
    """The ERP articles with each SKU."""
    wanted = sorted({sku for sku in skus if sku})
    if not wanted:
        return {}
    return {
        sku: tuple(_readable(systems, founds))
        for sku, founds in systems.erp.find(PRODUCT, "sku", wanted).items()
    }


def live_articles(systems: Systems, skus: Sequence[str]) -> dict[str, list[str]]:
    """The ids of the ERP's articles with each SKU, without those that are archived."""
    found = find_articles(systems, skus)
    return {
        sku: [article.id for article in articles if not article.archived]
        for sku, articles in found.items()
    }


def _readable(systems: Systems, founds: Iterable[Found]) -> Iterable[Product]:
    for raw in founds:
        try:
            yield systems.erp_product(raw)
        except Unreadable as error:
            systems.run.watcher.note(error.problems[0].sentence())


def _taken(systems: Systems, found: Mapping[str, tuple[Product, ...]]) -> dict[str, str]:
    ids = [article.id for articles in found.values() for article in articles]
    return systems.run.state.linked_targets(PRODUCT, SHOP, ERP, ids)
