"""What the mapping tests share: small mappings, recorded answers of a real shop, short calls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest

from sync_cli.core.errors import Problem
from sync_cli.core.model import Record
from sync_cli.core.products import Product
from sync_cli.mapping import EntityMapping, MappingErrors, Unreadable, parse_mapping

RECORDINGS = Path(__file__).parent / "recordings"
SHIPPED = Path(__file__).parents[2] / "mappings"

One = TypeVar("One", bound=Record)


def recorded(name: str) -> Any:
    """The body that a real shop answered, numbers with a fraction as Decimal."""
    text = (RECORDINGS / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal)["response"]["body"]


def product_mapping(*rules: str, more: str = "", overlay: str | None = None) -> EntityMapping:
    """A mapping that reads products by these rules."""
    lines = "".join(f"  - {rule}\n" for rule in rules)
    return parse_mapping(
        f"entity: product\nsystem: toy\nread:\n{lines}{more}", file="toy.yaml", overlay=overlay
    )


def product_writer(*rules: str, more: str = "") -> EntityMapping:
    """A mapping that writes products by these rules."""
    lines = "".join(f"  - {rule}\n" for rule in rules)
    return parse_mapping(f"entity: product\nsystem: toy\nwrite:\n{lines}{more}", file="toy.yaml")


def read_as(model: type[One], mapping: EntityMapping, data: Mapping[str, Any]) -> One:
    """The record 1 that the mapping makes of `data`: one of this model."""
    record = mapping.read(data, id="1")
    assert isinstance(record, model)
    return record


def read_one(rule: str, value: Any, *, more: str = "") -> Product:
    """The product that one rule makes of {"x": value}."""
    return read_as(Product, product_mapping(rule, more=more), {"x": value})


def problems_of(mapping: EntityMapping, data: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Why the mapping cannot read `data`."""
    with pytest.raises(Unreadable) as refused:
        mapping.read(data, id="7")
    return refused.value.problems


def problem_of(rule: str, value: Any, *, more: str = "") -> Problem:
    """The one problem that one rule has with {"x": value}."""
    [problem] = problems_of(product_mapping(rule, more=more), {"x": value})
    return problem


def faults_of(text: str, overlay: str | None = None) -> list[str]:
    """The errors of a mapping file, as "file:line: message"."""
    with pytest.raises(MappingErrors) as wrong:
        parse_mapping(text, file="toy.yaml", overlay=overlay, overlay_file="own.yaml")
    return [str(fault) for fault in wrong.value.faults]
