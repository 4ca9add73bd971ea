"""The words of a REST profile: all that the connector knows of one kind of system.

A profile is a YAML file of these models. Its texts may hold `{placeholders}`, which are replaced
and nothing more; what stands in an answer is named by JMESPath. A call with a plural placeholder
(`{ids}`, `{values}`, `{items}`) takes many records at once, one with the singular is made for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from sync_cli.connectors.base import References, Traits
from sync_cli.connectors.rest.paths import Expression, JmesPath
from sync_cli.connectors.rest.template import Quoting, placeholders
from sync_cli.connectors.rest.times import Duration, Form, Zone

MILLISECOND = timedelta(milliseconds=1)
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
    """One HTTP call. `repeatable` claims that making it twice does no harm; a GET never does."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: str
    params: Mapping[str, str] = Field(default_factory=dict)
    headers: Mapping[str, str] = Field(default_factory=dict)
    body: Any = None
    repeatable: bool = False

    def names(self) -> frozenset[str]:
        """The placeholders of the whole call."""
        return frozenset(placeholders([self.path, self.params, self.headers, self.body]))

    @property
    def may_repeat(self) -> bool:
        return self.repeatable or self.method == "GET"


class BearerAuth(Words):
    """`Authorization: Bearer <token>`."""

    kind: Literal["bearer"]
    token: str = "{token}"


class BasicAuth(Words):
    """`Authorization: Basic <user:password>`."""

    kind: Literal["basic"]
    user: str = "{user}"
    password: str = "{password}"


class HeaderAuth(Words):
    """Headers of the system's own, such as `X-Api-Key`."""

    kind: Literal["header"]
    headers: Mapping[str, str]


class QueryAuth(Words):
    """Parameters in each address; the weakest, for systems that offer nothing else."""

    kind: Literal["query"]
    params: Mapping[str, str]


class LoginAuth(Words):
    """A call that answers a token, which `headers` carry as `{token}` from then on.

    A call that is denied because the session is over is made once more after a new login: a
    denied call did nothing.
    """

    kind: Literal["login"]
    call: Call
    token: JmesPath
    headers: Mapping[str, str]


Auth = Annotated[
    BearerAuth | BasicAuth | HeaderAuth | QueryAuth | LoginAuth, Field(discriminator="kind")
]


class Identify(Words):
    """The call that tells who answers. Without `clock` the answer's Date header is the clock.

    `lacks` finds the missing rights; or `rights` finds the granted ones and `needs` lists those
    that the connector must have.
    """

    call: Call
    version: JmesPath | None = None
    address: JmesPath
    company: JmesPath | None = None
    clock: JmesPath | None = None
    environment: JmesPath | None = None
    lacks: JmesPath | None = None
    rights: JmesPath | None = None
    needs: tuple[str, ...] = ()
    facts: Mapping[str, JmesPath] = Field(default_factory=dict)


class Fault(StrEnum):
    """What an error code of the system means for us."""

    ACCESS = "access"
    DOWN = "down"
    RECORD = "record"
    DUPLICATE = "duplicate"
    ALREADY = "already"
    STATE = "state"
    GONE = "gone"
    BATCH = "batch"
    BUSY = "busy"


class Meaning(Words):
    """What one error code means, and what is said of it instead of the system's own words."""

    means: Fault = Fault.RECORD
    code: str = ""
    says: str = ""
    remedy: str = ""

    @model_validator(mode="before")
    @classmethod
    def _read_one_word(cls, given: Any) -> Any:
        return {"means": given} if isinstance(given, str) else given


class Errors(Words):
    """Where an error stands in an answer.

    `at` finds the error object in the body of a refused call; the other expressions look inside
    that object, and inside the `error` of one item of a batch. `inside` finds the error in a body
    that came with a status of success. `index` names the item that failed a whole batch, `cause`
    that item's own error, `holder` the id of the record that already has the value.
    """

    at: JmesPath = _ALL
    inside: JmesPath | None = None
    code: JmesPath = Expression("code")
    message: JmesPath = Expression("message")
    field: JmesPath | None = None
    holder: JmesPath | None = None
    index: JmesPath | None = None
    cause: JmesPath | None = None
    codes: Mapping[str, Meaning] = Field(default_factory=dict)


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
    """How changed records are read; `rest` is what may be asked beside `{since}`."""

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


class Step(Words):
    """One call of a procedure, left out where `unless` holds for the record as it stands.

    `send` picks from the payload what becomes `{item}`, or each of `{items}`. `results` finds the
    list of the items' answers, in the order sent; in each of them (or in the single answer) `ok`
    tells success, `item` finds the record, `id` its id, `error` what went wrong. Without `item`
    the record is read again. `atomic` claims that a batch which is refused did nothing because of
    one item, whatever the error code.
    """

    call: Call
    unless: JmesPath | None = None
    send: JmesPath | None = None
    results: JmesPath | None = None
    ok: JmesPath | None = None
    item: JmesPath | None = None
    id: JmesPath | None = None
    error: JmesPath | None = None
    atomic: bool = False

    @property
    def is_batch(self) -> bool:
        return not {"items", "ids"}.isdisjoint(self.call.names())


class Create(Words):
    """The calls that make a record; the first one gives it its id."""

    steps: tuple[Step, ...] = Field(min_length=1)


class Update(Step):
    """The call that writes named fields: `{fields}` to `{id}`, or `{items}`, each with its id.

    `id_as` is the name of the id in an item. The call is repeatable, as its values are absolute.
    """

    id_as: str = "id"


class Advance(Words):
    """The calls that bring a document to a state, which it has where `unless` holds.

    `only` says from where it can be reached; elsewhere no call is made.
    """

    unless: JmesPath
    only: JmesPath | None = None
    steps: tuple[Step, ...] = Field(min_length=1)


class Modified(Words):
    """Where the date of a record's last change stands, and its form."""

    path: JmesPath
    form: Form = "iso"
    zone: Zone = UTC

    @model_validator(mode="before")
    @classmethod
    def _read_one_word(cls, given: Any) -> Any:
        return {"path": given} if isinstance(given, str) else given


class TraitWords(Words):
    """What the system can do with an entity; see `sync_cli.connectors.base.Traits`."""

    delta: bool = True
    overlap: Duration = timedelta(minutes=5)
    resolution: Duration = timedelta(seconds=1)
    reference: References = References.SEARCHABLE
    in_doubt: Duration = timedelta(minutes=15)
    batch: int = Field(default=100, ge=1)
    find_batch: int = Field(default=100, ge=1)
    drafts: bool = False
    taxes: Literal["given", "computed"] = "given"
    price_digits: int = 2
    quantity_digits: int = 0
    states: tuple[str, ...] = ()
    deletes: Literal["gone", "marked"] = "gone"

    def as_traits(self) -> Traits:
        """The same as the protocol's type."""
        words = self.model_dump(exclude={"taxes"})
        return Traits(**words, taxes_given=self.taxes == "given")


class Entity(Words):
    """One kind of record: how it is known, read and written; what is left out it cannot do.

    `birth` finds the birth mark, `state` the word to tell people where a document stands.
    """

    traits: TraitWords = TraitWords()
    id: JmesPath = Expression("id")
    birth: JmesPath | None = None
    modified: Modified | None = None
    state: JmesPath | None = None
    marks: Mapping[str, JmesPath] = Field(default_factory=dict)
    changes: Changes | None = None
    census: Changes | None = None
    fetch: Fetch | None = None
    find: Mapping[str, Find] = Field(default_factory=dict)
    create: Create | None = None
    update: Update | None = None
    advance: Mapping[str, Advance] = Field(default_factory=dict)


def _check_base(base: str) -> str:
    if base and (not base.startswith("/") or base.endswith("/")):
        raise ValueError(f"{base!r} must begin with a slash and end without one")
    return base


class Profile(Words):
    """One kind of system. `credentials` names what the configuration must give, secret or not.

    `base` stands between the configured address and each path. The credentials are placeholders in
    all calls.
    """

    kind: str
    base: Annotated[str, AfterValidator(_check_base)] = ""
    credentials: tuple[str, ...] = ()
    headers: Mapping[str, str] = Field(default_factory=dict)
    auth: Auth
    identify: Identify
    errors: Errors = Errors()
    entities: Mapping[str, Entity]
