"""What the values of this house have in common; a value is a frozen `msgspec.Struct`.

Structs are made in a fraction of the time that dataclasses take, and there are hundreds of kinds:
cron pays the start of the program every minute.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from msgspec import Struct, to_builtins


class Discreet:
    """Stands before `Struct` among the bases: the repr leaves out the fields named in `hidden`.

    They hold secrets, personal data, or more than anybody wants to read: no log and no traceback
    tells them.
    """

    __slots__ = ()
    __struct_fields__: ClassVar[tuple[str, ...]]
    hidden: ClassVar[frozenset[str]] = frozenset()

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({told})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        # Struct has one of its own, which terminals and tracebacks of `rich` prefer to the repr.
        shown = (name for name in self.__struct_fields__ if name not in self.hidden)
        return [(name, getattr(self, name)) for name in shown]


def as_data(value: Struct) -> dict[str, Any]:
    """A value, and all values in it, as dicts and lists; times and numbers stay what they are."""
    data: dict[str, Any] = to_builtins(value, builtin_types=(date, datetime, Decimal))
    return data
