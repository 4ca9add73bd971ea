"""The rules of a mapping file as data: one rule says how one field gets its value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final

from msgspec import Struct

from sync_cli.mapping.checks import CHECKS
from sync_cli.mapping.errors import Fault, did_you_mean
from sync_cli.mapping.located import Block, Items, Node, Scalar, plain
from sync_cli.mapping.transforms import TRANSFORMS

OWNERS = ("shop", "erp", "crm", "wms", "pim", "any")


class Unset(Enum):
    """The value of a rule's `value` or `default` that was not written at all."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


class Named(Struct, frozen=True):
    """A transform or a check by its name, with the argument written after it."""

    name: str
    argument: Any = None


class Table(Struct, frozen=True):
    """A named table of values; `default` is what it gives for all that it does not list."""

    name: str
    entries: Mapping[str, Any]
    default: Any = UNSET
    file: str = ""
    line: int = 0


class Rule(Struct, frozen=True):
    """How one field gets its value.

    The value comes from `path` (JMESPath), from the first filled metadata entry named in `meta`,
    or is the constant `value`. `to_meta` claims that `to` is the key of a metadata entry.
    """

    to: str
    file: str
    line: int
    to_meta: bool = False
    path: str = ""
    meta: tuple[str, ...] = ()
    value: Any = UNSET
    type: str = ""
    transforms: tuple[Named, ...] = ()
    checks: tuple[Named, ...] = ()
    table: str = ""
    default: Any = UNSET
    required: bool = False
    optional: bool = False
    ref: str = ""
    owner: str = ""
    when: str = ""
    each: str = ""
    part: str = ""
    merge: str = ""
    description: str = ""

    @property
    def payload_key(self) -> str:
        """What a write rule fills: a key of the payload, "meta:key" of metadata."""
        return self.target if self.to_meta else self.to.partition(".")[0]

    @property
    def target(self) -> str:
        """The name by which an overlay replaces or drops this rule."""
        return f"meta:{self.to}" if self.to_meta else self.to

    @property
    def origin(self) -> str:
        """Where the value comes from, for people: a path, metadata keys, or the constant."""
        if self.value is not UNSET:
            return f"always {self.value!r}"
        return self.path or f"meta {' or '.join(self.meta)}"

    @property
    def where(self) -> str:
        """File and line of the rule."""
        return f"{self.file}:{self.line}"

    def meaning(self) -> dict[str, Any]:
        """All that decides what the rule does: not where it stands, nor its description."""
        silent = ("file", "line", "description")
        return {name: getattr(self, name) for name in self.__struct_fields__ if name not in silent}


def parse_rule(node: Node, file: str, label: str, faults: list[Fault]) -> Rule | None:
    """The rule written in `node`, or None; `file` is for `faults`, `label` for the rule."""
    if not isinstance(node, Block):
        faults.append(Fault(file, node.line, "a rule is written as {to: ..., from: ...}"))
        return None
    return _RuleParser(node, file, faults).parse(label)


class _RuleParser:
    """Reads the keys of one rule; what is wrong goes to `faults`."""

    def __init__(self, node: Block, file: str, faults: list[Fault]) -> None:
        self._node = node
        self._file = file
        self._faults = faults

    def parse(self, label: str) -> Rule | None:
        before = len(self._faults)
        found: dict[str, Any] = {}
        for key, node in self._node:
            parse = _KEYS.get(key)
            if parse is None:
                line = self._node.lines[key]
                self.fault(line, f"unknown key {key!r}{did_you_mean(key, _KEYS)}")
            else:
                found |= parse(self, key, node)
        if set(self._node.entries) <= set(_KEYS):
            self._check_keys(found)
        if len(self._faults) > before:
            return None
        return Rule(file=label, line=self._node.line, **found)

    def fault(self, line: int, message: str) -> None:
        self._faults.append(Fault(self._file, line, message))

    def _check_keys(self, found: Mapping[str, Any]) -> None:
        given = set(self._node.entries)
        line = self._node.line
        if "to" not in given:
            self.fault(line, "the rule has no `to`")
        if len(given & {"from", "value"}) != 1:
            self.fault(line, "a rule has either `from` or `value`")
        if "merge" in given and not ("each" in given and found.get("to_meta")):
            self.fault(line, "`merge` stands beside `each`, in a rule to {meta: key}")
        for first, second in _EXCLUSIVE:
            if first in given and second in given and found.get(first, True) is not False:
                self.fault(line, f"`{first}` and `{second}` cannot stand in one rule")

    def text(self, key: str, node: Node) -> dict[str, Any]:
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.value:
            self.fault(node.line, f"`{key}` must be a text")
            return {}
        return {key: node.value}

    def flag(self, key: str, node: Node) -> dict[str, Any]:
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            self.fault(node.line, f"`{key}` must be true or false")
            return {}
        return {key: node.value}

    def constant(self, key: str, node: Node) -> dict[str, Any]:
        return {key: plain(node)}

    def target(self, key: str, node: Node) -> dict[str, Any]:
        if not isinstance(node, Block):
            return self.text(key, node)
        keys = self._meta_keys(node)
        if len(keys) != 1:
            self.fault(node.line, "`to` names one metadata key: {meta: key}")
            return {}
        return {"to": keys[0], "to_meta": True}

    def source(self, key: str, node: Node) -> dict[str, Any]:
        if isinstance(node, Block):
            return {"meta": self._meta_keys(node)}
        found = self.text(key, node)
        return {"path": found[key]} if found else {}

    def owner(self, key: str, node: Node) -> dict[str, Any]:
        found = self.text(key, node)
        if found and found[key] not in OWNERS:
            self.fault(node.line, f"unknown owner {found[key]!r}{did_you_mean(found[key], OWNERS)}")
        return found

    def transforms(self, key: str, node: Node) -> dict[str, Any]:
        return {"transforms": self._named(key, node, TRANSFORMS)}

    def checks(self, key: str, node: Node) -> dict[str, Any]:
        return {"checks": self._named(key, node, CHECKS)}

    def _meta_keys(self, node: Block) -> tuple[str, ...]:
        value = plain(node.entries["meta"]) if set(node.entries) == {"meta"} else None
        keys = [value] if isinstance(value, str) else value
        if isinstance(keys, list) and keys and all(isinstance(key, str) and key for key in keys):
            return tuple(keys)
        self.fault(node.line, "metadata is named by {meta: key} or {meta: [key, key]}")
        return ()

    def _named(self, key: str, node: Node, known: Mapping[str, Any]) -> tuple[Named, ...]:
        items = node.items if isinstance(node, Items) else (node,)
        named = [self._one_named(key, item, known) for item in items]
        return tuple(one for one in named if one is not None)

    def _one_named(self, key: str, node: Node, known: Mapping[str, Any]) -> Named | None:
        written = plain(node)
        if isinstance(written, str):
            written = {written: None}
        if not isinstance(written, dict) or len(written) != 1:
            self.fault(node.line, f"`{key}` takes a name, a {{name: argument}}, or a list of them")
            return None
        [(name, argument)] = written.items()
        if name not in known:
            self.fault(node.line, f"unknown {key} {name!r}{did_you_mean(name, known)}")
            return None
        wrong = known[name].wrong_argument(argument)
        if wrong:
            self.fault(node.line, f"{key} {name}: {wrong}")
            return None
        return Named(name, argument)


_EXCLUSIVE = (
    ("required", "optional"),
    ("default", "optional"),
    ("value", "default"),
    ("value", "optional"),
    ("value", "table"),
    ("value", "transform"),
    ("value", "ref"),
    *(
        (nested, other)
        for nested in ("each", "part")
        for other in ("value", "default", "type", "table", "transform", "check", "ref")
    ),
    ("each", "part"),
)

_KEYS: Mapping[str, Callable[[_RuleParser, str, Node], dict[str, Any]]] = {
    "to": _RuleParser.target,
    "from": _RuleParser.source,
    "value": _RuleParser.constant,
    "type": _RuleParser.text,
    "check": _RuleParser.checks,
    "required": _RuleParser.flag,
    "optional": _RuleParser.flag,
    "default": _RuleParser.constant,
    "table": _RuleParser.text,
    "transform": _RuleParser.transforms,
    "ref": _RuleParser.text,
    "owner": _RuleParser.owner,
    "when": _RuleParser.text,
    "each": _RuleParser.text,
    "part": _RuleParser.text,
    "merge": _RuleParser.text,
    "description": _RuleParser.text,
}
