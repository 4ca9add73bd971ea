"""Corrections that a person lays over a record: `lines[1].tax_class=reduced`.

A path leads through the canonical record; places in lists are counted from 0. What a customer has
paid, and what tells one record from another, cannot be corrected: that would be another order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sync_cli.core.corrections import Correction
from sync_cli.core.errors import Problem
from sync_cli.core.model import Part
from sync_cli.mapping.errors import BadValue, Unreadable, did_you_mean
from sync_cli.mapping.named import Convert
from sync_cli.mapping.reading import Given
from sync_cli.mapping.shapes import GIVEN, RECORDS, Kind, Shape, shapes_of
from sync_cli.mapping.types import read_boolean, read_decimal, read_utc_datetime

UNTOUCHABLE = GIVEN | {
    "amount",
    "credit_note",
    "currency",
    "document",
    "document_state",
    "order_id",
    "parent_id",
    "seal",
    "total",
}
"""Fields of the record itself that no correction may name; those of its lines may be."""

_STEP = re.compile(r"(?P<name>[a-z_][a-z0-9_]*)(?:\[(?P<place>\d+)\])?")


class WrongCorrection(ValueError):
    """Why a correction cannot be laid over any record of its kind, as a sentence."""


def check(entity: str, path: str, value: str) -> None:
    """Raise WrongCorrection unless records of `entity` have a field `path` that takes `value`."""
    _put(Given(), RECORDS[entity], path, value)


def given_by(model: type[Part], corrections: Iterable[Correction], record: str) -> Given:
    """All corrections of one record, to be read with it; raises Unreadable if one no longer fits.

    That can happen after an update of the program.
    """
    given = Given()
    for correction in corrections:
        try:
            _put(given, model, correction.path, correction.value)
        except WrongCorrection as wrong:
            raise Unreadable([_misfit(record, correction.path, str(wrong))]) from wrong
    return given


def _misfit(record: str, path: str, why: str) -> Problem:
    return Problem(
        "correction-misfit",
        record,
        f"the correction of {path} no longer fits: {why}",
        "Take it away with `sync-cli held uncorrect`, or correct it anew.",
        field=path,
    )


def _put(given: Given, model: type[Part], path: str, value: str) -> None:
    names = path.split(".")
    for at, step in enumerate(names):
        found = _STEP.fullmatch(step)
        if found is None:
            raise WrongCorrection(f"{step!r} is no field; write it as in lines[1].tax_class")
        name, place = found["name"], found["place"]
        shape = _shape(model, name, is_top=at == 0)
        _check_place(shape, name, place)
        if shape.model is None:
            _put_value(given, name, names[at + 1 :], shape, value)
            return
        given = given.at(name) if place is None else given.at(name).at(int(place))
        model = shape.model
    fields = ", ".join(sorted(shapes_of(model)))
    raise WrongCorrection(f"{path} is no single value; below it are {fields}")


def _shape(model: type[Part], name: str, *, is_top: bool) -> Shape:
    if name == "id" or (is_top and name in UNTOUCHABLE):
        raise WrongCorrection(
            f"{name!r} cannot be corrected here, because it says which record this is or what was"
            " paid; correct it in the shop"
        )
    shapes = shapes_of(model)
    if name not in shapes:
        known = [one for one in shapes if not (is_top and one in UNTOUCHABLE)]
        raise WrongCorrection(f"there is no field {name!r}{did_you_mean(name, known)}")
    return shapes[name]


def _check_place(shape: Shape, name: str, place: str | None) -> None:
    if shape.kind is Kind.PARTS and place is None:
        raise WrongCorrection(f"{name!r} is a list: say which one, the first is {name}[0]")
    if shape.kind is not Kind.PARTS and place is not None:
        raise WrongCorrection(f"{name!r} is no list of objects")


def _put_value(given: Given, name: str, below: list[str], shape: Shape, value: str) -> None:
    if shape.kind is Kind.FREE:
        if len(below) != 1:
            raise WrongCorrection(f"a field of your own is written {name}.its_name")
        given.at(name).values[below[0]] = value
        return
    if below:
        raise WrongCorrection(f"{name!r} has no fields below it")
    given.values[name] = _typed(name, shape, value)


def _typed(name: str, shape: Shape, text: str) -> Any:
    """The value that a text means for a field. Raises WrongCorrection."""
    match shape.kind:
        case Kind.TEXT:
            return text
        case Kind.TEXTS:
            raise WrongCorrection(f"{name!r} is a list of texts; correct it in the shop")
        case Kind.CHOICE if text not in shape.choices:
            raise WrongCorrection(f"{name!r} cannot be {text!r}{did_you_mean(text, shape.choices)}")
        case Kind.CHOICE:
            return text
    try:
        value = _READ[shape.kind](text.strip())
    except BadValue as bad:
        raise WrongCorrection(f"{name!r} cannot be taken: it {bad.says}") from None
    if value is None and not shape.nullable:
        raise WrongCorrection(f"{name!r} cannot be empty")
    return value


_READ: Mapping[Kind, Convert] = {
    Kind.NUMBER: read_decimal,
    Kind.BOOLEAN: read_boolean,
    Kind.TIME: read_utc_datetime,
}
