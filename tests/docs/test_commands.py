"""Whatever command a text tells people to type, they can type."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sync_cli.cli.main import app
from sync_cli.core.errors import ExitCode
from tests.docs.reading import PAGES, ROOT, Typed, fenced_commands, links, quoted_commands, typed
from tools.docs.commands import Command, commands

RUN = CliRunner()
WITH_EXIT_CODES = [[], ["orders"], ["stock"]]
SOURCES = [
    path
    for folder in ("sync_cli", "mappings")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".yaml")
]
_JOINED = re.compile(r'"\s*\n\s*f?"')


def said_on(page: Path) -> list[Typed]:
    text = page.read_text(encoding="utf-8")
    return [*quoted_commands(text), *fenced_commands(text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_can_be_typed(page: Path) -> None:
    assert [(one.text, one.fault()) for one in said_on(page) if one.fault()] == []


def test_the_readme_tells_of_every_command() -> None:
    told = {one.words for one in said_on(ROOT / "README.md")}
    for command in commands():
        assert any(words[: len(command.words)] == command.words for words in told), command.line


def test_the_commands_that_the_program_advises_can_be_typed() -> None:
    """The remedies of errors name commands; a renamed one must not leave them behind."""
    advised = [
        (path.name, one.text, one.fault())
        for path in SOURCES
        for one in quoted_commands(_JOINED.sub("", path.read_text(encoding="utf-8")))
        if "{" not in one.text
    ]
    assert len(advised) > 20
    assert [one for one in advised if one[2]] == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("sync-cli orders --quiet", ""),
        ("sync-cli order --quiet", "no such command"),
        ("sync-cli held", "no such command"),
        ("sync-cli orders --silent", "no option --silent"),
        ("sync-cli orders --since", "--since needs a value"),
        ("sync-cli status twice", "takes no twice"),
        ("sync-cli held retry 1 2 3", ""),
        ("/usr/bin/sync-cli stock --full | tail", ""),
    ],
)
def test_a_line_that_cannot_be_typed_is_noticed(line: str, fault: str) -> None:
    found = typed(line)
    assert found is not None
    assert fault in found.fault()
    assert bool(fault) == bool(found.fault())


@pytest.mark.parametrize("command", commands(), ids=lambda command: command.line)
def test_every_command_that_is_documented_has_its_help(command: Command) -> None:
    shown = RUN.invoke(app, [*command.words, "--help"])
    assert shown.exit_code == 0
    text = " ".join(shown.output.split())
    for parameter in command.options:
        assert all(name in text for name in parameter.names), parameter.names


@pytest.mark.parametrize("words", WITH_EXIT_CODES, ids=lambda words: " ".join(["sync-cli", *words]))
def test_the_help_has_every_exit_code(words: list[str]) -> None:
    text = " ".join(RUN.invoke(app, [*words, "--help"]).output.split())
    told = text.split("Exit codes:", 1)[1]
    assert {int(code) for code in re.findall(r"\b\d+\b", told)} == {int(code) for code in ExitCode}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    inside = [link for link in links(page.read_text(encoding="utf-8")) if "://" not in link]
    targets = {link: page.parent / link.partition("#")[0] for link in inside}
    assert [link for link, target in targets.items() if not target.exists()] == []


def test_the_tests_that_the_readme_names_are_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/[a-z_/]+\.py)`", text))
    assert len(named) >= 5
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_the_targets_of_make_that_pages_name_are_there() -> None:
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", rules, re.MULTILINE))
    named = {
        name
        for page in PAGES
        for name in re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(encoding="utf-8"), re.M)
    }
    assert {"demo", "test"} <= named <= targets
