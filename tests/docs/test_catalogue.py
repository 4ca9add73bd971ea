"""Every problem says what is wrong and what to do, in whole words."""

from __future__ import annotations

import re

import pytest

from sync_cli.core.errors import ExitCode
from tools.docs.exit_codes import WORDS
from tools.docs.problems import GAP, SOURCE, Entry, entries, made_in

CATALOGUE = sorted(set(entries()))


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: f"{entry.code}: {entry.says[:30]}")
def test_a_problem_says_what_to_do(entry: Entry) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", entry.code)
    assert entry.says
    assert entry.remedy != GAP
    assert entry.remedy[0].isupper(), entry.remedy
    assert entry.remedy.endswith((".", "?")), entry.remedy
    assert not entry.says.removesuffix(GAP).endswith("."), "the sentence goes on with the remedy"


def test_the_catalogue_is_not_empty() -> None:
    assert {"unknown-article", "order-unproven", "late-edit", "in-doubt"} <= {
        entry.code for entry in CATALOGUE
    }


def test_no_code_is_left_out() -> None:
    sources = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")]
    made = {one.code for source in sources for one in made_in(source)}
    assert made - {entry.code for entry in CATALOGUE} <= {"refused"}


def test_what_is_only_known_when_it_happens_stands_as_a_gap() -> None:
    source = """
REMEDY = "Mend it."
def found(label, sku):
    return Problem("broken", label, f"the article {sku} is " + "broken", REMEDY)
def passed_on(meaning, label):
    return Problem(meaning.code, label, meaning.says, meaning.remedy)
"""
    assert list(made_in(source)) == [Entry("broken", f"the article {GAP} is broken", "Mend it.")]


@pytest.mark.parametrize("code", list(ExitCode), ids=lambda code: code.name)
def test_every_exit_code_is_explained(code: ExitCode) -> None:
    assert WORDS[code].means
    assert WORDS[code].remedy
