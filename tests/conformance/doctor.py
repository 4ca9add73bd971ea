"""Proof that the harness sees lies: recordings with one thing changed must not conform."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.conformance.known import Known
from tests.conformance.recording import Recording
from tests.conformance.replay import verdict

Doctored = tuple[str, Recording]
REQUIRED = 0.9
_MONEY = ("total", "total_tax", "subtotal", "price", "amount", "cart_tax", "rate", "shipping_total")


def doctored(recording: Recording) -> Iterator[Doctored]:
    """Copies of a recording with one lie each: status, code, a key, a total, an id."""
    yield "status", replace(recording, status=_other_status(recording.status))
    answer = recording.answer
    if recording.status >= 400 and isinstance(answer, dict):
        yield "code", replace(recording, answer={**answer, "code": "rest_something_else"})
    for name, change in _CHANGES:
        lie = copy.deepcopy(answer)
        changed = change(lie)
        if changed is not None:
            yield name, replace(recording, answer=changed)


def _other_status(status: int) -> int:
    return {200: 404, 201: 200}.get(status, 200)


def _objects(answer: Any) -> list[dict[str, Any]]:
    """The objects that an answer holds: itself, its list, or a batch's results."""
    if isinstance(answer, list):
        return [entry for entry in answer if isinstance(entry, dict)]
    if not isinstance(answer, dict) or "code" in answer:
        return []
    results = [entry for name in ("create", "update", "delete") for entry in answer.get(name) or ()]
    return results or [answer]


def _drop_key(answer: Any) -> Any:
    for body in _objects(answer):
        names = [name for name in body if name not in ("id", "_links")]
        if names:
            del body[sorted(names)[len(names) // 2]]
            return answer
    return None


def _add_key(answer: Any) -> Any:
    for body in _objects(answer):
        body["invented"] = "1"
        return answer
    return None


def _change_money(answer: Any) -> Any:
    for body in _objects(answer):
        for name in _MONEY:
            value = body.get(name)
            if isinstance(value, str) and value.replace(".", "").replace("-", "").isdecimal():
                body[name] = _one_more(value)
                return answer
    return None


def _one_more(text: str) -> str:
    """The amount with another last digit."""
    return f"{text[:-1]}{(int(text[-1]) + 1) % 10}"


def _drop_id(answer: Any) -> Any:
    if isinstance(answer, list) and answer and isinstance(answer[0], dict) and "id" in answer[0]:
        return answer[1:] if len(answer) > 1 else []
    return None


def _drop_last(answer: Any) -> Any:
    if isinstance(answer, list) and len(answer) > 1 and isinstance(answer[0], dict):
        return answer[:-1]
    return None


def _change_type(answer: Any) -> Any:
    for body in _objects(answer):
        for name, value in body.items():
            if isinstance(value, str) and name not in ("status", "type"):
                body[name] = None if value == "" else [value]
                return answer
    return None


_CHANGES: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("key dropped", _drop_key),
    ("key added", _add_key),
    ("total", _change_money),
    ("id dropped", _drop_id),
    ("last dropped", _drop_last),
    ("type", _change_type),
)


def undetected(recordings: list[Recording], corpus: list[Recording]) -> tuple[int, list[str]]:
    """How many lies about conforming recordings were tried, and those that were believed."""
    known = Known(corpus)
    tried, believed = 0, []
    for recording in recordings:
        if not verdict(recording, known).conforms:
            continue
        for name, lie in doctored(recording):
            if json.dumps(lie.answer) == json.dumps(recording.answer) and (
                lie.status == recording.status
            ):
                continue
            tried += 1
            if _is_believed(lie, corpus):
                believed.append(f"{recording.name}: {name}")
    return tried, believed


def _is_believed(lie: Recording, corpus: list[Recording]) -> bool:
    """Whether the lie conforms when it stands in the truth's place."""
    told = [lie if recording.name == lie.name else recording for recording in corpus]
    return verdict(lie, Known(told)).conforms


def report(recordings: list[Recording], corpus: list[Recording]) -> int:
    """Print the lies that were believed and the share found out; 0 if that is enough."""
    tried, believed = undetected(recordings, corpus)
    for line in believed:
        print(f"believed {line}")
    found = tried - len(believed)
    print(f"{found} of {tried} doctored copies found out")
    return 0 if found >= REQUIRED * tried else 1
