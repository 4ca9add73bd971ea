"""Which ERP articles are to be compared with the shop, and by what their products are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from sync_cli.connectors.base import Raw
from sync_cli.core.fingerprint import content_hash
from sync_cli.core.item import Applied, Item, Link
from sync_cli.core.plan import Reject
from sync_cli.core.products import Product
from sync_cli.engine.route import Route
from sync_cli.flows.articles import PRODUCT
from sync_cli.flows.products_planner import Planner
from sync_cli.flows.systems import ERP, SHOP, Systems, lean_mapping
from sync_cli.mapping.errors import Refused, Unreadable

Found = Mapping[str, tuple[Raw, ...]]
"""Products of the shop by SKU."""
_SKU = frozenset({"sku"})


class Article(Struct, frozen=True):
    """An article with the hash of all that the ERP says of it, and what was applied of it last."""

    record: Product
    content: str
    applied: Applied | None = None

    @property
    def label(self) -> str:
        """What people call it."""
        return f"Product {self.record.sku}" if self.record.sku else f"Article {self.record.id}"


class Standing(Struct, frozen=True):
    """An article that is as it was when its product was found to hold all of it.

    It need not be read unless that product looks different by now.
    """

    raw: Raw
    applied: Applied
    sku: str


class Look(Struct):
    """Some articles that are compared together.

    `links` are those of all articles that were read with them; `known` are products of the shop
    that were read just now.
    """

    links: Mapping[str, Link]
    known: Sequence[Raw] = ()
    articles: list[Article] = field(default_factory=list)
    standing: list[Standing] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        """The articles that are compared with the shop."""
        return {each.record.id for each in self.articles} | {each.raw.id for each in self.standing}

    @property
    def linked(self) -> dict[str, Link]:
        """The links of the articles that are compared, by their ids."""
        return {id: self.links[id] for id in self.ids & self.links.keys()}

    def skus(self) -> list[str]:
        """What the shop is searched for; a product that is known need not be found."""
        known = {raw.id for raw in self.known}
        wanted = [(each.record.id, each.record.sku) for each in self.articles]
        wanted += [(each.raw.id, each.sku) for each in self.standing]
        return sorted({sku for id, sku in wanted if sku and self._target(id) not in known})

    def _target(self, id: str) -> str:
        link = self.links.get(id)
        return link.target if link is not None else ""


class Looker:
    """Parts articles into what must be compared and what is as it was applied."""

    def __init__(self, systems: Systems, route: Route, plan: Planner) -> None:
        self.systems = systems
        self.route = route
        self.plan = plan
        state = systems.run.state
        self.open = state.open_intents(route.name).keys() | {
            held.id for held in state.held(route.name)
        }
        """Articles with a call that is not settled, or that wait."""
        self._sku = lean_mapping(systems.erp_mapping(PRODUCT), _SKU).reader

    def look(self, raws: Sequence[Raw], known: Sequence[Raw] = (), *, afresh: bool) -> Look:
        """What is to be compared of these articles.

        Unless `afresh`, one that was applied as it is costs no look at the shop. What cannot be
        read is held.
        """
        ids = [raw.id for raw in raws]
        state = self.systems.run.state
        applied = state.fingerprints(self.route.name, ids)
        look = Look(state.links(PRODUCT, ERP, SHOP, ids), known)
        for raw in raws:
            self._part(raw, applied.get(raw.id), look, afresh=afresh)
        return look

    def read(self, raw: Raw, content: str, applied: Applied | None) -> Article | None:
        """The article, or None and it is held."""
        try:
            return Article(self.systems.whole_erp_product(raw), content, applied)
        except Unreadable as error:
            problem = error.problems[0]
            self.plan.close_later(Reject(Item(raw.id, problem.record, content=content), problem))
            return None

    def is_applied(self, id: str, content: str, applied: Applied | None) -> bool:
        """Whether the article is as it was when it was applied, and nothing is open for it."""
        return (
            applied is not None
            and (applied.content, applied.mapping) == (content, self.route.scope)
            and id not in self.open
        )

    def _part(self, raw: Raw, applied: Applied | None, look: Look, *, afresh: bool) -> None:
        content = content_hash(raw.data)
        stands = self.is_applied(raw.id, content, applied)
        if stands and not afresh:
            self.plan.unchanged()
            return
        if stands and applied is not None and applied.seen and raw.id in look.links:
            sku = self._sku_of(raw)
            if sku is not None:
                look.standing.append(Standing(raw, applied, sku))
                return
        article = self.read(raw, content, applied)
        if article is not None:
            look.articles.append(article)

    def _sku_of(self, raw: Raw) -> str | None:
        """The SKU alone; None where this program cannot read it any more."""
        try:
            return str(self._sku.read(raw.data).get("sku", ""))
        except Refused:
            return None
