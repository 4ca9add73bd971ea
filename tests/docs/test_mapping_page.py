"""The examples of the mapping page are mappings that load."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync_cli.flows.connecting import mappings_folder
from sync_cli.mapping.entity import load_mapping
from sync_cli.mapping.errors import MappingErrors
from sync_cli.mapping.mapping_set import load_mappings
from tests.docs.reading import ROOT, fenced

PAGE = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")


def test_the_overlay_of_the_page_fits_the_shipped_mapping(tmp_path: Path) -> None:
    _, overlay = fenced(PAGE, "yaml")
    (tmp_path / "woocommerce").mkdir()
    (tmp_path / "woocommerce" / "order.yaml").write_text(overlay, encoding="utf-8")
    changed = load_mappings(mappings_folder(), tmp_path).of("woocommerce", "order")
    shipped = load_mappings(mappings_folder()).of("woocommerce", "order")
    assert changed.version != shipped.version
    [number] = [rule for rule in changed.rules_read if rule.to == "number"]
    assert number.meta == ("_order_number",)


def test_the_first_example_lacks_nothing_but_rules(tmp_path: Path) -> None:
    example, _ = fenced(PAGE, "yaml")
    path = tmp_path / "order.yaml"
    path.write_text(example, encoding="utf-8")
    with pytest.raises(MappingErrors) as wrong:
        load_mapping(path)
    told = [fault.message for fault in wrong.value.faults]
    assert [one for one in told if not one.endswith("must have a rule, and has none")] == []
