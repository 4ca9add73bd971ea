"""Finds what texts of the project say: commands, links, code."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.docs.commands import PROGRAM, Command, find_command

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")))

_FENCE = re.compile(r"^ *```(?P<kind>\w*)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"`(sync-cli(?: [^`]*)?)`")
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_SUBSTITUTED = re.compile(r"\$\([^)]*\)")
_NAMES = re.compile(rf"(.*/bin/)?{PROGRAM}")
_ENDS_A_COMMAND = frozenset({">", ">>", "|", "&&", "||", ";"})


@dataclass(frozen=True, slots=True)
class Typed:
    """A command line of a text, cut into words; the name of the program is left out."""

    text: str
    words: tuple[str, ...]

    def fault(self) -> str:
        """Why nobody could type it, "" if one could."""
        if self.words in ((), ("--help",), ("COMMAND", "--help")):
            return ""
        command = find_command(self.words)
        if command is None:
            return "there is no such command"
        return _fault_of_options(command, self.words[len(command.words) :])


def _fault_of_options(command: Command, words: tuple[str, ...]) -> str:
    places = 0
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            places += 1
            continue
        option = command.option(word)
        if option is None and word != "--help":
            return f"{command.line} has no option {word}"
        if option is not None and option.value and next(rest, None) is None:
            return f"{word} needs a value"
    if places > len(command.arguments) and not any(one.repeats for one in command.arguments):
        return f"{command.line} takes no {words[-1]}"
    return ""


def typed(line: str) -> Typed | None:
    """The first sync-cli command of a line of a shell, of cron or of systemd; None without one."""
    words = shlex.split(_SUBSTITUTED.sub("SOME", line), comments=True)
    names = [index for index, word in enumerate(words) if _NAMES.fullmatch(word)]
    if not names:
        return None
    after = words[names[0] + 1 :]
    end = next((i for i, word in enumerate(after) if word in _ENDS_A_COMMAND), len(after))
    return Typed(line.strip(), tuple(after[:end]))


def quoted_commands(text: str) -> Iterator[Typed]:
    """The commands that a text shows as code within a sentence."""
    for found in _QUOTED.finditer(" ".join(text.split())):
        known = typed(found[1])
        if known is not None:
            yield known


def fenced(text: str, kind: str = "") -> Iterator[str]:
    """The code blocks of a page, of one kind such as yaml, or those of no kind."""
    for found in _FENCE.finditer(text):
        if found["kind"] == kind:
            yield found["body"]


def fenced_commands(text: str) -> Iterator[Typed]:
    """The commands that stand in the code blocks of a page."""
    for block in fenced(text):
        for line in block.splitlines():
            known = typed(line) if line.strip().startswith(PROGRAM) else None
            if known is not None:
                yield known


def links(text: str) -> Iterator[str]:
    """The targets of all links of a page."""
    for found in _LINK.finditer(text):
        yield found["target"]
