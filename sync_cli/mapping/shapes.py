"""What the canonical model allows for each field: taken from its classes, written down nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from msgspec import Struct

from sync_cli.core.back_records import (
    Invoice,
    Note,
    PackedParcel,
    Shipment,
    StatusChange,
    WriteBack,
)
from sync_cli.core.model import Customer, Document, Order, Part, Record
from sync_cli.core.payments import Payment
from sync_cli.core.products import Product, StockLevel
from sync_cli.core.refund_records import CreditNote, Refund
from sync_cli.mapping.errors import did_you_mean

RECORDS: Mapping[str, type[Record]] = {
    "order": Order,
    "document": Document,
    "product": Product,
    "stock": StockLevel,
    "customer": Customer,
    "write_back": WriteBack,
    "note": Note,
    "fulfillment": PackedParcel,
    "tracking": PackedParcel,
    "shipment": Shipment,
    "invoice": Invoice,
    "status": StatusChange,
    "refund": Refund,
    "credit_note": CreditNote,
    "payment": Payment,
}

GIVEN = frozenset({"id", "birth", "modified_at"})
"""Fields of a record that its connector gives, and no mapping."""


class Kind(Enum):
    """The kinds of canonical fields."""

    TEXT = auto()
    TEXTS = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    TIME = auto()
    CHOICE = auto()
    PART = auto()
    PARTS = auto()
    FREE = auto()


_PLAIN_KINDS: Mapping[Any, Kind] = {
    str: Kind.TEXT,
    Decimal: Kind.NUMBER,
    bool: Kind.BOOLEAN,
    datetime: Kind.TIME,
}


class Shape(Struct, frozen=True):
    """What one canonical field takes; `model` is the class of its part or parts."""

    kind: Kind
    nullable: bool = False
    required: bool = False
    model: type[Part] | None = None
    choices: frozenset[str] = frozenset()


@cache
def shapes_of(model: type[Part]) -> Mapping[str, Shape]:
    """The shape of each field of a canonical class."""
    return {
        name: _shape(field.annotation, required=field.is_required())
        for name, field in model.model_fields.items()
    }


@cache
def properties_of(model: type[Part]) -> tuple[str, ...]:
    """The computed fields of a canonical class, such as an address's `name`; read only."""
    own = (vars(base) for base in model.__mro__ if issubclass(base, Part) and base is not Part)
    return tuple(
        name for members in own for name, it in members.items() if isinstance(it, property)
    )


def model_below(model: type[Part], path: str) -> type[Part] | None:
    """The class of the part or parts that a dotted path leads to, None if it leads to none."""
    for name in path.split("."):
        shape = shapes_of(model).get(name)
        if shape is None or shape.model is None:
            return None
        model = shape.model
    return model


def wrong_path(model: type[Part], path: Iterable[str]) -> str:
    """Why no value can be taken from `path` of a canonical record, "" if one can."""
    known: type[Part] = model
    names = list(path)
    for at, name in enumerate(names):
        shape = shapes_of(known).get(name)
        if shape is None:
            return "" if _is_last_property(known, names, at) else _unknown(known, name)
        if shape.kind is Kind.FREE or at == len(names) - 1:
            return ""
        if shape.kind is not Kind.PART or shape.model is None:
            return f"{name!r} has no fields below it"
        known = shape.model
    return ""


def _is_last_property(model: type[Part], names: list[str], at: int) -> bool:
    return names[at] in properties_of(model) and at == len(names) - 1


def _unknown(model: type[Part], name: str) -> str:
    known = [*shapes_of(model), *properties_of(model)]
    return f"{model.__name__} has no field {name!r}{did_you_mean(name, known)}"


def _shape(annotation: Any, *, required: bool) -> Shape:
    nullable = False
    if get_origin(annotation) in (Union, UnionType):
        options = [option for option in get_args(annotation) if option is not NoneType]
        nullable = len(options) < len(get_args(annotation))
        annotation = options[0]
    if annotation in _PLAIN_KINDS:
        return Shape(_PLAIN_KINDS[annotation], nullable, required)
    if get_origin(annotation) is tuple:
        return _tuple_shape(get_args(annotation)[0], required=required)
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return Shape(Kind.PART, nullable, required, model=annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        choices = frozenset(str(choice.value) for choice in annotation)
        return Shape(Kind.CHOICE, nullable, required, choices=choices)
    return Shape(Kind.FREE, nullable, required)


def _tuple_shape(item: Any, *, required: bool) -> Shape:
    if isinstance(item, type) and issubclass(item, Part):
        return Shape(Kind.PARTS, required=required, model=item)
    return Shape(Kind.TEXTS, required=required)


def plain_record(record: Part) -> dict[str, Any]:
    """A canonical record as dicts, lists and values, its computed fields included."""
    return _plainer(type(record))(record)


@cache
def _plainer(model: type[Part]) -> Callable[[Part], dict[str, Any]]:
    """How records of one class are made plain; texts, numbers and times need no more than a copy.

    A catalogue passes through here twice a night, so what a field needs is looked up once.
    """
    turned = [
        (name, _TURNS[shape.kind])
        for name, shape in shapes_of(model).items()
        if shape.kind in _TURNS
    ]
    computed = properties_of(model)

    def plain(record: Part) -> dict[str, Any]:
        data = dict(vars(record))
        for name, turn in turned:
            data[name] = turn(data[name])
        for name in computed:
            data[name] = plain_value(getattr(record, name))
        return data

    return plain


def _plain_choice(choice: Enum | None) -> Any:
    return None if choice is None else choice.value


def _plain_part(part: Part | None) -> dict[str, Any] | None:
    return None if part is None else plain_record(part)


def _plain_parts(parts: Iterable[Part]) -> list[dict[str, Any]]:
    return [plain_record(part) for part in parts]


_PLAIN_CLASSES = frozenset({str, bool, int, Decimal, datetime})
"""What most values are, told from the rest at one glance."""


def plain_value(value: Any) -> Any:
    """Any value of a record, whatever stands in it."""
    if value is None or value.__class__ in _PLAIN_CLASSES:
        return value
    if isinstance(value, Part):
        return plain_record(value)
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain_value(item) for key, item in value.items()}
    return value.value if isinstance(value, Enum) else value


_TURNS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.TEXTS: list,
    Kind.CHOICE: _plain_choice,
    Kind.PART: _plain_part,
    Kind.PARTS: _plain_parts,
    Kind.FREE: plain_value,
}
