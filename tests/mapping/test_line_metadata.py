"""Metadata that must travel: the example of the page, from the shop's line to the ERP's."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import yaml

from sync_cli.core.documents import DocumentRules, document_of
from sync_cli.core.model import DocumentState, Order
from sync_cli.core.proof import Proven, prove
from sync_cli.flows.connecting import mappings_folder
from sync_cli.flows.order_documents import OwnNames
from sync_cli.mapping.mapping_set import load_mappings
from tests.docs.reading import ROOT, fenced
from tests.properties.goods import shop_order


def overlays(folder: Path) -> None:
    """The overlays of the page, in the files that they name."""
    page = (ROOT / "docs" / "order-lines.md").read_text(encoding="utf-8")
    for text in fenced(page, "yaml"):
        name = text.splitlines()[0].removeprefix("# ")
        path = folder / (name if name.endswith(".yaml") else "woocommerce/gift.yaml")
        if name.endswith(".yaml"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        else:
            assert "gift_card" in yaml.safe_load(text)["parts"]["fee_line"]["add"][0]["to"]


def test_the_metadata_of_a_line_goes_along_by_mapping_alone(tmp_path: Path) -> None:
    overlays(tmp_path)
    mappings = load_mappings(mappings_folder(), tmp_path)
    data = shop_order(
        1,
        "key",
        [("11", 1, Decimal(10)), ("12", 1, Decimal(5))],
        status="processing",
        customer=0,
        email="",
        created=f"{datetime(2026, 1, 5, tzinfo=UTC):%Y-%m-%dT%H:%M:%S}",
    )
    engraving = {"id": 9, "key": "Engraving", "value": "For Anna"}
    data["line_items"][0]["meta_data"].append(engraving)
    order = mappings.of("woocommerce", "order").read(data, id="1")
    assert isinstance(order, Order)
    proof = prove(order, 2)
    assert isinstance(proof, Proven)
    document = document_of(
        order,
        proof,
        reference="WC-main-1",
        customer_key="7",
        wanted=DocumentState.CONFIRMED,
        unit_factor=lambda _key: Decimal(1),
        rules=DocumentRules(),
    )
    lines = mappings.of("sandbox-erp", "document").write(document, OwnNames())["lines"]
    assert [line.get("details") for line in lines] == [{"engraving": "For Anna"}, None]
