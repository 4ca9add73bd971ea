"""What a shop product should be like, and which fields of a payload belong to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from sync_cli.core.products import Attribute, Product, ProductKind, ProductStatus
from sync_cli.mapping.compiler import path_of
from sync_cli.mapping.entity import EntityMapping
from sync_cli.mapping.rules import UNSET, Rule

META = "meta_data"
PRICES = frozenset({"price", "sale_price", "sale_from", "sale_to"})


class Targets(Struct, frozen=True):
    """Groups of what the write rules fill: keys of the payload, "meta:key" for metadata.

    `prices` come from prices and the times of a sale, `marks` from the ERP's id. `unseen` cannot
    be compared with the shop's own value, because no rule reads it there.
    """

    prices: frozenset[str]
    marks: frozenset[str]
    unseen: frozenset[str]


def targets_of(mapping: EntityMapping) -> Targets:
    """The groups in the shop's rules for products."""
    read = frozenset(rule.to for rule in mapping.rules_read)
    return Targets(
        prices=mapping.targets_of(PRICES),
        marks=mapping.targets_of(frozenset({"counterpart"})),
        unseen=frozenset(r.payload_key for r in mapping.rules_write if not _is_read_back(r, read)),
    )


def _is_read_back(rule: Rule, read: frozenset[str]) -> bool:
    if rule.value is not UNSET:
        return False
    starts = path_of(rule).starts
    return all(start[0] in read or ".".join(start[:2]) in read for start in starts)


def wanted_product(article: Product, product: Product) -> Product:
    """The shop's `product` as the ERP's `article` wants it.

    Kind and stock holder stay the shop's; of its attributes those of the article get its values.
    """
    return article.model_copy(
        update={
            "kind": product.kind,
            "holder": product.holder,
            "sale_from": _whole_second(article.sale_from),
            "sale_to": _whole_second(article.sale_to),
            "attributes": merged_attributes(article, product),
            "counterpart": article.id,
        }
    )


def new_product(article: Product, status: ProductStatus) -> Product:
    """A product of the shop as it is to be made of an article."""
    changes: dict[str, Any] = {
        "attributes": own_attributes(article),
        "counterpart": article.id,
        "sale_from": _whole_second(article.sale_from),
        "sale_to": _whole_second(article.sale_to),
    }
    if article.kind is not ProductKind.VARIATION and article.status is None:
        changes["status"] = status
    return article.model_copy(update=changes)


def own_attributes(article: Product) -> tuple[Attribute, ...]:
    """The article's attributes, each name once with all its values."""
    found: dict[str, Attribute] = {}
    for attribute in article.attributes:
        known = found.setdefault(attribute.name.casefold(), attribute)
        if known is not attribute:
            found[attribute.name.casefold()] = _with_options(known, attribute.options)
    return tuple(found.values())


def merged_attributes(article: Product, product: Product) -> tuple[Attribute, ...]:
    """The shop's attributes with the article's values; what only the shop has stays.

    A main article gains values and loses none, because variations of the shop may still have them.
    """
    if not article.attributes or product.kind not in (ProductKind.VARIABLE, ProductKind.VARIATION):
        return product.attributes
    left = {attribute.name.casefold(): attribute for attribute in own_attributes(article)}
    merged = [
        _merged(one, left.pop(one.name.casefold(), None), product) for one in product.attributes
    ]
    return (*merged, *left.values())


def _merged(known: Attribute, given: Attribute | None, product: Product) -> Attribute:
    if given is None:
        return known
    if product.kind is ProductKind.VARIABLE:
        return _with_options(known, given.options).model_copy(update={"varies": True})
    if known.option.casefold() == given.option.casefold():
        return known
    return known.model_copy(update={"options": given.options})


def _with_options(known: Attribute, more: Iterable[str]) -> Attribute:
    have = {option.casefold() for option in known.options}
    new = tuple(option for option in more if option.casefold() not in have)
    return known.model_copy(update={"options": (*known.options, *new)}) if new else known


def _whole_second(moment: datetime | None) -> datetime | None:
    """The shop keeps whole seconds."""
    return None if moment is None else moment.replace(microsecond=0)


def only(changes: Mapping[str, Any], targets: frozenset[str]) -> dict[str, Any]:
    """The entries of a payload that belong to these targets."""
    kept = {key: value for key, value in changes.items() if key in targets}
    metas = [entry for entry in changes.get(META, ()) if f"meta:{entry['key']}" in targets]
    return {**kept, META: metas} if metas else kept
