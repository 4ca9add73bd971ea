"""The few reading calls that everything is asked with, in the form that was recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sync_cli.connectors.base import batched
from sync_cli.connectors.odoo.shapes import Domain
from sync_cli.connectors.odoo.values import Row
from sync_cli.connectors.odoo.wire import Ask, Wire

READ_AT_ONCE = 500
Context = Mapping[str, Any]


def search_read(
    model: str,
    domain: Domain,
    fields: Sequence[str],
    *,
    order: str = "",
    limit: int = 0,
    context: Context | None = None,
) -> Ask:
    """Fields of the records in `domain`; they are always named, for a user may not read all of
    them (FACTS 1, 120)."""
    keywords: dict[str, Any] = {"fields": list(fields)}
    if order:
        keywords["order"] = order
    if limit:
        keywords["limit"] = limit
    if context:
        keywords["context"] = dict(context)
    return Ask(model, "search_read", None, {"domain": domain}, keywords)


def read_rows(wire: Wire, model: str, ids: Sequence[int], fields: Sequence[str]) -> Iterator[Row]:
    """The rows with these ids; missing ones are absent. Raises SystemFault or ConfigError."""
    for some in batched(ids, READ_AT_ONCE):
        yield from wire.look(Ask(model, "read", some, {"fields": list(fields)})).data


def rows_where(
    wire: Wire, model: str, name: str, values: Sequence[Any], fields: Sequence[str], **more: Any
) -> Iterator[Row]:
    """The rows whose field `name` has one of these values, by id. Raises as `read_rows`."""
    narrowed: Domain = more.get("domain", [])
    for some in batched(values, READ_AT_ONCE):
        domain = [[name, "in", some], *narrowed]
        yield from wire.look(search_read(model, domain, fields, order="id")).data
