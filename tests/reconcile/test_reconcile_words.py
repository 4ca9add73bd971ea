"""What people and machines read of a comparison: table, lines, JSON, CSV, HTML."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sync_cli.core.drift import Drift, DriftKind, Sum, Waiting, money, plain
from sync_cli.core.drift_orders import ErpDocument, ShopOrder, compare_order, reference_pattern
from sync_cli.core.findings import Findings, Report, verdict
from sync_cli.core.model import DocumentState, OrderState
from sync_cli.core.parts import Part
from sync_cli.report.html import LISTED, as_html
from sync_cli.report.mail import as_text
from sync_cli.report.reconcile_words import as_csv, as_data, groups, show, side_rows

AT = datetime(2026, 1, 6, 4, 30, tzinfo=UTC)
MISSING = Drift(
    Part.ORDERS,
    DriftKind.MISSING,
    "1042",
    "Order 1042",
    "Order 1042 (119.00 EUR) has no document in the ERP.",
    "sync-cli orders --id 1042",
    "shop",
    field="document",
    shop="119.00 EUR",
)
STOCK = Drift(
    Part.STOCK,
    DriftKind.DIFFERENT,
    "=AB-7",
    "Stock of =AB-7",
    "Stock of =AB-7: the shop shows 9, 4 can be sold (oversold).",
    "sync-cli stock --sku =AB-7",
    "erp",
    field="stock",
    shop="9",
    erp="4",
)
IN_STEP = Report(
    shop="main",
    at=AT,
    since={},
    compared=(Part.ORDERS, Part.STOCK),
    sums=(
        Sum(Part.ORDERS, "erp", "EUR", 1200, Decimal("10.5")),
        Sum(Part.ORDERS, "shop", "EUR", 1200, Decimal("10.500000")),
        Sum(Part.STOCK, "shop", "pieces", 1, Decimal("7.000")),
    ),
)
DRIFTED = replace(
    IN_STEP,
    drifts=(MISSING, STOCK),
    kinds={(Part.ORDERS, DriftKind.MISSING): 1, (Part.STOCK, DriftKind.DIFFERENT): 3},
    waiting=(Waiting(Part.ORDERS, "7", "Order 7", "held: <b>"),),
    waits=1,
)

VERDICTS = [
    (IN_STEP, "Shop and ERP agree on 1,200 orders and 1 stock number."),
    (
        DRIFTED,
        "Shop and ERP do not agree: 4 drifts (1 missing, 3 different) among 1,200 orders and"
        " 1 stock number; 1 record in flight or held.",
    ),
    (
        replace(IN_STEP, compared=(Part.STOCK,), doubts=("Orders were not compared: why.",)),
        "It cannot be said whether shop and ERP agree: Orders were not compared: why.",
    ),
    (
        replace(IN_STEP, compared=()),
        "Nothing was compared: all that was asked for is off in the configuration.",
    ),
]


@pytest.mark.parametrize(("report", "sentence"), VERDICTS)
def test_the_verdict_is_one_sentence(report: Report, sentence: str) -> None:
    assert verdict(report) == sentence


def test_lines_for_cron_begin_with_the_verdict_and_name_the_command_that_mends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show(DRIFTED, quiet=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == verdict(DRIFTED)
    assert lines[1].split("\t") == ["missing", MISSING.what, "shop", MISSING.mend]
    assert lines[3] == "... and 2 more; list them with --limit 4"


def test_quiet_says_nothing_where_both_sides_agree(capsys: pytest.CaptureFixture[str]) -> None:
    show(IN_STEP, quiet=True)
    assert capsys.readouterr().out == ""


def test_json_carries_counts_sums_and_every_listed_drift() -> None:
    data = json.loads(json.dumps(as_data(DRIFTED)))
    assert data["in_step"] is False
    assert data["verdict"] == verdict(DRIFTED)
    assert data["drift_count"] == 4
    assert data["drifts"][0]["mend"] == "sync-cli orders --id 1042"
    assert data["sums"][1] == {
        "part": "orders",
        "side": "shop",
        "unit": "EUR",
        "records": 1200,
        "amount": "10.50",
    }


def test_csv_has_a_row_a_drift_and_no_formula() -> None:
    head, missing, stock = csv.reader(io.StringIO(as_csv(DRIFTED)))
    assert head[:4] == ["part", "kind", "id", "record"]
    assert missing[-1] == MISSING.mend
    assert stock[2] == "'=AB-7"


def test_html_escapes_what_systems_say_and_fetches_nothing() -> None:
    page = as_html(DRIFTED)
    assert "held: &lt;b&gt;" in page
    assert MISSING.mend in page
    assert "http" not in page
    assert "<script" not in page
    assert page.index("do not agree") < page.index("1042")


AMOUNTS = [("1234.5", "1234.50"), ("7.000000", "7.00"), ("0.125", "0.125"), ("100", "100.00")]


@pytest.mark.parametrize(("amount", "text"), AMOUNTS)
def test_amounts_show_every_cent_that_is_there(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text


def test_pieces_show_no_needless_zeros() -> None:
    assert [plain(Decimal(n)) for n in ("7.000", "100", "0.50")] == ["7", "100", "0.5"]


REFERENCES = [
    ("WC-{shop}-{id}", "WC-main-1042", "1042"),
    ("WC-{shop}-{id}", "WC-main-C1042", None),
    ("WC-{shop}-{id}", "WC-other-1042", None),
    ("WC-{shop}-{id}", "WC-main-0042", None),
    ("{id}.{shop}", "1042.main", "1042"),
    ("{id}.{shop}", "1042xmain", None),
]


@pytest.mark.parametrize(("template", "name", "order"), REFERENCES)
def test_our_references_are_told_from_others(template: str, name: str, order: str | None) -> None:
    match = reference_pattern(template, "main").fullmatch(name)
    assert (match[1] if match else None) == order


TOTALS = st.decimals("0.01", "9999", places=2)


@given(
    state=st.sampled_from([OrderState.PROCESSING, OrderState.COMPLETED, OrderState.REFUNDED]),
    stand=st.sampled_from([DocumentState.CONFIRMED, DocumentState.SHIPPED, DocumentState.DONE]),
    ours=TOTALS,
    theirs=TOTALS,
    currency=st.sampled_from(["EUR", "USD", ""]),
    cancelled=st.integers(0, 2),
)
def test_one_live_document_drifts_exactly_where_its_money_differs(
    state: OrderState,
    stand: DocumentState,
    ours: Decimal,
    theirs: Decimal,
    currency: str,
    cancelled: int,
) -> None:
    order = ShopOrder("1", "1", state, "EUR", ours, needs=state is not OrderState.REFUNDED)
    dead = [ErpDocument(f"{n}", "", DocumentState.CANCELLED, "", ours) for n in range(cancelled)]
    live = ErpDocument("9", "SO9", stand, currency, theirs)
    drifts = compare_order("WC-main-1", order, [*dead, live])
    expected = ["currency"] if currency == "USD" else ["total"] if ours != theirs else []
    assert [(drift.kind, drift.field) for drift in drifts] == [
        (DriftKind.DIFFERENT, field) for field in expected
    ]


@given(
    state=st.sampled_from(list(OrderState)),
    live=st.integers(0, 3),
    needs=st.booleans(),
    exists=st.booleans(),
)
def test_every_order_has_as_many_documents_as_it_should_or_a_drift_says_so(
    *, state: OrderState, live: int, needs: bool, exists: bool
) -> None:
    order = ShopOrder("1", "1", state, "EUR", Decimal(5), needs=needs) if exists else None
    documents = [
        ErpDocument(f"{n}", f"SO{n}", DocumentState.CONFIRMED, "EUR", Decimal(5))
        for n in range(live)
    ]
    kinds = [str(drift.kind) for drift in compare_order("WC-main-1", order, documents)]
    if order is None or not order.may_keep:
        assert kinds == ["extra"] * live
    elif live > 1:
        assert kinds == ["duplicate"]
    else:
        assert kinds == (["missing"] if needs and not live else [])


def test_both_sides_stand_beside_each_other_with_what_came_of_it() -> None:
    sums = (
        Sum(Part.ORDERS, "erp", "EUR", 1, Decimal("10.5")),
        Sum(Part.ORDERS, "shop", "EUR", 2, Decimal("1119.5")),
        Sum(Part.ORDERS, "shop", "USD", 1, Decimal("7")),
        Sum(Part.REFUNDS, "erp", "EUR", 1, Decimal("5")),
        Sum(Part.REFUNDS, "shop", "", 1, Decimal("3")),
        Sum(Part.REFUNDS, "shop", "EUR", 1, Decimal("5")),
        Sum(Part.PRODUCTS, "erp", "", 1200, Decimal(0)),
        Sum(Part.PRODUCTS, "shop", "", 1199, Decimal(0)),
    )
    waits = (Waiting(Part.REFUNDS, "3", "Refund 3", "waiting: its order is not in the ERP yet"),)
    report = replace(
        IN_STEP, sums=sums, kinds={(Part.ORDERS, DriftKind.MISSING): 2}, waiting=waits, waits=1
    )
    assert list(side_rows(report)) == [
        ("orders", "2 (1,119.50 EUR)", "1 (10.50 EUR)", "2 drifts"),
        ("orders", "1 (7.00 USD)", "0 (0.00 USD)", ""),
        ("refunds", "2 (8.00 EUR)", "1 (5.00 EUR)", "agree but for what waits"),
        ("products", "1,199", "1,200", "agree"),
    ]


def test_many_drifts_of_a_part_name_the_command_that_mends_them_all() -> None:
    few = replace(DRIFTED, drifts=(MISSING, MISSING))
    assert [group.at_once for group in groups(few)] == ["", ""]
    many = replace(few, drifts=(MISSING,) * 3)
    assert [group.at_once for group in groups(many)] == ["sync-cli orders --full", ""]
    for told in (as_html(many), as_text(many)):
        assert "All that a command mends, at once:" in told


def test_what_waits_for_the_same_is_told_once_by_its_first_names_and_counted_whole() -> None:
    held = [
        Waiting(Part.ORDERS, id, f"Order {id}", f"held: line {id} (SKU X)", "held: SKU X: unknown")
        for id in map(str, range(1, 41))
    ]
    others = [
        Waiting(Part.ORDERS, id, f"Order {id}", f"why {id}") for id in map(str, range(50, 75))
    ]
    report = replace(IN_STEP, waiting=(*held, *others), waits=90)
    for told in (as_html(report), as_text(report)):
        assert told.count("SKU X: unknown") == 1
        assert "40 orders: 1, 2, 3, 4, 5 and 35 more" in told
        assert "line 1 (SKU X)" not in told
        assert ("why 68" in told, "why 69" in told) == (True, False)
        assert "... and 31 more." in told
    assert len(as_data(report)["waiting"]) == 65


def test_a_mail_lists_some_drifts_of_each_part_and_counts_the_rest() -> None:
    report = replace(
        IN_STEP,
        drifts=(*(MISSING,) * 300, STOCK),
        kinds={(Part.ORDERS, DriftKind.MISSING): 300, (Part.STOCK, DriftKind.DIFFERENT): 1},
    )
    for told in (as_html(report), as_text(report)):
        assert told.count("Order 1042 (119.00 EUR)") == LISTED
        assert f"{300 - LISTED} more are in the attached table." in told
        assert "Stock: 1 drift" in told


def test_what_is_left_out_on_purpose_is_counted() -> None:
    report = replace(IN_STEP, left_out={"not in the shop": 1200})
    for told in (as_html(report), as_text(report)):
        assert "Left out on purpose" in told
        assert "1,200" in told


def test_each_part_has_room_of_its_own_in_the_list() -> None:
    findings = Findings(shown=2)
    for _ in range(5):
        findings.drift(MISSING)
    findings.drift(STOCK)
    report = findings.report(shop="main", at=AT, since={}, notes=[], causes={})
    assert report.drifts == (MISSING, MISSING, STOCK)
    assert report.drift_count == 6
