"""The shop's REST API on the wire: address, credentials, lists and single records."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlencode

from msgspec import Struct
from requests import PreparedRequest

from sync_cli.connectors.base import Raw
from sync_cli.connectors.http import Answer, Auth, HttpClient, RequestRefused
from sync_cli.connectors.http_answers import Expected
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.woocommerce.entities import Row, Shape, raw_of, shape_of
from sync_cli.core.errors import ConfigError
from sync_cli.core.values import Discreet

API = "/wp-json/wc/v3"
PAGE_SIZE = 100
"""The most that a list gives at once [2.1]."""
_ROOT = "/wp-json"
_BAD_PARAMETER = "rest_invalid_param"


class ValueRefused(ConfigError):
    """A list was asked with a value that its parameter never takes, so that none can have it."""


class BasicAuth:
    """Key and secret in the Authorization header; over plain HTTP a shop ignores it [1.2]."""

    def __init__(self, key: str, secret: str) -> None:
        pair = base64.b64encode(f"{key}:{secret}".encode()).decode("ascii")
        self._header = f"Basic {pair}"

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = self._header
        return request


class QueryAuth:
    """Key and secret in the query, for servers that drop the Authorization header."""

    def __init__(self, key: str, secret: str) -> None:
        self._query = urlencode({"consumer_key": key, "consumer_secret": secret})

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        url = request.url or ""
        request.url = f"{url}{'&' if '?' in url else '?'}{self._query}"
        return request


def auth_of(style: str, key: str, secret: str) -> Auth:
    """The credentials in the style "basic" or "query". Raises ConfigError for another."""
    if style == "basic":
        return BasicAuth(key, secret)
    if style == "query":
        return QueryAuth(key, secret)
    raise ConfigError(f"The shop knows no authentication {style!r}.", "Write basic or query.")


def home_of(url: str) -> str:
    """The shop's address without the path of its API, however it was written."""
    return url.partition(_ROOT)[0].rstrip("/")


class Rows(Discreet, Struct, frozen=True):
    """One page of a list. `began` is not later than the shop's clock when the call began.

    `total` is the number of records of the whole list, None where the shop does not say.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"rows"})

    rows: list[Row]
    began: datetime
    total: int | None
    size: int

    def goes_on(self, skipped: int) -> bool:
        """Whether more may follow, `skipped` records having come before this page.

        A plug-in may give less than the size that was asked for, so a short page alone is no end.
        """
        count = len(self.rows)
        return count >= self.size or (self.total is not None and 0 < count < self.total - skipped)

    def completes(self, skipped: int) -> bool:
        """Whether a list that nobody reorders is whole now, even if the last page was full."""
        return self.total is not None and skipped + len(self.rows) >= self.total


class Wire:
    """Calls to one shop. `fields` names the keys of each entity that the mapping reads."""

    def __init__(
        self,
        client: HttpClient,
        fields: Mapping[str, frozenset[str]],
        clock: Callable[[], datetime],
        page_size: int = PAGE_SIZE,
    ) -> None:
        self.client = client
        self.page_size = page_size
        self.is_older = False
        """Whether the shop was found to have no list of all its variations."""
        self._clock = clock
        self._fields = fields
        self._ahead: timedelta | None = None

    @property
    def name(self) -> str:
        """The system's name in messages."""
        return self.client.name

    @property
    def pacing(self) -> Pacing:
        """The pace of this shop."""
        return self.client.pacing

    def fields_of(self, entity: str, *more: str) -> Mapping[str, str]:
        """The `_fields` parameter with what the mapping, the connector and `more` name.

        Top-level names only: nested ones empty a list [2.10]. None where plug-ins may add lists
        whose names nobody knows: such records are narrowed by `raw_of`.
        """
        wanted = self._fields.get(entity)
        if wanted is None or shape_of(entity).added:
            return {}
        return {"_fields": ",".join(sorted(wanted | shape_of(entity).own | set(more)))}

    def raw_of(self, shape: Shape, row: Row) -> Raw:
        """The row of a list as record, without what nobody reads."""
        wanted = self._fields.get(shape.entity)
        kept = shape.narrowed(row, wanted) if shape.added and wanted is not None else row
        return raw_of(shape, kept)

    def rows(self, path: str, params: Mapping[str, str]) -> Rows:
        """One page of a list. Raises SystemFault or ConfigError."""
        begun = self._clock()
        answer = self._get(path, params, _is_list_of_records)
        took = max(self._clock() - begun, timedelta(0))
        self._note_clock(answer)
        return Rows(answer.data, answer.clock - took, _total(answer), self.page_size)

    def numbered_pages(self, path: str, params: Mapping[str, str]) -> Iterator[list[Row]]:
        """A list page by page, by number: only for lists that hardly move. Raises as `rows`."""
        number, read, goes_on = 1, 0, True
        while goes_on:
            page = self._page(path, params, number)
            yield page.rows
            goes_on = page.goes_on(read) and not page.completes(read)
            number, read = number + 1, read + len(page.rows)

    def pages_at_once(self, path: str, params: Mapping[str, str]) -> Iterator[list[Row]]:
        """The same, some pages asked for at the same time if the shop says how many there are.

        Not for what is itself worked on beside others: it would wait for its own kind.
        """
        first = self._page(path, params, 1)
        if first.total is None:
            yield from self.numbered_pages(path, params)
            return
        yield first.rows
        last = -(-first.total // max(len(first.rows), 1))
        asked = (partial(self._page, path, params, number) for number in range(2, last + 1))
        for page in self.pacing.run_in_order(asked):
            yield page.rows

    def _page(self, path: str, params: Mapping[str, str], number: int) -> Rows:
        return self.rows(path, {**params, "page": str(number)})

    def table(self, path: str) -> list[Row]:
        """A short list of rows that have no ids, such as the tax classes. Raises as `rows`."""
        rows: list[Row] = self._get(path, {}, _is_list_of_objects).data
        return rows

    def rows_below(
        self, path: str, name: str, params: Mapping[str, str] | None = None
    ) -> list[Row] | None:
        """The list `name` below one record, None if the record is gone. Raises as `rows`."""
        try:
            answer = self._call(f"{path}/{name}", params or {}, _is_list_of_records)
        except RequestRefused as refused:
            if refused.status == 404:
                return None
            raise self._unexpected(path, refused) from None
        rows: list[Row] = answer.data
        return rows

    def record(self, path: str, params: Mapping[str, str]) -> Row | None:
        """One record, None if the shop has none under this path. Raises as `rows`."""
        try:
            answer = self._call(path, params, dict)
        except RequestRefused as refused:
            if refused.status == 404:
                return None
            raise self._unexpected(path, refused) from None
        row: Row = answer.data
        if "_fields" in params:
            # single objects bring their links in any case, lists do not [2.10]
            row.pop("_links", None)
        return row

    def document(self, path: str, params: Mapping[str, str]) -> Row:
        """An object that every shop has, such as its system status. Raises as `rows`."""
        answer = self._get(path, params, dict)
        self._note_clock(answer)
        document: Row = answer.data
        return document

    def clock_now(self) -> datetime | None:
        """The shop's clock, reckoned from its last answer; None before the first one.

        Never later than the true one: a Date header has whole seconds.
        """
        return None if self._ahead is None else self._clock() + self._ahead

    def _get(self, path: str, params: Mapping[str, str], expect: Expected) -> Answer:
        try:
            return self._call(path, params, expect)
        except RequestRefused as refused:
            raise self._unexpected(path, refused) from None

    def _call(self, path: str, params: Mapping[str, str], expect: Expected) -> Answer:
        return self.client.call("GET", path, params=params, repeatable=True, expect=expect)

    def _note_clock(self, answer: Answer) -> None:
        if self._ahead is None or "Date" in answer.headers:
            self._ahead = answer.clock - self._clock()

    def _unexpected(self, path: str, refused: RequestRefused) -> ConfigError:
        kind = ValueRefused if refused.code == _BAD_PARAMETER else ConfigError
        return kind(
            f"{self.name} refuses GET {path}: {refused.message}"
            f" (HTTP {refused.status} {refused.code}).",
            "Check the version of WooCommerce, and whether a plug-in changes its REST API.",
        )


def _is_list_of_records(data: Any) -> bool:
    return isinstance(data, list) and all(isinstance(row, dict) and "id" in row for row in data)


def _is_list_of_objects(data: Any) -> bool:
    return isinstance(data, list) and all(isinstance(row, dict) for row in data)


def _total(answer: Answer) -> int | None:
    text = answer.headers.get("X-WP-Total", "")
    return int(text) if text.isdigit() else None
