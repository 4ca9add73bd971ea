"""Bad configurations: exit code 2, file and line, what was meant, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import CONFIG, SECRETS, Desk

CONFIG_ERROR = 2
COMMANDS = (("orders",), ("stock", "--dry-run"), ("config", "check"))


@pytest.fixture(params=COMMANDS, ids=" ".join)
def command(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Whatever is typed, a bad configuration is told alike."""
    words: tuple[str, ...] = request.param
    return words


def test_unknown_config_key(desk: Desk, command: tuple[str, ...]) -> None:
    desk.write(("  start_at", "  stat_at: 2026-01-01\n  start_at"))
    said = desk.type(*command)
    assert said.code == CONFIG_ERROR
    assert "config.yaml:14: unknown key 'orders.stat_at'; did you mean 'start_at'?" in said.err
    assert desk.untouched()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("shop: main", "shp: x\nshop: main"), "1: unknown key 'shp'; did you mean 'shop'?"),
        (("    url: https://shop", "    uri: x\n    url: https://shop"),
         "5: unknown key 'systems.shop.uri'; did you mean 'url'?"),
        (("mode: 'on'", "mode: 'on'\n  guests: {polcy: shared}"), "did you mean 'policy'?"),
        (("  start_at: 2026-01-01", ""), "12: 'orders.start_at' is missing"),
        (("mode: 'on'", "mode: sometimes"), "13: orders.mode: "),
        (("mode: 'on'", "mode: 'on'\n  settle: soon"), "14: orders.settle: write a duration as"),
        (("shop: main", "shop: Main Shop"), "1: shop: use 1 to 6 small letters or digits"),
        (("start_at: 2026-01-01", "start_at: 31.1.2026"),
         "14: orders.start_at: this is no date; write 2026-01-31 or"),
        (("shop: main", "shop: main\nshop: other"), "2: "),
        (("systems:", "systems"), "3: this is no valid YAML"),
        (("    key:", "    key"), "6: unknown key 'systems.shop.key {env'; is a colon missing"),
        (("https://shop", "shop"), "5: systems.shop.url: write the whole address, beginning with"),
        (("https://shop.invalid", "https://shop.invalid:44x"), "5: systems.shop.url: write"),
        (("https://shop.invalid", "'https://shop.invalid '"), "5: systems.shop.url: write"),
        (("shop: main", "\tshop: main"), "1: this is no valid YAML"),
        (("shop: main", "shop: main\nstaging: perhaps"), "2: staging: "),
        (("mode: 'on'", "mode: 'on'\n  states: [shipped]"), "14: orders.states.0: "),
        (("mode: 'on'", "mode: 'on'\n  routing: {rest: main, parts: [{part: north, line: {}}]}"),
         "14: unknown key 'orders.routing.parts.0.line'; did you mean 'lines'?"),
        (("profile: sandbox-erp", "kind: sapp"),
         "8: systems.erp: there is no such `kind` of ERP; use one of rest"),
        (("profile: sandbox-erp", "profil: sandbox-erp"),
         "10: unknown key 'systems.erp.profil'; did you mean 'profile'?"),
        (("profile: sandbox-erp", "kind: rest"), "8: 'systems.erp.profile' is missing"),
        (("profile: sandbox-erp", "kind: tryton"), "8: 'systems.erp.database' is missing"),
        (("profile: sandbox-erp", "kind: tryton\n    databse: t"),
         "11: unknown key 'systems.erp.databse'; did you mean 'database'?"),
    ],
    ids=lambda value: value[1].strip() if isinstance(value, tuple) else "",
)  # fmt: skip
def test_any_other_wrong_line(desk: Desk, change: tuple[str, str], says: str) -> None:
    desk.write(change)
    said = desk.type("config", "check")
    assert said.code == CONFIG_ERROR
    assert "The configuration cannot be used:" in said.err
    assert f"config.yaml:{says}" in said.err or (says.startswith("did") and says in said.err)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("sandbx-erp", "; did you mean 'sandbox-erp'?"),
        ("nothing-like-it", "; known are sandbox-erp. Correct it, or write nothing-like-it/"),
    ],
)
def test_unknown_profile(desk: Desk, command: tuple[str, ...], name: str, says: str) -> None:
    desk.write(("profile: sandbox-erp", f"profile: {name}"))
    said = desk.type(*command)
    assert said.code == CONFIG_ERROR
    assert f"systems.erp.profile is {name!r}, and there is no such profile{says}" in said.err
    assert "Errno" not in said.err
    assert desk.untouched()


def test_every_wrong_line_is_told_at_once(desk: Desk) -> None:
    desk.write(("shop: main", "shp: x\nshop: main"), ("mode: 'on'", "mode: sometimes"))
    said = desk.type("config", "check")
    assert "config.yaml:1: " in said.err
    assert "config.yaml:14: " in said.err


def test_no_configuration_at_all(desk: Desk, command: tuple[str, ...]) -> None:
    said = desk.type(*command)
    assert said.code == CONFIG_ERROR
    assert f"There is no configuration at {desk.config}" in said.err
    assert "config example" in said.err


def test_missing_secret(desk: Desk, command: tuple[str, ...]) -> None:
    desk.write()
    said = desk.type(*command, env={**SECRETS, "S": ""})
    assert said.code == CONFIG_ERROR
    assert (
        "The secret systems.shop.secret is missing: the environment variable S is empty."
        in said.err
    )
    assert "Type `export S=...` in this terminal" in said.err
    assert "EnvironmentFile" in said.err


def test_missing_secret_file(desk: Desk) -> None:
    desk.write(("{env: S}", "{file: /nowhere/secret}"))
    said = desk.type("config", "check")
    assert said.code == CONFIG_ERROR
    assert "systems.shop.secret cannot be read from /nowhere/secret" in said.err
    assert "mode 0600" in said.err


def test_literal_secret_in_the_config(desk: Desk, command: tuple[str, ...]) -> None:
    literal = "cs_literal_0123456789abcdef"
    desk.write(("{env: S}", literal))
    said = desk.type(*command)
    assert said.code == CONFIG_ERROR
    assert "config.yaml:7: systems.shop.secret: a secret does not belong here" in said.err
    assert "{env: NAME} or {file: PATH}" in said.err
    assert literal not in said.all
    assert desk.untouched()


@pytest.mark.parametrize(
    "change",
    [
        ("secret: {env: S}", "secret: {env: S, value: cs_literal_0123456789abcdef}"),
        ("secret: {env: S}", "secrt: cs_literal_0123456789abcdef"),
        ("secret: {env: S}", 'secret: "cs_literal_0123456789abcdef'),
        ("{token: {env: T}}", "{token: cs_literal_0123456789abcdef}"),
        ("https://shop.invalid", "https://user:cs_literal_0123456789abcdef@shop.invalid"),
    ],
)
def test_a_literal_secret_is_repeated_nowhere_whatever_else_is_wrong(
    desk: Desk, change: tuple[str, str]
) -> None:
    desk.write(change)
    said = desk.type("orders", "--dry-run")
    assert said.code == CONFIG_ERROR
    assert "cs_literal" not in said.all


def test_mapping_naming_a_field_that_does_not_exist(desk: Desk, command: tuple[str, ...]) -> None:
    desk.write(("shop: main", "shop: main\nmappings: own"))
    desk.overlay("woocommerce", "order", "read:\n  add:\n    - {to: curency, from: currency}\n")
    said = desk.type(*command)
    assert said.code == CONFIG_ERROR
    assert "The field mapping cannot be used:" in said.err
    assert "order.yaml" in said.err
    assert ":3: " in said.err
    assert "did you mean 'currency'?" in said.err
    assert desk.untouched()


@pytest.mark.parametrize(
    ("system", "entity", "text", "says"),
    [
        ("woocommerce", "order", "raed: {}\n", "did you mean 'read'?"),
        ("woocommerce", "ordr", "read: {}\n", "ordr"),
        ("woocomerce", "order", "read: {}\n", "woocomerce"),
        ("sandbox-erp", "document", "write:\n  drop: [notte]\n", "notte"),
        ("woocommerce", "order", "read:\n  add:\n    - {to: total, from: '['}\n", ":3: "),
    ],
)
def test_any_other_wrong_mapping(
    desk: Desk, system: str, entity: str, text: str, says: str
) -> None:
    desk.write(("shop: main", "shop: main\nmappings: own"))
    desk.overlay(system, entity, text)
    said = desk.type("config", "check")
    assert said.code == CONFIG_ERROR
    assert says in said.err


@pytest.mark.parametrize("system", ["shop", "erp"])
@pytest.mark.parametrize("host", ["shop.example", "192.0.2.7", "localhost.example"])
def test_http_to_another_machine_refused(desk: Desk, system: str, host: str) -> None:
    desk.write((f"https://{system}.invalid", f"http://{host}"))
    said = desk.type("orders")
    assert said.code == CONFIG_ERROR
    assert f"The address of {system}, http://{host}, is not https" in said.err
    assert "https://" in said.err


@pytest.mark.parametrize("since", ["yesterday", "12", "2026-13-01", "3w"])
def test_a_date_that_is_none(desk: Desk, since: str) -> None:
    desk.write()
    said = desk.type("orders", "--since", since)
    assert said.code == CONFIG_ERROR
    assert "is no date; write 2026-01-31, 2026-01-31T08:00:00Z or 2h" in " ".join(
        said.err.replace("│", " ").split()
    )


@pytest.mark.parametrize("words", [("--limit", "0"), ("--limit", "many"), ("--unheard-of",)])
def test_an_option_that_cannot_be(desk: Desk, words: tuple[str, ...]) -> None:
    desk.write()
    assert desk.type("orders", *words).code == CONFIG_ERROR


def test_the_sound_configuration_is_said_to_be_sound(desk: Desk) -> None:
    desk.write()
    said = desk.type("config", "check")
    assert said.code == 0
    assert "the configuration, its secrets and the mappings are sound" in said.out


def test_paths_in_the_configuration_count_from_its_own_folder(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk.write()
    elsewhere: Path = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    said = desk.type("status")
    assert str(desk.folder / "state.sqlite") in said.err
    assert list(elsewhere.iterdir()) == []


# What the configuration takes though it cannot work


@pytest.mark.parametrize("template", ["WC-{shop}", "WC-{shop}-{order}", "WC-{shop}-{id"])
def test_a_reference_that_names_no_order(desk: Desk, template: str) -> None:
    desk.write(("mode: 'on'", f"mode: 'on'\n  reference: '{template}'"))
    said = desk.type("config", "check")
    assert said.code == CONFIG_ERROR
    assert "config.yaml:14: orders.reference" in said.err


def test_shared_guests_without_their_customer(desk: Desk) -> None:
    desk.write(("mode: 'on'", "mode: 'on'\n  guests: {policy: shared}"))
    assert desk.type("config", "check").code == CONFIG_ERROR


def test_a_since_beyond_all_time(desk: Desk) -> None:
    desk.write()
    said = desk.type("orders", "--since", "99999999999d")
    assert said.crash is None
    assert said.code == CONFIG_ERROR


def test_the_example_of_these_tests_is_a_sound_one() -> None:
    assert all(f"{{env: {name}}}" in CONFIG for name in SECRETS)
