"""The harness for recordings of any real Odoo: what conforms, and that lies are found out."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.odoo.__main__ import main
from tests.sandbox.odoo.replay import load, verdicts
from tests.sandbox.odoo.scene import RECORDINGS

APART = {
    "026": "a quant tells no warehouse",
    "030": "values of attributes have no records of their own",
    "045": "it searches without an order",
    "086": "the newest delivery stands first",
    "107": "the reference of an invoice is not shown",
    "108": "which orders an invoice has is computed",
    "111": "which fields are stored is not told",
    "137": "its orders are shown by no answer",
}
"""Recordings that are not answered as recorded, and why."""


def test_the_projects_recordings_conform_but_for_these() -> None:
    found = verdicts(load(RECORDINGS))
    differing = {v.name[:3] for v in found if v.differences}
    assert differing == set(APART)
    assert sum(v.conforms for v in found) >= 100


def doctored(number: str, change: Any) -> dict[str, Any]:
    """A recording under another name, with its answer changed."""
    (path,) = RECORDINGS.glob(f"{number}-*.json")
    exchange = deepcopy(json.loads(path.read_text("utf-8")))
    exchange["name"] = f"900-of-{number}"
    change(exchange["response"]["body"])
    return dict(exchange)


def another_name(body: dict[str, Any]) -> None:
    body["error"]["data"]["name"] = "builtins.KeyError"


def unordered(body: dict[str, Any]) -> None:
    body["result"].reverse()


def outside(body: dict[str, Any]) -> None:
    body["result"][0]["write_date"] = "2020-01-01 00:00:00"


@pytest.mark.parametrize(
    ("number", "lie"), [("012", another_name), ("034", unordered), ("034", outside)]
)
def test_a_recording_that_lies_is_found_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: str, lie: Any
) -> None:
    for change, code, said in ((lambda _body: None, 0, "1 of 1"), (lie, 1, "0 of 1")):
        (tmp_path / "one.json").write_text(json.dumps(doctored(number, change)), "utf-8")
        assert main([str(tmp_path)]) == code
        assert f"{said} conform" in capsys.readouterr().out
