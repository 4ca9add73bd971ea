"""`make live` before the pretended shop and ERP: every promise told, and nothing left behind."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import trustme

from sync_cli.sandbox.embedded import Sandbox, start
from sync_cli.sandbox.faults import FaultRule
from sync_cli.sandbox.server import serve
from sync_cli.sandbox.shop import READ_KEY, READ_SECRET, ShopStore
from tests.contract.live.__main__ import BROKEN, USAGE, main
from tests.contract.live.rig import MARK
from tests.contract.promises import promises

LAST_LINE = re.compile(r"(\d+) promises kept, (\d+) broken, (\d+) not applicable")


@dataclass
class Live:
    """Both sides, and what `make live` says about them."""

    sandbox: Sandbox
    lines: list[str] = field(default_factory=list)
    passed: float = 0.0

    @property
    def shop(self) -> dict[str, str]:
        """The variables of the shop."""
        return {
            "SYNC_CLI_LIVE_SHOP_URL": self.sandbox.shop_url,
            "SYNC_CLI_LIVE_SHOP_KEY": self.sandbox.consumer_key,
            "SYNC_CLI_LIVE_SHOP_SECRET": self.sandbox.consumer_secret,
        }

    @property
    def erp(self) -> dict[str, str]:
        """The variables of the ERP."""
        return {
            "SYNC_CLI_LIVE_ERP_KIND": "rest",
            "SYNC_CLI_LIVE_ERP_PROFILE": "sandbox-erp",
            "SYNC_CLI_LIVE_ERP_URL": self.sandbox.erp_url,
            "SYNC_CLI_LIVE_ERP_TOKEN": self.sandbox.erp_token,
        }

    def run(self, environment: dict[str, str], *names: str) -> int:
        """Run it, or the named promises only; seconds pass on the clocks of both sides."""
        chosen = [promise for promise in promises() if promise.name in names]
        return main(environment, self.lines.append, self, chosen)

    def monotonic(self) -> float:
        """Seconds that passed so far."""
        return self.passed

    def holds_a_mark(self) -> bool:
        """Whether either side still has a record that was made here, in whatever state."""
        states = (self.sandbox.shop.ledger.state(), self.sandbox.erp.ledger.state())
        trash = self.sandbox.shop.app.extensions["shop"].products.records
        return any(MARK in str(state) for state in (*states, trash))

    def sleep(self, seconds: float) -> None:
        """Let both sides' clocks move on."""
        self.passed += seconds
        for side in (self.sandbox.shop, self.sandbox.erp):
            side.clock.advance(seconds)


@pytest.fixture
def live() -> Iterator[Live]:
    with start(articles=20, orders=3) as sandbox:
        yield Live(sandbox)


@pytest.mark.parametrize("side", ["shop", "erp"])
def test_every_promise_is_told_in_a_line_and_nothing_stays(live: Live, side: str) -> None:
    effects = len(live.sandbox.shop.ledger.state()["orders"])
    assert live.run(live.shop if side == "shop" else live.erp) == 0, live.lines
    counts = LAST_LINE.fullmatch(live.lines[-1])
    assert counts is not None
    kept, broken, not_applicable = map(int, counts.groups())
    assert kept >= 25
    assert broken == 0
    assert kept + not_applicable == len(live.lines) - 2
    assert not live.holds_a_mark()
    assert len(live.sandbox.shop.ledger.state()["orders"]) == effects


def test_nothing_stays_after_a_failure_and_what_broke_is_told(live: Live) -> None:
    live.sandbox.shop.fault(FaultRule("warning", path="/products/batch"))
    assert live.run(live.shop, "create-answers-in-order", "find-compares-exactly") == BROKEN
    assert any(line.startswith("BROKEN shop: create answers in order") for line in live.lines)
    assert not live.holds_a_mark()


def test_what_a_killed_run_left_behind_is_removed_too(live: Live) -> None:
    live.sandbox.shop.do("edit_order", customer_note="a stranger's order stays")
    live.sandbox.shop.do(
        "place_order", fee_lines=[{"name": f"{MARK}dead-1", "total": "1.00"}],
        billing={"last_name": f"{MARK}dead-1"}, status="pending",
    )  # fmt: skip
    assert live.run(live.shop, "closing-twice-is-harmless") == 0
    assert not live.holds_a_mark()


def test_strangers_that_a_shop_finds_for_any_search_stay(live: Live) -> None:
    shop: ShopStore = live.sandbox.shop.app.extensions["shop"]
    shop.settings = replace(shop.settings, ignored=("search",))
    before = (set(shop.products.records), set(shop.orders.records), set(shop.customers.records))
    live.sandbox.shop.do("place_order", billing={"last_name": f"{MARK}dead-1"}, status="pending")
    assert live.run(live.shop, "create-answers-in-order", "birth-marks-never-change") == 0
    assert before == (
        set(shop.products.records), set(shop.orders.records), set(shop.customers.records),
    )  # fmt: skip
    assert not live.holds_a_mark()


def test_a_kind_that_cannot_be_listed_keeps_no_other_from_being_removed(live: Live) -> None:
    live.sandbox.shop.fault(FaultRule("status", status=500, path=r"/products\?.*search"))
    assert live.run(live.shop, "birth-marks-never-change") == BROKEN
    assert any(line.startswith("LEFT   shop: product ") for line in live.lines)
    assert not [line for line in live.lines if line.startswith("LEFT   shop: order")]
    shop: ShopStore = live.sandbox.shop.app.extensions["shop"]
    assert not [c for c in shop.customers.records.values() if c.email.startswith(MARK)]


def test_a_key_that_may_only_read_is_told_before_anything_is_tried(live: Live) -> None:
    named = {"SYNC_CLI_LIVE_SHOP_KEY": READ_KEY, "SYNC_CLI_LIVE_SHOP_SECRET": READ_SECRET}
    assert live.run({**live.shop, **named}) == 5
    assert live.lines == [
        "the shop lets this key read only, and nothing can be tried without records."
        " Make a read/write key of a shop manager for `make live`."
    ]


@pytest.mark.parametrize(
    ("leave_out", "said"),
    [
        ("SHOP_URL SHOP_KEY SHOP_SECRET ERP_KIND ERP_PROFILE ERP_URL ERP_TOKEN", "No system"),
        ("SHOP_SECRET", "SYNC_CLI_LIVE_SHOP_SECRET must be set too"),
        ("ERP_KIND", "SYNC_CLI_LIVE_ERP_KIND must be set too"),
        ("ERP_PROFILE", "needs SYNC_CLI_LIVE_ERP_PROFILE"),
        ("ERP_TOKEN", "The profile asks for token"),
    ],
)
def test_missing_variables_are_named_and_nothing_is_written(
    live: Live, leave_out: str, said: str
) -> None:
    gone = {f"SYNC_CLI_LIVE_{name}" for name in leave_out.split()}
    given = {name: value for name, value in {**live.shop, **live.erp}.items() if name not in gone}
    assert live.run(given) == USAGE
    assert said in live.lines[-1]
    assert "SYNC_CLI_LIVE_SHOP_CA" in live.lines[-1]
    assert not live.sandbox.shop.ledger.effects("product.created")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SYNC_CLI_LIVE_SHOP_SECRET", "cs_wrong", 5),
        ("SYNC_CLI_LIVE_SHOP_URL", "http://127.0.0.1:1", 69),
    ],
)
def test_a_system_that_cannot_be_used_ends_it_in_a_sentence(
    live: Live, name: str, value: str, code: int
) -> None:
    assert live.run({**live.shop, name: value}) == code
    assert "cs_wrong" not in live.lines[-1]
    assert not live.sandbox.shop.ledger.effects("product.created")


@pytest.mark.parametrize("is_named", [True, False])
def test_a_certificate_of_ones_own_authority_is_checked_against_it(
    live: Live, tmp_path: Path, is_named: bool
) -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    named = {"SYNC_CLI_LIVE_SHOP_CA": str(tmp_path / "ca.pem")} if is_named else {}
    side = live.sandbox.shop
    with serve(side.app, clock=side.clock, tls=tls) as server:
        address = {"SYNC_CLI_LIVE_SHOP_URL": server.url}
        code = live.run({**live.shop, **address, **named}, "create-answers-in-order")
    assert code == (0 if is_named else 2)
    assert is_named or "certificate" in live.lines[-1]
    assert not live.holds_a_mark()
