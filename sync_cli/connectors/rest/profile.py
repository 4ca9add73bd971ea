"""The words of a REST profile: all that the connector knows of one kind of system.

A profile is a YAML file of these models. Its texts may hold `{placeholders}`, which are replaced
and nothing more; what stands in an answer is named by JMESPath. A call with a plural placeholder
(`{ids}`, `{values}`, `{items}`) takes many records at once, one with the singular is made for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from sync_cli.connectors.base import References, Traits
from sync_cli.connectors.rest.calls import Call, Changes, Fetch, Find, When, Words
from sync_cli.connectors.rest.paths import Expression, JmesPath
from sync_cli.connectors.rest.times import Duration

_ALL = Expression("@")


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
    clock: When | None = None
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


class Complete(Step):
    """The call that adds lines to a half-made record: `{fields}` to `{id}`, or `{items}`.

    `held` finds the lines that the record has, `wanted` those of the payload; what stands behind
    the held ones is sent as `lines_as`, beside the id as `id_as`. `only` says in which state
    lines can be added.
    """

    held: JmesPath = Expression("lines")
    wanted: JmesPath = Expression("lines")
    id_as: str = "id"
    lines_as: str = "lines"
    only: JmesPath | None = None


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
    editable: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
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
    modified: When | None = None
    state: JmesPath | None = None
    marks: Mapping[str, JmesPath] = Field(default_factory=dict)
    changes: Changes | None = None
    census: Changes | None = None
    fetch: Fetch | None = None
    find: Mapping[str, Find] = Field(default_factory=dict)
    create: Create | None = None
    complete: Complete | None = None
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
