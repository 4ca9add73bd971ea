"""`python -m tests.conformance [--doctored] DIR`: how far the sandbox answers as recorded."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.conformance.doctor import REQUIRED, report
from tests.conformance.figures import RECORDINGS, figures_of, save, save_doctored
from tests.conformance.recording import Recording
from tests.conformance.replay import Verdict, verdicts
from tests.conformance.shops import load


def main(arguments: list[str] | None = None) -> int:
    """Print what does not conform and `N of M conform`; 0 unless a tried recording differs.

    The figures of the project's own recordings are written for the documentation.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--doctored", action="store_true", help="prove that lies are found out")
    parser.add_argument("--verbose", action="store_true", help="all differences")
    options = parser.parse_args(arguments)
    recordings = load(options.folder)
    corpus = with_own(recordings)
    if options.doctored:
        figures = report(recordings, corpus)
        if options.folder.resolve() == RECORDINGS:
            save_doctored(figures)
        return 0 if figures.found_out >= REQUIRED * figures.tried else 1
    found = verdicts(recordings, corpus)
    if options.folder.resolve() == RECORDINGS:
        save(figures_of(found))
    return _report(found, verbose=options.verbose)


def with_own(recordings: list[Recording]) -> list[Recording]:
    """The recordings, and those of the project that are not among them: they tell of objects."""
    found = {recording.name: recording for recording in load(RECORDINGS)}
    found |= {recording.name: recording for recording in recordings}
    return list(found.values())


def _report(found: list[Verdict], *, verbose: bool) -> int:
    failed = [v for v in found if not v.conforms and not v.reason]
    for verdict in failed:
        shown = verdict.differences if verbose else verdict.differences[:3]
        print(f"differs  {verdict.name}")
        for difference in shown:
            print(f"           {difference}")
    for verdict in found:
        if verdict.reason:
            print(f"left out {verdict.name}: {verdict.reason}")
    figures = figures_of(found)
    print(f"{figures.ours_conform} of {figures.ours} calls that sync-cli itself makes conform")
    print(f"{figures.conform} of {figures.tried} conform")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
