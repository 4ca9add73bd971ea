"""What transforms and checks have in common: a name, an optional argument, one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

Convert = Callable[[Any], Any]

_NEEDS = {int: "a whole number above 0", str: "a text"}


class NamedFunction(Struct, frozen=True):
    """A transform or check: what it `does` in words, how it is made, which argument it takes.

    `argument` is None if it takes none, else its type; `fallback` is used where none is written.
    """

    does: str
    make: Callable[[Any], Convert]
    argument: type[int] | type[str] | None = None
    fallback: int | str | None = None

    def wrong_argument(self, argument: Any) -> str:
        """Why this argument cannot be used, "" if it can."""
        if self.argument is None:
            return "" if argument is None else "takes no argument"
        if argument is None and self.fallback is not None:
            return ""
        fits = type(argument) is self.argument and (self.argument is str or int(argument) > 0)
        return "" if fits else f"needs {_NEEDS[self.argument]}"

    def bound(self, argument: Any) -> Convert:
        """The function with its argument."""
        return self.make(self.fallback if argument is None else argument)
