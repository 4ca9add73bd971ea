"""The words of a profile for calls: one call, dates, and listings with their pages.

A call with a plural placeholder (`{ids}`, `{values}`, `{items}`) takes many records at once, one
with the singular is made for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from sync_cli.connectors.rest.paths import Expression, JmesPath
from sync_cli.connectors.rest.template import Quoting, placeholders
from sync_cli.connectors.rest.times import Form, Zone

_ALL = Expression("@")


class Words(BaseModel):
    """A part of a profile: immutable, and an unknown word is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _know_every_word(cls, given: Any) -> Any:
        for word in given if isinstance(given, Mapping) else ():
            if word not in cls.model_fields:
                facts = {"word": str(word), "known": sorted(cls.model_fields)}
                raise PydanticCustomError("unknown_word", "there is no word {word!r} here", facts)
        return given


class Call(Words):
    """One HTTP call.

    `repeatable` claims that a writing call made twice has the effect of one, as an upsert or one
    with an idempotency key does. A reading call always may be repeated.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: str
    params: Mapping[str, str] = Field(default_factory=dict)
    headers: Mapping[str, str] = Field(default_factory=dict)
    body: Any = None
    repeatable: bool = False

    def names(self) -> frozenset[str]:
        """The placeholders of the whole call."""
        return frozenset(placeholders([self.path, self.params, self.headers, self.body]))


class When(Words):
    """Where a date stands, and its form; a date without an offset is in `zone`."""

    path: JmesPath
    form: Form = "iso"
    zone: Zone = UTC

    @model_validator(mode="before")
    @classmethod
    def _read_one_word(cls, given: Any) -> Any:
        return {"path": given} if isinstance(given, str) else given


class KeysetPaging(Words):
    """Pages by "id above the last one": `{after}`, at first `start`.

    It ends with an empty page, or where `more` finds nothing true.
    """

    kind: Literal["keyset"]
    start: str | None = None
    more: JmesPath | None = None


class CursorPaging(Words):
    """Pages by a cursor that each answer names: `{cursor}`."""

    kind: Literal["cursor"]
    next: JmesPath


class OffsetPaging(Words):
    """Pages by their place: `{offset}` counts records, `{page}` pages; both from `start`.

    Records move to other places while others edit, so a read is repeated until a whole pass brings
    nothing new, unless the system keeps its pages `stable`.
    """

    kind: Literal["offset"]
    start: int = 0
    more: JmesPath | None = None
    stable: bool = False


class LinkPaging(Words):
    """Pages by the address of the next one; `stable` claims that it skips no record.

    Addresses by `$skip` are not stable and read until a whole pass brings nothing new.
    """

    kind: Literal["link"]
    next: JmesPath
    stable: bool = False


Paging = Annotated[
    KeysetPaging | CursorPaging | OffsetPaging | LinkPaging, Field(discriminator="kind")
]


class Joined(Words):
    """How many ids or values become one text of a parameter, each `quote`d into `each`."""

    each: str = "{value}"
    join: str = ","
    quote: Quoting = "none"


class Listing(Words):
    """A call that answers records, perhaps page by page; `{limit}` is `size`."""

    call: Call
    items: JmesPath = _ALL
    paging: Paging | None = None
    size: int = Field(default=100, ge=1)
    total: JmesPath | None = None


class Since(Words):
    """How `{since}` is written.

    `exclusive` claims that the system leaves out records of exactly that date, so that one
    resolution earlier is asked. Without a date the parameter is left out, or is `beginning`.
    """

    form: Form = "iso"
    zone: Zone = UTC
    exclusive: bool = False
    beginning: datetime | None = None


class Changes(Listing):
    """How changed records are read."""

    since: Since = Since()


class Fetch(Listing):
    """How records are read by id: `{id}`, or `{ids}` with at most `size` of them."""

    text: Joined = Joined()


class Find(Listing):
    """How records are found by a key: `{value}`, or `{values}`.

    `of` finds the value in a record; by default the field of the key's name. Equality is checked
    here: `exact`, or without regard to case (the default of a key called "email").
    """

    of: JmesPath | None = None
    compare: Literal["exact", "casefold"] | None = None
    text: Joined = Joined()
