"""Compares ERP articles with the shop's own products, and plans what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from sync_cli.config.catalogue import Archived
from sync_cli.connectors.base import Raw
from sync_cli.core.errors import IdentityError, Problem
from sync_cli.core.fingerprint import digest
from sync_cli.core.item import Candidate, Item, Link, Why
from sync_cli.core.plan import (
    Adopt,
    Create,
    Defer,
    Reject,
    Skip,
    Update,
    decide,
    next_try,
)
from sync_cli.core.products import Product, ProductStatus
from sync_cli.core.refusals import another_record, target_gone
from sync_cli.engine.gather import recall
from sync_cli.engine.route import Route
from sync_cli.flows.articles import PLAIN, PRODUCT, facts_of
from sync_cli.flows.products_checks import (
    in_the_trash,
    kinds_differ,
    kinds_fit,
    refusal,
    unknown_tax_class,
)
from sync_cli.flows.products_look import Article, Found, Look, Looker
from sync_cli.flows.products_payload import (
    new_product,
    only,
    targets_of,
    wanted_product,
)
from sync_cli.flows.products_planner import Planner
from sync_cli.flows.products_rows import Appearance, ShopRow, ShopRows, shop_rows
from sync_cli.flows.systems import SHOP, Systems
from sync_cli.mapping.agreeing import Agreement
from sync_cli.mapping.errors import Unreadable
from sync_cli.mapping.merging import without_null_meta

TAX_CLASS = "tax_class"
ARCHIVED = "archived in the ERP"
NOT_IN_SHOP = "not in the shop"
TRASHED = "in the trash of the shop"
NO_SKU = "no SKU and no link"
GIVEN_BY_THE_SHOP = frozenset({"", "parent"})
"""Tax classes that every shop has: the standard one, and that of a variation's product."""


class ProductComparer:
    """Plans what becomes of ERP articles in the shop; writes nothing to any system."""

    def __init__(self, systems: Systems, route: Route, plan: Planner) -> None:
        self.systems = systems
        self.route = route
        self.plan = plan
        self.settings = systems.config.products
        self.scope = route.scope
        self.creates = self.settings.create and not systems.run.options.only
        self.rules = replace(route.rules(systems.run.options), creates=self.creates)
        self.mapping = systems.shop_mapping(PRODUCT)
        self.targets = targets_of(self.mapping)
        marks = frozenset() if self.settings.mark_unchanged else self.targets.marks
        self._all = Agreement(self.mapping, without_owner=SHOP)
        self._but_marks = Agreement(self.mapping, without_owner=SHOP, without=marks)
        self._looker = Looker(systems, route, plan)
        self._open = self._looker.open
        self._appearance = Appearance(self.mapping)
        self._tax_classes: dict[str, bool] = {}

    def look(self, raws: Sequence[Raw], known: Sequence[Raw] = (), *, afresh: bool) -> Look:
        """What is to be compared of these articles; see `Looker.look`."""
        return self._looker.look(raws, known, afresh=afresh)

    def search(self, look: Look) -> Found:
        """The shop's products of these articles; asks the shop alone, no state."""
        skus = look.skus()
        return self.systems.shop.find(PRODUCT, "sku", skus) if skus else {}

    def compare(self, look: Look, found: Found) -> None:
        """Plan what becomes of each article, with the products that `search` found."""
        if not look.articles and not look.standing:
            return
        rows = shop_rows(self.systems, found, look.linked, look.known)
        articles = [*look.articles, *self._moved(look, rows)]
        self._note_facts([article.record for article in articles], look.links)
        for article in articles:
            self._compare(article, look.links.get(article.record.id), rows)

    def gone(self, ids: Iterable[str]) -> None:
        """Articles that were asked for by id and that the ERP no longer has."""
        for id in ids:
            item = recall(self.systems.run.state, self.route, [Item(id, f"Article {id}")])[0]
            self.plan.close_later(Skip(item, "no longer in the ERP"))

    def _moved(self, look: Look, rows: ShopRows) -> Iterator[Article]:
        """The standing articles whose products look different by now."""
        for each in look.standing:
            raw = rows.raw(look.links[each.raw.id].target)
            if raw is not None and self._appearance.of(raw) == each.applied.seen:
                self.plan.unchanged()
                continue
            article = self._looker.read(each.raw, each.applied.content, each.applied)
            if article is not None:
                yield article

    def _note_facts(self, articles: Iterable[Product], links: Mapping[str, Link]) -> None:
        """A unit factor that changed in the ERP counts for the next order and stock row."""
        facts = {links[a.id].target: facts_of(a) for a in articles if a.id in links}
        known = self.systems.run.state.facts(PRODUCT, list(facts)) if facts else {}
        self.plan.note_facts(
            {
                id: own
                for id, own in facts.items()
                if own != {name: known.get(id, {}).get(name, PLAIN[name]) for name in own}
            }
        )

    def _compare(self, article: Article, link: Link | None, rows: ShopRows) -> None:
        record = article.record
        if link is not None:
            row = rows.row(link.target)
            problem = rows.problems.get(link.target)
            if problem is not None:
                self._reject(article, problem.about(article.label))
            else:
                self._compare_linked(article, link, row)
            return
        found = rows.with_sku(record.sku) if record.sku else ()
        if record.archived:
            self._leave_out(article, ARCHIVED)
        elif not found and not self.creates:
            self._leave_out(article, NOT_IN_SHOP if record.sku else NO_SKU)
        elif found and all(row.trashed for row in found):
            self._in_the_trash(article, found[0])
        else:
            self._decide_unlinked(article, [row for row in found if not row.trashed], rows)

    def _in_the_trash(self, article: Article, row: ShopRow) -> None:
        """Only a shop that gets new products misses the one in its trash."""
        if not self.creates:
            self._leave_out(article, TRASHED)
            return
        self._reject(article, in_the_trash(article.label, article.record.sku, row.product))

    def _decide_unlinked(self, article: Article, found: Sequence[ShopRow], rows: ShopRows) -> None:
        record = article.record
        item = self._recalled(
            replace(self._item(article), candidates=_candidates(record, found, rows))
        )
        operation = decide(item, self.rules, self.systems.run.now())
        match operation:
            case Adopt():
                product = found[0].product
                self.plan.adopt(product, record)
                self._compare_product(article, Link(record.id, product.id, ""), found[0])
            case Create():
                self._plan_new(article, item)
            case Reject() if self._is_being_renamed(record, found, rows):
                until = next_try(Why.DEFERRED, 1, self.systems.run.now())
                reason = f"product {found[0].product.id} of the shop still has its SKU"
                self.plan.close_later(Defer(item, reason, until))
            case Skip():
                self.plan.leave_out(operation, was_open=item.id in self._open)
            case _:
                self.plan.close_later(operation)

    def _is_being_renamed(self, record: Product, found: Sequence[ShopRow], rows: ShopRows) -> bool:
        """Whether the product with this SKU belongs to an article that has another one by now."""
        owner = rows.owners.get(found[0].product.id) if len(found) == 1 else None
        if owner is None:
            return False
        for raw in self.systems.erp.fetch(PRODUCT, [owner]):
            other = self.systems.erp_product(raw)
            return not other.archived and other.sku != record.sku
        return False

    def _plan_new(self, article: Article, item: Item) -> None:
        record = article.record
        problem = refusal(article.label, record, None) or self._tax_problem(article, None)
        if problem is not None:
            self._reject(article, problem)
            return
        status = ProductStatus(self.settings.new_status)
        payload = self._payload(article, new_product(record, status))
        if payload is not None:
            filled = {key: value for key, value in payload.items() if value not in (None, "")}
            self.plan.create(
                replace(item, payload=without_null_meta(filled), fingerprint=digest(payload)),
                record,
            )

    def _compare_linked(self, article: Article, link: Link, row: ShopRow | None) -> None:
        if row is None and article.record.archived:
            self._leave_out(article, ARCHIVED)
        elif row is None:
            self._reject(article, target_gone(article.label, link.target), Why.TASK)
        else:
            _check_birth(article, link, row.product)
            if row.trashed:
                self._leave_out(article, TRASHED)
            elif article.record.archived:
                self._compare_archived(article, link, row)
            else:
                self._compare_product(article, link, row)

    def _compare_archived(self, article: Article, link: Link, row: ShopRow) -> None:
        """Never deleted: at most out of the customers' sight."""
        if self.settings.archived is Archived.SKIP or self.systems.run.options.only:
            self._leave_out(article, ARCHIVED)
            return
        hidden = row.product.model_copy(update={"status": ProductStatus.DRAFT})
        wanted = self._payload(article, hidden)
        if wanted is not None:
            differing = self._all.differing(hidden, row.product, wanted)
            self._decide(article, link, row, wanted, only(wanted, differing))

    def _compare_product(self, article: Article, link: Link, row: ShopRow) -> None:
        product = row.product
        wanted_record = wanted_product(article.record, product)
        problem = refusal(article.label, article.record, product)
        problem = problem or self._tax_problem(article, product)
        if problem is not None:
            self._reject(article, problem)
            return
        applied = article.applied
        if applied is not None and self._is_in_step(article, wanted_record, product):
            item = replace(self._item(article), link=link, fingerprint=applied.payload)
            self._note_in_step(article, replace(item, seen=self._appearance.of(row.raw)))
            return
        wanted = self._payload(article, wanted_record)
        if wanted is not None:
            differing = self._all.differing(wanted_record, product, wanted)
            self._decide(article, link, row, wanted, self._changes(article, wanted, differing))

    def _is_in_step(self, article: Article, wanted: Product, product: Product) -> bool:
        """Whether the article was applied as it is, and the shop still holds it."""
        applied = self._looker.is_applied(article.record.id, article.content, article.applied)
        return applied and self._but_marks.holds(wanted, product)

    def _note_in_step(self, article: Article, item: Item) -> None:
        """Nothing is to be written; what is known of it is stored if it was not known before."""
        if article.applied == item.as_applied() and item.id not in self._open:
            self.plan.unchanged()
        else:
            self.plan.in_step(item)

    def _changes(
        self, article: Article, wanted: Mapping[str, Any], differing: frozenset[str]
    ) -> dict[str, Any]:
        """The fields to send; the ERP's id alone is no reason to write."""
        changes = only(wanted, differing | self.targets.unseen)
        unseen = only(changes, self.targets.unseen)
        if unseen and self._was_applied(article, wanted):
            changes = only(wanted, differing - self.targets.unseen)
        if self.systems.run.options.only:
            return only(changes, self.targets.prices)
        marks = only(changes, self.targets.marks)
        return {} if changes == marks and not self.settings.mark_unchanged else changes

    @staticmethod
    def _was_applied(article: Article, wanted: Mapping[str, Any]) -> bool:
        return article.applied is not None and article.applied.payload == digest(wanted)

    def _decide(
        self,
        article: Article,
        link: Link,
        row: ShopRow,
        wanted: Mapping[str, Any],
        changes: Mapping[str, Any],
    ) -> None:
        product = row.product
        item = self._item(
            article,
            payload=changes,
            fingerprint=digest(wanted),
            same=not changes,
            seen="" if changes else self._appearance.of(row.raw),
            parent=product.parent_id if product.is_variation else "",
            link=link,
        )
        if item.id in self._open:
            item = replace(self._recalled(item), link=link)
        operation = decide(item, self.rules, self.systems.run.now())
        match operation:
            case Update():
                prices = bool(only(changes, self.targets.prices))
                self.plan.update(
                    operation.item,
                    overwrites=changes != only(changes, self.targets.marks),
                    prices=prices and (product.price, product.sale_price) != (None, None),
                )
            case Skip():
                self._note_in_step(article, operation.item)
            case _:
                self.plan.close_later(operation)

    def _payload(self, article: Article, product: Product) -> dict[str, Any] | None:
        """What the rules write of `product`; None, and the article held, if they refuse it."""
        try:
            return self.mapping.write(product, without_owner=SHOP)
        except Unreadable as error:
            self._reject(article, error.problems[0].about(article.label))
            return None

    def _tax_problem(self, article: Article, product: Product | None) -> Problem | None:
        """Whether the shop knows a tax class that is about to be written; asked once a class."""
        wanted = article.record.tax_class
        if wanted in GIVEN_BY_THE_SHOP or (product is not None and product.tax_class == wanted):
            return None
        if wanted not in self._tax_classes:
            found = self.systems.shop.find(TAX_CLASS, "slug", [wanted])
            self._tax_classes[wanted] = bool(found.get(wanted))
        return None if self._tax_classes[wanted] else unknown_tax_class(article.label, wanted)

    def _item(self, article: Article, **facts: Any) -> Item:
        record = article.record
        return Item(
            record.id,
            article.label,
            birth=record.birth,
            content=article.content,
            mapping=self.scope,
            reference=record.sku,
            match=record.sku,
            record=record,
            **facts,
        )

    def _recalled(self, item: Item) -> Item:
        """The item with what is open for it; most have nothing."""
        if item.id not in self._open:
            return item
        return recall(self.systems.run.state, self.route, [item])[0]

    def _leave_out(self, article: Article, reason: str) -> None:
        item = self._recalled(self._item(article))
        self.plan.leave_out(Skip(item, reason), was_open=item.id in self._open)

    def _reject(self, article: Article, problem: Problem, why: Why = Why.QUARANTINED) -> None:
        self.plan.close_later(Reject(self._item(article), problem, why))


def _candidates(record: Product, found: Sequence[ShopRow], rows: ShopRows) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            row.product.id,
            row.product.birth,
            agrees=kinds_fit(record, row.product),
            conflict=kinds_differ(record),
            linked=row.product.id in rows.owners,
        )
        for row in found
    )


def _check_birth(article: Article, link: Link, product: Product) -> None:
    """Raise IdentityError if the shop uses the linked product's id for another product now."""
    if link.target_birth and product.birth and link.target_birth != product.birth:
        raise IdentityError(another_record(article.label, product.id, link.source).sentence())
