"""Windows of time in which the order by modification is no help: they are read by id."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice

from sync_cli.connectors.base import batched
from sync_cli.connectors.woocommerce.entities import Listing, Row, shifted
from sync_cli.connectors.woocommerce.position import Crowd
from sync_cli.connectors.woocommerce.wire import Wire

MOST_PASSES = 10


class CrowdReader:
    """The records of one window of one listing, in batches by ascending id.

    Their ids are read in passes until two agree, for records may leave the window meanwhile; who
    left it by an edit is read nevertheless, for records are then asked for by id.
    """

    def __init__(
        self, wire: Wire, listing: Listing, fields: Mapping[str, str], crowd: Crowd
    ) -> None:
        self._wire = wire
        self._listing = listing
        self._fields = fields
        self._size = {"per_page": str(wire.page_size)}
        self._crowd = crowd

    def batches(self, seen: frozenset[str]) -> Iterator[tuple[list[Row], int]]:
        """The records behind id `crowd.done` that were not seen, each batch with the last id asked
        for; some batches are asked for at the same time."""
        ids = self._agreed_ids(self._crowd)
        behind = islice(ids, bisect_right(ids, self._crowd.done), None)
        left = (id for id in behind if str(id) not in seen)
        asked = (partial(self._ask, batch) for batch in batched(left, self._wire.page_size))
        yield from self._wire.pacing.run_in_order(asked)

    def _ask(self, ids: list[int]) -> tuple[list[Row], int]:
        include = {"include": ",".join(map(str, ids))}
        params = {**self._listing.params, **self._fields, **self._size, **include}
        return self._wire.rows(self._listing.path, params).rows, ids[-1]

    def _agreed_ids(self, crowd: Crowd) -> list[int]:
        found: set[int] = set()
        before: set[int] | None = None
        for _ in range(MOST_PASSES):
            now = set(self._pass(crowd))
            found |= now
            if now == before:
                break
            before = now
        return sorted(found)

    def _pass(self, crowd: Crowd) -> Iterator[int]:
        params = {
            **self._listing.params,
            **self._size,
            **changed_from(crowd.since),
            **({"modified_before": crowd.until} if crowd.until else {}),
            "orderby": "id",
            "order": "asc",
            "_fields": "id",
        }
        for page in self._wire.pages_at_once(self._listing.path, params):
            yield from (int(row["id"]) for row in page)


def changed_from(at: str) -> Mapping[str, str]:
    """The filter for changes at or after the second `at`; the shop's bound is exclusive [3.3]."""
    return {"modified_after": shifted(at, -1), "dates_are_gmt": "true"} if at else {}
