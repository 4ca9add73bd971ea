"""`config.example.yaml` is a configuration: it loads, and what it calls a default is one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sync_cli.config import Config
from sync_cli.config_file import load_config
from sync_cli.flows.connecting import mappings_folder, secret_hash
from sync_cli.flows.systems import ERP, SHOP
from sync_cli.mapping.mapping_set import load_mappings
from tests.docs.reading import ROOT
from tools.docs.example_config import SAMPLES, SHOWN
from tools.docs.settings import Setting, settings, written

EXAMPLE = ROOT / "config.example.yaml"
SECRETS = ("SHOP_KEY", "SHOP_SECRET", "ERP_TOKEN")

_OF_ANOTHER_KIND = re.compile(
    r"^    # only with kind: (?P<kind>[a-z]+): .*\n(?:    # .*\n)*    #(?P<key>[a-z_]+:.*)\n",
    re.MULTILINE,
)
_BEHIND_A_MARK = re.compile(r"^( *)#((?:  )*[a-z_]+:.*)$", re.MULTILINE)


def without_marks(tmp_path: Path) -> Config:
    """The example with every key in use that its kinds of systems have."""
    text = _OF_ANOTHER_KIND.sub("", EXAMPLE.read_text(encoding="utf-8"))
    text = _BEHIND_A_MARK.sub(r"\1\2", text)
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def values(config: Config) -> dict[str, object]:
    """Every value of a configuration by its dotted key."""
    found: dict[str, object] = {}
    for setting in settings():
        value: object = config
        for step in setting.path:
            value = getattr(value, step, None)
        if setting.section is None:
            found[setting.name] = value
    return found


def test_it_loads_and_its_secrets_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, f"value of {name}")
    config = load_config(EXAMPLE)
    load_mappings(mappings_folder(), config.mappings)
    assert secret_hash(config, SHOP)
    assert secret_hash(config, ERP)


def test_the_sandbox_names_its_secrets_as_the_example_does() -> None:
    names = re.compile(r"\benv\W+([A-Z_]+)")
    known = names.findall(EXAMPLE.read_text(encoding="utf-8"))
    sources = [ROOT / "sync_cli/admin/demo.py", *(ROOT / "sync_cli/sandbox").rglob("books.py")]
    used = {path: names.findall(path.read_text(encoding="utf-8")) for path in sources}
    assert len(used) == 4
    assert all(used.values())
    assert {name for each in used.values() for name in each} <= set(known)


def test_it_writes_nothing_before_somebody_switches_it_on() -> None:
    config = load_config(EXAMPLE)
    assert (str(config.orders.mode), str(config.stock.mode)) == ("plan", "plan")


@pytest.mark.parametrize("setting", list(settings()), ids=lambda setting: setting.name)
def test_every_key_stands_in_it(setting: Setting) -> None:
    key = rf"^ *#? *{setting.path[-1]}:"
    assert re.search(key, EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)


def test_taking_the_marks_away_changes_nothing(tmp_path: Path) -> None:
    as_it_is, with_every_key = load_config(EXAMPLE), without_marks(tmp_path)
    told = values(with_every_key)
    changed = {name for name, value in values(as_it_is).items() if told[name] != value}
    guards = {name for name in told if name.endswith(".guard")}
    assert {name for name in changed if not name.startswith("mail.")} <= {*SHOWN, *guards, "state"}
    assert with_every_key.state == tmp_path / "sync-state.sqlite"
    assert with_every_key.orders.limits() == as_it_is.orders.limits()
    assert with_every_key.stock.limits() == as_it_is.stock.limits()


@pytest.mark.parametrize("kind", ["tryton", "odoo"])
def test_an_erp_of_another_kind_needs_its_marks_taken_away_and_no_more(
    tmp_path: Path, kind: str
) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("kind: rest", f"kind: {kind}", 1)
    text = re.sub(r"^    (profile|credentials): .*\n", "", text, flags=re.MULTILINE)
    text = _OF_ANOTHER_KIND.sub(
        lambda one: f"    {one['key']}\n" if one["kind"] == kind else "", text
    )
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_config(path).systems.erp.model_dump()["database"] == "company"


def test_no_sample_is_left_over() -> None:
    names = {setting.name for setting in settings()}
    assert {*SAMPLES, *SHOWN} <= names


@pytest.mark.parametrize("setting", list(settings()), ids=lambda setting: setting.name)
def test_every_key_says_what_it_means(setting: Setting) -> None:
    assert setting.description or setting.values


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), ("", '""'), ((), "[]"), ({}, "{}"), (None, ""), (("a", "b"), "[a, b]")],
)
def test_a_default_is_written_as_yaml_reads_it(value: object, text: str) -> None:
    assert written(value) == text
