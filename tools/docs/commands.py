"""The commands and their options, read from the command line's own declarations.

They are read from Typer's registry and not from the text of `--help`, whose layout changes from
one release of Typer to the next.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo, OptionInfo

from sync_cli.cli.main import app
from tools.docs.markdown import code, sentence, table

PROGRAM = "sync-cli"
_WORDS = {int: "number", str: "text", Path: "path"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One option or argument; `names` of an argument is its name in capitals.

    `value` says what it takes, "" for a switch; `repeats` that it may be given several times.
    """

    names: tuple[str, ...]
    help: str
    value: str
    default: str
    environment: str
    is_option: bool
    required: bool
    repeats: bool


@dataclass(frozen=True, slots=True)
class Command:
    """One command as it is typed, such as `sync-cli held list`."""

    words: tuple[str, ...]
    help: str
    parameters: tuple[Parameter, ...]

    @property
    def line(self) -> str:
        """The command as it is typed, without options."""
        return " ".join((PROGRAM, *self.words))

    @property
    def arguments(self) -> tuple[Parameter, ...]:
        """What is given by its place."""
        return tuple(one for one in self.parameters if not one.is_option)

    @property
    def options(self) -> tuple[Parameter, ...]:
        """What is given by its name."""
        return tuple(one for one in self.parameters if one.is_option)

    def option(self, name: str) -> Parameter | None:
        """The option called `name`, such as `--config` or `-c`."""
        return next((one for one in self.options if name in one.names), None)


def commands() -> list[Command]:
    """Every command, in the order of `--help`."""
    return list(_commands(app, ()))


def find_command(words: Sequence[str]) -> Command | None:
    """The command that a line begins with, such as ["held", "list", "--json"]."""
    fitting = [one for one in commands() if tuple(words[: len(one.words)]) == one.words]
    return max(fitting, key=lambda one: len(one.words), default=None)


def _commands(group: typer.Typer, above: tuple[str, ...]) -> Iterator[Command]:
    for info in group.registered_commands:
        if info.callback is not None and not info.hidden:
            name = info.name or info.callback.__name__.replace("_", "-")
            told = info.help or inspect.getdoc(info.callback) or ""
            yield Command((*above, name), told, tuple(_parameters(info.callback)))
    for inner in group.registered_groups:
        if inner.typer_instance is not None and inner.name:
            yield from _commands(inner.typer_instance, (*above, inner.name))


def _parameters(callback: Callable[..., Any]) -> Iterator[Parameter]:
    hints = get_type_hints(callback, include_extras=True)
    for name, given in inspect.signature(callback).parameters.items():
        kind, info = _declared(hints[name])
        yield _parameter(name, kind, info, given.default)


def _declared(hint: Any) -> tuple[Any, OptionInfo | ArgumentInfo]:
    """The plain type of an annotated parameter, and how it is declared."""
    if get_origin(hint) is Annotated:
        kind, *extras = get_args(hint)
        for extra in extras:
            if isinstance(extra, OptionInfo | ArgumentInfo):
                return kind, extra
    raise TypeError(f"{hint} is not declared by typer.Option or typer.Argument")


def _parameter(name: str, kind: Any, info: OptionInfo | ArgumentInfo, default: Any) -> Parameter:
    is_option = isinstance(info, OptionInfo)
    repeats, word = _value(kind)
    derived = f"--{name.replace('_', '-')}" if is_option else name.upper()
    return Parameter(
        names=_written_names(info) or (derived,),
        help=info.help or "",
        value=(info.metavar or word) if word else "",
        default=_default(default),
        environment=str(info.envvar or ""),
        is_option=is_option,
        required=default is inspect.Parameter.empty,
        repeats=repeats,
    )


def _written_names(info: OptionInfo | ArgumentInfo) -> tuple[str, ...]:
    # Inside Annotated the first name is handed over where a default would stand elsewhere.
    first = (info.default,) if isinstance(info.default, str) else ()
    return (*first, *(info.param_decls or ()))


def _value(kind: Any) -> tuple[bool, str]:
    """Whether several values are taken, and the word for one; "" for a switch."""
    if get_origin(kind) in (Union, UnionType):
        kind = next(one for one in get_args(kind) if one is not type(None))
    repeats = get_origin(kind) is list
    if repeats:
        kind = get_args(kind)[0]
    return repeats, "" if kind is bool else _word(kind)


def _word(kind: type[Any]) -> str:
    if issubclass(kind, Enum):
        return " or ".join(str(member.value) for member in kind)
    return _WORDS[kind]


def _default(default: Any) -> str:
    silent = (inspect.Parameter.empty, None, False, "")
    return "" if any(default is one for one in silent) or default == "" else str(default)


def overview() -> str:
    """All commands with their first sentence."""
    rows = ((code(f"{one.line}{_places(one)}"), one.help.split("\n\n")[0]) for one in commands())
    return table(("command", "what it does"), rows)


def reference() -> str:
    """All commands with their options, a chapter each."""
    return "\n\n".join(_chapter(command) for command in commands())


def _chapter(command: Command) -> str:
    parts = [f"## {command.line}{_places(command)}", sentence(command.help)]
    rows = [_option_row(one) for one in (*command.arguments, *command.options)]
    if rows:
        parts.append(table(("option", "meaning"), rows))
    return "\n\n".join(parts)


def _places(command: Command) -> str:
    return "".join(f" {_place(one)}" for one in command.arguments)


def _place(argument: Parameter) -> str:
    shown = argument.names[0] + ("..." if argument.repeats else "")
    return shown if argument.required else f"[{shown}]"


def _option_row(one: Parameter) -> tuple[str, str]:
    names = ", ".join(code(name) for name in one.names) if one.is_option else code(_place(one))
    value = f" {one.value}" if one.is_option and one.value else ""
    facts = [
        f"default {code(one.default)}" if one.default else "",
        f"environment {code(one.environment)}" if one.environment else "",
    ]
    said = "; ".join(fact for fact in facts if fact)
    return f"{names}{value}", f"{sentence(one.help)}{f' ({said})' if said else ''}"
