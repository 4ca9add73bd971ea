"""The sheet of the shipped mappings, and the pictures of their data flow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sync_cli.admin.mapping_files import InForce, as_shipped, fields_of, glance
from sync_cli.flows.connecting import mappings_folder
from sync_cli.flows.systems import ERP
from sync_cli.mapping.mapping_set import load_mappings
from sync_cli.mapping.sheet import sheet as rows
from sync_cli.report.diagram import mermaid, svg
from sync_cli.report.mapping_sheet import LEGEND, as_markdown

FOLDER = Path("docs") / "data-flow"


def sheet() -> str:
    """Every field of every shipped mapping."""
    mappings = load_mappings(mappings_folder())
    return f"{LEGEND}\n\n{as_markdown(rows(mappings), mappings)}"


def flows() -> str:
    """For each ERP all journeys at a glance, and a picture of each journey's fields."""
    return "\n\n".join(_flow(force) for force in as_shipped())


def _flow(force: InForce) -> str:
    erp = force.kinds[ERP]
    pictures = "\n".join(
        f"- [{way.journey.name}]({FOLDER.name}/{_file(erp, way.journey.name)}):"
        f" {way.source.system} `{way.source.entity}` to {way.target.system} `{way.target.entity}`"
        for way in force.ways()
    )
    picture = f"![all journeys]({FOLDER.name}/{_file(erp, '')})"
    return (
        f"## {erp}\n\n{picture}\n\nField by field:\n\n{pictures}\n\n"
        f"The same as Mermaid:\n\n```mermaid\n{mermaid(glance(force))}```"
    )


def drawings() -> Iterator[tuple[Path, str]]:
    """Each picture with its place, seen from the top of the project."""
    for force in as_shipped():
        erp = force.kinds[ERP]
        yield FOLDER / _file(erp, ""), svg(glance(force))
        for way in force.ways():
            yield FOLDER / _file(erp, way.journey.name), svg(fields_of(force, way))


def _file(erp: str, journey: str) -> str:
    return f"{erp}-{journey}.svg" if journey else f"{erp}.svg"
