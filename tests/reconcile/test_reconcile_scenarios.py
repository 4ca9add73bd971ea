"""The real command against the sandbox over HTTP: what a merchant sees on the screen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from typer.testing import CliRunner

from sync_cli import sandbox
from sync_cli.admin.demo import write_config
from sync_cli.cli.main import app
from sync_cli.sandbox.embedded import Sandbox
from tests.reconcile.test_reconcile_mail import Inbox, free_port

pytestmark = pytest.mark.scenario


@dataclass
class Rehearsal:
    """Both sides with ten orders that were transferred, and the program between them."""

    sides: Sandbox
    config: Path

    def configure(self, section: str) -> None:
        """Add a section to the configuration."""
        self.config.write_text(self.config.read_text("utf-8") + section, "utf-8")

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and standard output of a command."""
        result = CliRunner().invoke(app, [*arguments, "--config", str(self.config)])
        return result.exit_code, result.stdout

    def report(self, *arguments: str) -> dict[str, Any]:
        """The report of `reconcile` as JSON; its exit code must fit it."""
        code, out = self.run("reconcile", "--json", *arguments)
        data: dict[str, Any] = json.loads(out)
        assert code == (0 if data["in_step"] else 3)
        return data

    def drifts(self) -> dict[str, tuple[str, str]]:
        """Kind and remedy of each drift, by its record."""
        drifts = self.report()["drifts"]
        return {drift["label"]: (drift["kind"], drift["mend"]) for drift in drifts}

    def order(self) -> dict[str, Any]:
        """Some order that was transferred."""
        documents = self.sides.erp.ledger.state()["orders"]
        return next(
            each for each in documents if each["reference"] and each["state"] == "confirmed"
        )

    def effects(self) -> int:
        """How much happened on both sides so far."""
        return len(self.sides.shop.ledger.effects()) + len(self.sides.erp.ledger.effects())


def _rehearse(sides: Sandbox, folder: Path) -> Rehearsal:
    config = write_config(folder, sides, "test")
    started = Rehearsal(sides, config)
    for command in ("products", "customers", "stock", "orders", "stock"):
        assert started.run(command)[0] in (0, 3)
    return started


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    """A merchant whose articles are the same on both sides."""
    with sandbox.start(articles=19, orders=10) as sides:
        yield _rehearse(sides, tmp_path)


def test_the_traps_of_the_sandbox_are_found(tmp_path: Path) -> None:
    with sandbox.start(articles=40, orders=10) as sides:
        rehearsal = _rehearse(sides, tmp_path)
        drifts = rehearsal.report("--only", "stock")["drifts"]
        assert {(d["kind"], d["id"]) for d in drifts} == {
            ("duplicate", "A-000009"),
            ("extra", "Case-000010"),
            ("extra", "SHOP-ONLY-000005"),
            ("extra", "14"),
        }


def test_it_says_first_that_both_sides_agree_and_writes_nothing(rehearsal: Rehearsal) -> None:
    before = rehearsal.effects()
    code, out = rehearsal.run("reconcile")
    first = out.splitlines()[0]
    parts = (
        r"\d+ orders, \d+ refunds, \d+ parcels, \d+ customers, \d+ products and \d+ stock numbers"
    )
    assert re.match(rf"Shop and ERP agree on {parts}\.", first), out
    assert code == 0
    assert rehearsal.effects() == before


def test_every_drift_is_named_and_mended_by_the_command_beside_it(rehearsal: Rehearsal) -> None:
    paid = [
        order
        for order in rehearsal.sides.shop.do("place_order", n=6)
        if order["status"] in ("processing", "completed")
    ]
    assert paid
    sku = _sku(rehearsal, 1)
    rehearsal.sides.erp.do("set_stock", sku=sku, on_hand=3)
    found = rehearsal.drifts()
    for order in paid:
        mend = f"sync-cli orders --id {order['id']}"
        assert found[f"Order {order['id']}"] == ("missing", mend)
    assert found[f"Stock of {sku}"] == ("different", f"sync-cli stock --sku {sku}")
    for _, mend in found.values():
        code, out = rehearsal.run(*mend.split()[1:])
        assert code == 0, out
    rehearsal.run("stock")
    assert rehearsal.drifts() == {}


def test_a_document_that_somebody_changed_is_different(rehearsal: Rehearsal) -> None:
    document = rehearsal.order()
    lines = [{**line, "net": "1.00", "tax": "0.19"} for line in document["lines"]]
    rehearsal.sides.erp.do("edit_order", id=document["id"], lines=lines)
    number = document["reference"].rpartition("-")[2]
    drifts = rehearsal.report()["drifts"]
    different = [d for d in drifts if d["kind"] == "different" and d["field"] == "total"]
    assert [(d["id"], d["owner"]) for d in different] == [(number, "shop")]


def test_an_erp_that_lost_its_orders_is_doubted(rehearsal: Rehearsal) -> None:
    assert rehearsal.report()["in_step"]
    rehearsal.sides.erp.do("restore", orders=len(rehearsal.sides.erp.ledger.state()["orders"]))
    report = rehearsal.report("--only", "orders")
    assert report["drifts"] == []
    assert report["verdict"].startswith("It cannot be said whether shop and ERP agree")


def test_the_report_is_mailed_as_configured(rehearsal: Rehearsal) -> None:
    inbox = Inbox()
    server = Controller(inbox, "localhost", free_port())
    server.start()
    try:
        rehearsal.configure(
            f"mail:\n  server: localhost\n  port: {server.port}\n  security: none\n"
            "  sender: sync@shop.example\n  recipients: [boss@shop.example]\n"
        )
        assert rehearsal.run("reconcile", "--mail", "--quiet") == (0, "")
        rehearsal.sides.erp.do("set_stock", sku=_sku(rehearsal), on_hand=3)
        code, out = rehearsal.run("reconcile", "--mail")
        assert rehearsal.run("reconcile", "--mail", "--quiet") == (3, ""), "mailed, so not shown"
    finally:
        server.stop()
    assert code == 3
    mail, _ = inbox.mails
    code, shown = rehearsal.run("reconcile", "--mail", "--quiet")
    assert code == 3
    assert body_line(mail) in shown, "it could not be mailed, so it is shown"
    assert mail["Subject"] == "[demo] 1 drift between shop and ERP"
    assert body_line(mail) == out.splitlines()[0]


def body_line(mail: EmailMessage) -> str:
    """The sentence with which the report begins."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content().splitlines()[0])


def test_a_mail_without_a_mail_server_is_a_config_error(rehearsal: Rehearsal) -> None:
    code, _ = rehearsal.run("reconcile", "--mail", "--quiet")
    assert code == 2


def _sku(rehearsal: Rehearsal, number: int = 0) -> str:
    """An article that is stocked and is no trap."""
    rows = rehearsal.sides.erp_store.state()["stock"]
    skus = [str(row["sku"]) for row in rows if row["stocked"]]
    return [sku for sku in skus if sku.startswith("A-")][number]
