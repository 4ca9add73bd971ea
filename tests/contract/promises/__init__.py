"""The promises of the protocol, in the order in which they are told."""

from __future__ import annotations

from tests.contract.promises import changing, creating, finding, reading, system, values
from tests.contract.promises.registry import PROMISES, Broken, Promise, require

_ORDER = (reading, finding, creating, changing, values, system)
"""Importing a module writes its promises down."""

__all__ = ["PROMISES", "Broken", "Promise", "promises", "require"]


def promises() -> tuple[Promise, ...]:
    """All promises, group by group in the order of the modules."""
    places = {module.__name__: at for at, module in enumerate(_ORDER)}
    return tuple(sorted(PROMISES, key=lambda promise: places[promise.keep.__module__]))
