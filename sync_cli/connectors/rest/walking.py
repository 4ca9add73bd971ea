"""Walks the pages of a listing: by id, by cursor, by place or by link, as the profile says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, assert_never

from msgspec import Struct

from sync_cli.connectors.base import Json
from sync_cli.connectors.positions import Place
from sync_cli.connectors.rest.calls import (
    CursorPaging,
    KeysetPaging,
    LinkPaging,
    Listing,
    OffsetPaging,
    Paging,
)
from sync_cli.connectors.rest.paths import Expression
from sync_cli.connectors.rest.wire import Wire
from sync_cli.core.errors import ConfigError

_UNUSED: Mapping[str, Any] = {"after": None, "cursor": None, "offset": None, "page": None}


class Turn(Struct, frozen=True):
    """One page of a walk. `following` is where the next one begins, None behind the last.

    `began` is not later than the source's clock when this page was asked for, None where the
    answer tells none.
    """

    items: list[Json]
    following: Place
    began: datetime | None
    total: int | None


def is_stable(paging: Paging | None) -> bool:
    """Whether one walk meets every record that was there when it began, whatever is edited."""
    match paging:
        case None | KeysetPaging() | CursorPaging():
            return True
        case OffsetPaging() | LinkPaging():
            return paging.stable
        case _:
            assert_never(paging)


def walk(
    wire: Wire, listing: Listing, id_of: Expression, values: Mapping[str, Any], place: Place = None
) -> Iterator[Turn]:
    """The pages from `place` on; at least one. Raises ConfigError if the system does not page."""
    while True:
        turn = _turn(wire, listing, id_of, values, place)
        yield turn
        if turn.following is None:
            return
        if turn.following == place:
            raise ConfigError(
                f"{wire.system} answers the same page of {listing.call.path} again and again.",
                "Correct `paging` in the profile.",
            )
        place = turn.following


def _turn(
    wire: Wire, listing: Listing, id_of: Expression, values: Mapping[str, Any], place: Place
) -> Turn:
    every = {**_UNUSED, "limit": listing.size, **_placed(listing.paging, place), **values}

    def fits(data: Any) -> bool:
        return isinstance(listing.items(data), list | dict)

    if isinstance(listing.paging, LinkPaging) and isinstance(place, str):
        reply = wire.follow(place, listing.call, every, fits)
    else:
        reply = wire.read(listing.call, every, fits)
    found = listing.items(reply.data)
    items = found if isinstance(found, list) else [found]
    following = _following(listing, id_of, reply.data, items, place)
    total = listing.total(reply.data) if listing.total is not None else None
    return Turn(items, following, reply.began, total if isinstance(total, int) else None)


def _placed(paging: Paging | None, place: Place) -> dict[str, Any]:
    match paging:
        case None | LinkPaging():
            return {}
        case KeysetPaging():
            return {"after": paging.start if place is None else place}
        case CursorPaging():
            return {"cursor": place}
        case OffsetPaging():
            at = paging.start if place is None else place
            return {"offset": at, "page": at}
        case _:
            assert_never(paging)


def _following(
    listing: Listing, id_of: Expression, data: Any, items: list[Json], place: Place
) -> Place:
    paging = listing.paging
    match paging:
        case None:
            return None
        case CursorPaging() | LinkPaging():
            found = paging.next(data)
            return str(found) if found not in (None, "", False) else None
        case KeysetPaging():
            return _last_id(id_of, items) if _goes_on(paging, data, items) else None
        case OffsetPaging():
            if not _goes_on(paging, data, items):
                return None
            at = paging.start if place is None else int(place)
            return at + (1 if "page" in listing.call.names() else len(items))
        case _:
            assert_never(paging)


def _goes_on(paging: KeysetPaging | OffsetPaging, data: Any, items: list[Json]) -> bool:
    """Without `more` only an empty page is the end: a server may give fewer than asked."""
    return bool(items) and (paging.more is None or paging.more.holds(data))


def _last_id(id_of: Expression, items: list[Json]) -> str:
    return str(id_of(items[-1]))
