"""Names and marks by which a record is known again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.errors import ConfigError, IdentityError
from sync_cli.core.identity import (
    REFERENCE_LENGTH,
    Seal,
    check_seal,
    guest_key,
    lowest_first,
    read_seal,
    reference,
)

OURS = "a1b2c3d4e5f6"


@given(st.from_regex(r"[0-9a-f]{12}", fullmatch=True), st.integers(0, 10**9))
def test_a_seal_is_read_as_it_was_written(installation: str, run: int) -> None:
    seal = Seal(installation, run)
    assert read_seal(str(seal)) == seal


@pytest.mark.parametrize(
    "text", ["", ":", "12", f"{OURS}", f"{OURS}:", ":12", f"{OURS}:-1", f"{OURS}:1.5", "a:b:1"]
)
def test_what_is_no_seal_of_ours_is_none(text: str) -> None:
    assert read_seal(text) is None


def test_a_seal_with_a_raised_figure_is_none_of_ours() -> None:
    assert read_seal(f"{OURS}:²") is None


@pytest.mark.parametrize("run", [1, 6, 7])
def test_our_own_seal_of_this_or_an_earlier_run_is_fine(run: int) -> None:
    check_seal(Seal(OURS, run), OURS, 7, "Order 1042")


@pytest.mark.parametrize(
    ("seal", "says", "remedy"),
    [
        (Seal("f" * 12, 1), "Order 1042 was written by another installation", "state rebuild"),
        (Seal(OURS, 8), "written by run 8, but this state knows only 7 runs", "state rebuild"),
    ],
)
def test_a_seal_of_another_writer_or_of_a_later_run_stops(
    seal: Seal, says: str, remedy: str
) -> None:
    with pytest.raises(IdentityError, match=says) as stopped:
        check_seal(seal, OURS, 7, "Order 1042")
    assert remedy in stopped.value.remedy
    assert stopped.value.exit_code == 2


def test_a_reference_names_shop_and_record() -> None:
    assert reference("WC-{shop}-{id}", "main", "1042") == "WC-main-1042"


@pytest.mark.parametrize(("shop", "id"), [("main", "9" * 12), ("longshop", "12345678")])
def test_a_reference_of_twenty_characters_is_the_longest(shop: str, id: str) -> None:
    assert len(reference("WC-{shop}-{id}", shop, id)) == REFERENCE_LENGTH
    with pytest.raises(ConfigError, match="has 21 characters, more than 20") as refused:
        reference("WC-{shop}-{id}", shop, f"{id}0")
    assert "shorter" in refused.value.remedy


@pytest.mark.parametrize(
    "shop",
    ["a", "main", "myshop"],
)
def test_a_shop_key_that_the_config_takes_leaves_room_for_guests(shop: str) -> None:
    assert reference("WC-{shop}-C{id}", shop, guest_key("gast@kunde.example"))


@given(st.emails())
def test_a_guest_is_known_by_address_whatever_its_letters_and_blanks(email: str) -> None:
    assert guest_key(email) == guest_key(f" {email.upper()} ") == guest_key(email.lower())


def test_a_guests_name_shows_no_address() -> None:
    key = guest_key("hanna.meier@kunde.example")
    assert "hanna" not in key
    assert len(key) == 9
    assert key != guest_key("hanna.maier@kunde.example")


@pytest.mark.parametrize(
    ("ids", "ordered"),
    [
        (["10", "9", "100"], ["9", "10", "100"]),
        (["b", "a"], ["a", "b"]),
        (["b", "10", "9"], ["9", "10", "b"]),
        ([], []),
    ],
)
def test_ids_from_the_oldest_to_the_newest(ids: list[str], ordered: list[str]) -> None:
    assert lowest_first(ids) == ordered
