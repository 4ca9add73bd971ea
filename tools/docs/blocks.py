"""The generated blocks of a page: what stands between two markers is replaced, nothing else.

<!-- generated: exit-codes -->
...
<!-- end -->
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Blocks = Mapping[str, Callable[[], str]]

_BLOCK = re.compile(
    r"^<!-- generated: (?P<name>[a-z-]+) -->\n(?P<body>.*?)^<!-- end -->$",
    re.MULTILINE | re.DOTALL,
)


class UnknownBlock(Exception):
    """A page asks for a block that nobody writes."""


def names(text: str) -> list[str]:
    """The blocks that a page asks for, in order."""
    return [found["name"] for found in _BLOCK.finditer(text)]


def filled(text: str, blocks: Blocks) -> str:
    """The page with every block written anew. Raises UnknownBlock naming the known ones."""

    def write(found: re.Match[str]) -> str:
        name = found["name"]
        if name not in blocks:
            raise UnknownBlock(f"There is no block {name!r}; known are {', '.join(blocks)}.")
        return f"<!-- generated: {name} -->\n\n{blocks[name]().strip()}\n\n<!-- end -->"

    return _BLOCK.sub(write, text)
