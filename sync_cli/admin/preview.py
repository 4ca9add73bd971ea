"""One record on its journey, side by side: as read, canonical, and as it would be written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.admin.alignment import Alignment, Step
from sync_cli.admin.mapping_files import InForce, way_of
from sync_cli.admin.mapping_live import Sides
from sync_cli.admin.surroundings import around
from sync_cli.connectors.base import Connector, Raw
from sync_cli.core.errors import ConfigError, Problem
from sync_cli.core.model import Order
from sync_cli.core.products import Product
from sync_cli.core.refund_records import Refund
from sync_cli.flows.journey_steps import Setting
from sync_cli.flows.journeys import Carried, Way
from sync_cli.flows.order_documents import OwnNames
from sync_cli.flows.systems import ERP
from sync_cli.flows.tracing import carried_fields
from sync_cli.mapping.errors import Unreadable
from sync_cli.mapping.shapes import plain_record


class Preview(Struct, frozen=True):
    """A record on its journey. `heads` name the columns of `steps`; `note` says what a run adds."""

    label: str
    heads: tuple[str, ...]
    steps: tuple[Step, ...]
    carried: Carried
    note: str = ""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the record would be held."""
        return self.carried.problems


def preview(opened: Sides, journey: str, name: str) -> Preview:
    """The record called `name` - an id, SKU, reference, number or e-mail - on its journey.

    Raises ConfigError where there is no such record or journey.
    """
    way = way_of(opened.force, journey)
    raw = _found(opened, way, name)
    setting, refs, problems = _put_in(opened, way, raw)
    carried = way.carry(raw, setting, refs)
    carried = replace(carried, problems=(*carried.problems, *problems))
    return side_by_side(opened.force, way, carried)


def _found(opened: Sides, way: Way, name: str) -> Raw:
    source = way.journey.source
    system = opened.of(source.role)
    for raw in system.fetch(source.entity, [name]):
        return raw
    for key in way.journey.searched:
        raws = _by_key(system, source.entity, key, name)
        if len(raws) > 1:
            ids = ", ".join(raw.id for raw in raws)
            raise ConfigError(f"{len(raws)} records have the {key} {name!r}: {ids}.", "Name an id.")
        if raws:
            return raws[0]
    what = f"{way.journey.name} {name}"
    raise ConfigError(f"There is no {what} in the {source.role}.", "Name it by its id there.")


def _by_key(system: Connector, entity: str, key: str, name: str) -> Sequence[Raw]:
    """What is found by a key; stock is found by its article."""
    if entity == "stock":
        ids = [raw.id for raw in system.find("product", key, [name])[name]]
        return list(system.fetch(entity, ids))
    return system.find(entity, key, [name])[name]


def _put_in(opened: Sides, way: Way, raw: Raw) -> tuple[Setting, OwnNames, tuple[Problem, ...]]:
    """What a run reads besides the record: what it stands on, and the articles of its lines."""
    try:
        record = way.read(raw)
    except Unreadable:
        return opened.setting, OwnNames(), ()
    beside = around(opened, record)
    setting = replace(opened.setting, around=beside)
    match record:
        case Order():
            return _articles(opened, setting, way.label(raw), record)
        case Refund() if beside.order is not None:
            setting, names, _ = _articles(opened, setting, way.label(raw), beside.order)
            return setting, names, ()
        case _:
            return setting, OwnNames(), ()


def _articles(
    opened: Sides, setting: Setting, label: str, order: Order
) -> tuple[Setting, OwnNames, tuple[Problem, ...]]:
    """The articles of an order's lines: their unit factors, their ids, and which are not there."""
    names = OwnNames()
    skus = sorted({line.sku for line in order.lines if line.sku})
    found = opened.erp.find("product", "sku", skus) if skus else {}
    factors: dict[str, Decimal] = {}
    problems = []
    for line in order.lines:
        hits = found.get(line.sku, ())
        if len(hits) != 1:
            problems.append(_no_article(label, line.sku, len(hits)))
            continue
        names["product", line.product_key] = hits[0].id
        factors[line.product_key] = _factor(opened, hits[0])
    setting = replace(setting, factor=lambda key: factors.get(key, Decimal(1)))
    return setting, names, tuple(problems)


def _no_article(label: str, sku: str, count: int) -> Problem:
    says = f"{count or 'no'} articles of the ERP have the SKU {sku!r}"
    remedy = "Give exactly one article this SKU."
    return Problem("unknown-sku" if not count else "double-sku", label, says, remedy, field="sku")


def _factor(opened: Sides, raw: Raw) -> Decimal:
    mapping = opened.force.mappings.of(opened.force.kinds[ERP], "product")
    try:
        article = mapping.read(raw.data, id=raw.id, birth=raw.birth)
    except Unreadable:
        return Decimal(1)
    return article.unit_factor if isinstance(article, Product) else Decimal(1)


def side_by_side(force: InForce, way: Way, carried: Carried) -> Preview:
    """The fields of a carried record beside each other."""
    middle = None
    if way.source.model is not way.target.model:
        middle = carried_fields(way, Setting(force.config))
    steps = list(Alignment(way, carried, middle).steps())
    heads = [f"{way.source.system} {way.source.entity}", way.source.model.__name__]
    if middle is not None:
        heads.append(way.target.model.__name__)
    heads.append(f"{way.target.system} {way.target.entity}")
    return Preview(way.label(carried.raw), tuple(heads), tuple(steps), carried, way.journey.note)


def as_data(shown: Preview) -> dict[str, Any]:
    """The preview for machines: raw, canonical, payload, and why it would be held."""
    carried = shown.carried
    plain = None if carried.canonical is None else plain_record(carried.canonical)
    made = None if carried.translated is None else plain_record(carried.translated)
    return {
        "record": shown.label,
        "raw": carried.raw.data,
        "canonical": plain,
        "translated": made,
        "payload": carried.payload,
        "left_out": carried.left_out,
        "problems": [problem.sentence() for problem in shown.problems],
        "note": shown.note,
    }
