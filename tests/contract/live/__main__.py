"""`python -m tests.contract.live`: the contract suite before the systems that variables name."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from types import FrameType

import requests

from sync_cli.core.errors import SyncError
from tests.contract.live.erps import ERPS
from tests.contract.live.rig import LiveRig, Time
from tests.contract.live.running import Count, run
from tests.contract.live.settings import Unset, erp_of, explained, shop_of
from tests.contract.live.shop import live_shop
from tests.contract.promises import Promise, promises

USAGE = 2
BROKEN = 1


def main(
    environment: Mapping[str, str],
    tell: Callable[[str], None] = print,
    passing: Time = time,
    chosen: Sequence[Promise] = (),
) -> int:
    """Try every system that is named; the last line counts the promises.

    `chosen` are the promises that are tried, all without it.

    0: all kept and all removed. 1: a promise was broken, or a marked record remains. 2: the
    variables name no system, or half a one. A system that cannot be used at all ends it with the
    exit code that sync-cli has for that.
    """
    count = Count()
    try:
        with ExitStack() as stack:
            for rig in _rigs(environment, passing, stack):
                tell(_introduced(rig))
                run(rig, tell, count, chosen or promises())
    except Unset as unset:
        tell(explained(str(unset)))
        return USAGE
    except SyncError as fault:
        tell(fault.sentence())
        return int(fault.exit_code)
    except requests.RequestException as error:
        tell(f"{type(error).__name__}: the system cannot be asked. Check its address and keys.")
        return BROKEN
    tell(str(count))
    return BROKEN if count.broken or count.left else 0


def _rigs(environment: Mapping[str, str], passing: Time, stack: ExitStack) -> list[LiveRig]:
    """The rigs of all systems that are named. Raises Unset without one."""
    shop, erp = shop_of(environment), erp_of(environment)
    if erp is not None and erp.kind not in ERPS:
        raise Unset(f"There is no ERP of kind {erp.kind!r}; there is {', '.join(ERPS)}.")
    if shop is None and erp is None:
        raise Unset("No system is named.")
    rigs: list[LiveRig] = []
    if shop is not None:
        rigs.append(stack.enter_context(live_shop(shop, passing)))
    if erp is not None:
        rigs.append(stack.enter_context(ERPS[erp.kind](erp, passing)))
    return rigs


def _introduced(rig: LiveRig) -> str:
    """Who it is; raises SyncError where nobody answers."""
    identity = rig.prepare()
    return (
        f"{rig.name}: {identity.kind} {identity.version} at {identity.address}"
        f" ({identity.environment}); every record made here begins with {rig.mark()[:18]}"
    )


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Asked to end, it cleans up first, as after Ctrl-C."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main(os.environ))
