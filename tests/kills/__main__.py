"""`python -m tests.kills N`: N kills of the real program, half of them against an ERP that refuses
a reference it has, half against one that can only be searched. In the first half each order is
divided into the documents of two vendors, with a payment for each, and parcels are fulfilments of
the shop; in the second they stand in the metadata of its orders."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kills.aims import Aims
from tests.kills.campaign import KEY, Campaign, Story
from tests.kills.child import ROOT
from tests.kills.phases import DANGEROUS, Phase, histogram, too_rare

KINDS = ("lost", "doubled", "wrong", "oversold")
SANDBOX = "sandbox"
HALVES = {"searchable": False, "unique": True}
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What N kills did: phases hit, sentences by kind, orders in step, what the program holds."""

    hits: Counter[Phase]
    sentences: dict[str, list[str]]
    in_step: int
    waiting: list[str]

    @property
    def is_good(self) -> bool:
        """Whether all promises were kept and every dangerous phase was hit often enough."""
        return self.in_step > 0 and not self.faults and not too_rare(self.hits)

    @property
    def faults(self) -> list[str]:
        """All sentences."""
        return [f"{kind}: {text}" for kind in KINDS for text in self.sentences[kind]]

    @property
    def line(self) -> str:
        """The verdict in one line."""
        counts = ", ".join(f"{len(self.sentences[kind])} {kind}" for kind in KINDS)
        return f"{self.hits.total()} kills: {counts}"


def fight(kills: int, seed: int, folder: Path, tell: Tell) -> Outcome:
    """Both halves of the kills at the same time, then the judges. Raises RuntimeError if a half
    could not be carried out."""
    aims = Aims(kills)

    def half(name: str) -> Story:
        share = kills // 2 if HALVES[name] else kills - kills // 2
        campaign = Campaign(
            folder / name,
            share,
            f"{seed} {name}",
            aims,
            unique_references=HALVES[name],
            routed=HALVES[name],
            parcels="fulfillments" if HALVES[name] else "meta",
            tell=lambda text: tell(f"{name:<11}{text}"),
        )
        return campaign.fight()

    with ThreadPoolExecutor(len(HALVES)) as pool:
        stories = list(pool.map(half, HALVES))
    verdicts = [ask_judge(folder / name) for name in HALVES]
    sentences = {kind: [text for v in verdicts for text in v[kind]] for kind in KINDS}
    if not any(sentences.values()):
        sentences["wrong"] = [text for name in HALVES for text in ask_demo_judge(folder / name)]
    waiting = [text for story in stories for text in story.waiting]
    return Outcome(aims.hits, sentences, sum(v["in_step"] for v in verdicts), waiting)


def ask_judge(folder: Path) -> dict[str, Any]:
    """The verdict of the independent reader, a process that never loads the program."""
    command = [sys.executable, "-m", "tests.kills.judge", str(folder)]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return dict(json.loads(told.stdout))


def ask_demo_judge(folder: Path) -> list[str]:
    """What the verdict of the demo, a second independent reader, finds."""
    command = [
        *(sys.executable, str(ROOT / "sync_cli" / "sandbox" / "verdict.py")),
        *(str(folder / "shop-ledger.json"), str(folder / "erp-ledger.json"), KEY),
    ]
    told = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if told.returncode == 0:
        return []
    return told.stdout.splitlines()[:-1] or [f"verdict.py failed: {told.stderr[-300:]}"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print histogram and verdict; 1 if a promise was broken or a phase was hit too rarely."""
    options = _read_options(arguments)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="sync-cli-kills-"))
    tell = print if options.verbose else _silent
    begun = time.monotonic()
    if options.erp != SANDBOX:
        return _sweep(options, folder, tell)
    outcome = fight(options.kills, options.seed, folder, tell)
    print(histogram(outcome.hits))
    for name in too_rare(outcome.hits):
        print(f"too rare: {name}")
    for sentence in outcome.faults:
        print(sentence)
    for sentence in outcome.waiting:
        print(f"still held: {sentence}")
    print(f"{outcome.in_step} orders in step, {time.monotonic() - begun:.0f} s, ledgers: {folder}")
    print(outcome.line)
    return 0 if outcome.is_good else 1


def _sweep(options: argparse.Namespace, folder: Path, tell: Tell) -> int:
    """The same verdict for an ERP of another kind; see `tests.kills.sweep`."""
    from tests.kills.sweep import sweep  # starts a Tryton, which is an extra

    swept = sweep(options.erp, options.kills, options.seed, folder, tell)
    for sentence in swept.faults:
        print(sentence)
    print(swept.line)
    return 0 if swept.is_good else 1


def _silent(_text: str) -> None:
    """Nobody is told of single runs."""


def _read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--erp", choices=(SANDBOX, "odoo", "tryton"), default=SANDBOX)
    parser.add_argument("--keep", type=Path, help="folder for ledgers, state and logs (new)")
    parser.add_argument("--verbose", action="store_true", help="a line a run")
    options = parser.parse_args(arguments)
    if options.kills < len(DANGEROUS):
        parser.error(f"{len(DANGEROUS)} kills at least, one for each dangerous phase")
    return options


if __name__ == "__main__":
    sys.exit(main())
