"""`sync-cli check`: each finding provoked once, by a shop or an ERP that is so."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from aiosmtpd.controller import Controller

from sync_cli.admin.check_systems import between
from sync_cli.admin.check_taxes import check_taxes
from sync_cli.config_file import load_config
from sync_cli.connectors.base import Identity
from sync_cli.connectors.woocommerce.plugins import KNOWN
from sync_cli.core.checkup import Finding, Grade, exit_code_of
from sync_cli.core.errors import ExitCode
from sync_cli.flows.clock import utc_now
from sync_cli.flows.connecting import mappings_folder, open_shop
from sync_cli.mapping.entity import parse_mapping
from sync_cli.mapping.mapping_set import MappingSet, load_mappings
from sync_cli.sandbox.erp import ErpSettings
from sync_cli.sandbox.shop import (
    READ_KEY,
    READ_SECRET,
    WRITE_KEY,
    WRITE_SECRET,
    ShopSettings,
)
from tests.reconcile.test_reconcile_mail import Inbox, free_port
from tests.scenarios.stage import SECRETS, Said, Stage, open_stage

pytestmark = pytest.mark.scenario

CONFIG, ACCESS, DOWN = 2, 5, 69
READS = {SECRETS["key"]: READ_KEY, SECRETS["secret"]: READ_SECRET}


def lines(said: Said, place: str, topic: str) -> list[str]:
    """The findings of one topic, each in one line."""
    marked = f": {place}: {topic}: "
    return [line for line in said.out.splitlines() if marked in line]


def grades(said: Said) -> set[str]:
    """All grades that were given."""
    return {line.partition(":")[0] for line in said.out.splitlines()[:-1]}


# All is well


def test_where_all_is_well_it_says_so_and_touches_nothing(stage: Stage) -> None:
    before = stage.effects()
    said = stage.run("check")
    assert grades(said) == {"ok", "note"}
    assert said.out.splitlines()[-1] == "Nothing stands in the way."
    assert stage.effects() == before
    assert not stage.state.exists()
    assert said.out.count("10.7.0") == 1
    assert stage.shop_wire.count("POST", "products/batch") == 1


def test_after_a_run_the_state_belongs_to_these_systems(stage: Stage) -> None:
    stage.run("stock")
    said = stage.run("check")
    assert "ok: state: state file: The state file is sound" in said.out


def test_machines_and_cron_get_what_they_need(tmp_path: Path) -> None:
    with open_stage(tmp_path, shop_settings=ShopSettings(order_storage="posts")) as stage:
        data = json.loads(stage.run("check", "--json").out)
        assert data["exit_code"] == 0
        assert {"grade", "place", "topic", "says", "remedy"} == set(data["findings"][0])
        quiet = stage.run("check", "--quiet").out.splitlines()
        assert [line.partition(":")[0] for line in quiet] == ["warning"]


# How a shop is set up


@pytest.mark.parametrize(
    ("settings", "grade", "topic", "says"),
    [
        ({}, "ok", "order storage", "in their own tables"),
        ({"order_storage": "posts"}, "warning", "order storage", "stored as posts"),
        ({"order_storage": "hpos-sync"}, "note", "order storage", "copied to posts"),
        ({"debug": True}, "warning", "debug mode", "WP_DEBUG is on"),
        ({"version": "10.3.0"}, "ok", "version", "It has every list that sync-cli reads"),
        ({"version": "9.8.5"}, "warning", "version", "9.8.5 cannot be searched by barcode"),
        ({"version": "10.2.3"}, "note", "version", "10.2.3 has no list of all variations"),
        ({"version": "11.2.0"}, "note", "version", "11.2.0 is newer than 10.7"),
        ({"version": ""}, "warning", "version", "does not tell its version"),
        ({"time_zone": "Europe/Vienna"}, "ok", "time zone", "Europe/Vienna"),
        ({"time_zone": "Etc/GMT-2"}, "warning", "time zone", "does not follow summer time"),
        ({"round_at_subtotal": True}, "ok", "taxes", "without tax, and the tax of the whole order"),
        ({"prices_include_tax": True}, "note", "taxes", "with tax, and the tax of each line"),
        ({"plugins": ("wordfence",)}, "warning", "plug-in", "captcha or a refusal"),
        ({"plugins": ("dokan-lite",)}, "warning", "plug-in", "an order of each vendor"),
        ({"plugins": ("hello-dolly",)}, "ok", "plug-ins", "Active plug-ins: 2"),
    ],
)
def test_each_set_up_of_a_shop(
    tmp_path: Path, settings: Mapping[str, Any], grade: str, topic: str, says: str
) -> None:
    with open_stage(tmp_path, shop_settings=ShopSettings(**settings)) as stage:
        said = stage.run("check")
    [line] = lines(said, "shop", topic)
    assert line.startswith(f"{grade}: ")
    assert says in line


def test_a_shop_without_a_list_of_all_refunds_is_too_old(tmp_path: Path) -> None:
    with open_stage(tmp_path, shop_settings=ShopSettings(version="8.9.3")) as stage:
        said = stage.type("check")
    assert said.code == 2
    [line] = lines(said, "shop", "version")
    assert line.startswith("problem: ")
    assert "8.9.3 has no list of all refunds" in line


def test_every_plug_in_that_is_known_is_told(tmp_path: Path) -> None:
    folders = [folder for known in KNOWN for folder in known.folders]
    assert len(folders) == len(set(folders))
    with open_stage(tmp_path, shop_settings=ShopSettings(plugins=tuple(folders))) as stage:
        said = stage.run("check")
    told = lines(said, "shop", "plug-in")
    assert len(told) == len(folders)
    assert all(known.remedy in said.out for known in KNOWN)


def test_a_disabled_webhook_is_told(stage: Stage) -> None:
    key = (stage.sandbox.consumer_key, stage.sandbox.consumer_secret)
    hook = {"topic": "order.created", "delivery_url": "https://x.example/", "status": "disabled"}
    address = f"{stage.sandbox.shop_url}/wp-json/wc/v3/webhooks"
    assert requests.post(address, auth=key, json=hook, timeout=60).status_code == 201
    said = stage.run("check")
    [line] = lines(said, "shop", "webhooks")
    assert line.startswith("warning: ")
    assert "(order.created) was disabled" in line


def test_a_filter_that_a_plug_in_drops_is_a_problem(tmp_path: Path) -> None:
    settings = ShopSettings(ignored=("modified_after",))
    with open_stage(tmp_path, orders=3, shop_settings=settings) as stage:
        said = stage.type("check")
    assert said.code == CONFIG
    assert "ignores the filter `modified_after` on orders" in said.out
    assert "ignores the filter `modified_after` on products" in said.out


def test_an_order_that_a_plug_in_drops_is_a_problem(tmp_path: Path) -> None:
    settings = ShopSettings(ignored=("orderby", "order"))
    with open_stage(tmp_path, shop_settings=settings) as stage:
        stage.sandbox.shop.do("register", email="aaa@kunde.example", username="aaa")
        said = stage.type("check")
    assert said.code == CONFIG
    assert "ignores the order by id or the offset on customers" in said.out


# The way to a system


@pytest.mark.parametrize(
    ("fault", "code", "topic", "says"),
    [
        ({"kind": "html"}, ACCESS, "firewall", "a firewall or captcha stands before it"),
        ({"kind": "status", "status": 503, "retry_after": 600}, DOWN, "answers", "shop"),
        ({"kind": "no_auth"}, ACCESS, "authentication", "drops the Authorization header"),
    ],
    ids=["captcha", "maintenance", "stripped"],
)
def test_a_shop_behind_something_that_does_not_let_us_through(
    stage: Stage, fault: dict[str, Any], code: int, topic: str, says: str
) -> None:
    stage.shop_fault(**fault)
    said = stage.type("check")
    assert said.code == code
    [line] = lines(said, "shop", topic)
    assert line.startswith("problem: ")
    assert says in line
    assert lines(said, "erp", "answers"), "the other system is looked at all the same"


def test_a_dropped_header_is_mended_as_it_says(stage: Stage) -> None:
    stage.shop_fault("no_auth")
    assert "set `systems.shop.auth: query`" in stage.type("check").out
    stage.configure(lambda data: data["systems"]["shop"].update(auth="query"))
    assert stage.run("check").out.splitlines()[-1] == "Nothing stands in the way."


@pytest.mark.parametrize(
    ("env", "place", "says"),
    [
        ({SECRETS["secret"]: "cs_wrong_secret"}, "shop", "the secret is wrong"),
        ({SECRETS["key"]: "ck_wrong_key"}, "shop", "does not know the key"),
        ({SECRETS["key"]: WRITE_KEY, SECRETS["secret"]: WRITE_SECRET}, "shop", "write-only"),
        ({SECRETS["token"]: "wrong-token"}, "erp", "refuses"),
    ],
    ids=["secret", "key", "write-only", "token"],
)
def test_wrong_credentials(stage: Stage, env: dict[str, str], place: str, says: str) -> None:
    said = stage.type("check", env=env)
    assert said.code == ACCESS
    [line] = lines(said, place, "authentication")
    assert says in line
    assert not any(secret in said.all for secret in {*env.values(), *stage.environment().values()})


def test_a_missing_secret_is_told_and_the_other_system_looked_at(stage: Stage) -> None:
    said = stage.type("check", env={SECRETS["key"]: ""})
    assert said.code == CONFIG
    assert "the environment variable STAGE_KEY is empty" in said.out
    assert lines(said, "erp", "answers")


@pytest.mark.parametrize(("seconds", "where"), [(90, "ahead of"), (-4000, "behind")])
def test_a_clock_that_is_wrong(stage: Stage, seconds: int, where: str) -> None:
    stage.sandbox.shop.clock.advance(seconds)
    [line] = lines(stage.run("check"), "shop", "clock")
    assert line.startswith("warning: ")
    assert where in line


# Rights


def test_a_read_only_key_is_too_little_once_something_is_on(stage: Stage) -> None:
    said = stage.type("check", env=READS)
    assert said.code == ACCESS
    refused = "shop refuses to write: the key is read-only (HTTP 401)."
    assert f"problem: shop: rights: {refused}" in said.out


def plan_all(data: dict[str, Any]) -> None:
    data["orders"]["mode"] = data["stock"]["mode"] = "plan"


def test_for_a_rehearsal_it_is_enough_and_more_is_told(stage: Stage) -> None:
    stage.configure(plan_all)
    said = stage.type("check", env=READS)
    assert said.code == 0
    assert "Nothing is to be written yet." in lines(said, "shop", "rights")[0]
    said = stage.run("check")
    assert "note: shop: rights: The key may write, though every mode" in said.out
    assert "note: erp: rights: It may write, though every mode" in said.out
    assert "note: config: modes: Nothing is switched on" in said.out


def own_profile(stage: Stage, change: Callable[[dict[str, Any]], object]) -> None:
    """A profile of the merchant's own."""
    shipped = mappings_folder() / "sandbox-erp" / "profile.yaml"
    profile = yaml.safe_load(shipped.read_text(encoding="utf-8"))
    change(profile)
    folder = stage.folder / "own" / "sandbox-erp"
    folder.mkdir(parents=True)
    (folder / "profile.yaml").write_text(yaml.safe_dump(profile), encoding="utf-8")
    stage.configure(lambda data: data.update(mappings="own"))


def test_erp_rights_that_are_lacking_or_not_needed_are_named(stage: Stage) -> None:
    own_profile(stage, lambda profile: profile["identify"]["needs"].remove("orders:confirm"))
    said = stage.run("check")
    assert "warning: erp: rights:" in said.out
    assert "does not need: orders:confirm." in said.out


def test_erp_rights_that_are_lacking_are_named(stage: Stage) -> None:
    own_profile(stage, lambda profile: profile["identify"]["needs"].append("invoices:read"))
    said = stage.type("check")
    assert said.code == ACCESS
    assert "too few rights: invoices:read" in lines(said, "erp", "rights")[0]


def test_an_erp_that_tells_no_rights_is_a_note(stage: Stage) -> None:
    for_all = ("rights", "needs")
    own_profile(stage, lambda profile: [profile["identify"].pop(key) for key in for_all])
    [line] = lines(stage.run("check"), "erp", "rights")
    assert line.startswith("note: ")


# Both together


def test_another_currency_of_the_books_is_told(tmp_path: Path) -> None:
    with open_stage(tmp_path, erp_settings=ErpSettings(currency="CHF")) as stage:
        said = stage.run("check")
    assert "The shop sells in EUR, the ERP keeps its books in CHF." in said.out
    assert said.out.splitlines()[-1] == "Nothing stands in the way; 1 warning."


def identity(**facts: str) -> Identity:
    return Identity("kind", "1", "address", "", utc_now(), facts=facts)


@pytest.mark.parametrize(
    ("decimals", "digits", "grade"), [("2", 2, Grade.OK), ("3", 2, Grade.PROBLEM)]
)
def test_an_erp_that_keeps_fewer_decimals_proves_no_order(
    decimals: str, digits: int, grade: Grade
) -> None:
    [found] = between(identity(decimals=decimals), identity(), digits)
    assert (found.topic, found.grade) == ("decimals", grade)


def test_tax_classes_that_the_shop_does_not_have_are_named(stage: Stage) -> None:
    folder = stage.folder / "own" / "sandbox-erp"
    folder.mkdir(parents=True)
    overlay = "entity: product\nsystem: sandbox-erp\ntables:\n  tax_classes: {lux: luxury-rate}\n"
    (folder / "product.yaml").write_text(overlay, encoding="utf-8")
    stage.configure(lambda data: data.update(mappings="own"))
    of_articles, of_orders = lines(stage.run("check"), "shop", "tax classes")
    assert of_articles.startswith("warning: ")
    assert "luxury-rate" in of_articles
    assert of_orders.startswith("ok: ")


def test_a_tax_class_of_the_shop_that_the_documents_have_no_code_for_is_named(
    stage: Stage,
) -> None:
    key = (stage.sandbox.consumer_key, stage.sandbox.consumer_secret)
    address = f"{stage.sandbox.shop_url}/wp-json/wc/v3/taxes/classes"
    requests.post(address, auth=key, json={"name": "Luxury"}, timeout=60).raise_for_status()
    _, line = lines(stage.run("check"), "shop", "tax classes")
    assert line.startswith("warning: ")
    assert "has no row for: luxury. Orders with it would be held." in line
    assert "tables.tax_codes in sandbox-erp/document.yaml" in line


CHARGED = ("AT 10", "AT 20", "DE 0", "DE 19", "DE 7")
"""The rates of the sandbox."""


def with_rows(keys: Sequence[str]) -> MappingSet:
    """Rules of an ERP that computes taxes: documents name a tax by the key of what was charged."""
    rows = "".join(f"    {key}: some tax\n" for key in keys)
    text = (
        "entity: document\nsystem: books\n"
        f"tables:\n  taxes:\n{rows}"
        "parts:\n  line:\n    - {to: tax, from: tax_key, table: taxes}\n"
        "write:\n  - {to: lines, from: lines, each: line}\n"
    )
    return MappingSet({("books", "document"): parse_mapping(text)})


@pytest.mark.parametrize("missing", [(), ("DE 7",), ("AT 10", "DE 0")])
def test_a_tax_rate_of_the_shop_that_the_documents_have_no_tax_for_is_named(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, missing: tuple[str, ...]
) -> None:
    for name, value in stage.environment().items():
        monkeypatch.setenv(name, value)
    rows = [f"{rate} {'incl' if rate < 'DE' else 'excl'}" for rate in {*CHARGED} - {*missing}]
    config = load_config(stage.config)
    with closing(open_shop(config, load_mappings(mappings_folder()))) as shop:
        found = list(check_taxes("books", with_rows(rows), shop))
    [rates] = [one for one in found if one.topic == "tax rates"]
    assert rates.grade is (Grade.WARNING if missing else Grade.OK)
    assert f"no row for: {', '.join(missing)}. Orders" in rates.says or not missing


def test_refunds_are_looked_at_where_they_are_on(stage: Stage) -> None:
    assert not [line for line in lines(stage.run("check"), "shop", "filters") if "refund" in line]
    stage.configure(lambda data: data.update(refunds={"mode": "on"}))
    said = stage.run("check")
    assert [line for line in lines(said, "shop", "filters") if "refund" in line]
    assert [line for line in lines(said, "erp", "filters") if "refund" in line]
    assert "refunds on" in lines(said, "config", "modes")[0]


def test_a_staging_configuration_before_production_is_a_problem(stage: Stage) -> None:
    stage.configure(lambda data: data.update(staging=True))
    said = stage.type("check")
    assert said.code == CONFIG
    assert len(lines(said, "shop", "staging")) == len(lines(said, "erp", "staging")) == 1


def test_a_state_of_another_system_is_a_problem(stage: Stage) -> None:
    stage.run("stock")
    stage.sandbox.erp_store.settings.database = "copy"
    said = stage.type("check")
    assert said.code == CONFIG
    assert "problem: state: state file: The erp is another one" in said.out


# Configuration and mail


def test_a_configuration_that_cannot_be_read_is_the_only_finding(stage: Stage) -> None:
    stage.configure(lambda data: data["orders"].update(start="2020-01-01"))
    said = stage.type("check")
    assert said.code == CONFIG
    assert said.out.startswith("problem: config: configuration: ")
    assert "unknown key 'orders.start'" in said.out
    assert stage.shop_wire.requests == []


def test_rules_that_cannot_be_read_are_told_before_a_system_is_asked(stage: Stage) -> None:
    folder = stage.folder / "own" / "sandbox-erp"
    folder.mkdir(parents=True)
    (folder / "product.yaml").write_text("entity: product\nred: []\n", encoding="utf-8")
    stage.configure(lambda data: data.update(mappings="own"))
    said = stage.type("check")
    assert said.code == CONFIG
    assert "problem: mappings: rules:" in said.out
    assert stage.shop_wire.requests == []


def mail_to(port: int) -> dict[str, Any]:
    return {
        "server": "localhost",
        "port": port,
        "security": "none",
        "sender": "sync@shop.example",
        "recipients": ["boss@shop.example"],
    }


def test_the_mail_server_is_tried_and_nothing_sent(stage: Stage) -> None:
    inbox = Inbox()
    server = Controller(inbox, "localhost", free_port())
    stage.configure(lambda data: data.update(mail=mail_to(server.port)))
    server.start()
    try:
        [line] = lines(stage.run("check"), "mail", "mail server")
        assert "lets sync-cli in; nothing was sent" in line
    finally:
        server.stop()
    assert inbox.mails == []
    said = stage.type("check")
    assert said.code == DOWN
    assert "took no mail" in lines(said, "mail", "mail server")[0]


# The exit code


@pytest.mark.parametrize(
    ("codes", "code"),
    [((), 0), ((69, 5), 5), ((5, 2, 69), 2), ((69,), 69)],
)
def test_of_several_problems_the_one_to_be_mended_first_counts(
    codes: tuple[int, ...], code: int
) -> None:
    problems = [Finding(Grade.PROBLEM, "t", "s", exit_code=ExitCode(each)) for each in codes]
    warning = Finding(Grade.WARNING, "t", "s", exit_code=ExitCode.CONFIG)
    assert exit_code_of([*problems, warning]) == code


# Parcels


@pytest.mark.parametrize(
    ("parcels", "shop", "grade", "says"),
    [
        ("fulfillments", {}, "problem", "orders.parcels is fulfillments, but the shop's feature"),
        ("plugin", {}, "problem", "orders.parcels is plugin, but the shop has no tracking plug-in"),
        ("meta", {"fulfillments": True}, "note", "Set orders.parcels to fulfillments"),
        ("fulfillments", {"fulfillments": True}, "ok", "Parcels go to the shop as fulfilments."),
        ("auto", {"tracking": "advanced"}, "ok", "as entries of its tracking plug-in."),
        ("auto", {}, "ok", "Parcels go to the shop as metadata."),
    ],
)
def test_it_says_whether_parcels_can_go_where_they_are_to_go(
    tmp_path: Path, parcels: str, shop: dict[str, Any], grade: str, says: str
) -> None:
    with open_stage(tmp_path, shop_settings=ShopSettings(**shop)) as stage:
        stage.configure(lambda config: config["orders"].update(parcels=parcels))
        said = stage.type("check")
        [line] = lines(said, "shop", "parcels")
        assert line.startswith(f"{grade}: ")
        assert says in line
        assert (said.code == CONFIG) is (grade == "problem")
