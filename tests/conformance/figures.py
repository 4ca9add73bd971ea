"""How far the sandbox conforms with the committed recordings: committed, tested, and documented."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.conformance.replay import Verdict

RECORDINGS = Path(__file__).parent.parent / "recordings" / "woocommerce"
FILE = Path(__file__).parent / "figures.json"
DOCTORED = Path(__file__).parent / "doctored.json"


@dataclass(frozen=True, slots=True)
class Figures:
    """How many recordings conform, also of the calls that sync-cli itself makes; what is left out
    on purpose, by name, with the reason; and what differs, by name."""

    conform: int
    tried: int
    ours_conform: int
    ours: int
    left_out: dict[str, str]
    differ: list[str]

    def sentence(self) -> str:
        """The figures as people read them."""
        return (
            f"{self.conform} of {self.tried} recorded exchanges with a real shop conform, among"
            f" them {self.ours_conform} of the {self.ours} calls that sync-cli itself makes."
        )


def figures_of(found: Sequence[Verdict]) -> Figures:
    """The figures of all verdicts."""
    ours = [verdict for verdict in found if verdict.ours]
    return Figures(
        conform=sum(verdict.conforms for verdict in found),
        tried=len(found),
        ours_conform=sum(verdict.conforms for verdict in ours),
        ours=len(ours),
        left_out={v.name: v.reason for v in sorted(found, key=lambda v: v.name) if v.reason},
        differ=sorted(v.name for v in found if not v.conforms and not v.reason),
    )


def load() -> Figures:
    """The committed figures."""
    return Figures(**json.loads(FILE.read_text(encoding="utf-8")))


def save(figures: Figures) -> None:
    """Write the figures to be committed."""
    FILE.write_text(json.dumps(asdict(figures), indent=1) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Doctored:
    """How many copies with one lie each were tried, and how many of them were found out."""

    tried: int
    found_out: int

    def sentence(self) -> str:
        """The figures as people read them."""
        share = 100 * self.found_out / self.tried
        return (
            f"{self.found_out:,} of {self.tried:,} doctored copies are found out ({share:.0f} %),"
            " every one with another status, code, key or paging header among them."
        )


def load_doctored() -> Doctored:
    """The committed figures of the doctored copies."""
    return Doctored(**json.loads(DOCTORED.read_text(encoding="utf-8")))


def save_doctored(figures: Doctored) -> None:
    """Write them to be committed."""
    DOCTORED.write_text(json.dumps(asdict(figures)) + "\n", encoding="utf-8")
