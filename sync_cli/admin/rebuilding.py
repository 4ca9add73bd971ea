"""`state rebuild`: takes over from the seals on the shop's orders after the state file was lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from sync_cli.connectors.base import Connector
from sync_cli.core.errors import ExitCode
from sync_cli.core.identity import Seal, read_seal
from sync_cli.flows.bookings import booked_links
from sync_cli.flows.order_identity import WRITERS
from sync_cli.flows.order_route import ORDER
from sync_cli.mapping.errors import Unreadable
from sync_cli.mapping.mapping_set import MappingSet
from sync_cli.state.store import State

LAST_RUNS = 1000


class Rebuilt(Struct, frozen=True):
    """What the seals say: how many orders carry one, and the last run that wrote any.

    `was_sound` claims that this state knew all of it: nothing was changed.
    """

    orders: int = 0
    run: int = 0
    was_sound: bool = False


def rebuild(state: State, shop: Connector, mappings: MappingSet, kind: str) -> Rebuilt:
    """Take over installation and run number from the seals in the shop, unless the state is sound.

    The next `orders` run then finds every document again by its reference; nothing is made twice.
    """
    seals = dict(_seals(shop, mappings, kind))
    if not seals:
        return Rebuilt()
    last = max(seals.values(), key=lambda seal: seal.run)
    if _is_sound(state, seals):
        return Rebuilt(len(seals), last.run, was_sound=True)
    state.adopt_installation(last.installation)
    state.adopt_run_number(last.run)
    return Rebuilt(len(seals), last.run)


def _seals(shop: Connector, mappings: MappingSet, kind: str) -> Iterator[tuple[str, Seal]]:
    """The seals of all orders, by the order's id."""
    for page in shop.changes(ORDER, None):
        for raw in page.records:
            try:
                order = mappings.of(kind, ORDER).read(raw.data, id=raw.id, birth=raw.birth)
            except Unreadable:
                continue
            seal = read_seal(getattr(order, "seal", ""))
            if seal is not None:
                yield raw.id, seal


def _is_sound(state: State, seals: Mapping[str, Seal]) -> bool:
    """Whether this state wrote all seals, knows their documents, and its runs do not stop.

    An old copy gives numbers out again: what it calls a run of its own may be another's, and it
    shows by the run that stopped when it met such a seal.
    """
    runs = [run for run in state.runs(LAST_RUNS) if run.command in WRITERS]
    stopped = bool(runs) and runs[0].exit_code == ExitCode.CONFIG
    return (
        not stopped
        and all(_is_own(state, seal) for seal in {*seals.values()})
        and len(booked_links(state, list(seals))) == len(seals)
    )


def _is_own(state: State, seal: Seal) -> bool:
    own = seal.installation == state.installation and seal.run <= state.last_run_number()
    return own and state.command_of(seal.run) in (None, *WRITERS)
