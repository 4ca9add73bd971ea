"""Reads a profile from YAML; whatever is wrong with it is told with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sync_cli.connectors.rest.profile import Profile
from sync_cli.connectors.rest.sense import flaws
from sync_cli.core.errors import ConfigError
from sync_cli.mapping.errors import Fault, did_you_mean
from sync_cli.mapping.located import Block, Items, Node, parse_yaml, plain


def load_profile(path: Path) -> Profile:
    """The profile in this file; raises ConfigError with every error and its line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The profile {path} cannot be read: {error}.", "Check `profile` in the config."
        ) from error
    return parse_profile(text, str(path))


def parse_profile(text: str, file: str) -> Profile:
    """The profile in this YAML text; `file` is its name in error messages. Raises ConfigError."""
    faults: list[Fault] = []
    root = parse_yaml(text, file, faults)
    if root is None or faults:
        raise _wrong(faults)
    try:
        profile = Profile.model_validate(plain(root))
    except ValidationError as error:
        raise _wrong(_faults_of(error, root, file)) from error
    found = [Fault(file, _line(root, place), sentence) for place, sentence in flaws(profile)]
    if found:
        raise _wrong(found)
    return profile


def _wrong(faults: Iterable[Fault]) -> ConfigError:
    lines = "\n".join(f"  {fault}" for fault in sorted(faults, key=lambda fault: fault.line))
    return ConfigError(f"The profile cannot be used:\n{lines}", "Correct these lines.")


def _faults_of(error: ValidationError, root: Node, file: str) -> Iterator[Fault]:
    for each in error.errors(include_url=False):
        place: tuple[str | int, ...] = each["loc"]
        if each["type"] == "unknown_word":
            place = (*place, each["ctx"]["word"])
        yield Fault(file, _line(root, place), f"{_named(place, root)}: {_sentence(each)}")


def _sentence(error: ErrorDetails) -> str:
    facts: dict[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "unknown_word":
            return f"there is no such word here{did_you_mean(facts['word'], facts['known'])}"
        case "missing":
            return "this is missing"
        case "union_tag_not_found":
            return "say the `kind`"
        case "value_error":
            return str(facts["error"])
        case _:
            return error["msg"][0].lower() + error["msg"][1:]


def _known_part(place: Sequence[str | int], root: Node) -> Iterator[tuple[str | int, Node, int]]:
    """The steps of `place` that stand in the file, each with its node and line.

    Steps that the file does not have are left out: pydantic names the kind of a union among them.
    """
    node = root
    for step in place:
        if isinstance(node, Block) and str(step) in node.entries:
            line = node.lines[str(step)]
            node = node.entries[str(step)]
            yield step, node, line
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            yield step, node, node.line


def _line(root: Node, place: Sequence[str | int]) -> int:
    lines = [line for _, _, line in _known_part(place, root)]
    return lines[-1] if lines else root.line


def _named(place: Sequence[str | int], root: Node) -> str:
    """The place in dotted form; a missing word is named although the file does not have it."""
    known = [str(step) for step, _, _ in _known_part(place, root)]
    last = str(place[-1]) if place else ""
    return ".".join(known if known and known[-1] == last else [*known, last]) or "profile"
