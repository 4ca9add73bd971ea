"""What every delta command can be asked for: the options declared once, and how they are run."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, get_type_hints

import typer
from msgspec import Struct

from sync_cli.cli.exits import exit_codes, is_person
from sync_cli.cli.options import (
    DEFAULT_CONFIG,
    AcceptOption,
    ConfigOption,
    DryRunOption,
    FullOption,
    IdOption,
    JsonOption,
    LimitOption,
    QuietOption,
    SinceOption,
    read_since,
)

if TYPE_CHECKING:
    from sync_cli.flows.commands import Command


class Asked(Struct, frozen=True):
    """The options that all delta commands share, as they were typed."""

    config: ConfigOption = DEFAULT_CONFIG
    dry_run: DryRunOption = False
    since: SinceOption = None
    full: FullOption = False
    ids: IdOption = None
    limit: LimitOption = None
    as_json: JsonOption = False
    quiet: QuietOption = False
    accept: AcceptOption = ""

    def run(self, command: Command, **own: Any) -> None:
        """Carry the command out with these and its own options, fields of `engine.route.Options`.

        Raises typer.Exit with any exit code but 0.
        """
        from sync_cli.engine.route import Options
        from sync_cli.flows.clock import utc_now
        from sync_cli.flows.commands import carry_out
        from sync_cli.report.watchers import reporter

        options = Options(
            dry_run=self.dry_run,
            since=read_since(self.since, utc_now()),
            full=self.full,
            ids=tuple(self.ids or ()),
            limit=self.limit,
            accept=self.accept,
            **own,
        )
        looks_on = is_person() and sys.stdout.isatty()
        watcher = reporter(as_json=self.as_json, quiet=self.quiet, is_person=looks_on)
        with exit_codes(self.config):
            code = carry_out(command, self.config, options, watcher)
        if code:
            raise typer.Exit(int(code))


def shared_options(command: Callable[..., None]) -> Callable[..., None]:
    """Let typer see the shared options before the command's own; it is called with an `Asked`."""

    @wraps(command)
    def typed(**values: Any) -> None:
        shared = {name: values.pop(name) for name in Asked.__struct_fields__}
        command(Asked(**shared), **values)

    parameters = _options_of(Asked) + _options_of(command)[1:]
    typed.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    typed.__annotations__ = {option.name: option.annotation for option in parameters}
    return typed


def _options_of(callable_: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters with their annotations resolved, as typer wants to read them."""
    hints = get_type_hints(callable_, include_extras=True)
    return [
        option.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, option in inspect.signature(callable_).parameters.items()
    ]
