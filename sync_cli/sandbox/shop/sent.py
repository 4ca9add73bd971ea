"""What a request brings: query, form and JSON read and put together as WordPress does it.

A value in the JSON body goes before one of a form, that before one of the query, and all of them
before an id in the path. A body of another content type brings nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from werkzeug import Request

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.records import Json

_JSON = re.compile(r"(^|\s|,)application/([\w!#$&\-^.+]+\+)?json(\+oembed)?($|\s|;|,)", re.I)
_FORM = "application/x-www-form-urlencoded"
_WITH_FORM = ("POST", "PUT", "PATCH", "DELETE")
_BRACKETS = re.compile(r"\[([^\]]*)\]")
_CREDENTIALS = ("consumer_key", "consumer_secret")


@dataclass(frozen=True, slots=True)
class Sent:
    """The values of a request: `query` as text, `values` with their types, by name.

    `entries` are those of a JSON body that is a list.
    """

    query: dict[str, str]
    values: Json = field(default_factory=dict)
    entries: tuple[Any, ...] = ()


def read_query(sent: Request) -> dict[str, str]:
    """The query's values by name; `name[]` and `name[0]` join to a comma list."""
    query: dict[str, str] = {}
    for name, values in sent.args.lists():
        base, bracket, _ = name.partition("[")
        if bracket and base in query:
            query[base] = ",".join((query[base], *values))
        else:
            query[base] = ",".join(values) if bracket else values[-1]
    return query


def read(sent: Request, method: str, query: Mapping[str, str]) -> Sent:
    """All that a request brings for `method`; raises ShopError (400) for JSON that is none."""
    body = _read_json(sent)
    entries = tuple(body) if isinstance(body, list) else ()
    named = body if isinstance(body, dict) else {}
    if method in _WITH_FORM:
        named = {**_read_form(sent), **named}
    own = {name: text for name, text in query.items() if name not in _CREDENTIALS}
    if any("[" in name for name in sent.args):
        own |= nested(sent.args.items(multi=True))
    return Sent({**query, **_as_query(named)}, {**own, **named}, entries)


def nested(pairs: Iterable[tuple[str, str]]) -> Json:
    """Names with brackets as the lists and objects that they stand for: `lines[0][total]`."""
    found: Json = {}
    for name, value in pairs:
        base, bracket, rest = name.partition("[")
        keys = [base.strip().replace(".", "_").replace(" ", "_")]
        keys += _BRACKETS.findall(bracket + rest)
        _put(found, keys, value)
    return {name: _listed(value) for name, value in found.items()}


def _put(into: Json, keys: list[str], value: str) -> None:
    """Store a value below its keys; an empty key is the next number."""
    for at, key in enumerate(keys):
        name = key or str(sum(one.isdecimal() for one in into))
        if at == len(keys) - 1:
            into[name] = value
        else:
            below = into.get(name)
            into[name] = into = below if isinstance(below, dict) else {}


def _listed(value: Any) -> Any:
    """An object of which all names are numbers is a list."""
    if not isinstance(value, dict):
        return value
    parts = {name: _listed(part) for name, part in value.items()}
    return list(parts.values()) if all(name.isdecimal() for name in parts) else parts


def form(text: str) -> Json:
    """The values of a form's text."""
    return nested(parse_qsl(text, keep_blank_values=True))


def _read_form(sent: Request) -> Json:
    kind = (sent.content_type or "").partition(";")[0].strip().lower()
    if kind != _FORM and (kind or sent.method == "POST"):
        return {}
    return form(sent.get_data(as_text=True))


def _read_json(sent: Request) -> Any:
    """The value of a JSON body; None where there is none."""
    if not is_json(sent.content_type or ""):
        return None
    text = sent.get_data()
    if not text:
        return None
    try:
        return json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        number, words = _json_error(error)
        data: Json = {"json_error_code": number, "json_error_message": words}
        raise ShopError("rest_invalid_json", "Invalid JSON body passed.", 400, data) from error


def is_json(content_type: str) -> bool:
    """Whether a body of this content type is read as JSON."""
    return _JSON.search(content_type) is not None


def is_form(content_type: str) -> bool:
    """Whether a body of this content type is read as a form."""
    return content_type.partition(";")[0].strip().lower() == _FORM


def _no_constant(name: str) -> None:
    """PHP reads no NaN and no Infinity."""
    raise ValueError(name)


def _json_error(error: ValueError) -> tuple[int, str]:
    """What PHP calls a mistake in JSON."""
    if isinstance(error, UnicodeDecodeError):
        return 5, "Malformed UTF-8 characters, possibly incorrectly encoded"
    if "control character" in str(error):
        return 3, "Control character error, possibly incorrectly encoded"
    return 4, "Syntax error"


def _as_query(named: Json) -> dict[str, str]:
    """The plain values of a body as a query would bring them: `force`, `dp`, `_fields`."""
    texts = {}
    for name, value in named.items():
        if isinstance(value, bool):
            texts[name] = "true" if value else "false"
        elif isinstance(value, str | int | float):
            texts[name] = str(value)
        elif isinstance(value, list) and all(isinstance(one, str | int) for one in value):
            texts[name] = ",".join(str(one) for one in value)
    return texts
