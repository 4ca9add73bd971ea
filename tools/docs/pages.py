"""Which files are generated, and what they should hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.docs import (
    benchmarks,
    cases,
    commands,
    conformance,
    connectors,
    contract,
    example_config,
    exit_codes,
    language,
    mapping_pages,
    odoo,
    problems,
    records,
    settings,
    states,
)
from tools.docs.blocks import Blocks, filled

ROOT = Path(__file__).parents[2]

BLOCKS: Blocks = {
    "abilities": connectors.abilities,
    "answers": contract.answers,
    "benchmarks": benchmarks.measured,
    "cases": cases.catalogue,
    "checks": language.checks,
    "command-reference": commands.reference,
    "commands": commands.overview,
    "conformance": conformance.figure,
    "conformance-doctored": conformance.doctored,
    "conformance-left-out": conformance.left_out,
    "contract": contract.promises_kept,
    "contract-gaps": contract.gaps,
    "data-flow": mapping_pages.flows,
    "document-machine": states.document_machine,
    "document-states": states.document_states,
    "error-kinds": exit_codes.causes,
    "exit-codes": exit_codes.meanings,
    "exit-codes-in-short": exit_codes.in_short,
    "faults": conformance.faults,
    "harms": settings.harms,
    "held-reasons": problems.reasons,
    "live-kinds": contract.live_kinds,
    "live-variables": contract.live_variables,
    "mapping-files": connectors.mapping_files,
    "mapping-sheet": mapping_pages.sheet,
    "odoo-answers": odoo.answers,
    "odoo-rights": odoo.rights,
    "odoo-payment-rights": odoo.payment_rights,
    "odoo-traits": connectors.odoo_traits,
    "order-machine": states.order_machine,
    "order-states": states.order_states,
    "problems": problems.catalogue,
    "records": records.records,
    "rule-keys": language.keys,
    "settings": settings.reference,
    "traps": conformance.traps,
    "traits": connectors.traits,
    "transforms": language.transforms,
    "tryton-rights": connectors.tryton_rights,
    "tryton-payment-rights": connectors.tryton_payment_rights,
    "types": language.types,
}


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the project as it is and as it should be; None where it is not there."""

    path: Path
    as_is: str | None
    as_due: str | None

    @property
    def is_due(self) -> bool:
        """Whether the file must be written anew."""
        return self.as_is != self.as_due

    @property
    def name(self) -> str:
        """The path as people write it."""
        return str(self.path.relative_to(ROOT))


def pages() -> Iterator[Page]:
    """Every file with a generated part."""
    example = ROOT / "config.example.yaml"
    yield Page(example, _read(example), example_config.text())
    for path in sorted((ROOT / "README.md", *(ROOT / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        yield Page(path, text, filled(text, BLOCKS))
    yield from _drawings()


def _drawings() -> Iterator[Page]:
    """The pictures that are due, and those that nobody draws any more: they are due to go."""
    due = {ROOT / place: text for place, text in mapping_pages.drawings()}
    for path, text in due.items():
        yield Page(path, _read(path), text)
    for path in sorted((ROOT / mapping_pages.FOLDER).glob("*.svg")):
        if path not in due:
            yield Page(path, _read(path), None)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
