"""Whether the configuration asks for what the rules of the ERP can give."""

from __future__ import annotations

from collections.abc import Iterator

from sync_cli.config import Config
from sync_cli.core.checkup import Finding, Grade
from sync_cli.core.identity import REFERENCE_LENGTH
from sync_cli.core.routing import part_id
from sync_cli.engine.route import Mode
from sync_cli.flows.journeys import kinds_of
from sync_cli.flows.systems import ERP
from sync_cli.mapping.mapping_set import MappingSet

CONFIG = "config"
DIGITS = 5
"""Of an id of a shop that sells: most have them after a year."""
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
    if divides:
        yield from _tight_names(config)


def _tight_names(config: Config) -> Iterator[Finding]:
    """References of parts that are full before the shop's ids are long."""
    part = max(config.orders.routing.rules().names, key=len)
    templates = {
        "orders": (config.orders.reference, config.orders.mode),
        "refunds": (config.refunds.reference, config.refunds.mode),
        "payments": (config.payments.reference, config.payments.mode),
    }
    for what, (template, mode) in templates.items():
        digits = REFERENCE_LENGTH - len(part_id(template.format(shop=config.shop, id=""), part))
        if mode is not Mode.OFF and digits < DIGITS:
            yield Finding(
                Grade.WARNING,
                what,
                f"References of part {part} have room for ids of {max(digits, 0)} digits, because"
                f" they may have {REFERENCE_LENGTH} characters; longer ids do not go over.",
                f"Shorten {what}.reference, the key of the shop or the name of the part.",
                CONFIG,
            )
