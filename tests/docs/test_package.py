"""What `pip install .` brings: mappings, profiles and the example configuration are inside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.docs.reading import ROOT

pytestmark = pytest.mark.scenario

SHIPPED = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (
        *(ROOT / "mappings").rglob("*.yaml"),
        *(ROOT / "cases").glob("*.yaml"),
        ROOT / "config.example.yaml",
    )
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unpacked wheel, as pip would lay it out."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    with ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The installed program, started where the checkout is not seen."""
    return subprocess.run(
        [sys.executable, "-m", "sync_cli.cli.main", *arguments],
        cwd=installed.parent,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_the_wheel_holds_what_is_shipped(installed: Path, name: str) -> None:
    inside = installed / "sync_cli" / "data" / name
    assert inside.read_bytes() == (ROOT / name).read_bytes()


def test_the_wheel_says_that_it_is_typed(installed: Path) -> None:
    assert (installed / "sync_cli" / "py.typed").is_file()


def test_the_installed_program_prints_its_example(installed: Path) -> None:
    shown = run(installed, "config", "example")
    assert shown.stdout == (ROOT / "config.example.yaml").read_text(encoding="utf-8")


def test_the_installed_program_finds_its_mappings(installed: Path) -> None:
    code = "from sync_cli.flows.connecting import mappings_folder; print(mappings_folder())"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=installed.parent,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(shown.stdout.strip()) == installed / "sync_cli" / "data" / "mappings"


def test_the_tests_are_not_installed(installed: Path) -> None:
    assert sorted(path.name for path in installed.iterdir() if path.suffix != ".dist-info") == [
        "sync_cli"
    ]
