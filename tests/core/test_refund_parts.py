"""What each part of an order gives back of a refund: together the refund, to the last unit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.credits import Credit
from sync_cli.core.documents import DocumentRules, document_of
from sync_cli.core.model import Document, DocumentState, LineKind, Order
from sync_cli.core.proof import Proven, prove
from sync_cli.core.refund_parts import divide, is_shared
from sync_cli.core.refund_records import Refund
from sync_cli.core.refunds import prove_refunds
from sync_cli.core.routing import Shared, split
from tests.core.test_refunds import ORDERS, amounts, back, refund, refunded, sold

TWO = {"1": "main", "2": "north"}
RULES = DocumentRules(catch_all=True)


def parts_of(made: Order, allotted: dict[str, str], shared: Shared) -> dict[str, Document]:
    """The documents that the order was divided into."""
    proof = prove(made, 2)
    assert isinstance(proof, Proven)
    whole = document_of(
        made,
        proof,
        reference="WC-main-1",
        customer_key="7",
        wanted=DocumentState.CONFIRMED,
        unit_factor=lambda _: Decimal(1),
        rules=RULES,
    )
    names = list(dict.fromkeys(allotted.values()))
    return split(whole, allotted, names, 2, shared)


def credits_of(made: Order, refunds: Sequence[Refund]) -> list[Credit]:
    proof = prove(made, 2)
    assert isinstance(proof, Proven)
    found = [found for _, found in prove_refunds(made, proof, refunds, 2)]
    return [one for one in found if isinstance(one, Credit)]


def divided(
    made: Order, *refunds: Refund, shared: Shared = Shared.SHARED
) -> list[dict[str, Credit]]:
    """What main and north give back of each refund."""
    return list(divide(credits_of(made, refunds), parts_of(made, TWO, shared), TWO, 2))


def totals(found: dict[str, Credit]) -> dict[str, str]:
    return {part: str(one.total) for part, one in found.items()}


def test_goods_are_given_back_by_the_part_that_sold_them_alone() -> None:
    [found] = divided(sold(), refund("10.70", back("2", "10.00", "0.70", "2", pieces=1)))
    assert totals(found) == {"north": "10.70"}
    assert amounts(found["north"]) == [("product", "10.00", "0.70", "DE 7 excl")]


def test_lines_of_two_parts_become_one_credit_for_each() -> None:
    both = [back("1", "33.33", "6.33", pieces=1), back("2", "20.00", "1.40", "2", pieces=2)]
    [found] = divided(sold(), refund("61.06", *both))
    assert totals(found) == {"main": "39.66", "north": "21.40"}


@pytest.mark.parametrize(
    ("shared", "wanted"),
    [(Shared.SHARED, {"main": "4.96", "north": "0.99"}), (Shared.FIRST, {"main": "5.95"})],
)
def test_shipping_is_given_back_as_it_was_shared_out(
    shared: Shared, wanted: dict[str, str]
) -> None:
    made = sold()
    given_back = refund("5.95")
    line = back("3", "5.00", "0.95")
    given_back = given_back.model_copy(update={"shipping_lines": (line,)})
    [found] = divided(made, given_back, shared=shared)
    assert totals(found) == wanted
    documents = parts_of(made, TWO, shared)
    for part, one in found.items():
        own = [line for line in documents[part].lines if line.kind is LineKind.SHIPPING]
        assert one.total == sum(line.gross for line in own)


def test_an_amount_alone_is_shared_by_what_is_left_of_each_part_under_each_tax() -> None:
    # DE 19: 119.00 + 4.96 of main against 0.99 of north; DE 7 is of north alone
    [found] = divided(sold(), refund("10.00"))
    assert amounts(found["main"]) == [("adjustment", "7.12", "1.35", "DE 19 excl")]
    assert amounts(found["north"]) == [
        ("adjustment", "0.06", "0.01", "DE 19 excl"),
        ("adjustment", "1.36", "0.10", "DE 7 excl"),
    ]
    assert [one.adjusted for one in found.values()] == [Decimal("10.00")] * 2


def test_the_rest_after_other_refunds_leaves_nothing_of_any_part() -> None:
    made = sold()
    first = refund("39.66", back("1", "33.33", "6.33", pieces=1), id="90")
    found = divided(made, first, refund("20.00", id="91"), refund("86.69", id="92"))
    documents = parts_of(made, TWO, Shared.SHARED)
    for part, document in documents.items():
        given_back = [one[part] for one in found if part in one]
        assert sum(one.total for one in given_back) == document.total
        assert sum(one.total_tax for one in given_back) == document.total_tax


def test_what_belongs_to_no_line_of_goods_is_shared() -> None:
    [of_goods, alone] = credits_of(
        sold(), [refund("10.70", back("2", "10.00", "0.70", "2", pieces=1)), refund("5", id="91")]
    )
    assert (is_shared(of_goods, TWO), is_shared(alone, TWO)) == (False, True)


ALLOTMENT = st.lists(st.sampled_from(["main", "north", "west"]), min_size=40, max_size=40)


def allot(made: Order, parts: Sequence[str]) -> dict[str, str]:
    return {line.id: part for line, part in zip(made.lines, parts, strict=False)}


@given(refunded(), ALLOTMENT, st.sampled_from(Shared))
def test_the_parts_together_are_any_refund_under_each_tax(
    case: tuple[Order, list[Refund]], parts: list[str], shared: Shared
) -> None:
    made, refunds = case
    allotted = allot(made, parts)
    if not allotted:
        return
    whole = credits_of(made, refunds)
    found = list(divide(whole, parts_of(made, allotted, shared), allotted, 2))
    for credit, shares in zip(whole, found, strict=True):
        assert summed([credit]) == summed(shares.values())
        for part, share in shares.items():
            assert share.lines
            sold_here = [one.sold.id for one in share.lines if one.sold is not None]
            assert all(allotted.get(id, part) == part for id in sold_here)


def summed(credits_of_one: object) -> dict[tuple[str, str], Decimal]:
    """Net and tax by tax key, and the pieces by article."""
    sums: dict[tuple[str, str], Decimal] = {}
    for credit in credits_of_one:  # type: ignore[attr-defined]
        for line in credit.lines:
            named = {"net": line.net, "tax": line.tax}
            values = {(line.tax_key, name): amount for name, amount in named.items()}
            if line.sold is not None and line.pieces:
                values[line.sold.id, "pieces"] = line.pieces
            for place, amount in values.items():
                sums[place] = sums.get(place, Decimal(0)) + amount
    return {place: amount for place, amount in sums.items() if amount}


@given(
    st.sampled_from(ORDERS), st.lists(st.integers(1, 99), max_size=4), ALLOTMENT,
    st.sampled_from(Shared),
)  # fmt: skip
def test_refunds_without_lines_that_take_all_back_leave_nothing_of_any_part(
    made: Order, percents: list[int], parts: list[str], shared: Shared
) -> None:
    allotted = allot(made, parts)
    if not allotted:
        return
    refunds, left = [], made.total
    for number, percent in enumerate(percents):
        amount = (left * percent / 100).quantize(Decimal("0.01"))
        left -= amount
        refunds.append(refund(str(amount), id=str(90 + number)))
    refunds.append(refund(str(left), id="99"))
    documents = parts_of(made, allotted, shared)
    found = list(divide(credits_of(made, refunds), documents, allotted, 2))
    for part, document in documents.items():
        given_back = [one[part] for one in found if part in one]
        assert sum((one.total for one in given_back), Decimal(0)) == document.total
        assert sum((one.total_tax for one in given_back), Decimal(0)) == document.total_tax
