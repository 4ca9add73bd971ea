"""Shop and ERP together: embedded in this process, and as a process of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from sync_cli import sandbox
from sync_cli.sandbox.articles import catalogue
from sync_cli.sandbox.erp import ErpSettings
from sync_cli.sandbox.faults import FaultRule
from sync_cli.sandbox.server import serve

PRODUCTS = "/wp-json/wc/v3/products"
NEW_CUSTOMER = {"items": [{"name": "Erika Muster", "reference": "WC-shop-C1"}]}


def shop_products(url: str, key: str, secret: str) -> requests.Response:
    params = {"_fields": "sku", "per_page": "100"}
    return requests.get(f"{url}{PRODUCTS}", auth=(key, secret), params=params, timeout=60)


def erp_call(url: str, token: str, path: str, body: object = None) -> requests.Response:
    return requests.request(
        "GET" if body is None else "POST",
        f"{url}/api/v1{path}",
        json=body,
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )


def test_both_sides_hold_the_catalogue() -> None:
    articles = list(catalogue(20))
    with sandbox.start(articles=articles, orders=2) as running:
        products = shop_products(running.shop_url, running.consumer_key, running.consumer_secret)
        stock = erp_call(running.erp_url, running.erp_token, "/stock").json()["items"]
        assert {it["sku"] for it in products.json()} == {
            it.sku for it in articles if it.in_shop and it.main_sku is None
        }
        assert [it["sku"] for it in stock] == [
            it.sku for it in articles if it.in_erp and not it.is_main
        ]


def test_each_side_has_its_own_clock_faults_and_actions() -> None:
    with sandbox.start(articles=5, orders=1) as running:
        running.erp.clock.advance(86400)
        assert running.erp.clock.now() > running.shop.clock.now()
        running.erp.fault(FaultRule("status", status=502))
        refused = erp_call(running.erp_url, running.erp_token, "/info")
        answered = shop_products(running.shop_url, running.consumer_key, running.consumer_secret)
        assert (refused.status_code, answered.status_code) == (502, 200)
        running.erp.do("set_stock", sku="A-000001", on_hand=3)
        assert [it["what"] for it in running.erp.ledger.effects()] == ["stock.set"]
        with pytest.raises(LookupError, match="explode"):
            running.erp.do("explode")


def test_stopping_dumps_both_ledgers_with_what_came_late(tmp_path: Path) -> None:
    settings = ErpSettings(unique_references=True)
    running = sandbox.start(articles=5, orders=1, ledger_dir=tmp_path, erp_settings=settings)
    running.erp.fault(FaultRule("late", delay=0.05, path="/customers"))
    with pytest.raises(requests.ConnectionError):
        erp_call(running.erp_url, running.erp_token, "/customers", NEW_CUSTOMER)
    running.stop()
    running.stop()
    erp = json.loads((tmp_path / "erp-ledger.json").read_text(encoding="utf-8"))
    shop = json.loads((tmp_path / "shop-ledger.json").read_text(encoding="utf-8"))
    assert [it["what"] for it in erp["effects"]] == ["customer.created"]
    assert [it["reference"] for it in erp["state"]["customers"]] == ["WC-shop-C1"]
    assert (shop["side"], len(shop["state"]["orders"])) == ("shop", 1)
    with pytest.raises(requests.ConnectionError):
        requests.get(running.shop_url, timeout=60)


def test_a_taken_port_is_an_error_and_leaves_the_other_free() -> None:
    with serve(Flask("first")) as first, serve(Flask("second")) as taken:
        first.stop()
        with pytest.raises(OSError, match="in use"):
            sandbox.start(articles=1, orders=0, erp_port=taken.port)
        with pytest.raises(OSError, match="in use"):
            sandbox.start(articles=1, orders=0, erp_port=first.port, shop_port=taken.port)
        serve(Flask("third"), port=first.port).stop()


@contextmanager
def process(directory: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """The sandbox as a process that has said it is ready, and what it said."""
    command = [sys.executable, "-m", "sync_cli.sandbox", "--articles", "20", "--orders", "3"]
    command += ["--ledger-dir", str(directory), "--ready-file", str(directory / "ready.json")]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield running, json.loads(running.stdout.readline())
        finally:
            running.kill()


def test_a_process_announces_itself_and_ends_cleanly(tmp_path: Path) -> None:
    options = ("--erp-unique-references", "--no-erp-atomic-batches", "--erp-late-commit", "1.5")
    with process(tmp_path, *options) as (running, ready):
        assert json.loads((tmp_path / "ready.json").read_text(encoding="utf-8")) == ready
        assert ready["pid"] == running.pid
        key, secret = ready["consumer_key"], ready["consumer_secret"]
        assert shop_products(ready["shop_url"], key, secret).status_code == 200
        settings = requests.post(f"{ready['erp_url']}/_sandbox/do/settings", json={}, timeout=60)
        assert settings.json()["result"] == vars(
            ErpSettings(unique_references=True, atomic_batches=False, late_commit=1.5)
        )
        created = erp_call(ready["erp_url"], ready["erp_token"], "/customers", NEW_CUSTOMER)
        assert created.json()["results"][0]["ok"]
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=60) == 0
    erp = json.loads((tmp_path / "erp-ledger.json").read_text(encoding="utf-8"))
    shop = json.loads((tmp_path / "shop-ledger.json").read_text(encoding="utf-8"))
    assert [it["reference"] for it in erp["effects"]] == ["WC-shop-C1"]
    assert len(shop["state"]["orders"]) == 3


def test_a_killed_process_leaves_its_effects(tmp_path: Path) -> None:
    with process(tmp_path) as (running, ready):
        erp_call(ready["erp_url"], ready["erp_token"], "/customers", NEW_CUSTOMER)
        running.kill()
        running.wait(timeout=60)
    lines = (tmp_path / "erp-effects.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["reference"] for line in lines] == ["WC-shop-C1"]
    assert not (tmp_path / "erp-ledger.json").exists()
