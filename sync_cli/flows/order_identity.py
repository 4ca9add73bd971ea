"""Whether shop and ERP are those that this state knows: by seals on orders, and by references."""

from __future__ import annotations

from sync_cli.core.errors import IdentityError
from sync_cli.core.identity import Seal, check_seal
from sync_cli.engine.run import Run
from sync_cli.flows.order_route import ORDER, ORDERS
from sync_cli.flows.systems import ERP, Systems

BACKFILL = "orders --backfill"
WRITERS = (ORDERS, BACKFILL)
"""The commands that write seals."""
LAST_REFERENCES = 50


def check_own_seal(run: Run, seal: Seal, label: str, *, before_writing: bool = False) -> None:
    """Raise IdentityError unless the seal is of a run that this state knows to have written it.

    `before_writing` claims that this run has sealed nothing yet: its own number is another's.
    """
    state = run.state
    wrote = state.command_of(seal.run) in (None, *WRITERS)
    if before_writing and not run.plans_only:
        wrote &= seal.run != run.number
    check_seal(seal, state.installation, state.last_run_number(), label, wrote=wrote)


def check_references(systems: Systems, entity: str = ORDER) -> None:
    """Raise IdentityError if references that we made are gone from the ERP: was it restored?"""
    ends = systems.run.state.recent_links(entity, ERP, LAST_REFERENCES)
    names = [end.birth for end in ends if end.birth]
    if not names:
        return
    found = systems.erp.find(entity, "reference", names)
    missing = [name for name in names if not found.get(name)]
    if missing:
        raise IdentityError(
            f"{len(missing)} of the last {len(names)} {entity}s are gone from {systems.erp.name}"
            f" (first {missing[0]}): it seems restored from a backup. Nothing was written.",
            f"Find out first. To have the lost {entity}s made again, run"
            " `sync-cli state accept --erp-restored`.",
        )
