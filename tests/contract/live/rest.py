"""The connector of REST systems before a living one, with records as its `live.yaml` says."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from sync_cli.connectors.base import Change, Draft, Json, Raw
from sync_cli.connectors.http import AnswerLost, CallNotSent
from sync_cli.connectors.rest.calls import Call, Words
from sync_cli.connectors.rest.connector import RestConnector
from sync_cli.connectors.rest.loading import load_profile
from sync_cli.connectors.rest.opening import HttpOptions, open_wire
from sync_cli.connectors.rest.paths import JmesPath
from sync_cli.connectors.rest.template import fill, placeholders
from sync_cli.connectors.rest.wire import Refused, Wire
from sync_cli.flows.connecting import mappings_folder
from tests.contract.live.rig import MARK, NOT_FROM_OUTSIDE, LiveRig, Time
from tests.contract.live.settings import LiveErp, Unset
from tests.contract.rig import Ability, Made, Subject
from tests.contract.rigs.rest import small_pages

LOOK_BACK = timedelta(days=1)
"""How far back records of killed runs are looked for."""
ARTICLE = "article"
"""The placeholder for the id of the article that ERP_SKU names."""
_NOT_DESCRIBED = "the live.yaml of the profile does not describe it"


class Kind(Words):
    """One kind of record: what is made of it, and how it goes away again.

    Templates know `{mark}`, `{amount}`, `{at}` and `{article}`, and each name under `of`: the id
    of a marked record of that other kind. `text`, `amount`, `moment` are where these stand in a
    record (JMESPath); `write` is the member that a change of the text sends. `bad` are members
    that a draft, or a change, is refused for. `edit`, `archive` and `remove` know `{id}`; the
    calls of `remove` are made in order, and only the last one must succeed.
    """

    key: str
    draft: dict[str, Any]
    of: Mapping[str, str] = Field(default_factory=dict)
    bad: dict[str, Any] | None = None
    text: JmesPath | None = None
    write: str | None = None
    amount: JmesPath | None = None
    moment: JmesPath | None = None
    edit: Call | None = None
    archive: Call | None = None
    remove: tuple[Call, ...]
    goal: str | None = None
    cancelled: str = "cancelled"
    moves: tuple[str, ...] = ()

    def lacks(self, can: Any) -> dict[Ability, str]:
        """What cannot be shown of it; `can` are the words of the profile for it."""
        there = {
            Ability.BAD_RECORD: self.bad, Ability.TEXT: self.text, Ability.AMOUNT: self.amount,
            Ability.MOMENT: self.moment, Ability.EDIT: self.edit, Ability.ARCHIVE: self.archive,
            Ability.READ: can.changes, Ability.FETCH: can.fetch, Ability.CENSUS: can.census,
            Ability.FIND: can.find.get(self.key), Ability.CREATE: can.create,
            Ability.UPDATE: can.update and self.write,
            Ability.ADVANCE: can.advance.get(self.goal) if self.goal else None,
        }  # fmt: skip
        return {ability: _NOT_DESCRIBED for ability, words in there.items() if words is None}


class Plan(Words):
    """A `live.yaml`: the kinds of record that `make live` makes, in the order in which it does."""

    kinds: dict[str, Kind]


def load_plan(path: Path) -> Plan:
    """The plan in a `live.yaml`. Raises Unset for a missing or faulty one."""
    if not path.is_file():
        raise Unset(f"The profile has no {path.name}: it tells what may be made, and how it goes.")
    try:
        return Plan.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise Unset(f"{path} cannot be read: {error}") from error


@dataclass
class Described(Subject):
    """Records as a `live.yaml` describes them, made by a connector and edited by plain calls."""

    kind: Kind = field(kw_only=True)
    rig: LiveRestRig = field(kw_only=True)
    made: list[str] = field(kw_only=True, default_factory=list)

    def make(self, text: str) -> Made:
        id = self.rig.created(self.entity, self.draft(text))
        self.made.append(id)
        return Made(id, text)

    def edit(self, id: str) -> None:
        assert self.kind.edit is not None
        self.rig.call(self.kind.edit, id)

    def remove(self, id: str) -> None:
        *before, last = self.kind.remove
        for call in before:
            self.rig.try_call(call, id)
        self.rig.call(last, id)

    def archive(self, id: str) -> None:
        assert self.kind.archive is not None
        self.rig.call(self.kind.archive, id)

    def draft(self, text: str, *, amount: Decimal = Decimal("12.50"), at: str = "") -> Draft:
        values = {"mark": text, "amount": str(amount), "at": at or _LONG_AGO}
        known = set(placeholders(self.kind.draft))
        if ARTICLE in known:
            values[ARTICLE] = self.rig.article()
        for name, other in self.kind.of.items():
            values[name] = self.rig.subject(other).make(f"{text}-{name}"[:40]).id
        return Draft(text, fill(self.kind.draft, values))

    def bad_draft(self, text: str) -> Draft:
        return Draft(text, {**self.draft(text).payload, **(self.kind.bad or {})})

    def change(self, id: str, text: str) -> Change:
        assert self.kind.write is not None
        return Change(id, {self.kind.write: text})

    def bad_change(self, id: str) -> Change:
        return Change(id, dict(self.kind.bad or {}))

    def text_of(self, data: Json) -> str:
        return str(self.kind.text(data) if self.kind.text else "")

    def amount_of(self, data: Json) -> Any:
        return self.kind.amount(data) if self.kind.amount else None

    def moment_of(self, data: Json) -> datetime:
        assert self.kind.moment is not None
        return datetime.fromisoformat(str(self.kind.moment(data)))

    def state_of(self, raw: Raw) -> str:
        words = self.rig.profile.entities[self.entity].state
        return str(words(raw.data)) if words is not None else ""


_LONG_AGO = "2026-01-02T03:04:05Z"


class LiveRestRig(LiveRig):
    """A living system that a profile describes."""

    name = "erp"

    def __init__(self, erp: LiveErp, folder: Path, passing: Time = time) -> None:
        super().__init__(passing)
        self._erp = erp
        self.profile = load_profile(folder / "profile.yaml")
        self._credentials = _credentials(erp, self.profile.credentials)
        self._options = HttpOptions(verify=erp.verify)
        self.secrets = tuple(filter(None, (erp.secret, erp.token)))
        self.lacks = {
            **NOT_FROM_OUTSIDE,
            Ability.QUESTION: "a profile has no words for questions",
        }
        self._wire = self._open_wire()
        self.subjects = [
            Described(
                entity=name, key=kind.key, kind=kind, rig=self, goal=kind.goal or "",
                cancelled=kind.cancelled, moves=frozenset(kind.moves),
                lacks=kind.lacks(self.profile.entities[name]),
            )
            for name, kind in load_plan(folder / "live.yaml").kinds.items()
        ]  # fmt: skip

    def open(self, *, page: int = 100) -> RestConnector:
        return self._open(self._credentials, page)

    def open_with_wrong_secret(self) -> RestConnector:
        return self._open(dict.fromkeys(self._credentials, "this-is-no-secret"), 100)

    def subject(self, entity: str) -> Described:
        """The described records of this kind."""
        return next(each for each in self.subjects if each.entity == entity)  # type: ignore[return-value]

    def created(self, entity: str, draft: Draft) -> str:
        """Make one record by a connector of its own; its id."""
        connector = self.open()
        try:
            (result,) = connector.create(entity, [draft])
        finally:
            connector.close()
        id = getattr(result, "id", "")
        if not id:
            raise AssertionError(f"a marked {entity} could not be made: {result}")
        return str(id)

    def article(self) -> str:
        """The id of the article that the variables name."""
        self._erp.insist_on("sku")
        connector = self.open()
        try:
            (article,) = connector.find("product", "sku", [self._erp.sku])[self._erp.sku]
        finally:
            connector.close()
        return article.id

    def call(self, call: Call, id: str) -> None:
        """Make a plain call about one record. Raises Refused, AnswerLost or CallNotSent."""
        self._wire.write(call, {"id": id}, lambda _data: True)

    def try_call(self, call: Call, id: str) -> None:
        """Make a call that may be refused."""
        try:
            self.call(call, id)
        except (Refused, AnswerLost, CallNotSent):
            return

    def clean(self) -> list[str]:
        left: list[str] = []
        for subject in reversed(self.subjects):
            assert isinstance(subject, Described)
            for id in sorted({*subject.made, *self._marked(subject)}):
                self._take_away(subject, id)
            left += [f"{subject.entity} {id}" for id in self._marked(subject)]
        return left

    def _take_away(self, subject: Described, id: str) -> None:
        try:
            subject.remove(id)
        except (Refused, AnswerLost, CallNotSent):
            return

    def _marked(self, subject: Described) -> list[str]:
        """The ids of records that changed lately and carry the mark."""
        connector = self.open()
        try:
            pages = connector.changes(subject.entity, self.now() - LOOK_BACK)
            records = [raw for page in pages for raw in page.records]
        finally:
            connector.close()
        return [raw.id for raw in records if _carries_mark(raw.data)]

    def _open(self, credentials: Mapping[str, str], page: int) -> RestConnector:
        return RestConnector(
            self.name, self._erp.url, small_pages(self.profile, page), credentials,
            pacing=self.pacing(), options=self._options,
        )  # fmt: skip

    def _open_wire(self) -> Wire:
        return open_wire(
            self.name, self._erp.url, self.profile, self._credentials,
            pacing=self.pacing(), clock=lambda: datetime.now(UTC), options=self._options,
        )  # fmt: skip


def _carries_mark(value: Any) -> bool:
    if isinstance(value, str):
        return value.startswith(MARK)
    if isinstance(value, Mapping):
        return any(_carries_mark(inner) for inner in value.values())
    return isinstance(value, list) and any(_carries_mark(inner) for inner in value)


def _credentials(erp: LiveErp, names: tuple[str, ...]) -> dict[str, str]:
    """The profile's credentials by their names; those that no variable carries are asked for."""
    known = {
        "token": erp.token, "user": erp.user, "username": erp.user, "secret": erp.secret,
        "password": erp.secret, "api_key": erp.secret, "database": erp.database,
    }  # fmt: skip
    missing = [name for name in names if not known.get(name)]
    if missing:
        raise Unset(f"The profile asks for {', '.join(missing)}; set the variable for it.")
    return {name: known[name] for name in names}


def _folder(profile: str) -> Path:
    own = Path(profile).expanduser()
    return own if own.is_dir() else mappings_folder() / profile


@contextmanager
def live_rest(erp: LiveErp, passing: Time = time) -> Iterator[LiveRig]:
    """The connector of REST systems, before a living one."""
    erp.insist_on("profile")
    yield LiveRestRig(erp, _folder(erp.profile), passing)
