"""What can go wrong on the wire, as rules: which requests are hit, how often, and how."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from threading import Condition
from typing import Any, Literal, get_args

from sync_cli.sandbox.trouble import TROUBLES, Trouble

FaultKind = Literal[
    "lost_before",
    "lost_after",
    "late",
    "delay_commit",
    "status",
    "trouble",
    "status_after",
    "reset",
    "html",
    "warning",
    "truncate",
    "slow",
    "no_auth",
    "clock_skew",
    "edit",
]
KINDS: Mapping[FaultKind, str] = {
    "lost_before": "connection closed without an answer, nothing done",
    "lost_after": "carried out, connection closed without an answer",
    "late": "connection closed at once, carried out `delay` seconds later; with `hold` the client"
    " is kept waiting for the delay, then dropped, then it is carried out",
    "delay_commit": "carried out after `delay` seconds, also if the client has gone; then answered",
    "status": "answers `status` (503), with `retry_after` if given, nothing done",
    "trouble": "answers as a WordPress site in `trouble` does, nothing done: maintenance,"
    " php_fatal, database_down, bad_gateway, gateway_timeout",
    "status_after": "carried out, answers `status` (500)",
    "reset": "TCP reset instead of an answer, nothing done",
    "html": "a page with a captcha, `status` (202), nothing done",
    "warning": "carried out, a PHP warning stands before the JSON",
    "truncate": "carried out, the answer ends in the middle",
    "slow": "carried out, answered after `delay` seconds",
    "no_auth": "carried out without its Authorization header, as behind a server that drops it",
    "clock_skew": "the side's clock is put `delay` seconds ahead (below 0: behind) and stays so",
    "edit": "carried out, then the edit called `edit` runs with `args`, then the answer goes",
}
"""What each kind of fault does."""
Edit = Callable[..., Any]
ReadBody = Callable[[], bytes]


@dataclass(frozen=True)
class FaultRule:
    """One kind of fault and the requests that it hits.

    Which: `methods` (none = all), `path` (a regular expression searched in path?query as sent),
    `holds` (one searched in the request's body: JSON-RPC names its method there), each `every`-th
    matching request, of those a share of `probability` (drawn from `seed`), at most `times` of
    them (None = for ever). The first rule added that hits is the one applied.

    What: `kind`, one of `KINDS`.
    `delay` is in seconds. `body` is the form of the `status` kinds' answer.
    """

    kind: FaultKind
    methods: tuple[str, ...] = ()
    path: str = ""
    holds: str = ""
    times: int | None = None
    every: int = 1
    probability: float = 1.0
    seed: int = 0
    delay: float = 0.0
    hold: bool = False
    retry_after: int | str | None = None
    status: int | None = None
    body: Literal["html", "json"] = "html"
    trouble: Trouble = "maintenance"
    edit: str | None = None
    args: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ValueError(
                f"unknown fault kind {self.kind!r}; use one of {get_args(FaultKind)!r}"
            )
        if self.trouble not in TROUBLES:
            raise ValueError(f"unknown trouble {self.trouble!r}; use one of {TROUBLES!r}")
        if self.every < 1:
            raise ValueError(f"every must be 1 or more, not {self.every}")
        if self.kind == "edit" and not self.edit:
            raise ValueError("a fault of kind edit needs the name of its edit in `edit`")
        re.compile(self.path)
        re.compile(self.holds)


def rule_from_json(document: Mapping[str, Any]) -> FaultRule:
    """Make a rule of its JSON form (the fields of FaultRule; `methods` a list or one word).

    Raises ValueError for an unknown field or kind, or a missing kind.
    """
    known = {each.name for each in fields(FaultRule)}
    unknown = sorted(set(document) - known)
    if unknown:
        raise ValueError(f"unknown fields of a fault rule: {unknown}; it has {sorted(known)}")
    if "kind" not in document:
        raise ValueError(f"a fault rule needs a kind: one of {get_args(FaultKind)!r}")
    methods = document.get("methods", ())
    given = {**document, "methods": (methods,) if isinstance(methods, str) else tuple(methods)}
    try:
        return FaultRule(**given)
    except (TypeError, re.error) as error:
        raise ValueError(f"this fault rule cannot be read: {error}") from error


@dataclass(frozen=True)
class Struck:
    """One request that was hit, by which rule; without the query, which may hold keys."""

    number: int
    kind: FaultKind
    method: str
    path: str


class _Counted:
    """A rule with its counts and its own source of chance."""

    def __init__(self, number: int, rule: FaultRule) -> None:
        self.number = number
        self.rule = rule
        self.matched = 0
        self.hits = 0
        self._methods = {method.upper() for method in rule.methods}
        self._path = re.compile(rule.path)
        self._holds = re.compile(rule.holds.encode()) if rule.holds else None
        self._chance = random.Random(rule.seed)

    def is_hit_by(self, method: str, target: str, body: ReadBody) -> bool:
        rule = self.rule
        if rule.times is not None and self.hits >= rule.times:
            return False
        if (self._methods and method not in self._methods) or not self._path.search(target):
            return False
        if self._holds is not None and not self._holds.search(body()):
            return False
        self.matched += 1
        if self.matched % rule.every or self._chance.random() >= rule.probability:
            return False
        self.hits += 1
        return True


class Faults:
    """The rules of one side, their counts, and the edits that `edit` rules may name. Thread-safe.

    `settled` tells when no fault is at work any more, so that a test need not sleep.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._rules: list[_Counted] = []
        self._edits: dict[str, Edit] = {}
        self._numbers = 0
        self._at_work = 0
        self._struck: list[Struck] = []

    def add(self, rule: FaultRule) -> int:
        """Add a rule after the others; returns its number, which `listing` shows."""
        with self._changed:
            self._numbers += 1
            self._rules.append(_Counted(self._numbers, rule))
            return self._numbers

    def clear(self) -> None:
        """Drop all rules and their counts; what is already at work goes on."""
        with self._changed:
            self._rules.clear()

    def register_edit(self, name: str, edit: Edit) -> None:
        """Let rules of kind `edit` name this callable; it is called with the rule's `args`."""
        with self._changed:
            self._edits[name] = edit

    def listing(self) -> list[dict[str, Any]]:
        """Each rule as JSON with its `number`, `matched` requests and `hits`."""
        with self._changed:
            return [
                {
                    **asdict(counted.rule),
                    "number": counted.number,
                    "matched": counted.matched,
                    "hits": counted.hits,
                }
                for counted in self._rules
            ]

    def hits(self, number: int) -> int:
        """How many requests the rule of this number has hit; 0 once it was cleared."""
        with self._changed:
            return sum(counted.hits for counted in self._rules if counted.number == number)

    def total_hits(self) -> int:
        """How many requests were hit since the start, cleared rules included."""
        with self._changed:
            return len(self._struck)

    def struck(self) -> list[Struck]:
        """Every request hit since the start in its order, cleared rules included."""
        with self._changed:
            return list(self._struck)

    def strike(self, method: str, target: str, body: ReadBody = bytes) -> FaultRule | None:
        """The rule that hits this request, now counted, or None.

        `body` is asked for the request's body only where a rule wants to see it.

        Whoever gets a rule calls `finished` when its whole effect is done.
        """
        if not self._rules:
            return None
        with self._changed:
            for counted in self._rules:
                if counted.is_hit_by(method, target, body):
                    self._struck.append(
                        Struck(counted.number, counted.rule.kind, method, target.partition("?")[0])
                    )
                    self._at_work += 1
                    self._changed.notify_all()
                    return counted.rule
        return None

    def finished(self) -> None:
        """One struck request has had its whole effect."""
        with self._changed:
            self._at_work -= 1
            self._changed.notify_all()

    def run_edit(self, rule: FaultRule) -> None:
        """Run the edit that the rule names; raises LookupError if none is registered by it."""
        edit = self._edits.get(rule.edit or "")
        if edit is None:
            raise LookupError(f"no edit {rule.edit!r} is registered; known: {sorted(self._edits)}")
        edit(**rule.args)

    def wait_for_hits(self, total: int, timeout: float = 60.0) -> bool:
        """Wait until `total` requests were hit since the start; False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._struck) >= total, timeout)

    def settled(self, timeout: float = 60.0) -> bool:
        """Wait until nothing that was hit is still under way; False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._at_work == 0, timeout)
