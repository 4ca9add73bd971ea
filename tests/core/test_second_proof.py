"""The second proof of exchange rates: books at another rate are other books."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sync_cli.core.model import Document
from sync_cli.core.second_proof import Apart, Equal, differs, second_proof


def document(rate: str | None) -> Document:
    said = None if rate is None else Decimal(rate)
    return Document(
        reference="WC-main-1", currency="USD", exchange_rate=said, ordered_on="2026-01-05"
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "limit", "equal"),
    [
        ("1.10", "1.10", "0", True),
        ("1.10", "1.100001", "0", False),
        ("1.10", "1.155", "5", True),
        ("1.10", "1.045", "5", True),
        ("1.10", "1.155001", "5", False),
        ("1.10", "0", "100", True),
        ("1.10", "0", "99", False),
        ("1.10", "0.909090", "5", False),
        (None, "1.20", "0", True),
        ("1.10", None, "0", True),
        ("1.10", "1.20", None, True),
    ],
)
def test_rates_may_be_apart_by_the_limit_and_no_more(
    ours: str | None, theirs: str | None, limit: str | None, equal: bool
) -> None:
    allowed = None if limit is None else Decimal(limit)
    verdict = second_proof(document(ours), document(theirs), rate_limit=allowed)
    assert isinstance(verdict, Equal if equal else Apart)


@pytest.mark.parametrize(
    ("theirs", "says"),
    [
        (
            "1.20",
            "it has 1.20 USD for one of its own currency, the order was charged at 1.10;"
            " 9.09 % apart, allowed are 5 % (orders.exchange_rate_limit)",
        ),
        ("0", "lacks the rate of USD, or of its own currency, for 2026-01-05"),
    ],
)
def test_a_clerk_is_told_both_rates_and_what_to_do(theirs: str, says: str) -> None:
    verdict = second_proof(document("1.10"), document(theirs), rate_limit=Decimal(5))
    assert isinstance(verdict, Apart)
    sentence = differs("Order 1", verdict, "Odoo").sentence()
    assert says in sentence
    assert "Enter the rate of 2026-01-05 for USD in the ERP, or allow more, then run" in sentence
    assert "Compare taxes" not in sentence
