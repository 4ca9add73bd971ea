"""What each exit code means, and what a person does about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sync_cli.cli.exits import SILENT_IN_CRON
from sync_cli.core.errors import ExitCode, SyncError
from tools.docs.markdown import code, first_sentence, table


@dataclass(frozen=True, slots=True)
class Words:
    """Meaning and remedy of one exit code."""

    means: str
    remedy: str


WORDS: Mapping[ExitCode, Words] = {
    ExitCode.OK: Words("All went well.", "Nothing."),
    ExitCode.BUG: Words(
        "A bug: the program met something it does not expect.",
        "Nothing is lost, the next run goes on. Report it with the text on the screen.",
    ),
    ExitCode.CONFIG: Words(
        "Configuration, secret, mapping or state file is wrong, or a system is not the one that"
        " this state belongs to.",
        "Do what the message says. `sync-cli config check` tells the same without calling a"
        " system; after a move on purpose, `sync-cli state accept`.",
    ),
    ExitCode.FAILURES: Words(
        "The run came to its end, and records are held that were not held before; of `reconcile`:"
        " the two sides differ; of `explain`, `held show` and the like: there is no such record.",
        "`sync-cli held list` names each with what to do. All other records are done.",
    ),
    ExitCode.GUARD: Words(
        "The guard stopped the run before its first write: it would change far more than usual.",
        "Look at it with `--dry-run`. If it is right, run the command with `--accept TOKEN`.",
    ),
    ExitCode.ACCESS: Words(
        "A system refuses the credentials, or a firewall answers in its place.",
        "Correct the key or its rights. It is tried again when the secret has changed, or after"
        " 15 minutes.",
    ),
    ExitCode.DOWN: Words(
        "A system is down, overloaded or in maintenance. No record loses an attempt by it.",
        "Wait: the next run goes on by itself.",
    ),
    ExitCode.LOCKED: Words(
        "Another run works in this lane.",
        "Nothing: that run does the work. The lock ends with the process that holds it.",
    ),
    ExitCode.INTERRUPTED: Words(
        "A person stopped the run (Ctrl-C).",
        "Nothing: what was begun is finished by the next run.",
    ),
}


def meanings() -> str:
    """All exit codes, what they mean and what to do."""
    rows = ((str(int(one)), WORDS[one].means, _silence(one), WORDS[one].remedy) for one in ExitCode)
    return table(("code", "meaning", "in cron", "what to do"), rows)


def in_short() -> str:
    """All exit codes in one line each."""
    return table(("code", "meaning"), ((str(int(one)), WORDS[one].means) for one in ExitCode))


def causes() -> str:
    """The kinds of error behind the exit codes, as the program names them."""
    rows = (
        (str(int(error.exit_code)), code(error.__name__), first_sentence(error.__doc__ or ""))
        for error in sorted(set(_errors(SyncError)), key=_place)
    )
    return table(("code", "error", "when"), rows)


def _silence(exit_code: ExitCode) -> str:
    if exit_code in SILENT_IN_CRON:
        return "at most once an hour"
    return "" if exit_code is ExitCode.OK else "told"


def _errors(base: type[SyncError]) -> Iterator[type[SyncError]]:
    for error in base.__subclasses__():
        if error.__module__ == SyncError.__module__:
            yield error
        yield from _errors(error)


def _place(error: type[SyncError]) -> tuple[int, str]:
    return int(error.exit_code), error.__name__
