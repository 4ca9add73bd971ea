"""Which canonical fields a journey's middle step makes of which: found by trying it out.

Written down anywhere, it would soon be out of date. A sample record with a value of its own in
every field is carried, then once more with each field changed: what changes in the result comes
from that field. Amounts that must add up cannot be changed one by one; they are found again by
their values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from msgspec import Struct, field

from sync_cli.core.back_records import Invoice, Shipment
from sync_cli.core.model import Order, Part
from sync_cli.core.products import StockLevel
from sync_cli.core.refund_records import Refund
from sync_cli.flows.journey_steps import Setting
from sync_cli.flows.journeys import Way
from sync_cli.mapping.changes import flattened
from sync_cli.mapping.errors import Unreadable
from sync_cli.mapping.shapes import Kind, Shape, plain_record, properties_of, shapes_of

_INDEX = re.compile(r"\[\d+\]")
_FAR = 1000
"""A number is changed by so much that no rounding hides it."""
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
Values = dict[str, Any]


def carried_fields(way: Way, setting: Setting) -> dict[str, tuple[str, ...]]:
    """For each canonical field that is made on this way, the fields that it is made of."""
    source = way.source.model
    sample = Sample()
    plain = _balanced(source, sample.fields(source))
    made = _made(way, plain, setting)
    found: dict[str, dict[str, None]] = {}
    origins = _origins(plain)
    for name, value in made.items():
        if value in origins:
            found.setdefault(_path(name), {})[_path(origins[value])] = None
    for name, changed in _variants(source, plain):
        for place, value in _tried(way, changed, setting, made).items():
            if made.get(place) != value:
                sources = found.setdefault(_path(place), {})
                sources[_path(name)] = None
                if value in origins:
                    sources[_path(origins[value])] = None
    return {name: tuple(fields) for name, fields in found.items()}


def _origins(values: Values) -> _Origins:
    """Where each value stands that is found nowhere else; of a sum and its one part, the part."""
    single = {name: value for name, value in flattened(values).items() if _is_own(value)}
    deepest_last = sorted(single.items(), key=lambda entry: entry[0].count("["))
    return _Origins((value, name) for name, value in deepest_last)


def _is_own(value: Any) -> bool:
    return isinstance(value, str | Decimal | datetime) and value != ""


class _Origins(dict[Any, str]):
    """Names by value; what cannot be a key is not in it."""

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str | Decimal | datetime) and super().__contains__(value)


def _tried(way: Way, values: Values, setting: Setting, otherwise: Values) -> Values:
    """What is made of a variant; `otherwise` if nothing can be made of it."""
    try:
        return _made(way, values, setting)
    except Unreadable:
        return otherwise


class Sample(Struct):
    """Makes values that stand nowhere else in the record."""

    _numbers: Iterator[int] = field(default_factory=lambda: count(11))

    def fields(self, model: type[Part]) -> Values:
        """A value for every field of a canonical class."""
        return {name: self._value(shape) for name, shape in shapes_of(model).items()}

    def _value(self, shape: Shape) -> Any:
        number = next(self._numbers)
        match shape.kind:
            case Kind.TEXT:
                return f"t{number}"
            case Kind.TEXTS:
                return [f"t{number}"]
            case Kind.NUMBER:
                return Decimal(number) + Decimal(number) / 100
            case Kind.BOOLEAN:
                return False
            case Kind.TIME:
                return _EPOCH + timedelta(hours=number)
            case Kind.CHOICE:
                return sorted(shape.choices)[0]
            case Kind.PART if shape.model is not None:
                return self.fields(shape.model)
            case Kind.PARTS if shape.model is not None:
                return [self.fields(shape.model)]
            case _:
                return {}


def _balanced(model: type[Part], values: Values) -> Values:
    """The record as it could be: an order adds up and knows its tax rate, stock is there."""
    if model is StockLevel:
        [level] = values["warehouses"]
        plenty = {**level, "on_hand": level["on_hand"] + 2 * _FAR}
        return {**values, "unit_factor": Decimal("1.25"), "warehouses": [plenty]}
    if model is Refund:
        return _with_its_amount(values)
    if model in (Shipment, Invoice):
        return {**values, "done": True} if model is Shipment else {**values, "posted": True}
    if model is not Order:
        return values
    lines, fees, shipping = values["lines"], values["fees"], values["shipping_lines"]
    goods = [*lines, *fees]
    cart_tax = sum(line["total_tax"] for line in goods)
    shipping_tax = sum(line["total_tax"] for line in shipping)
    shipping_total = sum(line["total"] for line in shipping)
    net = sum(line["total"] for line in goods) + shipping_total
    for line in (*goods, *shipping):
        line["taxes"][0]["rate_id"] = values["tax_rates"][0]["id"]
        line["full_amount"] = line["total"] - Decimal("0.001")
    [card] = values["gift_cards"]
    card["amount"] = values["gift_card_total"] / 2
    cards = card["amount"] + values["gift_card_total"]
    return {
        **values,
        "cart_tax": cart_tax,
        "shipping_tax": shipping_tax,
        "shipping_total": shipping_total,
        "total_tax": cart_tax + shipping_tax,
        "total": net + cart_tax + shipping_tax - cards,
    }


def _with_its_amount(values: Values) -> Values:
    """A refund whose lines are its amount, each of the tax rate that the refund knows."""
    lines = [*values["lines"], *values["fees"], *values["shipping_lines"]]
    for line in lines:
        line["taxes"][0]["rate_id"] = values["tax_rates"][0]["id"]
    return {**values, "amount": sum(line["total"] + line["total_tax"] for line in lines)}


def _variants(model: type[Part], values: Values) -> Iterator[tuple[str, Values]]:
    """The record with one field changed, and one emptied, for each field."""
    for name, shape in shapes_of(model).items():
        value = values[name]
        for place, other in _others(shape, value):
            yield f"{name}{place}", {**values, name: other}


def _others(shape: Shape, value: Any) -> Iterator[tuple[str, Any]]:
    if shape.nullable:
        yield "", None
    match shape.kind:
        case Kind.TEXT:
            yield from (("", f"{value}x"), ("", ""))
        case Kind.NUMBER:
            yield "", value + _FAR
        case Kind.TEXTS:
            yield "", [f"{value[0]}x"]
        case Kind.BOOLEAN:
            yield "", not value
        case Kind.TIME:
            yield "", value + timedelta(minutes=1)
        case Kind.CHOICE:
            yield from (("", choice) for choice in sorted(shape.choices) if choice != value)
        case Kind.PART if shape.model is not None:
            yield from ((f".{name}", one) for name, one in _variants(shape.model, value))
        case Kind.PARTS if shape.model is not None:
            inner = _variants(shape.model, value[0])
            yield from ((f"[0].{name}", [one]) for name, one in inner)


def _made(way: Way, values: Values, setting: Setting) -> Values:
    """Every single value of the record that is made on the way."""
    record = way.source.model.model_validate(values)
    return stored_values(way.fitted(way.journey.translate(record, setting), setting))


def stored_values(record: Part) -> Values:
    """Every single value of a canonical record by its path, computed fields left out."""
    return flattened(_without_properties(type(record), plain_record(record)))


def _without_properties(model: type[Part], data: Mapping[str, Any]) -> Values:
    shapes = shapes_of(model)
    return {
        name: _below(shapes[name], value)
        for name, value in data.items()
        if name not in properties_of(model)
    }


def _below(shape: Shape, value: Any) -> Any:
    if shape.model is None or value is None:
        return value
    if isinstance(value, list):
        return [_without_properties(shape.model, item) for item in value]
    return _without_properties(shape.model, value)


def _path(name: str) -> str:
    """A path without places: `lines[0].sku` is `lines[].sku`; a list of texts is the list."""
    return _INDEX.sub("[]", name.removesuffix("[0]"))
