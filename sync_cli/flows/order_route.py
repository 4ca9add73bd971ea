"""The route that makes ERP documents of shop orders."""

from __future__ import annotations

from collections.abc import Sequence

from sync_cli.core.fingerprint import digest
from sync_cli.core.item import Kind, Target
from sync_cli.core.money import unit
from sync_cli.core.routing import order_of
from sync_cli.engine.route import Route
from sync_cli.flows.judging import judge_document
from sync_cli.flows.order_documents import DocumentWords
from sync_cli.flows.systems import ERP, SHOP, Systems

ORDER = "order"
ORDERS = "orders"


def order_route(systems: Systems) -> Route:
    """The route that makes ERP documents of shop orders."""
    settings = systems.config.orders
    tables = systems.shop_mapping(ORDER).tables
    states = tables["order_states"].entries if "order_states" in tables else {}
    held_states = sorted(settings.fraud_hold.states)
    scope = digest(
        [sorted(settings.states), settings.start_at, states, *filter(None, [held_states])]
    )
    return Route(
        name=ORDERS,
        entity=ORDER,
        source=systems.shop,
        target=systems.erp,
        source_entity=ORDER,
        target_entity=ORDER,
        source_role=SHOP,
        target_role=ERP,
        kind=Kind.DOCUMENT,
        mode=settings.mode,
        scope=scope,
        buffer=systems.config.systems.shop.buffer,
        start_at=settings.start_at,
        creates=True,
        find_keys=("reference",),
        judge=lambda item, found: judge_document(item, found.id, systems.document(found)),
        stand=lambda raw: Target(state=str(systems.document(raw).state)),
        read_document=systems.document,
        write_document=DocumentWords(systems).payload,
        rounding=settings.rounding_limit * unit(systems.decimals),
        rate_limit=settings.exchange_rate_limit,
        source_ids=whole_orders,
        stage_entity=ORDER,
    )


def whole_orders(ids: Sequence[str]) -> list[str]:
    """The orders that these are, or are parts of, each once."""
    return list(dict.fromkeys(map(order_of, ids)))
