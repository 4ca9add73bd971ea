"""Plain lines: broken between words where a person reads them at a terminal, else left whole."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TextIO

COMMANDS = ("$ ", "sync-cli ")
"""How a line begins that is copied and typed; it stays in one piece."""
HANGING = "  "


def say(text: str, *, aloud: bool = False) -> None:
    """Print lines to stdout, or `aloud` to stderr."""
    out = sys.stderr if aloud else sys.stdout
    print(fitted(text, _width(out)), file=out)


def fitted(text: str, width: int | None) -> str:
    """The text in lines of at most `width` signs, None for any; no word is broken.

    What goes on in the next line stands a little to the right of where it began.
    """
    if width is None:
        return text
    return "\n".join(_fitted(line, width) for line in text.split("\n"))


def _fitted(line: str, width: int) -> str:
    if len(line) <= width or line.startswith(COMMANDS):
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.lstrip(),
        width,
        initial_indent=indent,
        subsequent_indent=indent + HANGING,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _width(out: TextIO) -> int | None:
    return shutil.get_terminal_size().columns if out.isatty() else None
