"""The drawn state machines are those of the core: every legal change, and no other."""

from __future__ import annotations

from pathlib import Path

from sync_cli.core.model import DocumentState, OrderState
from sync_cli.core.states import OURS
from sync_cli.mapping.mapping_set import load_mappings
from tests.docs.reading import ROOT
from tools.docs.states import TASK, document_edges, order_edges


def test_every_legal_change_of_an_order_is_drawn_and_no_other() -> None:
    drawn = {(here, there) for here, there, _ in order_edges()}
    legal = {(str(here), str(there)) for here, theres in OURS.items() for there in theres}
    assert drawn == legal
    assert not [edge for edge in drawn if OrderState.REFUNDED in edge]


def test_what_is_called_off_or_has_left_is_never_changed_by_us() -> None:
    ours = {(here, there) for here, there, why in document_edges() if why != "the ERP"}
    assert ours == {
        ("draft", "confirmed"),
        ("draft", "cancelled"),
        ("confirmed", "cancelled"),
        ("shipped", TASK),
        ("done", TASK),
        ("cancelled", TASK),
    }


def test_every_state_of_a_document_is_drawn() -> None:
    drawn = {state for here, there, _ in document_edges() for state in (here, there)}
    assert drawn == {*map(str, DocumentState), TASK}


def test_the_overlays_of_the_page_are_sound(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "states.md").read_text(encoding="utf-8")
    shop = tmp_path / "woocommerce"
    shop.mkdir()
    for block in page.split("```yaml\n")[1:]:
        text = block.split("```")[0]
        entity = text.split()[1]
        (shop / f"{entity}.yaml").write_text(text, encoding="utf-8")
    mappings = load_mappings(ROOT / "mappings", tmp_path)
    states = mappings.of("woocommerce", "order").tables["order_states"].entries
    assert (states["packing"], states["fraud-check"]) == ("processing", "on_hold")
    words = mappings.of("woocommerce", "status").tables["shop_states"].entries
    assert words["partially_shipped"] == "in-delivery"
