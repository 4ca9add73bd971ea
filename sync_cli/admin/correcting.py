"""Corrections by hand: checked against the canonical record, then laid over it until removed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sync_cli.core.corrections import Correction, place_of
from sync_cli.core.errors import ConfigError
from sync_cli.core.item import Held
from sync_cli.core.routing import order_of
from sync_cli.mapping.correcting import WrongCorrection, check
from sync_cli.state.corrections import Corrected
from sync_cli.state.store import State

_SKU_OF_LINE = re.compile(r"lines\[\d+\]\.sku")

ENTITIES: Mapping[str, str] = {"orders": "order", "refunds": "refund"}
"""The routes whose records can be corrected, and what they carry."""


def correct(
    state: State, name: str, values: Sequence[str], *, route: str, now: datetime, who: str
) -> tuple[Corrected, tuple[Correction, ...]]:
    """Lay `path=value` over the record that `name` means; raises ConfigError if that cannot be."""
    given = dict(map(_parted, values))
    record = _record(state, name, route, given)
    for path, value in given.items():
        try:
            check(record.entity, path, value)
        except WrongCorrection as wrong:
            raise ConfigError(f"{path}: {wrong}", "Nothing was changed.") from wrong
    return record, state.correct(record, given, now, who)


def advice(corrections: Iterable[Correction]) -> str:
    """What a person should know of these corrections before the next run; "" if nothing."""
    paths = [one.path for one in corrections if _SKU_OF_LINE.fullmatch(one.path)]
    if not paths:
        return ""
    line = place_of(paths[0])
    return (
        f"The article of a line is that of its product; {paths[0]} counts only where the shop has"
        f" deleted the product. Where another one was sold, correct {line}.product_id, or"
        f" {line}.variation_id where the line has one."
    )


def uncorrect(
    state: State, name: str, paths: Sequence[str], *, route: str, now: datetime, who: str
) -> tuple[Corrected, tuple[Correction, ...]]:
    """Take corrections of a record away, all of them without `paths`.

    Raises ConfigError, and takes none away, if it has no such correction.
    """
    record = _record(state, name, route)
    known = [one.path for one in state.corrections(record.entity, record.id)]
    unknown = [path for path in paths if path not in known]
    if unknown or not known:
        has = f"it has {', '.join(known)}" if known else "it has none"
        raise ConfigError(f"{record.label} has no such correction; {has}.", "Nothing was changed.")
    return record, state.uncorrect(record, paths, now, who)


def corrections_of(state: State, held: Held) -> tuple[Correction, ...]:
    """The corrections of a record that waits; none where its route knows of none."""
    entity = ENTITIES.get(held.route)
    return state.corrections(entity, order_of(held.id)) if entity is not None else ()


def _record(state: State, name: str, route: str, paths: Iterable[str] = ()) -> Corrected:
    """The record that waits on `route` under this name, or that has corrections already.

    Raises ConfigError if `paths` lead to places that its lists do not have.
    """
    if route not in ENTITIES:
        raise ConfigError(f"Only {' and '.join(ENTITIES)} can be corrected, not {route!r}.")
    entity = ENTITIES[route]
    labels = (name, f"{entity.capitalize()} {name}")
    waiting = [held for held in state.held(route) if held.id == name or held.label in labels]
    found = {order_of(held.id): held for held in waiting}
    if len(found) > 1:
        raise ConfigError(
            f"{name} may mean several records: {', '.join(found)}.", "Name one of these ids."
        )
    for id, held in found.items():
        label = held.label.partition(", part ")[0]
        for path in paths:
            _check_place(label, held.places, path)
        return Corrected(entity, route, id, label, held.birth, held.places)
    if known := state.corrections(entity, name):
        places = {one.place: one.entry for one in known}
        label = f"{entity.capitalize()} {name}"
        return Corrected(entity, route, name, label, known[0].birth, places)
    raise ConfigError(
        f"{name} is not held by {route}.",
        "What is not held went over as the shop says it; correct it there.",
    )


def _check_place(label: str, places: Mapping[str, str], path: str) -> None:
    place = place_of(path)
    name, bracket, _ = place.partition("[")
    count = sum(one.startswith(f"{name}[") for one in places)
    if bracket and places and place not in places:
        last = f", the last one is {name}[{count - 1}]" if count else ""
        raise ConfigError(f"{label} has no {place}{last}.", "Nothing was changed.")


def _parted(text: str) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    if not equals or not path:
        example = "lines[1].tax_class=reduced-rate"
        raise ConfigError(f"{text!r} is no correction.", f"Write PATH=VALUE, as in {example}.")
    return path.strip(), value
