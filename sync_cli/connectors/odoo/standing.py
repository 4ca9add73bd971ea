"""Brings documents to a state: reads where each stands, does the next step, reads again.

What a method answers is no proof: true may stand for nothing done, false for success, and an object
with `res_model` is a question to a person behind which nothing was done (FACTS 6, 7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from sync_cli.connectors.base import Done, Failed, InDoubt, NotSent, Raw, Result, batched
from sync_cli.connectors.odoo.problems import question
from sync_cli.connectors.odoo.shapes import Shape
from sync_cli.connectors.odoo.wire import Ask
from sync_cli.connectors.odoo.writing import Desk
from sync_cli.connectors.problems import not_found, wrong_state
from sync_cli.core.errors import ConfigError, Problem


class Step(Struct, frozen=True):
    """One way to a state. `there` tells of a row that it has arrived, `ready` that `method` may be
    called; `context` goes along for those rows that it gives one for.

    `after` is called with the rows that have arrived by this step, before they are read again.
    """

    method: str
    there: Callable[[Mapping[str, Any]], bool]
    ready: Callable[[Mapping[str, Any]], bool]
    context: Callable[[Mapping[str, Any]], Mapping[str, Any]] = field(default=lambda _row: {})
    after: Callable[[Desk, Sequence[Raw]], None] = field(default=lambda _desk, _raws: None)


class Advancing:
    """`advance` of one entity; `steps` by the canonical state that each leads to."""

    def __init__(self, desk: Desk, shape: Shape, steps: Mapping[str, Step]) -> None:
        self._desk = desk
        self._shape = shape
        self._steps = steps

    def advance(self, ids: Sequence[str], to: str) -> Iterator[Result]:
        """See `Connector.advance`. Raises ConfigError for a state that nothing leads to."""
        step = self._steps.get(to)
        if step is None:
            raise ConfigError(
                f"{self._desk.system}: no step leads a {self._shape.label.lower()} to {to!r}."
            )
        for some in batched(ids, self._shape.traits.batch):
            yield from self._bring(step, some, to)

    def _bring(self, step: Step, ids: Sequence[str], to: str) -> list[Result]:
        before = self._desk.stand(self._shape, ids)
        if isinstance(before, NotSent):
            return [before] * len(ids)
        ready = [raw for raw in before.values() if self._is_ready(step, raw)]
        pending = self._do(step, ready)
        after: Mapping[str, Raw] | NotSent = before
        if ready:
            self._finish(step, ready, pending)
            after = self._desk.stand(self._shape, ids)
        return [self._result(step, id_, before, after, pending, to) for id_ in ids]

    @staticmethod
    def _is_ready(step: Step, raw: Raw) -> bool:
        return step.ready(raw.data) and not step.there(raw.data)

    def _do(self, step: Step, raws: Sequence[Raw]) -> dict[str, Result]:
        """Call the method for these; what became of those for which it did not go well."""
        pending: dict[str, Result] = {}
        for context, group in _by_context(step, raws):
            self._call(step, context, group, pending)
        return pending

    def _call(
        self,
        step: Step,
        context: Mapping[str, Any],
        raws: Sequence[Raw],
        pending: dict[str, Result],
    ) -> None:
        """One call for all of them; if it is refused, those that still wait go in halves.

        A refusal is for all and names nobody in particular (134).
        """
        label = raws[0].id if len(raws) == 1 else f"{len(raws)} records"
        keywords = {"context": dict(context)} if context else {}
        ids = [int(raw.id) for raw in raws]
        ask = Ask(self._shape.model, step.method, ids, {}, keywords)
        answer = self._desk.call(ask, label)
        match answer:
            case Problem() if len(raws) > 1:
                waiting = self._still_waiting(step, raws, pending)
                middle = (len(waiting) + 1) // 2
                for half in (waiting[:middle], waiting[middle:]):
                    if half:
                        self._call(step, context, half, pending)
            case Problem():
                pending[raws[0].id] = Failed(answer, raws[0].id)
            case InDoubt(why=why):
                pending.update({raw.id: InDoubt(why, raw.id) for raw in raws})
            case NotSent():
                pending.update({raw.id: answer for raw in raws})
            case {"res_model": asked}:
                self._asked(step, context, raws, pending, str(asked))

    def _asked(
        self,
        step: Step,
        context: Mapping[str, Any],
        raws: Sequence[Raw],
        pending: dict[str, Result],
        asked: str,
    ) -> None:
        """A question for several is asked again for each, for it may concern only one."""
        if len(raws) > 1:
            for raw in raws:
                self._call(step, context, [raw], pending)
            return
        id_ = raws[0].id
        pending[id_] = Failed(question(self._desk.system, id_, asked), id_)

    def _still_waiting(
        self, step: Step, raws: Sequence[Raw], pending: dict[str, Result]
    ) -> list[Raw]:
        """Those that the refused call left where they were."""
        now = self._desk.stand(self._shape, [raw.id for raw in raws])
        if isinstance(now, NotSent):
            pending.update({raw.id: now for raw in raws})
            return []
        return [raw for raw in now.values() if self._is_ready(step, raw)]

    def _finish(self, step: Step, ready: Sequence[Raw], pending: Mapping[str, Result]) -> None:
        """What a step needs behind it, for those that it went well for."""
        step.after(self._desk, [raw for raw in ready if raw.id not in pending])

    def _result(
        self,
        step: Step,
        id_: str,
        before: Mapping[str, Raw],
        after: Mapping[str, Raw] | NotSent,
        pending: Mapping[str, Result],
        to: str,
    ) -> Result:
        system = self._desk.system
        if id_ not in before:
            return Failed(not_found(system, id_, self._shape.label.lower(), id_), id_)
        if isinstance(after, NotSent):
            touched = self._is_ready(step, before[id_])
            own = pending.get(id_)
            if own is not None:
                return own
            if step.there(before[id_].data):
                return Done(id_, before[id_].data, before[id_].birth)
            return InDoubt(after.why, id_) if touched else after
        raw = after.get(id_)
        if raw is not None and step.there(raw.data):
            return Done(id_, raw.data, raw.birth)
        state = str((raw or before[id_]).data.get("state"))
        return pending.get(id_) or Failed(wrong_state(system, id_, state, to), id_)


def _by_context(step: Step, raws: Sequence[Raw]) -> Iterator[tuple[Mapping[str, Any], list[Raw]]]:
    groups: dict[tuple[tuple[str, Any], ...], list[Raw]] = {}
    for raw in raws:
        groups.setdefault(tuple(sorted(step.context(raw.data).items())), []).append(raw)
    for context, group in groups.items():
        yield dict(context), group
