"""The catalogue of problems: every code that a record can be held with, out of the source.

A problem is made where it is found, so the catalogue is read from those calls. What is only known
when it happens stands as an ellipsis.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import sync_cli
from sync_cli.connectors.rest.problems import _CODES
from sync_cli.connectors.woocommerce.compare import _MANAGED_BY
from sync_cli.core.item import Why
from sync_cli.mapping import errors
from tools.docs.connectors import profiles
from tools.docs.markdown import code, table

SOURCE = Path(sync_cli.__file__).parent
GAP = "..."
OWN_WORDS = "what the system itself says"
_PROBLEM, _MEANING = "Problem", "_Meaning"
_LEFT_OUT = ("sandbox", "connectors/memory.py")
_MAPPING = (
    (errors.ABSENT_FIELD, "a field that a rule reads is not there at all"),
    (errors.EMPTY_FIELD, "a field that must be filled is empty"),
    (errors.UNREADABLE_FIELD, "a value cannot be read as what the rule says it is"),
    (errors.INVALID_FIELD, "a value fails a check, or is none of those that are allowed"),
    (errors.UNMAPPED_VALUE, "a table of the mapping does not list the value"),
)
_MAPPING_REMEDY = "Correct the value at its source, or the rule that is named; best in an overlay."


REASONS: Mapping[Why, str] = {
    Why.DEFERRED: "it waits for time or for another record, and goes on by itself",
    Why.RETRY: "something failed that may be gone the next time",
    Why.IN_DOUBT: "an answer was lost; it is found out whether the call arrived",
    Why.QUARANTINED: "its data cannot go over as they are: correct them at their source",
    Why.TASK: "a person must do something in one of the systems",
}


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One way in which a record can be held."""

    code: str
    says: str
    remedy: str


def catalogue() -> str:
    """Every code with what is said and what to do, sorted by code."""
    rows = (
        (code(one.code), OWN_WORDS if one.says == GAP else one.says, one.remedy)
        for one in sorted(set(entries()))
    )
    return table(("code", "what is said", "what to do"), rows)


def reasons() -> str:
    """Why records wait. Raises KeyError for a reason that has no words here."""
    return table(("why", "what it means"), ((code(str(why)), REASONS[why]) for why in Why))


def entries() -> Iterator[Entry]:
    """The problems made in the source, those of mappings, and those that systems answer.

    A problem whose words come out of a table is read from that table.
    """
    for path in sorted(SOURCE.rglob("*.py")):
        if not str(path.relative_to(SOURCE)).startswith(_LEFT_OUT):
            found = made_in(path.read_text(encoding="utf-8"))
            yield from (one for one in found if (one.says, one.remedy) != (GAP, GAP))
    yield from (Entry(name, says, _MAPPING_REMEDY) for name, says in _MAPPING)
    yield from (Entry(name, GAP, remedy) for name, remedy in _CODES.values())
    yield from (Entry("stock-not-managed", says, remedy) for says, remedy in _MANAGED_BY.values())
    for profile in profiles():
        for meaning in profile.errors.codes.values():
            if meaning.code:
                yield Entry(meaning.code, meaning.says, meaning.remedy)


def made_in(source: str) -> Iterator[Entry]:
    """The problems that a module makes with a code of its own."""
    if not any(f"{name}(" in source for name in (_PROBLEM, _MEANING)):
        return
    tree = ast.parse(source)
    everywhere = _named_texts(tree.body)
    for scope in _scopes(tree):
        nodes = [node for statement in scope for node in ast.walk(statement)]
        known = {**everywhere, **_named_texts(nodes)}
        for node in nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield from _made_by(node, node.func.id, known)


def _scopes(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """The statements of the module itself, then those of each function."""
    inner = (ast.FunctionDef, ast.ClassDef)
    yield [statement for statement in tree.body if not isinstance(statement, inner)]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.body


def _made_by(call: ast.Call, name: str, known: Mapping[str, ast.expr]) -> Iterator[Entry]:
    if not call.args or not isinstance(call.args[0], ast.Constant):
        return
    texts = [_text(argument, known) for argument in call.args]
    if name == _PROBLEM and len(texts) >= 4:
        yield Entry(texts[0], texts[2], texts[3])
    elif name == _MEANING and len(texts) >= 2:
        yield Entry(texts[0], texts[2] if len(texts) > 2 else GAP, texts[1])


def _named_texts(nodes: Iterable[ast.AST]) -> dict[str, ast.expr]:
    """The texts that are given names to, each name only once."""
    given: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            given.setdefault(node.targets[0].id, []).append(node.value)
    texts = (ast.Constant, ast.JoinedStr)
    return {n: v[0] for n, v in given.items() if len(v) == 1 and isinstance(v[0], texts)}


def _text(node: ast.expr, known: Mapping[str, ast.expr]) -> str:
    """What an expression says, with a gap for what is only known when it happens."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name) if name in known:
            return _text(known[name], {n: text for n, text in known.items() if n != name})
        case ast.JoinedStr(values=parts):
            return "".join(_text(part, known) for part in parts)
        case ast.FormattedValue(value=value):
            return _text(value, known)
        case ast.BinOp(left=left, right=right):
            return _text(left, known) + _text(right, known)
        case ast.IfExp(body=body):
            return _text(body, known)
        case _:
            return GAP
