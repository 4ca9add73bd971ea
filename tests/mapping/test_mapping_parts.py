"""What the shipped rules tell an ERP of the part that a document is, and what one may tell more."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync_cli.core.model import Document, DocumentLine, LineKind
from sync_cli.mapping import parse_mapping
from sync_cli.mapping.errors import Unreadable

ROOT = Path(__file__).parents[2]
WAREHOUSE = {"odoo": "warehouse_id", "tryton": "warehouse", "sandbox-erp": "warehouse"}
VENDOR = {"odoo": "origin", "tryton": "description"}
SHIPPING = DocumentLine(
    kind=LineKind.SHIPPING,
    text="Parcel",
    net=Decimal("4.90"),
    tax=Decimal("0.93"),
    tax_key="DE 19 excl",
    unit_price=Decimal("4.90"),
)


def written(system: str, part: str, overlay: str | None = None) -> dict[str, Any]:
    text = (ROOT / "mappings" / system / "document.yaml").read_text("utf-8")
    document = Document(
        reference="WC-main-7#north",
        part=part,
        currency="EUR",
        ordered_at=datetime(2026, 1, 5, tzinfo=UTC),
        ordered_on="2026-01-05",
        customer_key="7",
        shipping_method="flat_rate",
        payment_method="bacs",
        lines=(SHIPPING,),
    )
    refs = {("customer", "7"): "1"}
    return dict(parse_mapping(text, overlay=overlay).write(document, refs=refs))


def example(system: str) -> str:
    """The overlay that the page of this ERP shows."""
    page = (ROOT / "docs" / f"{system}.md").read_text("utf-8")
    blocks = re.findall(r"^( *)```yaml\n(.*?)^ *```", page, re.DOTALL | re.MULTILINE)
    [(indent, block)] = [one for one in blocks if "warehouses:" in one[1]]
    return re.sub(rf"^{indent}", "", block, flags=re.MULTILINE)


@pytest.mark.parametrize("system", WAREHOUSE)
def test_a_part_names_its_warehouse_and_a_whole_order_none(system: str) -> None:
    assert written(system, "north")[WAREHOUSE[system]] == "north"
    assert WAREHOUSE[system] not in written(system, "")


@pytest.mark.parametrize("system", VENDOR)
def test_the_page_shows_how_a_part_is_a_vendor(system: str) -> None:
    overlay = example(system)
    house, vendor = (written(system, part, overlay) for part in ("north", "acme"))
    assert (house[WAREHOUSE[system]], vendor[WAREHOUSE[system]]) == ("NORTH", "")
    assert vendor[VENDOR[system]] == "acme"
    with pytest.raises(Unreadable, match="west"):
        written(system, "west", overlay)
