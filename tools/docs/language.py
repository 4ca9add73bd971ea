"""The words of a mapping file: the keys of a rule, types, transforms, checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sync_cli.mapping import rules
from sync_cli.mapping.checks import CHECKS
from sync_cli.mapping.formats import WRITE_TYPES
from sync_cli.mapping.named import NamedFunction
from sync_cli.mapping.rules import OWNERS
from sync_cli.mapping.transforms import TRANSFORMS
from sync_cli.mapping.types import READ_TYPES
from tools.docs.markdown import code, first_sentence, table

KEYS: Mapping[str, str] = {
    "to": "where the value goes: a dotted path, or `{meta: key}` for a metadata entry",
    "from": "where it comes from: a JMESPath expression, or `{meta: key}`,"
    " `{meta: [first, second]}` for the first metadata entry that is filled",
    "value": "a constant instead of `from`",
    "type": "how it is read or written; without it the type of the canonical field counts",
    "transform": "one or more transforms, applied in order before the type is read",
    "check": "one or more checks; a record that fails one is held, with the reason",
    "required": "true: an empty value is an error",
    "optional": "true: the key may be absent; otherwise an absent key is an error, so that a"
    " renamed field never empties anything",
    "default": "what stands for a key that is absent",
    "table": "a table of this file: what each value of one side means on the other",
    "ref": "the value is our name of a record; the other system's id of it is written",
    "when": "a JMESPath condition; where it does not hold, the rule is left out",
    "each": "a list: every item goes through the part of this name",
    "part": "an object that goes through the part of this name",
    "merge": "with `each`, to metadata: entries that are there and differ in this field stay",
    "owner": f"which system leads this field: {', '.join(OWNERS)}",
    "description": "a remark for people",
}


def keys() -> str:
    """The keys of a rule. Raises KeyError for one that has no description here."""
    rows = ((code(key), KEYS[key]) for key in _in_order(rules._KEYS))
    return table(("key", "meaning"), rows)


def _in_order(known: Mapping[str, Any]) -> list[str]:
    described = [key for key in KEYS if key in known]
    return [*described, *(key for key in known if key not in KEYS)]


def transforms() -> str:
    """The transforms."""
    return _functions("transform", TRANSFORMS)


def checks() -> str:
    """The checks."""
    return _functions("check", CHECKS)


def _functions(kind: str, functions: Mapping[str, NamedFunction]) -> str:
    rows = ((_written(name, one), one.does) for name, one in functions.items())
    return table((kind, "what it does"), rows)


def _written(name: str, function: NamedFunction) -> str:
    """The function as it is written in a rule, with its argument where it takes one."""
    if function.argument is None:
        return code(name)
    sample = "20" if function.argument is int else '"; "'
    alone = f"{code(name)} or " if function.fallback is not None else ""
    return alone + code(f"{{{name}: {sample}}}")


def types() -> str:
    """The types of read and of write rules."""
    names = dict.fromkeys((*READ_TYPES, *WRITE_TYPES))
    rows = ((code(name), _says(READ_TYPES, name), _says(WRITE_TYPES, name)) for name in names)
    return table(("type", "reading", "writing"), rows)


def _says(known: Mapping[str, Callable[[Any], Any]], name: str) -> str:
    found = known.get(name)
    return "-" if found is None else first_sentence(found.__doc__ or "")
