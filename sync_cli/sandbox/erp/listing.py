"""Reads the parameters of a list request and gives its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sync_cli.sandbox.erp.drafts import read_id
from sync_cli.sandbox.erp.records import Fields, Json, as_json, milliseconds
from sync_cli.sandbox.erp.refusals import RequestError
from sync_cli.sandbox.erp.table import Table

_PARAMETERS = ("changed_since", "after", "limit", "fields", "ids")
_DEFAULT_LIMIT = 100
_LARGEST_LIMIT = 500


@dataclass(frozen=True)
class ListRequest:
    """A readable list request; `since` in ms, rounded up, so that nothing older slips in."""

    since: int | None
    after: int | None
    limit: int
    fields: frozenset[str] | None
    ids: tuple[int, ...] | None


def read_list_request(given: Mapping[str, str], fields: Fields) -> ListRequest:
    """The list request of these query parameters; raises RequestError 400."""
    for name in given:
        if name not in _PARAMETERS:
            message = f"unknown parameter {name}; known are {', '.join(_PARAMETERS)}"
            raise RequestError(400, "unknown_parameter", message, name)
    return ListRequest(
        since=_since(given.get("changed_since")),
        after=_after(given.get("after")),
        limit=_limit(given.get("limit")),
        fields=_fields(given.get("fields"), fields),
        ids=_ids(given.get("ids")),
    )


def list_page(table: Table[Any], fields: Fields, wanted: ListRequest) -> Json:
    """One page: `items` in ascending order of id, and in `next` the last id if more follow."""
    one_more = wanted.limit + 1
    if wanted.ids is None:
        rows = table.page(wanted.after, wanted.since, one_more)
    else:
        picked = table.pick(wanted.ids)
        rows = [row for row in picked if _is_wanted(row, wanted)][:one_more]
    page = rows[: wanted.limit]
    return {
        "items": [as_json(row, fields, wanted.fields) for row in page],
        "next": str(page[-1].id) if len(rows) > wanted.limit else None,
    }


def _is_wanted(row: Any, wanted: ListRequest) -> bool:
    is_after = wanted.after is None or row.id > wanted.after
    return is_after and (wanted.since is None or row.changed_at >= wanted.since)


def _since(value: str | None) -> int | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _invalid("changed_since", value, "an ISO 8601 time with its zone (Z or offset)")
    exact = moment.astimezone(UTC)
    return milliseconds(exact) + (1 if exact.microsecond % 1000 else 0)


def _after(value: str | None) -> int | None:
    number = read_id(value)
    if value is not None and number is None:
        raise _invalid("after", value, "an id")
    return number


def _limit(value: str | None) -> int:
    if value is None:
        return _DEFAULT_LIMIT
    number = read_id(value)
    if number is None or not 1 <= number <= _LARGEST_LIMIT:
        raise _invalid("limit", value, f"a number from 1 to {_LARGEST_LIMIT}")
    return number


def _fields(value: str | None, known: Fields) -> frozenset[str] | None:
    if value is None:
        return None
    names = frozenset(filter(None, value.split(",")))
    if names - set(known):
        raise _invalid("fields", value, f"a list of {', '.join(known)}")
    return names


def _ids(value: str | None) -> tuple[int, ...] | None:
    if value is None:
        return None
    numbers = (read_id(each.strip()) for each in value.split(","))
    return tuple(number for number in numbers if number is not None)


def _invalid(name: str, value: str, wanted: str) -> RequestError:
    return RequestError(400, "invalid_parameter", f"{name}={value!r} is not {wanted}", name)
