"""What a promise is, and how one is written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.contract.rig import Ability, Rig, Subject

Keep = Callable[[Rig, Subject], None]


class Broken(AssertionError):
    """A promise was not kept; says how."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise of the protocol: its name, what it says, and the test that can fail.

    `keep` raises Broken where the promise is not kept. With `once` it is shown with the rig's
    first kind of record only, since it is the system's and not a record's.
    """

    group: str
    name: str
    says: str
    needs: frozenset[Ability]
    keep: Keep
    once: bool = False


PROMISES: list[Promise] = []
"""All promises, in the order in which they are told."""


def promise(group: str, *needs: Ability, once: bool = False) -> Callable[[Keep], Keep]:
    """Write a function down as promise: its name, and what its docstring says."""

    def write_down(keep: Keep) -> Keep:
        name = keep.__name__.replace("_", "-")
        says = " ".join((keep.__doc__ or "").split())
        PROMISES.append(Promise(group, name, says, frozenset(needs), keep, once))
        return keep

    return write_down


def require(claim: object, otherwise: str) -> None:
    """Raise Broken with this sentence unless the claim holds."""
    if not claim:
        raise Broken(otherwise)
