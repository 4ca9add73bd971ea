"""Systems that refuse, hide behind something, or are not who they were: clear words, no loss."""

from __future__ import annotations

from typing import Any

import pytest

from sync_cli.sandbox.embedded import start
from sync_cli.sandbox.shop import READ_KEY, READ_SECRET, WRITE_KEY, WRITE_SECRET
from tests.scenarios.stage import SECRETS, Stage, simple

pytestmark = pytest.mark.scenario

CONFIG, FAILURES, ACCESS = 2, 3, 5
SKU = "A-0001"


def shop_key(key: str, secret: str) -> dict[str, str]:
    """The shop's credentials as environment."""
    return {SECRETS["key"]: key, SECRETS["secret"]: secret}


@pytest.mark.parametrize(
    ("env", "says", "remedy"),
    [
        (
            {SECRETS["secret"]: "cs_wrong_secret"},
            "shop knows the key, but the secret is wrong (HTTP 401).",
            "it is shown only when the key is made",
        ),
        (
            {SECRETS["key"]: "ck_wrong_key"},
            "shop does not know the key, or did not get it (HTTP 401).",
            "set `auth: query`",
        ),
        (
            {SECRETS["token"]: "wrong-token"},
            "erp refuses",
            "Check the credentials and their rights.",
        ),
    ],
    ids=["secret", "key", "token"],
)
def test_wrong_credentials(stage: Stage, env: dict[str, str], says: str, remedy: str) -> None:
    stage.buy(SKU)
    said = stage.type("orders", env=env)
    assert said.code == ACCESS
    assert says in said.err
    assert remedy in said.err
    assert next(iter(env.values())) not in said.all
    assert stage.sandbox.erp.ledger.effects() == []


def test_after_wrong_credentials_nobody_is_asked_until_the_secret_changed(stage: Stage) -> None:
    stage.buy(SKU)
    wrong = {SECRETS["secret"]: "cs_wrong_secret"}
    stage.type("orders", env=wrong)
    stage.forget_requests()
    again = stage.type("orders", env=wrong)
    assert again.code == ACCESS
    assert "tried again when the secret has changed, or after" in again.err
    assert stage.shop_wire.requests == []
    stage.run("orders")
    assert stage.verdict().in_step == 1


def test_read_only_key(stage: Stage) -> None:
    [order] = stage.buy(SKU)
    said = stage.type("orders", env=shop_key(READ_KEY, READ_SECRET))
    assert said.code == ACCESS
    assert "shop refuses to write: the key is read-only (HTTP 401)." in said.err
    assert "Make a read/write key" in said.err
    stage.run("orders")
    verdict = stage.verdict()
    assert (verdict.in_step, verdict.doubled) == (1, [])
    assert order


def test_read_only_key_for_stock(stage: Stage) -> None:
    stage.run("stock")
    stage.sandbox.erp.do("set_stock", sku=SKU, on_hand=7)
    said = stage.type("stock", env=shop_key(READ_KEY, READ_SECRET))
    assert said.code == ACCESS
    assert "the key is read-only" in said.err
    stage.run("stock")
    assert stage.verdict().drifts == []


def test_a_read_only_key_is_enough_for_a_dry_run(stage: Stage) -> None:
    stage.buy(SKU)
    said = stage.type("orders", "--dry-run", env=shop_key(READ_KEY, READ_SECRET))
    assert said.code == 0
    assert "create Order" in said.out


def test_write_only_key(stage: Stage) -> None:
    said = stage.type("orders", env=shop_key(WRITE_KEY, WRITE_SECRET))
    assert said.code == ACCESS
    assert "shop refuses to read: the key is write-only (HTTP 401)." in said.err


@pytest.mark.parametrize("side", ["shop", "erp"])
def test_html_instead_of_json(stage: Stage, side: str) -> None:
    stage.buy(SKU)
    fault = stage.shop_fault if side == "shop" else stage.erp_fault
    fault("html")
    said = stage.type("orders")
    assert said.code == ACCESS
    assert f"{side} answered GET" in said.err
    assert "with a web page instead of data (HTTP 202): a firewall or captcha" in said.err
    assert "Let the firewall or security plug-in of the server pass requests" in said.err
    stage.settle()
    stage.run("orders")
    assert stage.verdict().in_step == 1


def test_a_php_message_before_the_json(stage: Stage) -> None:
    stage.shop_fault("warning", methods=("GET",))
    said = stage.type("orders")
    assert said.code == CONFIG
    assert "with a PHP message before the JSON" in said.err
    assert "display_errors" in said.err


def test_an_address_without_a_shop(stage: Stage) -> None:
    def point_to_the_erp(data: dict[str, Any]) -> None:
        data["systems"]["shop"]["url"] = stage.sandbox.erp_url

    stage.configure(point_to_the_erp)
    said = stage.type("orders")
    assert said.code in (CONFIG, ACCESS)
    assert "shop" in said.err
    assert said.crash is None


# Who answers


def test_another_erp_than_before(stage: Stage) -> None:
    stage.buy(SKU)
    stage.run("orders")
    stage.sandbox.erp.do("settings", database="copy")
    stage.buy(SKU)
    said = stage.type("orders")
    assert said.code == CONFIG
    assert "The erp is another one: this state belongs to address 'sandbox'" in said.err
    assert "but now it is address 'copy'" in said.err
    assert "state accept" in said.err
    told = stage.run("state", "accept").out
    assert "erp:" in told
    stage.run("orders")
    assert stage.verdict().in_step == 2


def test_another_shop_than_before(stage: Stage) -> None:
    stage.run("orders")
    with start(articles=simple(3), orders=0) as other:
        object.__setattr__(
            other.shop.app.extensions["shop"].settings, "base_url", "https://other.example"
        )

        def point_elsewhere(data: dict[str, Any]) -> None:
            data["systems"]["shop"]["url"] = other.shop_url

        stage.configure(point_elsewhere)
        said = stage.type("stock")
    assert said.code == CONFIG
    assert "The shop is another one" in said.err
    assert "https://other.example" in said.err


def test_another_machine_than_before(stage: Stage) -> None:
    stage.run("orders")
    stage.tell("""UPDATE identities SET facts = '{"machine": "old"}' WHERE system = 'host'""")
    said = stage.type("orders")
    assert said.code == CONFIG
    assert "The host is another one: this state belongs to machine 'old'" in said.err
    stage.run("state", "accept")
    stage.run("orders")


def test_a_staging_configuration_never_writes_to_production(stage: Stage) -> None:
    stage.configure(lambda data: data.update(staging=True))
    stage.buy(SKU)
    said = stage.type("orders")
    assert said.code == CONFIG
    assert (
        "This configuration is marked staging, but shop at https://shop.example calls" in said.err
    )
    assert "Nothing was written" in said.err
    assert stage.sandbox.erp.ledger.effects() == []
    assert stage.type("orders", "--dry-run").code == 0


def test_a_second_installation_is_noticed_by_the_seals(stage: Stage) -> None:
    stage.buy(SKU)
    stage.run("orders")
    for file in stage.folder.glob("state.sqlite*"):
        file.unlink()
    stage.buy(SKU)
    said = stage.type("orders")
    assert said.code == CONFIG
    assert "was written by another installation" in said.err
    assert "state rebuild" in said.err
    rebuilt = stage.run("state", "rebuild").out
    assert "1 sealed order found" in rebuilt
    stage.run("orders", "--full")
    verdict = stage.verdict()
    assert (verdict.in_step, verdict.doubled) == (2, [])
