"""`state rebuild`: takes over from the shop's seals, and leaves a sound state alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from sync_cli.admin.rebuilding import Rebuilt, rebuild
from sync_cli.connectors.memory import MemoryConnector
from sync_cli.core.errors import ExitCode, IdentityError
from tests.flows.town import STATE, Town
from tests.properties.world import MAPPINGS

COPY = "copy.sqlite"


def rebuilt(town: Town) -> Rebuilt:
    with closing(town.open_state()) as state:
        return rebuild(state, MemoryConnector(town.shop), MAPPINGS, "woocommerce")


def test_a_sound_state_is_left_as_it_is(town: Town) -> None:
    town.buy()
    town.buy()
    town.orders()
    before = town.remembered()
    assert rebuilt(town) == Rebuilt(orders=2, run=1, was_sound=True)
    assert town.remembered() == before


def test_a_lost_state_takes_over(town: Town) -> None:
    order = town.buy()
    town.orders()
    (town.folder / STATE).unlink()
    assert rebuilt(town) == Rebuilt(orders=1, run=1)
    town.orders(full=True)
    assert town.states(order) == ["confirmed"]
    assert rebuilt(town).was_sound


def test_an_old_copy_is_not_sound_though_it_gave_the_numbers_out_again(town: Town) -> None:
    town.buy()
    town.orders()
    town.copy_state(COPY)
    order = town.buy()
    town.orders()
    town.bring_back_state(COPY)
    with pytest.raises(IdentityError, match="state"):
        town.orders()
    assert not rebuilt(town).was_sound
    town.orders(full=True)
    assert town.states(order) == ["confirmed"]


def test_a_state_that_lost_a_document_of_a_sealed_order_is_not_sound(town: Town) -> None:
    town.buy()
    town.copy_state(COPY)
    town.orders()
    town.bring_back_state(COPY)
    assert not rebuilt(town).was_sound


def test_a_state_whose_last_run_was_stopped_is_not_taken_as_sound(town: Town) -> None:
    town.buy()
    town.orders()
    with closing(town.open_state()) as state:
        state.end_run(state.start_run("orders", town.now), ExitCode.CONFIG, {}, town.now)
    assert not rebuilt(town).was_sound


@pytest.mark.parametrize("command", ["stock", "customers"])
def test_a_seal_of_a_run_that_writes_none_is_another_copys(town: Town, command: str) -> None:
    town.buy()
    town.orders()
    with closing(sqlite3.connect(town.folder / STATE)) as connection, connection:
        connection.execute("UPDATE runs SET command = ?", (command,))
    assert not rebuilt(town).was_sound
