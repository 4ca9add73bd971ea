"""Whether the configuration asks for what the rules of the ERP can give."""

from __future__ import annotations

from collections.abc import Iterator

from sync_cli.config import Config
from sync_cli.core.checkup import Finding, Grade
from sync_cli.engine.route import Mode
from sync_cli.flows.journeys import kinds_of
from sync_cli.flows.systems import ERP
from sync_cli.mapping.mapping_set import MappingSet

CONFIG = "config"
DOCUMENT, CREDIT_NOTE, PAYMENT = "document", "credit_note", "payment"


def check_settings(config: Config, mappings: MappingSet) -> Iterator[Finding]:
    """What is switched on and cannot work, or not as it is meant."""
    kind = kinds_of(config)[ERP]
    asked = {
        "refunds": (CREDIT_NOTE, config.refunds.mode),
        "payments": (PAYMENT, config.payments.mode),
    }
    for part, (entity, mode) in asked.items():
        if mode is not Mode.OFF and not mappings.has(kind, entity):
            yield Finding(
                Grade.PROBLEM,
                part,
                f"{part}.mode is {mode}, but there are no rules of {entity} for {kind}.",
                f"Set {part}.mode: off, or write {kind}/{entity}.yaml in your folder of mappings.",
                CONFIG,
            )
    divides = bool(config.orders.routing.parts)
    if divides and not mappings.of(kind, DOCUMENT).writes("part"):
        yield Finding(
            Grade.WARNING,
            "routing",
            "Orders are divided into parts, but the rules of documents do not tell the ERP which"
            " part a document is.",
            f"Add a rule to {kind}/document.yaml, such as {{to: warehouse, from: part}}.",
            CONFIG,
        )
