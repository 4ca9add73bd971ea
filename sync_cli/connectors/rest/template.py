"""Fills `{placeholders}` of a profile's paths, parameters and bodies: substitution, nothing more.

A parameter, header or member of a body whose placeholder has no value (None) is left out, so that
one call serves a read with and without a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import quote

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_LEFT_OUT: Final = object()

Values = Mapping[str, Any]
Quoting = Literal["none", "doubled", "backslash"]


def placeholders(template: Any) -> Iterator[str]:
    """The names of all placeholders in a template, however deep."""
    if isinstance(template, str):
        yield from _PLACEHOLDER.findall(template)
    elif isinstance(template, Mapping):
        for member in template.values():
            yield from placeholders(member)
    elif isinstance(template, Sequence):
        for member in template:
            yield from placeholders(member)


def fill(template: Any, values: Values) -> Any:
    """The template with its values; None where a value of a whole text template is missing.

    A text that is one placeholder only becomes the value itself, of whatever type.
    """
    filled = _fill(template, values)
    return None if filled is _LEFT_OUT else filled


def fill_texts(templates: Mapping[str, str], values: Values) -> dict[str, str]:
    """Parameters or headers as texts; those without a value are left out."""
    filled = ((name, _fill(template, values)) for name, template in templates.items())
    return {name: _text(value) for name, value in filled if value is not _LEFT_OUT}


def fill_path(template: str, values: Values) -> str:
    """A path; each value is percent-encoded, so that an id cannot lead elsewhere."""
    return _PLACEHOLDER.sub(lambda found: quote(_text(values[found[1]]), safe=""), template)


def quoted(value: str, quoting: Quoting) -> str:
    """The value as it stands between apostrophes in a filter of the system's query language."""
    match quoting:
        case "none":
            return value
        case "doubled":
            return value.replace("'", "''")
        case "backslash":
            return value.replace("\\", "\\\\").replace("'", "\\'")


def _fill(template: Any, values: Values) -> Any:
    if isinstance(template, str):
        return _fill_text(template, values)
    if isinstance(template, Mapping):
        members = ((name, _fill(member, values)) for name, member in template.items())
        return {name: member for name, member in members if member is not _LEFT_OUT}
    if isinstance(template, Sequence):
        filled = (_fill(member, values) for member in template)
        return [member for member in filled if member is not _LEFT_OUT]
    return template


def _fill_text(template: str, values: Values) -> Any:
    names = _PLACEHOLDER.findall(template)
    if any(values[name] is None for name in names):
        return _LEFT_OUT
    if len(names) == 1 and template == f"{{{names[0]}}}":
        return values[names[0]]
    return _PLACEHOLDER.sub(lambda found: _text(values[found[1]]), template)


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(_text(member) for member in value)
    return str(value)
