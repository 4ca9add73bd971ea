"""Proof that the harness sees lies: recordings with one thing changed must not conform."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.conformance.figures import Doctored
from tests.conformance.known import Known
from tests.conformance.recording import Recording
from tests.conformance.replay import verdict

Lie = tuple[str, Recording]
REQUIRED = 0.9
_MONEY = ("total", "total_tax", "subtotal", "price", "amount", "cart_tax", "rate", "shipping_total")


def doctored(recording: Recording) -> Iterator[Lie]:
    """Copies of a recording with one lie each: status, code, a key, a total, an id, a header."""
    yield "status", replace(recording, status=_other_status(recording.status))
    yield from _paging_lies(recording)
    answer = recording.answer
    if recording.status >= 400 and isinstance(answer, dict):
        yield "code", replace(recording, answer={**answer, "code": "rest_something_else"})
    for name, change in _CHANGES:
        lie = copy.deepcopy(answer)
        changed = change(lie)
        if changed is not None:
            yield name, replace(recording, answer=changed)


def _paging_lies(recording: Recording) -> Iterator[Lie]:
    """One record more than there are, a page more, and no word of the next page."""
    headers = recording.answer_headers
    for name in ("X-WP-Total", "X-WP-TotalPages"):
        if headers.get(name, "0") != "0":
            more = {**headers, name: str(int(headers[name]) + 1)}
            yield f"header {name}", replace(recording, answer_headers=more)
    if 'rel="next"' in headers.get("Link", ""):
        yield "header Link", replace(recording, answer_headers={**headers, "Link": ""})


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


def _change_id(answer: Any) -> Any:
    """The list shows another record than the filter found."""
    first = answer[0] if isinstance(answer, list) and answer else None
    if isinstance(first, dict) and isinstance(first.get("id"), int):
        first["id"] += 1_000_000
        return answer
    return None


def _swap(answer: Any) -> Any:
    """The list comes in another order."""
    if isinstance(answer, list) and len(answer) > 1 and answer[0] != answer[-1]:
        answer[0], answer[-1] = answer[-1], answer[0]
        return answer
    return None


def _change_nested_money(answer: Any) -> Any:
    for body in _objects(answer):
        for line in body.get("line_items") or ():
            if isinstance(line.get("total"), str) and line["total"]:
                line["total"] = _one_more(line["total"])
                return answer
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
    ("other id", _change_id),
    ("other order", _swap),
    ("line's total", _change_nested_money),
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


def report(recordings: list[Recording], corpus: list[Recording]) -> Doctored:
    """Print the lies that were believed, and how many were found out."""
    tried, believed = undetected(recordings, corpus)
    for line in believed:
        print(f"believed {line}")
    figures = Doctored(tried, tried - len(believed))
    print(f"{figures.found_out} of {tried} doctored copies found out")
    return figures
