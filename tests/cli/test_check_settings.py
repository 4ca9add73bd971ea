"""What the configuration asks for and the rules of the ERP cannot give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sync_cli.admin.check_settings import check_settings
from sync_cli.config import Config
from sync_cli.core.checkup import Finding, Grade
from sync_cli.flows.connecting import mappings_folder
from sync_cli.mapping.mapping_set import MappingSet, load_mappings
from tests.properties.world import config_for

MAPPINGS = load_mappings(mappings_folder())
ODOO = {
    "kind": "odoo",
    "url": "https://odoo.example",
    "database": "company",
    "key": {"env": "KEY"},
    "user": "sync",
}
ROUTING = {"parts": [{"part": "north", "lines": {"sku": ["N-*"]}}], "rest": "main"}


def found(
    erp: dict[str, Any] | None = None, mappings: MappingSet = MAPPINGS, **parts: Any
) -> list[Finding]:
    data = config_for().model_dump()
    if erp is not None:
        data["systems"]["erp"] = erp
    for name, changes in parts.items():
        data[name] = {**data[name], **changes}
    return list(check_settings(Config.model_validate(data), mappings))


def test_what_the_rules_can_give_is_no_finding() -> None:
    payments = {"mode": "on", "since": "2026-01-01"}
    assert not found(payments=payments, refunds={"mode": "on"}, orders={"routing": ROUTING})


@pytest.mark.parametrize("mode", ["on", "plan"])
def test_payments_of_an_erp_without_rules_for_them_are_a_problem(mode: str) -> None:
    without = {key: one for key, one in MAPPINGS.mappings.items() if key != ("odoo", "payment")}
    [finding] = found(ODOO, MappingSet(without), payments={"mode": mode, "since": "2026-01-01"})
    assert (finding.grade, finding.topic) == (Grade.PROBLEM, "payments")
    assert "odoo/payment.yaml" in finding.remedy
    assert not found(ODOO)


def test_parts_of_which_the_erp_hears_nothing_are_a_warning(tmp_path: Path) -> None:
    assert not found(ODOO, orders={"routing": ROUTING})
    rules = "entity: document\nsystem: odoo\nwrite: {drop: [warehouse_id]}\n"
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "document.yaml").write_text(rules, "utf-8")
    own = load_mappings(mappings_folder(), tmp_path)
    [finding] = found(ODOO, own, orders={"routing": ROUTING})
    assert (finding.grade, finding.topic) == (Grade.WARNING, "routing")
    assert "{to: warehouse, from: part}" in finding.remedy


def test_names_of_parts_without_room_for_the_ids_of_the_shop_are_a_warning() -> None:
    rules = {**ROUTING, "parts": [{"part": "norths", "lines": {"sku": ["N-*"]}}]}
    payments = {"mode": "on", "since": "2026-01-01", "reference": "WC-{shop}-P{id}"}
    warned = found(orders={"routing": rules}, payments=payments, refunds={"mode": "off"})
    [finding] = warned
    assert (finding.grade, finding.topic) == (Grade.WARNING, "payments")
    assert "References of part norths have room for ids of 4 digits" in finding.says
    assert "payments.reference" in finding.remedy
    shorter = {**payments, "reference": "P{id}"}
    assert not found(orders={"routing": rules}, payments=shorter, refunds={"mode": "off"})
