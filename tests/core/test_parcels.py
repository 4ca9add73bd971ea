"""What is in which parcel: every piece once, never more than was ordered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.back_records import PackedLine, PackedParcel, Parcel, Shipment, ShipmentLine
from sync_cli.core.model import Document, DocumentState, Order, OrderLine, OrderState
from sync_cli.core.parcels import Packed, Room, There, matching, packed

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SUMS = ("total", "total_tax", "cart_tax", "shipping_total", "shipping_tax")


def order(*quantities: int) -> Order:
    """An order of so many pieces of the products 1, 2, 3 ... in lines 11, 12, 13 ..."""
    lines = tuple(
        OrderLine(id=f"1{at}", product_id=str(at), sku=f"S{at}", quantity=Decimal(pieces))
        for at, pieces in enumerate(quantities, start=1)
    )
    return Order(
        id="5",
        number="5",
        state=OrderState.PROCESSING,
        currency="EUR",
        ordered_at=NOON,
        lines=lines,
        **dict.fromkeys(SUMS, Decimal(0)),
    )


def delivery(id: str, pieces: dict[str, str], *numbers: str, **facts: object) -> Shipment:
    """A delivery that has left."""
    return Shipment(
        id=id,
        number=id,
        done=True,
        shipped_at=NOON + timedelta(hours=int(id)),
        parcels=tuple(Parcel(number=number) for number in numbers),
        lines=tuple(ShipmentLine(product_id=p, quantity=Decimal(q)) for p, q in pieces.items()),
    ).model_copy(update=facts)


def document(state: DocumentState = DocumentState.CONFIRMED, *tracking: str) -> Document:
    return Document(id="9", number="SO9", state=state, currency="EUR", tracking=tracking)


def pieces_of(line: ShipmentLine) -> tuple[str, Decimal]:
    """The shop's product has the ERP's id; product 6 comes in packs of six."""
    return line.product_id, line.quantity / (6 if line.product_id == "6" else 1)


def told(parcels: tuple[Packed, ...]) -> list[tuple[str, str, dict[str, int]]]:
    return [(p.place, p.number, {c.key: c.pieces for c in p.contents}) for p in parcels]


def test_each_parcel_of_a_delivery_has_a_piece_and_the_first_the_rest() -> None:
    found = packed(document(), [delivery("1", {"1": "3", "2": "1"}, "A", "B", "C")], pieces_of)
    assert told(found) == [("1/1", "A", {"1": 2}), ("1/2", "B", {"1": 1}), ("1/3", "C", {"2": 1})]


def test_more_parcels_than_pieces_stand_in_the_last() -> None:
    found = packed(document(), [delivery("1", {"1": "2"}, "A", "B", "C")], pieces_of)
    assert told(found) == [("1/1", "A", {"1": 1}), ("1/2", "B, C", {"1": 1})]


def test_deliveries_come_in_the_order_in_which_they_left_and_others_not_at_all() -> None:
    later, first = delivery("2", {"1": "1"}, "B"), delivery("1", {"1": "1"}, "A")
    packing = delivery("3", {"1": "1"}, "C", done=False)
    called_off = delivery("4", {"1": "1"}, "D", cancelled=True)
    found = packed(document(), [later, called_off, packing, first], pieces_of)
    assert [one.number for one in found] == ["A", "B"]


def test_units_of_the_erp_are_pieces_of_the_shop_and_less_than_one_is_none() -> None:
    found = packed(document(), [delivery("1", {"6": "12", "1": "0.5"}, "A")], pieces_of)
    assert told(found) == [("1/1", "A", {"6": 2})]


def test_a_delivery_without_a_number_is_a_parcel_all_the_same() -> None:
    assert told(packed(document(), [delivery("1", {"1": "1"})], pieces_of)) == [
        ("1/1", "", {"1": 1})
    ]


def test_numbers_without_deliveries_hold_the_rest_once_the_document_is_shipped() -> None:
    assert packed(document(DocumentState.CONFIRMED, "A", "B"), [], pieces_of) == ()
    [found] = packed(document(DocumentState.SHIPPED, "A", "B"), [], pieces_of)
    assert (found.number, found.holds_the_rest) == ("A, B", True)
    bought = order(2, 1)
    room = Room(bought, [PackedLine(line_id="11", quantity=Decimal(1))])
    assert {one.line_id: int(one.quantity) for one in room.take(found)} == {"11": 1, "12": 1}


def test_numbers_that_a_delivery_has_too_are_not_told_twice() -> None:
    found = packed(
        document(DocumentState.SHIPPED, "A"), [delivery("1", {"1": "1"}, "A")], pieces_of
    )
    assert len(found) == 1


def test_an_article_without_link_is_known_by_its_sku() -> None:
    line = ShipmentLine(product_id="?", sku="S2", quantity=Decimal(1))
    shipment = delivery("1", {}, "A").model_copy(update={"lines": (line,)})
    [found] = packed(document(), [shipment], lambda ln: ("", ln.quantity))
    [taken] = Room(order(1, 1), []).take(found)
    assert taken == PackedLine(line_id="12", quantity=Decimal(1))


@given(
    ordered=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    deliveries=st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from("1234"), st.integers(1, 6), min_size=1, max_size=4),
            st.integers(0, 5),
        ),
        max_size=4,
    ),
    foreign=st.integers(0, 3),
)
def test_whatever_is_delivered_no_line_gives_more_than_was_ordered(
    ordered: list[int], deliveries: list[tuple[dict[str, int], int]], foreign: int
) -> None:
    bought = order(*ordered)
    shipments = [
        delivery(
            str(at),
            {product: str(pieces) for product, pieces in inside.items()},
            *(f"N{at}.{n}" for n in range(count)),
        )
        for at, (inside, count) in enumerate(deliveries, start=1)
    ]
    parcels = packed(document(), shipments, pieces_of)
    delivered = sum(sum(inside.values()) for inside, _ in deliveries)
    assert sum(one.pieces for parcel in parcels for one in parcel.contents) == delivered
    assert all(parcel.contents for parcel in parcels)
    numbers = [n for parcel in parcels for n in parcel.number.split(", ") if n]
    assert len(numbers) == len(set(numbers)) == sum(count for _, count in deliveries)
    room = Room(bought, [PackedLine(line_id="11", quantity=Decimal(foreign))])
    taken = [line for parcel in parcels for line in room.take(parcel)]
    for at, pieces in enumerate(ordered, start=1):
        own = sum(int(line.quantity) for line in taken if line.line_id == f"1{at}")
        asked = sum(inside.get(str(at), 0) for inside, _ in deliveries)
        left = max(0, pieces - (foreign if at == 1 else 0))
        assert own == min(asked, left)


def test_ours_is_found_by_its_mark_and_that_of_others_by_its_number() -> None:
    parcel = Packed("7/1", "N1")
    ours = There("a", PackedParcel(place="7/1", number="OLD"))
    other_of_ours = There("b", PackedParcel(place="8/1", number="N1"))
    foreign = There("c", PackedParcel(number="N1"))
    assert matching(parcel, [foreign, other_of_ours, ours]) is ours
    assert matching(parcel, [other_of_ours, foreign]) is foreign
    assert matching(parcel, [other_of_ours]) is None
    assert matching(parcel, [ours, foreign], linked="c") is foreign
    assert matching(parcel, [ours], linked="gone") is None
    assert matching(Packed("7/1", ""), [There("d", PackedParcel(number=""))]) is None
