"""Makes documents of shop orders: proven, in the ERP's units, with the ERP's ids."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from sync_cli.core.bundles import without_article
from sync_cli.core.documents import document_of, holds_pieces, pieces_of, why_held
from sync_cli.core.errors import Problem
from sync_cli.core.line_marks import line_marks, same_lines
from sync_cli.core.model import Document, DocumentState, Order, OrderLine, OrderState
from sync_cli.core.proof import Proven, Unproven, prove
from sync_cli.engine.route import Route
from sync_cli.flows.articles import (
    Articles,
    known_articles,
    resolve_catch_all,
    resolve_lines,
)
from sync_cli.flows.idle_corrections import idle, unhelped, without_effect
from sync_cli.flows.order_case import Case
from sync_cli.flows.order_customers import OrderCustomers, Resolved
from sync_cli.flows.order_documents import DocumentWords, document_rules
from sync_cli.flows.order_parts import OrderParts
from sync_cli.flows.order_problems import article_trouble, deleted, trashed
from sync_cli.flows.order_reading import OrderReader
from sync_cli.flows.order_route import ORDER
from sync_cli.flows.systems import Systems

_IN_THE_DOCUMENT = ("lines", "shipping_lines", "fees")
"""Lists of an order of which nothing but its document is made."""


class OrderMaker:
    """Brings cases on their way to a payload; whatever speaks against one stays with it."""

    def __init__(
        self,
        systems: Systems,
        route: Route,
        words: DocumentWords,
        reader: OrderReader,
        customers: OrderCustomers,
        parts: OrderParts,
    ) -> None:
        self.systems = systems
        self.run = systems.run
        self.route = route
        self.settings = systems.config.orders
        self.words = words
        self.reader = reader
        self.customers = customers
        self.parts = parts
        self.rules = document_rules(systems)

    def articles(self, cases: Sequence[Case]) -> Articles:
        """Articles of all lines: searched for by SKU only for orders that are to be made."""
        new = [line for case in cases if case.is_new for line in self._sold(case.order)]
        articles = resolve_lines(self.systems, new, dry=self.run.is_dry(self.route))
        if self.rules.catch_all and any(not line.product_key for line in new):
            resolve_catch_all(self.systems, self.settings.lines.catch_all, articles)
        rest = {line.product_key for case in cases for line in _lines(case)}
        known = known_articles(self.systems, sorted(rest - {""} - articles.ids.keys()))
        articles.ids.update(known.ids)
        articles.factors.update(known.factors)
        return articles

    def proven(self, case: Case, articles: Articles) -> Case:
        """The case with the proof of its order, or why there is nothing to make of it."""
        item, order = case.item, case.order
        if order is None and item.link is not None and item.problem is None:
            return (
                case.but(same=True) if self.reader.is_off(case) else case.but(problem=deleted(item))
            )
        if order is None or item.problem is not None or case.is_left_out:
            return case
        if order.state is OrderState.TRASHED and item.link is not None:
            return (
                case.but(same=True) if self.reader.is_off(case) else case.but(problem=trashed(item))
            )
        if order.state is OrderState.REFUNDED and self.reader.was_called_off(case):
            return case.but(same=True)
        proof = self._proof(case, order, articles)
        if isinstance(proof, Proven):
            return replace(case, proof=proof)
        same = idle(case.otherwise, Order, lambda other: self._proof(case, other, articles), proof)
        return case.but(problem=unhelped(proof, same))

    def with_document(self, case: Case, articles: Articles) -> Case:
        """The document as the item's record in the ERP's units, its hash under our own names."""
        if case.proof is None or case.item.problem is not None or case.item.same:
            return case
        made = self._made(case, articles.of(_lines(case)))
        same = self._idle(case, articles, made)
        if isinstance(made, Problem):
            return case.but(problem=unhelped(made.about(case.item.label), same))
        document, named = made
        applied = case.item.applied
        if _lost_a_product(case) and applied is not None and self._holds_as_much(case, document):
            named = self.words.with_lines_of(applied.payload, named)
        case = replace(case, idle=same)
        return self._settled(case.but(record=document, fingerprint=named))

    def with_payload(
        self,
        case: Case,
        customers: Resolved,
        articles: Articles,
        products: dict[tuple[str, str], str],
    ) -> Case:
        """The payload with the ERP's ids; an order whose customer is not ready waits.

        `products` are all `articles` as a payload refers to them.
        """
        item, document = case.item, case.item.record
        if not isinstance(document, Document) or not (case.is_new or case.is_edited):
            return case
        own = articles.of(_lines(case))
        products = products if own is articles else own.refs
        key = document.customer_key
        if case.is_edited:
            return self._with_edit(case, customers.ids.get(key), products)
        if key not in customers.ids:
            why = customers.trouble.get(key)
            if why is None:
                return case.but(waits="its customer is not ready: it is not in the ERP yet")
            return case.but(waits=f"its customer is not ready, put that right first: {why}")
        refs = _refs(document, products, customers.ids[key])
        payload = self.words.payload(document, refs)
        if isinstance(payload, Problem):
            return case.but(problem=payload.about(item.label))
        useless = f"without effect: {', '.join(case.idle)}" if case.idle else ""
        if useless:
            self.run.watcher.note(without_effect(item.label, case.idle, item.id))
        because = "; ".join(filter(None, (self.words.because(document), item.because, useless)))
        return case.but(payload=payload, refs=refs, because=because)

    def _proof(self, case: Case, order: Order, articles: Articles) -> Proven | Problem:
        """The proof of an order that `case` is or might be, or what speaks against it."""
        item = case.item
        proof = prove(order, self.systems.decimals)
        if isinstance(proof, Unproven):
            return proof.as_problem(item.label)
        trouble = why_held(order, self.rules)
        if trouble is None and case.is_new:
            own = articles.of(order.lines)
            trouble = article_trouble(item, order, self._sold(order), self.rules, own)
        return proof if trouble is None else trouble.about(item.label)

    def _idle(
        self, case: Case, articles: Articles, made: tuple[Document, str] | Problem
    ) -> tuple[str, ...]:
        """The corrections without which the same would come of a new order in one document."""
        if not case.is_new or case.whole is not None:
            return ()

        def remade(order: Order) -> object:
            proof = self._proof(case, order, articles)
            if isinstance(proof, Problem):
                return proof
            other = replace(case, order=order, proof=proof)
            return _substance(order, self._made(other, articles.of(order.lines)))

        return idle(case.otherwise, Order, remade, _substance(case.order, made))

    def _sold(self, order: Order | None) -> list[OrderLine]:
        """The lines that need an article of the ERP."""
        if order is None:
            return []
        left_out = without_article(order, self.rules.bundles)
        return [line for line in order.lines if line.id not in left_out]

    def _made(self, case: Case, articles: Articles) -> tuple[Document, str] | Problem:
        """The document in the ERP's units, and its hash under our own names, in pieces."""
        keys: set[str] = set()

        def one_piece(key: str) -> Decimal:
            keys.add(key)
            return Decimal(1)

        pieces = self._document(case, one_piece)
        named = pieces if isinstance(pieces, Problem) else self.words.fingerprint(pieces)
        if isinstance(named, Problem):
            return named
        if not isinstance(pieces, Problem) and all(articles.factor(key) == 1 for key in keys):
            return pieces, named
        document = self._document(case, articles.factor)
        return document if isinstance(document, Problem) else (document, named)

    def _document(self, case: Case, unit_factor: Callable[[str], Decimal]) -> Document | Problem:
        """The document that the ERP should hold, in its digits; of a part what falls to it.

        Of a product that was deleted after the transfer the ERP has the article already.
        """
        item, order = case.item, case.order
        assert order is not None
        assert case.proof is not None
        rules = self.rules
        if _lost_a_product(case):
            rules = replace(rules, catch_all=True)
        whole = document_of(
            order,
            case.proof,
            reference=item.reference.removesuffix(f"#{item.part}"),
            customer_key=self.customers.key_of(order),
            wanted=DocumentState(item.wanted),
            unit_factor=unit_factor,
            rules=rules,
        )
        return self.words.in_its_digits(self.parts.document(case, whole))

    def _holds_as_much(self, case: Case, document: Document) -> bool:
        """Whether the ERP's document is over as much as this one, line by line.

        Which article a deleted product was can no longer be told from its line. What each line was
        over is not known of older documents, nor comparable where the rules changed since: then
        the money and the pieces of the whole count.
        """
        link, applied = case.item.link, case.item.applied
        known = self.run.state.facts(ORDER, [case.item.id]).get(case.item.id, {})
        if not holds_pieces(known.get("pieces", ""), pieces_of(document)):
            return False
        if "lines" in known and applied is not None and applied.mapping == case.item.mapping:
            return same_lines(known["lines"], line_marks(document))
        there = self.systems.erp.fetch(ORDER, [link.target]) if link is not None else ()
        return all(self.systems.document(raw).total == document.total for raw in there)

    def _settled(self, case: Case) -> Case:
        """Waits while the shop's plug-ins may still be writing to an order that is new to us."""
        item, order = case.item, case.order
        unchanged = item.applied is not None and item.applied.payload == item.fingerprint
        if order is None or order.modified_at is None or unchanged:
            return case
        ready = order.modified_at + self.settings.settle
        if ready <= self.systems.shop_identity.clock:
            return case
        lag = self.run.now() - self.systems.shop_identity.clock
        seconds = int(self.settings.settle.total_seconds())
        return case.but(waits=f"it was changed less than {seconds} s ago", waits_until=ready + lag)

    def _with_edit(
        self, case: Case, customer: str | None, products: dict[tuple[str, str], str]
    ) -> Case:
        """The payload of a late edit; without one, where an id is missing, it becomes a task."""
        document = case.item.record
        if customer is None or not isinstance(document, Document):
            return case
        payload = self.words.payload(document, _refs(document, products, customer))
        return case if isinstance(payload, Problem) else case.but(payload=payload)


def _refs(
    document: Document, products: dict[tuple[str, str], str], customer: str
) -> Mapping[tuple[str, str], str]:
    """The ERP's ids of all that the document names; those of its window's products are shared."""
    return ChainMap({("customer", document.customer_key): customer}, products)


def _substance(order: Order | None, made: tuple[Document, str] | Problem) -> object:
    """All that may come of an order: what the ERP is told of its document, and what the order says
    beside its lines, such as its state, by which customers and payments go too; or why there is no
    document."""
    if isinstance(made, Problem) or order is None:
        return made
    return made[1], order.model_copy(update=dict.fromkeys(_IN_THE_DOCUMENT, ()))


def _lines(case: Case) -> tuple[OrderLine, ...]:
    return case.order.lines if case.order is not None else ()


def _lost_a_product(case: Case) -> bool:
    """Whether the shop deleted a product after its order went to the ERP: its line stays there."""
    gone = any(not line.product_key for line in _lines(case))
    return case.item.link is not None and gone
