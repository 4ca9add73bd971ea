"""Reading a shop: what changed, records by id or by a key, and the census."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from urllib.parse import quote

from sync_cli.connectors.base import Found, Page, Raw, Seen, batched
from sync_cli.connectors.woocommerce.crowd import changed_from
from sync_cli.connectors.woocommerce.entities import (
    CUSTOMER,
    NOTE,
    ORDER,
    PRODUCT,
    REFUND,
    TAX_CLASS,
    TRASH,
    VARIATIONS,
    Row,
    Shape,
    moment,
    second,
    shape_of,
)
from sync_cli.connectors.woocommerce.id_walk import IdWalk
from sync_cli.connectors.woocommerce.notes import find_notes
from sync_cli.connectors.woocommerce.older import (
    changes_below,
    fetch_below,
    note_older,
    variations_below,
)
from sync_cli.connectors.woocommerce.position import Position, read_position
from sync_cli.connectors.woocommerce.refunds import find_refunds, refunds_of
from sync_cli.connectors.woocommerce.refusals import RouteMissing
from sync_cli.connectors.woocommerce.tax_tables import TABLES, read_table
from sync_cli.connectors.woocommerce.walk import ModifiedWalk
from sync_cli.connectors.woocommerce.wire import ValueRefused, Wire
from sync_cli.core.errors import ConfigError

LONGEST_LIST = 5000
"""Characters of a list in an address, which may have 8 kB in all [2.11]."""

Matches = dict[str, list[Raw]]


def changes(wire: Wire, entity: str, since: datetime | None, resume: str | None) -> Iterator[Page]:
    """See `Connector.changes`; customers cannot be filtered by date, so all of them come [3.6].

    A whole read walks by id, which no edit disturbs. Refunds are walked by id in any case: they
    have no date of modification to go on from. Tax classes and rates
    come all at once.
    """
    if entity in TABLES:
        yield from read_table(wire, entity)
        return
    shape = shape_of(entity)
    if not shape.listings:
        raise ConfigError(f"The {shape.label.lower()}s of a shop cannot be read by date.")
    position = read_position(resume)
    if wire.is_older and entity == PRODUCT:
        yield from changes_below(wire, since, position)
        return
    walk = _walk(wire, shape, since, position)
    try:
        yield from walk.pages() if isinstance(walk, ModifiedWalk) else _pages(wire, shape, walk)
    except RouteMissing as missing:
        note_older(wire, missing, _path_of(shape, walk.position))
        yield from changes_below(wire, since, walk.position)


def _walk(
    wire: Wire, shape: Shape, since: datetime | None, position: Position | None
) -> ModifiedWalk | IdWalk:
    if shape.dated and since is not None:
        return ModifiedWalk(wire, shape.entity, shape, since, position)
    params = {**wire.fields_of(shape.entity), **_changed_from(shape, since)}
    return IdWalk(wire, shape.listings, params, position)


def _path_of(shape: Shape, position: Position | None) -> str:
    """The list that a walk stands in."""
    return shape.listings[position.listing if position is not None else 0].path


def _pages(wire: Wire, shape: Shape, walk: IdWalk) -> Iterator[Page]:
    came = False
    for rows in walk.pages():
        if walk.position is not None and (rows or not came):
            came = True
            records = tuple(wire.raw_of(shape, row) for row in rows)
            yield Page(records, walk.position.write(), walk.position.clock, walk.total)
    if not came and walk.position is not None:
        yield Page((), walk.position.write(), walk.position.clock)


def census(wire: Wire, entity: str, since: datetime | None) -> Iterator[Seen]:
    """Every record that is not in the trash, by id; since a date where the entity can be dated.

    An account that was never changed has no date of modification [2.6]: its registration counts.
    """
    shape = shape_of(entity)
    fields = {"_fields": ",".join(sorted({"id", shape.birth, shape.modified}))}
    for row in _living(wire, shape, {**fields, **_changed_from(shape, since)}):
        birth = str(row.get(shape.birth) or "")
        changed = row.get(shape.modified) or (None if shape.dated else row.get(shape.birth))
        yield Seen(str(row["id"]), birth, moment(changed))


def _living(wire: Wire, shape: Shape, params: Mapping[str, str]) -> Iterator[Row]:
    walk = IdWalk(wire, shape.listings[: shape.living], params)
    try:
        for rows in walk.pages():
            yield from rows
    except RouteMissing as missing:
        note_older(wire, missing, _path_of(shape, walk.position))
        yield from variations_below(wire, params)


def _changed_from(shape: Shape, since: datetime | None) -> Mapping[str, str]:
    """The filter by modification, where the entity has it."""
    known = shape.dated or shape.filtered
    return changed_from(second(since)) if since is not None and known else {}


def fetch(wire: Wire, entity: str, ids: Sequence[str]) -> Iterator[Raw]:
    """Records by id: lists of ids first; what they leave out is asked for one by one.

    Lists leave out trashed records without a word, and products their variations [2.8].
    """
    shape = shape_of(entity)
    if not shape.listings:
        raise ConfigError(f"The {shape.label.lower()}s of a shop cannot be read by id.")
    wanted = list(dict.fromkeys(id for id in ids if id.isdecimal() and int(id)))
    for batch in batched(wanted, wire.page_size):
        missing = dict.fromkeys(batch)
        for row in _listed(wire, entity, shape, missing):
            missing.pop(str(row["id"]), None)
            yield wire.raw_of(shape, row)
        asked = wire.is_older and entity == PRODUCT
        if shape.dated and not asked:
            yield from _one_by_one(wire, entity, shape, missing)


def _listed(wire: Wire, entity: str, shape: Shape, missing: Mapping[str, None]) -> Iterator[Row]:
    for listing in shape.listings[: shape.living]:
        if not missing:
            return
        if listing.path == VARIATIONS and wire.is_older:
            yield from fetch_below(wire, list(missing))
            continue
        size = {"include": ",".join(missing), "per_page": str(wire.page_size)}
        params = {**listing.params, **wire.fields_of(entity), **size}
        try:
            rows = wire.rows(listing.path, params).rows
        except RouteMissing as fault:
            note_older(wire, fault, listing.path)
            yield from fetch_below(wire, list(missing))
        else:
            yield from rows


def _one_by_one(
    wire: Wire, entity: str, shape: Shape, missing: Mapping[str, None]
) -> Iterator[Raw]:
    listing = shape.listings[0]
    params = {**listing.params, **wire.fields_of(entity)}
    for id in missing:
        row = wire.record(f"{listing.path}/{id}", params)
        if row is not None:
            yield wire.raw_of(shape, row)


def find(
    wire: Wire, entity: str, key: str, values: Sequence[str]
) -> Mapping[str, tuple[Found, ...]]:
    """See `Connector.find`. Raises ConfigError for a key that a shop cannot be searched by."""
    search = _SEARCHES.get((entity, key))
    if search is None:
        known = [f"{entity} by {key}" for entity, key in _SEARCHES]
        raise ConfigError(
            f"A WooCommerce shop cannot be searched for {entity} by {key}.",
            f"It can be for {', '.join(known)}.",
        )
    found: Matches = {value: [] for value in values}
    asked = [value for value in found if value]
    if asked:
        search(wire, asked, found)
    return {value: tuple(records) for value, records in found.items()}


def _find_by_sku(wire: Wire, values: Sequence[str], found: Matches) -> None:
    """SKUs of products and variations; the trash is asked only for those nobody alive has [4.8]."""
    _ask_skus(wire, values, found, {})
    _ask_skus(wire, [value for value in values if not found[value]], found, {"status": TRASH})


def _ask_skus(wire: Wire, values: Sequence[str], found: Matches, more: Mapping[str, str]) -> None:
    """Lists of SKUs, some at the same time; each value is in one of them alone."""

    def ask(batch: list[str]) -> None:
        params = {"sku": ",".join(batch), **more}
        _collect(wire, PRODUCT, "products", "sku", params, frozenset(batch), found)

    for _ in wire.pacing.run_in_order(
        partial(ask, batch) for batch in _lists(values, wire.page_size)
    ):
        continue


def _lists(values: Sequence[str], most: int) -> Iterator[list[str]]:
    """The values in lists that fit into an address; one that holds a comma goes alone [4.9]."""
    batch: list[str] = []
    length = 0
    for value in values:
        size = len(quote(value, safe="")) + 3
        full = len(batch) >= most or length + size > LONGEST_LIST
        if batch and (full or "," in value or "," in batch[0]):
            yield batch
            batch, length = [], 0
        batch.append(value)
        length += size
    if batch:
        yield batch


def _collect(
    wire: Wire,
    entity: str,
    path: str,
    key: str,
    params: Mapping[str, str],
    wanted: frozenset[str],
    found: Matches,
) -> None:
    """All rows of a list whose `key` is exactly one of the wanted values: the shop folds case."""
    shape = shape_of(entity)
    for row in _all_rows(wire, path, {**params, **wire.fields_of(entity, key)}):
        value = str(row.get(key) or "")
        if value in wanted:
            found[value].append(wire.raw_of(shape, row))


def _all_rows(wire: Wire, path: str, params: Mapping[str, str]) -> Iterator[Row]:
    """The rows of a short list, page by page in the order of ids, each once."""
    seen: set[str] = set()
    order = {"orderby": "id", "order": "asc", "per_page": str(wire.page_size)}
    for page in wire.numbered_pages(path, {**params, **order}):
        for row in page:
            if str(row["id"]) not in seen:
                seen.add(str(row["id"]))
                yield row


def _each(
    ask: Callable[[Wire, str, Matches], None], wire: Wire, values: Sequence[str], found: Matches
) -> None:
    """One question a value, some of them at the same time."""
    for _ in wire.pacing.run_in_order([partial(ask, wire, value, found) for value in values]):
        continue


def _ask_barcode(wire: Wire, value: str, found: Matches) -> None:
    params = {"search": value, "search_fields": "global_unique_id"}
    _collect(wire, PRODUCT, "products", "global_unique_id", params, frozenset({value}), found)


def _ask_parent(wire: Wire, value: str, found: Matches) -> None:
    """The living variations of one product; those in the trash hold no stock."""
    if value.isdecimal():
        path = f"products/{value}/variations"
        _collect(wire, PRODUCT, path, "parent_id", {}, frozenset({value}), found)


def _ask_email(wire: Wire, value: str, found: Matches) -> None:
    """Customers by e-mail, without regard to case [9.2]; what is none is refused: nobody has it."""
    shape = shape_of(CUSTOMER)
    params = {"email": value, "role": "all", **wire.fields_of(CUSTOMER)}
    try:
        rows = list(_all_rows(wire, "customers", params))
    except ValueRefused:
        return
    for row in rows:
        if str(row.get("email") or "").casefold() == value.casefold():
            found[value].append(wire.raw_of(shape, row))


def _ask_number(wire: Wire, value: str, found: Matches) -> None:
    """Orders by number: mostly the id; plug-ins give others, which only a search may find."""
    rows: list[Row] = []
    for status in ({}, {"status": TRASH}):
        _collect_number(wire, {"search": value, **status}, rows)
    if value.isdecimal() and int(value):
        row = wire.record(f"orders/{int(value)}", _order_params(wire))
        rows.extend([row] if row is not None else [])
    matching = {str(row["id"]): row for row in rows if str(row.get("number")) == value}
    found[value].extend(wire.raw_of(shape_of(ORDER), row) for row in matching.values())


def _collect_number(wire: Wire, params: Mapping[str, str], rows: list[Row]) -> None:
    rows.extend(_all_rows(wire, "orders", {**_order_params(wire), **params}))


def _order_params(wire: Wire) -> Mapping[str, str]:
    return {**shape_of(ORDER).listings[0].params, **wire.fields_of(ORDER, "number")}


def _find_parts(wire: Wire, values: Sequence[str], found: Matches) -> None:
    """The orders that are parts of others; those in the trash are not asked for [16.3]."""
    for batch in _lists([value for value in values if value.isdecimal()], wire.page_size):
        params = {**_order_params(wire), "parent": ",".join(batch)}
        _collect(wire, ORDER, "orders", "parent_id", params, frozenset(batch), found)


def _find_notes(wire: Wire, values: Sequence[str], found: Matches) -> None:
    for value, notes in find_notes(wire, values):
        found[value].extend(notes)


def _ask_refunds(wire: Wire, value: str, found: Matches) -> None:
    """All refunds of one order."""
    found[value].extend(refunds_of(wire, value))


def _find_refunds(wire: Wire, values: Sequence[str], found: Matches) -> None:
    for value, refunds in find_refunds(wire, values):
        found[value].extend(refunds)


def _find_tax_classes(wire: Wire, _values: Sequence[str], found: Matches) -> None:
    """Tax classes by slug; products write the standard class as "", not as its slug [4.5]."""
    for row in wire.table("taxes/classes"):
        slug = str(row.get("slug") or "")
        if slug in found:
            found[slug].append(Raw(slug, row))


_SEARCHES: Mapping[tuple[str, str], Callable[[Wire, Sequence[str], Matches], None]] = {
    (PRODUCT, "sku"): _find_by_sku,
    (PRODUCT, "global_unique_id"): partial(_each, _ask_barcode),
    (PRODUCT, "parent_id"): partial(_each, _ask_parent),
    (TAX_CLASS, "slug"): _find_tax_classes,
    (CUSTOMER, "email"): partial(_each, _ask_email),
    (ORDER, "parent"): _find_parts,
    (ORDER, "number"): partial(_each, _ask_number),
    (NOTE, "reference"): _find_notes,
    (REFUND, "order"): partial(_each, _ask_refunds),
    (REFUND, "reference"): _find_refunds,
}
