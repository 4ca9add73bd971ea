"""No secret and no customer is named in any output, any log, or the state file."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync_cli.config_file import load_config
from sync_cli.flows.connecting import mappings_folder, open_erp, open_shop
from sync_cli.mapping.mapping_set import load_mappings
from sync_cli.sandbox.shop import ShopSettings
from sync_cli.sandbox.shop.settings import ApiKey
from tests.scenarios.stage import GUEST, Stage, open_stage

pytestmark = pytest.mark.scenario

PERSONAL = (
    "first_name",
    "last_name",
    "company",
    "email",
    "phone",
    "address_1",
    "address_2",
    "postcode",
)
SKU = "A-0001"
LOOKING = (
    ("status",),
    ("status", "--json"),
    ("held", "list"),
    ("held", "list", "--json"),
    ("orders", "--dry-run", "--full"),
    ("orders", "--dry-run", "--full", "--json"),
    ("stock", "--dry-run", "--full", "--json"),
)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with open_stage(tmp_path, articles=60, orders=24, shop_traps=True) as opened:
        yield opened


def persons(stage: Stage) -> set[str]:
    """Every name, address and number of a customer that the shop holds."""
    orders = stage.sandbox.shop.ledger.state()["orders"]
    addresses = [order[kind] for order in orders for kind in ("billing", "shipping")]
    found = {str(address.get(name) or "") for address in addresses for name in PERSONAL}
    found |= {str(order["customer_note"]) for order in orders}
    return {word for word in found if len(word) > 3}


def secrets(stage: Stage) -> set[str]:
    """What opens the two systems."""
    return set(stage.environment().values())


def everything_typed(stage: Stage) -> str:
    """All that a day of commands prints, good and bad ones."""
    said = [stage.type(lane).all for lane in ("stock", "orders", "orders", "stock")]
    ids = [order["id"] for order in stage.sandbox.shop.ledger.state()["orders"]]
    said += [stage.type("explain", str(id)).all for id in ids]
    said += [stage.type("held", "show", str(id)).all for id in ids]
    said += [stage.type("explain", str(id), "--json").all for id in ids[:3]]
    said += [stage.type(*words).all for words in LOOKING]
    return "\n".join(said)


def trouble(stage: Stage) -> str:
    """What is printed when all kinds of things go wrong."""
    said = []
    faults: tuple[tuple[Any, dict[str, Any]], ...] = (
        ("html", {}),
        ("warning", {"methods": ("GET",)}),
        ("status", {"status": 503, "retry_after": 600}),
        ("truncate", {"methods": ("POST",), "path": "orders(/batch)?$"}),
    )
    for kind, rule in faults:
        for fault in (stage.shop_fault, stage.erp_fault):
            stage.buy("A-000001")
            fault(kind, **rule)
            said.append(stage.type("orders").all)
            stage.let_time_pass()
            stage.settle()
    said += [stage.type("orders", env={name: "wrong"}).all for name in stage.environment()]
    return "\n".join(said)


def state_files(folder: Path) -> bytes:
    """The state file with its logs and copies, as bytes."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("state.sqlite*")))


def named(words: set[str], text: str) -> set[str]:
    """Those of the words that stand in the text.

    A bare number, such as a postcode, counts only where it stands alone: the digits of a random
    key, a time or an amount may well hold it.
    """
    return {
        word
        for word in words
        if (re.search(rf"(?<![\w.-]){word}(?![\w.-])", text) if word.isdigit() else word in text)
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 Main Street, 8010 Graz", {"8010"}),
        ('{"postcode": "8010"}', {"8010"}),
        ("postcode=8010\n", {"8010"}),
        ("run 5f8010c2-8010-4c1e, 12.8010 s", set()),
        ("xJane Doex", {"Jane Doe"}),
    ],
)
def test_a_number_counts_as_named_only_where_it_stands_alone(text: str, found: set[str]) -> None:
    assert named({"8010", "Jane Doe"}, text) == found


def test_no_customer_and_no_secret_in_any_output(stage: Stage) -> None:
    stage.buy("A-000001")
    said = everything_typed(stage) + trouble(stage)
    assert "Order" in said
    assert len(persons(stage)) > 30
    assert named(persons(stage) | secrets(stage), said) == set()


def test_no_customer_and_no_secret_in_the_state_file_nor_its_audit(stage: Stage) -> None:
    stage.buy("A-000001")
    everything_typed(stage)
    trouble(stage)
    stage.run("state", "backup", str(stage.folder / "state.sqlite.copy"))
    audited = stage.ask("SELECT count(*) FROM audit WHERE payload IS NOT NULL")[0][0]
    assert audited > 20
    held = state_files(stage.folder).decode("utf-8", errors="replace")
    assert GUEST["email"] not in held
    assert named(persons(stage) | secrets(stage), held) == set()


def test_no_customer_and_no_secret_in_any_log(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stage.configure(lambda data: data["systems"]["shop"].update(auth="query"))
    everything_typed(stage)
    trouble(stage)
    ours = [record for record in caplog.records if record.name not in ("werkzeug",)]
    logged = "\n".join(record.getMessage() for record in ours)
    assert named(persons(stage) | secrets(stage), logged) == set()


def test_with_the_secret_in_the_address_no_message_shows_the_address(tmp_path: Path) -> None:
    key = ApiKey("ck_query_8d2f", "cs_query_4b7a", "read_write")
    settings = ShopSettings(api_keys=(key,))
    with open_stage(tmp_path, shop_settings=settings) as stage:
        stage.configure(lambda data: data["systems"]["shop"].update(auth="query"))
        env = {"STAGE_KEY": key.key, "STAGE_SECRET": key.secret}
        stage.buy(SKU)
        assert stage.type("orders", env=env).code == 0
        said = []
        for kind in ("html", "reset_once", "status"):
            rule: dict[str, Any] = {"status": 404} if kind == "status" else {}
            stage.shop_fault("reset" if kind == "reset_once" else kind, times=1, **rule)
            said.append(stage.type("orders", env=env).all)
            stage.let_time_pass()
            stage.settle()
        assert named({key.key, key.secret}, "".join(said)) == set()


def test_no_object_shows_a_secret_in_its_repr(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stage.environment().items():
        monkeypatch.setenv(name, value)
    config = load_config(stage.config)
    shop = open_shop(config, load_mappings(mappings_folder()))
    erp = open_erp(config)
    shown = f"{config!r} {shop!r} {erp!r} {vars(shop)!r}"
    shop.close()
    erp.close()
    assert named(secrets(stage), shown) == set()


def test_a_record_shows_no_person_in_its_repr(stage: Stage) -> None:
    mapping = load_mappings(mappings_folder()).of("woocommerce", "order")
    for data in stage.sandbox.shop.ledger.state()["orders"]:
        needed = {key: data[key] for key in mapping.needs if key in data}
        order = mapping.read(needed, id="1")
        assert named(persons(stage), repr(order)) == set()


def test_the_real_process_is_as_silent(stage: Stage) -> None:
    """As cron starts it: its own process, warnings and all."""
    stage.buy("A-000001")
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-m", "sync_cli.cli.main", "orders", "-c", stage.config],
        env={**_environment(), **stage.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 3), done.stderr
    assert "Traceback" not in done.stderr
    said = done.stdout + done.stderr
    assert "created" in said
    assert named(persons(stage) | secrets(stage), said) == set()


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
