"""What a person laid over a record of the shop, until it is taken away again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sync_cli.core.fingerprint import digest
from sync_cli.core.privacy import MASK, is_personal


@dataclass(frozen=True, slots=True)
class Correction:
    """One value that stands in place of the shop's: whose word, and since when (aware UTC).

    `path` leads through the canonical record, as in `lines[1].tax_class`.
    """

    path: str
    value: str = field(repr=False)
    at: datetime
    who: str

    @property
    def shown(self) -> str:
        """Path and value as they may be shown; what names a person is masked."""
        names = [step.partition("[")[0] for step in self.path.split(".")]
        value = MASK if is_personal(names) else repr(self.value)
        return f"{self.path} = {value}"


def corrected(content: str, corrections: Sequence[Correction]) -> str:
    """The hash of a record's content with its corrections; without any it is the content's own."""
    if not corrections:
        return content
    return digest([content, *sorted([one.path, one.value] for one in corrections)])


def said(corrections: Sequence[Correction]) -> str:
    """What was corrected, for the audit; "" if nothing was."""
    return f"corrected {', '.join(one.shown for one in corrections)}" if corrections else ""
