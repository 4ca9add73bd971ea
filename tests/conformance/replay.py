"""Replay recordings on the sandbox and tell which of them it answers like the real shop."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from werkzeug.test import TestResponse

from tests.conformance.compare import Comparison, header_differences
from tests.conformance.known import Known
from tests.conformance.ours import is_ours
from tests.conformance.recording import Recording
from tests.conformance.scene import Scene
from tests.conformance.scenes import scenes_for
from tests.conformance.sending import send

_OPTIONS = "what a route says of itself to people is not part of the sandbox"
_ON_PURPOSE = (
    ("oauth1", "OAuth 1.0a is not offered; loopback counts as HTTPS"),
    ("/hooks/", "a delivery by the shop: the sandbox keeps webhooks as records only"),
    ("/wc/store/", "the shop front (Store API) is not part of the sandbox"),
)


@dataclass(frozen=True)
class Verdict:
    """How a replay went; `reason` says why it was not tried, `differences` what was not alike.

    `ours` claims that sync-cli itself makes such a call.
    """

    name: str
    conforms: bool
    ours: bool
    reason: str = ""
    differences: tuple[str, ...] = ()


def verdicts(recordings: Iterable[Recording], corpus: Iterable[Recording]) -> list[Verdict]:
    """The verdicts on recordings; the seed objects come from the corpus."""
    known = Known(corpus)
    return [verdict(recording, known) for recording in recordings]


def verdict(recording: Recording, known: Known) -> Verdict:
    """Try an exchange in each scene that it may have met; one that fits is enough."""
    ours = is_ours(recording)
    reason = not_covered(recording)
    if reason:
        return Verdict(recording.name, conforms=False, ours=ours, reason=reason)
    best: list[str] = ["no scene was found for it"]
    tried = 0
    try:
        for scene in chain(scenes_for(recording, known), _apart(recording, known)):
            found = differences_in(scene)
            tried += 1
            if not found:
                return Verdict(recording.name, conforms=True, ours=ours)
            if tried == 1 or len(found) < len(best):
                best = found
    except Exception as error:
        # planting an object that no shop could hold: the others are tried all the same
        best = [f"an object of the recording cannot be planted: {error!r}"]
    return Verdict(recording.name, conforms=False, ours=ours, differences=tuple(best))


def _apart(recording: Recording, known: Known) -> Iterator[Scene]:
    """The scenes of a write beside which nothing stands but what its own object is known to be.

    What others tell of the rest of the shop may be of another time, or lack a part of it. What a
    list finds is left to them: they show what it leaves out.
    """
    if recording.method not in ("GET", "HEAD"):
        yield from scenes_for(recording, known.apart(recording))


def not_covered(recording: Recording) -> str:
    """Why an exchange is left out on purpose; empty for one that is tried."""
    for mark, reason in _ON_PURPOSE:
        if mark in recording.auth or mark in recording.address:
            return reason
    if recording.method == "OPTIONS":
        return _OPTIONS
    return "" if recording.inbound else _ON_PURPOSE[1][1]


def differences_in(scene: Scene) -> list[str]:
    """Send the request to the scene's shop and compare the answer."""
    recording = scene.recording
    answer = send(scene)
    if answer.status_code != recording.status:
        return [f"status {recording.status} expected, not {answer.status_code}: {_text(answer)}"]
    found = header_differences(recording.answer_headers, dict(answer.headers))
    fresh = recording.method != "GET"
    comparison = Comparison(recording.moment, fresh_ids=fresh)
    expected, actual = recording.answer, _body(answer)
    if recording.query.get("orderby") == "registered_date":
        expected, actual = _dates_only(expected), _dates_only(actual)
    return found + comparison.differences(expected, actual)


def _dates_only(answer: Any) -> Any:
    """Customers of one second come in no certain order: only dates and fields are compared."""
    entries = answer if isinstance(answer, list) else []
    return [{**dict.fromkeys(e, "any"), "at": e.get("date_created_gmt")} for e in entries]


def _text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)[:200]


def _body(answer: TestResponse) -> Any:
    text = answer.get_data(as_text=True)
    try:
        return json.loads(text)
    except ValueError:
        return text
