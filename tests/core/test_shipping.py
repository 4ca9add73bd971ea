"""What the shop's order is told of parcels, invoices and payment, and which state follows."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sync_cli.core.back_records import Invoice, Parcel, Shipment
from sync_cli.core.model import Document, DocumentState, Order, OrderState
from sync_cli.core.shipping import (
    Shipped,
    StatusRules,
    due_state,
    invoiced,
    is_paid,
    parcels,
    says_something,
    shipped,
)

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
LATER = datetime(2026, 2, 1, 12, tzinfo=UTC)
RULES = StatusRules(partially_shipped=True, manual=frozenset({"bacs", "cod"}))


def shipment(number: str, *names: str, at: datetime | None = NOON, **facts: bool) -> Shipment:
    standing = {"done": True, **facts}
    return Shipment(
        number=number,
        shipped_at=at,
        parcels=tuple(Parcel(number=name) for name in names),
        **standing,
    )


def document(state: str = "confirmed", *tracking: str, paid: bool | None = None) -> Document:
    return Document(state=DocumentState(state), tracking=tracking, paid=paid, invoice_number="D-1")


def order(
    state: str = "processing", method: str = "stripe", paid_at: datetime | None = NOON
) -> Order:
    nothing = Decimal(0)
    return Order(
        ordered_at=NOON,
        state=OrderState(state),
        payment_method=method,
        paid_at=paid_at,
        total=nothing,
        total_tax=nothing,
        cart_tax=nothing,
        shipping_total=nothing,
        shipping_tax=nothing,
    )


def numbers(*args: Shipment, of: Document | None = None) -> list[str]:
    return [parcel.number for parcel in parcels(of or document(), args)]


def test_every_parcel_is_told_once_the_first_shipment_first() -> None:
    assert numbers(shipment("2", "C", "A", at=LATER), shipment("1", "A", "B")) == ["A", "B", "C"]


def test_parcels_of_what_has_not_left_are_not_told() -> None:
    assert numbers(shipment("1", "A", done=False), shipment("2", "B", cancelled=True)) == []


def test_numbers_that_only_the_document_carries_come_last() -> None:
    assert numbers(shipment("1", "A"), of=document("shipped", "X", "A")) == ["A", "X"]


def test_a_shipment_without_a_date_comes_last_and_a_parcel_takes_its_shipments_date() -> None:
    told = parcels(document(), [shipment("1", "A", at=None), shipment("2", "B", at=LATER)])
    assert [(parcel.number, parcel.shipped_at) for parcel in told] == [("B", LATER), ("A", None)]
    assert told[0].shipped_seconds == str(int(LATER.timestamp()))
    assert told[1].shipped_seconds == ""


@pytest.mark.parametrize(
    ("state", "left", "how_much"),
    [
        ("confirmed", [], Shipped.NOTHING),
        ("confirmed", [shipment("1")], Shipped.PART),
        ("confirmed", [shipment("1", done=False)], Shipped.NOTHING),
        ("shipped", [], Shipped.ALL),
        ("done", [shipment("1")], Shipped.ALL),
        ("cancelled", [], Shipped.NOTHING),
    ],
)
def test_how_much_has_left(state: str, left: list[Shipment], how_much: Shipped) -> None:
    assert shipped(document(state), left) is how_much


def test_booked_invoices_are_told_before_what_the_document_says() -> None:
    assert invoiced(document(), []).number == "D-1"
    draft = Invoice(number="/", posted=False)
    assert invoiced(document(), [draft]).number == "D-1"
    booked = [
        Invoice(number=number, posted=True, issued_on=day, link=f"https://erp.example/{number}")
        for number, day in (("R-2", "2026-02-02"), ("R-1", "2026-02-01"))
    ]
    told = invoiced(document(), [draft, *booked])
    assert (told.number, told.date) == ("R-1, R-2", "2026-02-02")
    assert told.link.endswith("R-2")


@pytest.mark.parametrize(
    ("method", "paid_at", "word", "paid"),
    [
        ("stripe", NOON, None, True),
        ("stripe", None, None, False),
        ("bacs", NOON, None, False),
        ("bacs", None, True, True),
        ("cod", NOON, False, False),
        ("stripe", NOON, False, True),
    ],
)
def test_manual_methods_are_paid_by_the_word_of_the_erp_alone(
    method: str, paid_at: datetime | None, word: bool | None, paid: bool
) -> None:
    said = is_paid(order(method=method, paid_at=paid_at), document(paid=word), [], RULES)
    assert said is paid


def test_an_order_is_paid_once_all_its_invoices_are() -> None:
    open_one, paid_one = (Invoice(number=str(n), posted=True, paid=bool(n)) for n in (0, 1))
    manual = order(method="bacs")
    assert not is_paid(manual, document(), [open_one, paid_one], RULES)
    assert is_paid(manual, document(), [paid_one], RULES)


@pytest.mark.parametrize(
    ("here", "document_state", "left", "paid", "wanted"),
    [
        ("processing", "shipped", "all", True, "completed"),
        ("processing", "confirmed", "part", True, "partially_shipped"),
        ("partially_shipped", "shipped", "all", True, "completed"),
        ("completed", "confirmed", "part", True, "completed"),
        ("processing", "cancelled", "nothing", True, "cancelled"),
        ("partially_shipped", "cancelled", "part", True, "partially_shipped"),
        ("refunded", "shipped", "all", True, "refunded"),
        ("cancelled", "shipped", "all", True, "cancelled"),
        ("on_hold", "confirmed", "nothing", True, "processing"),
        ("on_hold", "confirmed", "nothing", False, "on_hold"),
        ("processing", "confirmed", "nothing", True, "processing"),
    ],
)
def test_the_state_that_follows(
    here: str, document_state: str, left: str, paid: bool, wanted: str
) -> None:
    said = due_state(order(here), document(document_state), Shipped(left), paid=paid, rules=RULES)
    assert said == wanted


@pytest.mark.parametrize(
    ("state", "left", "paid", "says"),
    [
        ("confirmed", "nothing", None, False),
        ("draft", "nothing", False, False),
        ("confirmed", "part", None, True),
        ("shipped", "all", None, True),
        ("cancelled", "nothing", None, True),
        ("confirmed", "nothing", True, True),
    ],
)
def test_a_document_that_was_only_made_says_nothing_of_the_state(
    state: str, left: str, paid: bool | None, says: bool
) -> None:
    assert says_something(document(state, paid=paid), Shipped(left), []) is says


def test_what_is_switched_off_changes_nothing() -> None:
    off = StatusRules(completed=False, partially_shipped=False, cancelled=False, paid=False)
    for state, left in (("shipped", "all"), ("confirmed", "part"), ("cancelled", "nothing")):
        for here in ("processing", "on_hold"):
            said = due_state(order(here), document(state), Shipped(left), paid=True, rules=off)
            assert said == here
