"""Reads config.yaml: every error with its line, unknown keys with the one that was meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from sync_cli.config import Config
from sync_cli.core.errors import ConfigError
from sync_cli.mapping.errors import Fault, did_you_mean
from sync_cli.mapping.located import Block, Items, Node, parse_yaml, plain


def load_config(path: Path) -> Config:
    """The configuration in `path`; relative paths in it count from its own folder.

    Raises ConfigError naming file, line and the key that was probably meant.
    """
    text = _read(path)
    faults: list[Fault] = []
    root = parse_yaml(text, path.name, faults)
    if faults or root is None:
        raise _refused(faults)
    try:
        config = Config.model_validate(plain(root))
    except ValidationError as error:
        raise _refused(list(_faults(error, root, path.name))) from None
    return _anchored(config, path.parent)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(
            f"There is no configuration at {path}.",
            "Write one with `sync-cli config example > config.yaml`, or name yours with --config.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration {path} cannot be read: {error}.") from None


def _refused(faults: Sequence[Fault]) -> ConfigError:
    lines = "\n".join(f"  {fault}" for fault in sorted(faults, key=lambda fault: fault.line))
    return ConfigError(f"The configuration cannot be used:\n{lines}", "Correct these lines.")


def _faults(error: ValidationError, root: Node, file: str) -> Iterator[Fault]:
    for found in error.errors(include_url=False, include_input=False):
        place = _place([str(step) for step in found["loc"]])
        yield Fault(file, _line(root, place), _message(place, found["type"], found["msg"]))


def _message(place: Sequence[str], kind: str, text: str) -> str:
    name = ".".join(place)
    if kind == "extra_forbidden":
        word, *more = place[-1].split() or [""]
        known = _keys_at(place[:-1])
        if more and word in known:
            return f"unknown key {name!r}; is a colon missing after {word!r}?"
        return f"unknown key {name!r}{did_you_mean(place[-1], known)}"
    if kind == "missing":
        return f"{name!r} is missing"
    if kind.startswith(("date_", "datetime_")):
        return f"{name}: this is no date; write 2026-01-31 or 2026-01-31T08:00:00Z"
    return f"{name}: {text.removeprefix('Value error, ')}"


def _line(node: Node, place: Sequence[str]) -> int:
    """The line of the deepest key of `place` that is there."""
    line = node.line
    for step in place:
        if isinstance(node, Block) and step in node.entries:
            line, node = node.lines[step], node.entries[step]
        elif isinstance(node, Items) and step.isdigit() and int(step) < len(node.items):
            node = node.items[int(step)]
            line = node.line
        else:
            break
    return line


def _place(steps: Sequence[str]) -> list[str]:
    """The keys as they stand in the file: without the kind that pydantic names among them."""
    return [step for end, step in enumerate(steps) if step not in _kinds(_models_at(steps[:end]))]


def _keys_at(place: Sequence[str]) -> list[str]:
    """The keys that the section at `place` knows, of whatever kind it is."""
    return [key for model in _models_at(place) for key in model.model_fields]


def _models_at(place: Sequence[str]) -> list[type[BaseModel]]:
    """What may describe the section at `place`: one model, or one for each kind of system."""
    models: list[type[BaseModel]] = [Config]
    # A place in a list, as in `parts.0`, leads to no other model than the list itself.
    for step in (step for step in place if not step.isdecimal()):
        fields = [model.model_fields[step] for model in models if step in model.model_fields]
        models = [found for field in fields for found in _sections(field.annotation)]
    return models


def _kinds(models: Sequence[type[BaseModel]]) -> set[str]:
    """The kinds among which `models` are a choice; none where there is no choice."""
    if len(models) < 2:
        return set()
    return {model.model_fields["kind"].default for model in models}


def _sections(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for inner in get_args(annotation):
        yield from _sections(inner)


def _anchored(config: Config, folder: Path) -> Config:
    changes: dict[str, Any] = {"state": folder / config.state}
    if config.mappings is not None:
        changes["mappings"] = folder / config.mappings
    return config.model_copy(update=changes)
