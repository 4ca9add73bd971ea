"""`make live` before a real Tryton: every promise told, and everything deleted again."""

from __future__ import annotations

from sync_cli.sandbox.tryton.seed import SYNC_USER, WEB_SHOP
from tests.contract.live.__main__ import USAGE, main
from tests.contract.live.rig import MARK
from tests.contract.promises import promises
from tests.tryton.town import SKU, town


class Instant:
    """Real time goes by itself there."""

    def sleep(self, _seconds: float) -> None:
        """Nothing is waited for."""

    def monotonic(self) -> float:
        """It stands still."""
        return 0.0


def run(lines: list[str], *names: str, **changed: str) -> int:
    """Run it, or the named promises only."""
    given = {"KIND": "tryton", "URL": town().server.url, "DATABASE": town().server.database,
             "USER": SYNC_USER[0], "SECRET": SYNC_USER[1], "WEB_SHOP": WEB_SHOP, "SKU": SKU,
             **changed}  # fmt: skip
    named = {f"SYNC_CLI_LIVE_ERP_{name}": value for name, value in given.items() if value}
    chosen = [promise for promise in promises() if promise.name in names]
    return main(named, lines.append, Instant(), chosen)


SOME = (
    "changes-survive-deletions", "find-marks-the-archived", "create-lets-a-bad-one-spoil-no-other",
    "create-twice-makes-one", "update-writes-only-what-is-named", "amounts-stay-to-the-cent",
    "advance-reaches-the-state", "wrong-credentials-are-told",
)  # fmt: skip
"""Promises that leave records in all states; the suite tries all of them on the same Tryton."""


def test_promises_are_told_and_nothing_stays() -> None:
    lines: list[str] = []
    assert run(lines, *SOME) == 0, lines
    assert lines[-1] == f"{len(SOME) - 1} promises kept, 0 broken, 1 not applicable"
    for model, name in (("sale.sale", "web_id"), ("party.party", "code")):
        assert not town().clerk.read(model, [[name, "like", f"{MARK}%"]], name)


def test_what_is_missing_is_named_before_anything_is_made() -> None:
    lines: list[str] = []
    assert run(lines, WEB_SHOP="") == USAGE
    assert "SYNC_CLI_LIVE_ERP_WEB_SHOP" in lines[-1]
    assert run(lines, SKU="NO-SUCH") == USAGE
    assert "0 articles have the code NO-SUCH" in lines[-1]
