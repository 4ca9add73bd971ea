"""Values do not show what nobody should read in a log."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from msgspec import Struct
from rich.pretty import pretty_repr

import sync_cli
from sync_cli.connectors.base import Raw
from sync_cli.connectors.odoo.wire import Login
from sync_cli.core.item import Item
from sync_cli.core.values import Discreet, as_data


def values() -> Iterator[type[Struct]]:
    """Every kind of value of the package, the pretend systems apart."""
    for module in pkgutil.walk_packages(sync_cli.__path__, "sync_cli."):
        if not module.name.startswith("sync_cli.sandbox") and "__main__" not in module.name:
            importlib.import_module(module.name)
    waiting = [Struct]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("sync_cli."):
                yield kind


def test_what_is_hidden_is_a_field_of_the_value() -> None:
    """A name with a typo would hide nothing."""
    discreet = [kind for kind in values() if issubclass(kind, Discreet)]
    assert len(discreet) > 20
    for kind in discreet:
        assert kind.hidden, kind
        assert kind.hidden <= set(kind.__struct_fields__), kind
        assert kind.__repr__ is Discreet.__repr__, f"{kind}: Discreet stands before Struct"


def test_a_repr_does_not_tell_contents() -> None:
    item = Item("7", "Order 7", payload={"email": "ada@example.org"})
    assert "Order 7" in repr(item)
    assert "ada" not in repr(item)
    assert repr(Raw("7", {"name": "Ada"})).startswith("Raw(id='7'")
    assert "Ada" not in repr([Raw("7", {"name": "Ada"})])


def test_a_terminal_that_shows_values_prettily_tells_no_contents_either() -> None:
    told = pretty_repr(Login("https://erp.example", "house", "sync", "s3cret", "json2"))
    assert "house" in told
    assert "s3cret" not in told


def test_the_value_by_which_a_customer_is_found_is_not_shown() -> None:
    assert "ada" not in repr(Item("7", "Customer 7", match="ada@example.org"))


def test_values_as_data() -> None:
    """Values in values become dicts; times and amounts stay, for the one who writes them out."""

    class Inner(Struct, frozen=True):
        at: datetime
        amount: Decimal

    class Outer(Struct, frozen=True):
        many: tuple[Inner, ...]

    at, amount = datetime(2026, 3, 1, tzinfo=UTC), Decimal("1.10")
    assert as_data(Outer((Inner(at, amount),))) == {"many": ({"at": at, "amount": amount},)}
