"""What each shipped connector can do with each kind of record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import takewhile
from pathlib import Path

from sync_cli.connectors.base import Traits
from sync_cli.connectors.odoo.shapes import SHAPES as ODOO_SHAPES
from sync_cli.connectors.rest.loading import load_profile
from sync_cli.connectors.rest.profile import Entity, Profile
from sync_cli.connectors.tryton import entities as tryton
from sync_cli.connectors.tryton.identity import RIGHTS, RIGHTS_FOR
from sync_cli.connectors.woocommerce.entities import SHAPES
from sync_cli.flows.connecting import mappings_folder
from tools.docs.markdown import code, first_sentence, table

Row = tuple[str, str, Traits]
"""Connector, kind of record, traits."""

COLUMNS = (
    "connector",
    "record",
    "changes",
    "read again",
    "our reference",
    "in doubt",
    "batch",
    "drafts",
    "states",
)
_UNITS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))


def traits() -> str:
    """The traits of every shipped connector, by kind of record."""
    rest = (row for profile in profiles() for row in _rest(profile))
    return table(COLUMNS, (_cells(*row) for row in (*_woocommerce(), *rest, *_tryton(), *_odoo())))


def odoo_traits() -> str:
    """The traits of Odoo alone."""
    return table(COLUMNS[1:], (_cells(*row)[1:] for row in _odoo()))


def abilities() -> str:
    """What the profiles of REST systems describe, by kind of record."""
    rows = [
        (code(profile.kind), name, *_able(entity))
        for profile in profiles()
        for name, entity in profile.entities.items()
    ]
    columns = ("profile", "record", "read", "found by", "made", "changed", "brought to")
    return table(columns, rows)


def profiles() -> list[Profile]:
    """The shipped profiles of REST systems."""
    return [load_profile(path) for path in sorted(mappings_folder().glob("*/profile.yaml"))]


def _woocommerce() -> Iterator[Row]:
    for name, shape in SHAPES.items():
        yield "woocommerce", name, shape.traits


def _tryton() -> Iterator[Row]:
    for name in tryton.ENTITIES:
        yield "tryton", name, tryton.SHAPES[name].traits


def tryton_rights() -> str:
    """What the user of sync-cli must be allowed to do in Tryton."""
    return _rights(RIGHTS)


def tryton_payment_rights() -> str:
    """What it must be allowed to do besides where payments are booked."""
    return _rights(RIGHTS_FOR["payment"])


def _rights(needs: Mapping[str, Sequence[str]]) -> str:
    rows = ((code(model), ", ".join(rights)) for model, rights in needs.items())
    return table(("model", "rights"), rows)


def _odoo() -> Iterator[Row]:
    for name, shape in ODOO_SHAPES.items():
        yield "odoo", name, shape.traits


def _rest(profile: Profile) -> Iterator[Row]:
    for name, entity in profile.entities.items():
        yield f"rest, {profile.kind}", name, entity.traits.as_traits()


def _cells(connector: str, entity: str, one: Traits) -> Sequence[str]:
    return (
        code(connector),
        entity,
        "by date" if one.delta else "compared",
        span(one.overlap),
        str(one.reference),
        span(one.in_doubt),
        str(one.batch),
        _yes(one.drafts),
        ", ".join(one.states) or "-",
    )


def _able(entity: Entity) -> Sequence[str]:
    return (
        _yes(entity.changes is not None),
        ", ".join(entity.find) or "-",
        _yes(entity.create is not None),
        _yes(entity.update is not None),
        ", ".join(entity.advance) or "-",
    )


def _yes(claim: bool) -> str:
    return "yes" if claim else "-"


def span(length: timedelta) -> str:
    """A length of time in the largest unit that holds it exactly: 90 s, 5 min, 2 h."""
    for unit, name in _UNITS:
        if length >= unit and not length % unit:
            return f"{length // unit} {name}"
    return f"{length.total_seconds():g} s"


def mapping_files() -> str:
    """The shipped mapping files."""
    folder = mappings_folder()
    rows = ((code(f"mappings/{path.relative_to(folder)}"), _title(path)) for path in _files(folder))
    return table(("file", "what it maps"), rows)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.yaml"))


def _title(path: Path) -> str:
    """The first sentence of the comment that a mapping file begins with."""
    lines = path.read_text(encoding="utf-8").splitlines()
    comment = takewhile(lambda line: line.startswith("#"), lines)
    return first_sentence("\n".join(line.lstrip("# ") for line in comment))
