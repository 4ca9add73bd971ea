"""Products of a shop before WooCommerce 10.3: it lists variations below their product alone.

A change of a variation need not move its product in every version, so a read asks below each
variable product for what changed, whether the product itself did or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from msgspec.structs import replace

from sync_cli.connectors.base import Page
from sync_cli.connectors.woocommerce.crowd import changed_from
from sync_cli.connectors.woocommerce.entities import (
    OLDER_LISTINGS,
    PARENT,
    PRODUCT,
    VARIATIONS,
    Listing,
    Row,
    second,
    shape_of,
)
from sync_cli.connectors.woocommerce.id_walk import IdWalk
from sync_cli.connectors.woocommerce.position import Position
from sync_cli.connectors.woocommerce.refusals import RouteMissing
from sync_cli.connectors.woocommerce.walk import ModifiedWalk
from sync_cli.connectors.woocommerce.wire import Wire

_VARIABLE = "variable"
"""How the types of all products begin that have variations; plug-ins add such types."""


def note_older(wire: Wire, missing: RouteMissing, path: str) -> None:
    """Remember that the shop lists no variations; raises `missing` again where it is another."""
    if path != VARIATIONS:
        raise missing
    wire.is_older = True


def changes_below(wire: Wire, since: datetime | None, position: Position | None) -> Iterator[Page]:
    """What `Connector.changes` promises of products, from `position` on.

    Behind the variations of some products comes a page, an empty one too, so that a read that
    finds nothing can be left off and taken up again.
    """
    came = False
    while position is None or position.listing < len(OLDER_LISTINGS):
        walk = _walk(wire, since, position)
        for page in _pages(wire, walk):
            came = True
            yield page
        position = walk.position
    if not came and position is not None:
        yield Page((), position.write(), position.clock)


def variations_below(wire: Wire, params: Mapping[str, str]) -> Iterator[Row]:
    """The living variations of all products; raises as `Wire.rows`."""
    listing = next(one for one in OLDER_LISTINGS if one.path == VARIATIONS)
    for rows in ParentWalk(wire, listing, params).pages():
        yield from rows


def fetch_below(wire: Wire, ids: Sequence[str]) -> Iterator[Row]:
    """The variations of these ids, trashed ones too; ids of none are absent.

    The product of one tells where others of them may stand, so each product costs two calls.
    """
    half = -(-len(ids) // 2)
    parts = [list(part) for part in (ids[:half], ids[half:]) if part]
    for rows in wire.pacing.run_in_order(partial(_fetch_part, wire, part) for part in parts):
        yield from rows


def _fetch_part(wire: Wire, left: list[str]) -> list[Row]:
    fields, found = wire.fields_of(PRODUCT), list[Row]()
    while left:
        id = left[0]
        row = wire.record(f"products/{id}", fields)
        parent = str(row.get(PARENT) or "") if row is not None else ""
        size = {"include": ",".join(left), "per_page": str(wire.page_size)}
        path = f"products/{parent}/variations"
        rows = wire.rows(path, {**fields, **size}).rows if parent else []
        named = {str(one["id"]): _named(one, parent) for one in rows}
        if id not in named and row is not None:
            named[id] = row
        found += named.values()
        left = [other for other in left if other != id and other not in named]
    return found


def _named(row: Row, parent: str) -> Row:
    """A variation with what only its address says of it in some versions."""
    row.setdefault(PARENT, int(parent))
    row.setdefault("type", "variation")
    return row


class ParentWalk:
    """One read of the variations below all products that can have some, by the ids of these.

    Some products are asked for at the same time. Products that are made meanwhile come at the end.
    Where it stands is noted as ids seen: a shop that was brought up to date since then reads its
    list of all variations from the beginning.
    """

    def __init__(
        self,
        wire: Wire,
        listing: Listing,
        params: Mapping[str, str],
        position: Position | None = None,
    ) -> None:
        self.position = position
        self._wire = wire
        self._params = {**listing.params, **params}
        lists = tuple(Listing("products", params) for params in listing.below)
        self._products = IdWalk(wire, lists, {"_fields": "id,type"}, _products_from(position))

    def pages(self) -> Iterator[list[Row]]:
        """The variations of some products, perhaps none; `position` is behind them."""
        walked = self._products.position
        number = walked.listing if walked is not None else 0
        for products in self._products.pages():
            walked = self._products.position
            if walked is None:
                raise RuntimeError("a walk has no position before its first call")
            if self.position is None:
                self.position = Position(walked.clock)
            rows: list[Row] = []
            for product, found in self._below(products):
                rows += found
                if len(rows) >= self._wire.page_size:
                    self._stand(self.position, number, product)
                    yield rows
                    rows = []
            number = walked.listing
            self._stand(self.position, number, walked.last)
            yield rows
        if self.position is not None:
            self.position = Position(self.position.clock, self.position.listing + 1)

    def _stand(self, position: Position, number: int, product: int) -> None:
        self.position = replace(position, seen=(str(number), str(product)))

    def _below(self, products: list[Row]) -> Iterator[tuple[int, list[Row]]]:
        """The variations of each of the products that can have some, by its id."""
        ids = [int(row["id"]) for row in products if str(row["type"]).startswith(_VARIABLE)]
        asked = (partial(self._variations, id) for id in ids)
        return zip(ids, self._wire.pacing.run_in_order(asked), strict=True)

    def _variations(self, product: int) -> list[Row]:
        listing = Listing(f"products/{product}/variations")
        walk = IdWalk(self._wire, (listing,), self._params, ahead=False)
        return [_named(row, str(product)) for rows in walk.pages() for row in rows]


def _products_from(position: Position | None) -> Position | None:
    """Where the walk over the products goes on that stood at `position`."""
    if position is None or len(position.seen) != 2:
        return None
    number, product = position.seen
    return Position(position.clock, int(number), last=int(product))


_Walk = ModifiedWalk | IdWalk | ParentWalk


def _walk(wire: Wire, since: datetime | None, position: Position | None) -> _Walk:
    """The walk over the listing that the position stands in, and no further."""
    number = position.listing if position is not None else 0
    fields, listings = wire.fields_of(PRODUCT), OLDER_LISTINGS[: number + 1]
    if listings[number].below:
        changed = changed_from(second(since)) if since is not None else {}
        return ParentWalk(wire, listings[number], {**fields, **changed}, position)
    if since is None:
        return IdWalk(wire, listings, fields, position)
    shape = replace(shape_of(PRODUCT), listings=listings)
    return ModifiedWalk(wire, PRODUCT, shape, since, position)


def _pages(wire: Wire, walk: _Walk) -> Iterator[Page]:
    if isinstance(walk, ModifiedWalk):
        yield from (page for page in walk.pages() if page.records)
        return
    shape = shape_of(PRODUCT)
    for rows in walk.pages():
        if walk.position is not None and (rows or isinstance(walk, ParentWalk)):
            records = tuple(wire.raw_of(shape, row) for row in rows)
            yield Page(records, walk.position.write(), walk.position.clock)
