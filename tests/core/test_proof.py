"""Orders add up exactly, or are refused with the arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.documents import DocumentRules, document_of
from sync_cli.core.model import Document, DocumentState, LineKind, Order
from sync_cli.core.money import unit
from sync_cli.core.proof import Proven, Rounding, Unproven, items_of, prove
from tests.core.shop_orders import Recorded, line, order, recorded_orders, sandbox_orders

RECORDED = recorded_orders()
DP_6 = [one for one in RECORDED if one.six_decimals]
AS_SHOWN = [one for one in RECORDED if not one.six_decimals]
SUMS = ("total", "total_tax", "cart_tax", "shipping_total", "shipping_tax")
KINDS = ("lines", "fees", "shipping_lines")
MODES = [
    pytest.param(include, at_subtotal, decimals, id=f"{name}-{decimals} decimals")
    for include, at_subtotal, name in (
        (True, False, "incl-line"),
        (True, True, "incl-subtotal"),
        (False, False, "excl-line"),
        (False, True, "excl-subtotal"),
    )
    for decimals in (0, 2, 3)
]
CURRENCY = {0: "JPY", 2: "EUR", 3: "KWD"}


def proven(order: Order, decimals: int) -> Proven:
    """The proof of an order that must have one."""
    proof = prove(order, decimals)
    assert isinstance(proof, Proven), proof.as_problem(f"Order {order.id}").sentence()
    return proof


def document(order: Order, proof: Proven, factor: int = 1) -> Document:
    """The document of a proven order."""
    return document_of(
        order,
        proof,
        reference="WC-main-1",
        customer_key="7",
        wanted=DocumentState.CONFIRMED,
        unit_factor=lambda _key: Decimal(factor),
        rules=DocumentRules(),
    )


def assert_adds_up(made: Document, order: Order, decimals: int) -> None:
    """Whole units only, and together the order's total and tax."""
    amounts = [amount for part in made.lines for amount in (part.net, part.tax)]
    assert sum(amounts, Decimal(0)) == order.total == made.total
    assert sum((part.tax for part in made.lines), Decimal(0)) == order.total_tax == made.total_tax
    assert all(amount == amount.quantize(unit(decimals)) for amount in amounts)
    for item in items_of(order):
        parts = [part for part in made.lines if part.line_id == item.id]
        assert parts
        assert abs(sum(part.net for part in parts) - item.total) < 2 * unit(decimals)
        assert abs(sum(part.tax for part in parts) - item.total_tax) < unit(decimals)


def doctored(order: Order, step: Decimal) -> Iterator[tuple[str, Order]]:
    """The order with each of its amounts, one at a time, `step` too high."""
    for name in SUMS:
        yield name, order.model_copy(update={name: getattr(order, name) + step})
    for kind in KINDS:
        items = getattr(order, kind)
        for index, item in enumerate(items):
            for name in ("total", "total_tax"):
                wrong = item.model_copy(update={name: getattr(item, name) + step})
                changed = (*items[:index], wrong, *items[index + 1 :])
                yield f"{kind}[{index}].{name}", order.model_copy(update={kind: changed})


# Recorded orders of a real shop


def test_there_are_recordings_to_prove() -> None:
    assert len(DP_6) >= 7
    assert len(AS_SHOWN) >= 60


@pytest.mark.parametrize("one", DP_6, ids=lambda one: one.name)
def test_a_recorded_order_read_with_six_decimals_is_proven_and_its_document_adds_up(
    one: Recorded,
) -> None:
    assert_adds_up(document(one.order, proven(one.order, one.decimals)), one.order, one.decimals)


@pytest.mark.parametrize("one", DP_6, ids=lambda one: one.name)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_recorded_order_with_any_amount_a_unit_off_is_refused(one: Recorded, sign: int) -> None:
    """But where the other rule gives that very figure: an order does not name its rule."""
    true_rule = proven(one.order, one.decimals).rounding
    for name, wrong in doctored(one.order, sign * unit(one.decimals)):
        proof = prove(wrong, one.decimals)
        if isinstance(proof, Proven):
            assert proof.rounding is not true_rule, name
            assert name == "total" or name.endswith("].total"), name


def test_as_shown_only_orders_whose_tax_was_rounded_per_line_add_up() -> None:
    old_kwd_order = "tax-incl-line-kwd-order-in-two-decimal-shop-507"
    refused = {one.name for one in AS_SHOWN if isinstance(prove(one.order, one.decimals), Unproven)}
    assert refused
    assert refused <= {one.name for one in AS_SHOWN if one.at_subtotal} | {old_kwd_order}


@pytest.mark.parametrize("one", RECORDED, ids=lambda one: one.name)
def test_every_recorded_order_that_is_proven_makes_a_document_that_adds_up(one: Recorded) -> None:
    proof = prove(one.order, one.decimals)
    if isinstance(proof, Proven):
        assert_adds_up(document(one.order, proof), one.order, one.decimals)
    else:
        assert not all(claim.holds for claim in proof.claims)


# Orders of the sandbox


@pytest.mark.parametrize(("include", "at_subtotal", "decimals"), MODES)
def test_orders_of_every_tax_setting_are_proven_and_their_documents_add_up(
    include: bool, at_subtotal: bool, decimals: int
) -> None:
    orders = sandbox_orders(
        prices_include_tax=include,
        round_at_subtotal=at_subtotal,
        decimals=decimals,
        currency=CURRENCY[decimals],
    )
    assert len(orders) == 54
    for each in orders:
        assert_adds_up(document(each, proven(each, decimals)), each, decimals)


@pytest.mark.parametrize(("include", "at_subtotal", "decimals"), MODES)
def test_a_total_a_unit_off_is_believed_only_if_it_is_that_of_the_other_rule(
    include: bool, at_subtotal: bool, decimals: int
) -> None:
    orders = sandbox_orders(
        prices_include_tax=include, round_at_subtotal=at_subtotal, decimals=decimals
    )
    for each in orders:
        true_rule = proven(each, decimals).rounding
        for sign in (1, -1):
            wrong = each.model_copy(update={"total": each.total + sign * unit(decimals)})
            proof = prove(wrong, decimals)
            assert isinstance(proof, Unproven) or proof.rounding is not true_rule


# The rules, one by one


def test_an_order_proven_by_one_rule_is_refused_by_none() -> None:
    halves = [line("1.004", "0.19"), line("1.004", "0.19")]
    per_line = order(halves, total="2.38", total_tax="0.38")
    at_subtotal = order(halves, total="2.39", total_tax="0.38")
    assert proven(per_line, 2).rounding is Rounding.PER_LINE
    assert proven(at_subtotal, 2).rounding is Rounding.AT_SUBTOTAL


def test_the_arithmetic_of_an_order_that_fits_neither_rule_is_shown() -> None:
    wrong = order(
        [line("12.75", "0.92")],
        shipping=[line("4.90", "0.93")],
        total="19.51",
        total_tax="1.85",
        cart_tax="0.92",
        shipping_total="4.90",
        shipping_tax="0.93",
    )
    proof = prove(wrong, 2)
    assert isinstance(proof, Unproven)
    problem = proof.as_problem("Order 1042")
    assert problem.message == (
        "its parts do not add up to its total:"
        " total (tax rounded per line; 12.75 + 0.00 + 4.90 + 0.92 + 0.93): 19.51 ≠ 19.50;"
        " total (tax rounded at subtotal; 12.75 + 0.00 + 4.90 + 0.92 + 0.93): 19.51 ≠ 19.50"
    ).replace("0.00", "0")
    assert problem.sentence().startswith("Order 1042 in shop: its parts do not add up")
    assert "held retry" in problem.remedy


def test_only_the_false_claim_is_named_where_the_total_itself_fits() -> None:
    wrong = order(
        [line("10.00", "1.90")], total="11.90", total_tax="1.90", shipping_total="0.01"
    ).model_copy(update={"total": Decimal("11.91")})
    proof = prove(wrong, 2)
    assert isinstance(proof, Unproven)
    assert proof.as_problem("Order 1").message == (
        "its parts do not add up to its total: shipping = shipping lines, each rounded: 0.01 ≠ 0"
    )


def test_lines_fees_and_shipping_stand_in_the_document_in_this_order() -> None:
    whole = order(
        [line("10.00", "1.90", name="Kettle", quantity=Decimal(2), sku="A-1", product_id="5")],
        fees=[line("-1.00", "-0.19", name="Discount")],
        shipping=[line("4.90", "0.93", name="Parcel", method="flat_rate")],
        total="16.54",
        total_tax="2.64",
        cart_tax="1.71",
        shipping_total="4.90",
        shipping_tax="0.93",
    )
    made = document(whole, proven(whole, 2), factor=6)
    assert [(part.kind, part.text, part.quantity, part.net, part.tax) for part in made.lines] == [
        (LineKind.PRODUCT, "Kettle", Decimal(12), Decimal("10.00"), Decimal("1.90")),
        (LineKind.FEE, "Discount", Decimal(1), Decimal("-1.00"), Decimal("-0.19")),
        (LineKind.SHIPPING, "Parcel", Decimal(1), Decimal("4.90"), Decimal("0.93")),
    ]
    assert (made.shipping_method, made.birth, made.customer_key) == ("flat_rate", "WC-main-1", "7")


@pytest.mark.parametrize(
    "free",
    [
        pytest.param(order([], total="0", total_tax="0"), id="empty"),
        pytest.param(order([line("0", "0")], total="0", total_tax="0"), id="free"),
        pytest.param(
            order([], fees=[line("5", "0.95")], total="5.95", total_tax="0.95"), id="only a fee"
        ),
    ],
)
def test_an_order_without_priced_lines_is_proven_too(free: Order) -> None:
    assert_adds_up(document(free, proven(free, 2)), free, 2)


NETS = st.lists(st.decimals(0, 500, places=6), min_size=1, max_size=6)


@given(NETS, st.sampled_from([0, 2, 3]))
def test_whatever_is_proven_becomes_a_document_that_adds_up(
    nets: list[Decimal], decimals: int
) -> None:
    taxes = [(net * Decimal("0.19")).quantize(unit(6)) for net in nets]
    tax = sum(taxes, Decimal(0))
    total = (sum(nets, Decimal(0)) + tax).quantize(unit(decimals), "ROUND_HALF_UP")
    lines = [line(str(net), str(each)) for net, each in zip(nets, taxes, strict=True)]
    whole = order(
        lines,
        total=str(total),
        total_tax=str(tax.quantize(unit(decimals), "ROUND_HALF_UP")),
        cart_tax=str(tax),
    )
    assert_adds_up(document(whole, proven(whole, decimals)), whole, decimals)


def test_a_negative_tax_of_half_a_cent_does_not_crash() -> None:
    """Untaxed goods, a fee of -1.50 with 7 % tax, rounded at subtotal: R(-0.105) is -0.11."""
    odd = order(
        [line("100.00", "0")],
        fees=[line("-1.50", "-0.105")],
        total="98.40",
        total_tax="-0.11",
        cart_tax="-0.105",
    )
    assert isinstance(prove(odd, 2), Unproven)
