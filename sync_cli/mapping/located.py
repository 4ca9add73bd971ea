"""YAML with line numbers: plain data that still knows where it stood in its file.

Stricter than YAML: duplicate keys are errors, only `true` and `false` are booleans (so that the
country NO stays a text), and a number with a fraction is a `Decimal`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import yaml
from msgspec import Struct, field

from sync_cli.mapping.errors import Fault

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PREFIX = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"-?[0-9]{1,18}\.[0-9]{1,18}")
_BARE_KEY = re.compile(r"\s*[A-Za-z_]\w*\s*(?:\s[^:]*|\s\{.*)?(?:#.*)?$")
_OPEN_VALUE = re.compile(r"(?:[>|][+-]?|[\[{,])\s*$|\[[^\]]*$")
_VALUE = re.compile(r":\s+[^\s#]")
_TWO_COLONS = re.compile(r":\s[^'\"{\[]*:(?:\s|$)")
_OPEN_QUOTE = re.compile(r"""(?:^\s*|[:,\[{-]\s*)(?:"(?:[^"\\]|\\.)*|'[^']*)$""")
_DEEPEST = 20


class Scalar(Struct, frozen=True):
    """A single value; `text` is how it was written."""

    value: Any
    text: str
    line: int


class Items(Struct, frozen=True):
    """A list."""

    items: tuple[Node, ...]
    line: int


class Block(Struct, frozen=True):
    """A mapping; `lines` gives the line of each key."""

    entries: Mapping[str, Node]
    line: int
    lines: Mapping[str, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        return iter(self.entries.items())


Node = Scalar | Items | Block


def plain(node: Node) -> Any:
    """The node's data without line numbers."""
    match node:
        case Scalar():
            return node.value
        case Items():
            return [plain(item) for item in node.items]
        case Block():
            return {key: plain(value) for key, value in node}


def parse_yaml(text: str, file: str, faults: list[Fault]) -> Node | None:
    """The document in `text`; None if it is empty or no YAML, which then is in `faults`."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        faults.append(_syntax_fault(error, text, file))
        return None
    if root is None:
        faults.append(Fault(file, 1, "the file is empty"))
        return None
    return _Builder(file, faults).build(root, 0)


def _syntax_fault(error: yaml.YAMLError, text: str, file: str) -> Fault:
    mark = getattr(error, "problem_mark", None)
    line, lines = mark.line + 1 if mark is not None else 1, text.splitlines()
    problem = getattr(error, "problem", None) or "this is no YAML"
    hint = "put a value that holds [ ] { } : # or , between quotes"
    if "\t" in "".join(lines[line - 1 : line]):
        hint = "this line holds a tab: indent with spaces"
    opened = _never_closed(lines[:line])
    bare = _without_colon(lines, line)
    if bare:
        line, hint = bare, "is a colon missing after the key in this line?"
    if opened:
        line, hint = opened, "a quote is opened in this line and not closed in it"
    return Fault(file, line, f"this is no valid YAML: {problem} ({hint})")


def _never_closed(lines: list[str]) -> int:
    """The first line that opens a quoted value and does not close it; 0 if there is none.

    YAML reads on to the next quote, so that it complains of a line far below.
    """
    return next((at for at, line in enumerate(lines, 1) if _OPEN_QUOTE.search(line)), 0)


def _without_colon(lines: list[str], at: int) -> int:
    """The line at, or right above, line `at` that could be a key without its colon; 0 if none.

    YAML takes such a key for a value and complains of the next line, or of the end of the block.
    """
    if _TWO_COLONS.search(lines[at - 1] if at <= len(lines) else ""):
        return 0
    near = [number for number, line in enumerate(lines[:at], 1) if line.strip()]
    for above, number in reversed([*zip([0, *near], near, strict=False)][-2:]):
        line = lines[number - 1]
        if _BARE_KEY.match(line) and not (above and _goes_on(lines[above - 1], line)):
            return number
    return 0


def _goes_on(above: str, line: str) -> bool:
    """Whether `line` may continue the value of the line above it."""
    deeper = len(line) - len(line.lstrip()) > len(above) - len(above.lstrip())
    return bool(_OPEN_VALUE.search(above)) or (deeper and bool(_VALUE.search(above)))


class _Builder:
    """Turns composed YAML nodes into located data; errors go to `faults`."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self._file = file
        self._faults = faults

    def build(self, node: yaml.Node, depth: int) -> Node:
        line = node.start_mark.line + 1
        if depth > _DEEPEST:
            self._faults.append(Fault(self._file, line, "this is nested too deeply"))
            return Scalar(None, "", line)
        if isinstance(node, yaml.MappingNode):
            return self._block(node, line, depth)
        if isinstance(node, yaml.SequenceNode):
            return Items(tuple(self.build(item, depth + 1) for item in node.value), line)
        return Scalar(_scalar_value(node.tag.removeprefix(_PREFIX), node.value), node.value, line)

    def _block(self, node: yaml.MappingNode, line: int, depth: int) -> Block:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            at = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._faults.append(Fault(self._file, at, "a key must be a single word"))
                continue
            key = key_node.value
            if key in entries:
                message = f"{key!r} stands here a second time (first in line {lines[key]})"
                self._faults.append(Fault(self._file, at, message))
                continue
            entries[key] = self.build(value_node, depth + 1)
            lines[key] = at
        return Block(entries, line, lines)


def _scalar_value(tag: str, text: str) -> Any:
    """The value of a scalar; whatever is no plain null, boolean or number stays a text."""
    if tag == "null":
        return None
    if tag == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if tag == "int" and _INTEGER.fullmatch(text):
        return int(text)
    if tag == "float" and _FRACTION.fullmatch(text):
        return Decimal(text)
    return text
