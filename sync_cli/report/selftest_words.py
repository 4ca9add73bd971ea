"""What `selftest` tells: a line a case, the reasons below it, and the count at the end."""

from __future__ import annotations

from collections.abc import Sequence

from sync_cli.admin.selftest import Outcome, Verdict


class Teller:
    """Tells each case as it ends; `quiet` leaves only those that do not pass."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def begin(self, own_erp: str) -> None:
        """Says before anything else what the selftest can and cannot show of another ERP."""
        if own_erp and not self._quiet:
            print(
                f"There is no pretend {own_erp}: each order is written by your {own_erp} mapping"
                " without being sent, and goes to the sandbox ERP by the shipped mapping."
            )

    def tell(self, outcome: Outcome) -> None:
        """One case: its name and title, and why it does not pass."""
        if self._quiet and outcome.verdict is Verdict.PASSES:
            return
        print(f"{outcome.verdict}: {outcome.name}: {outcome.title}")
        for reason in outcome.reasons:
            print(f"  {reason}")

    def conclude(self, outcomes: Sequence[Outcome]) -> None:
        """The last line: how many pass."""
        passed = sum(one.verdict is Verdict.PASSES for one in outcomes)
        cannot = sum(one.verdict is Verdict.CANNOT_RUN for one in outcomes)
        if cannot:
            print(f"{cannot} cannot run with this configuration.")
        print(f"{passed} of {len(outcomes)} cases pass")
