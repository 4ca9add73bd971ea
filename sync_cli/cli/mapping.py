"""Mappings as documents: check, sheet, diagram, preview, diff. Nothing is ever written."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sync_cli.cli.exits import exit_codes
from sync_cli.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from sync_cli.core.errors import ExitCode

mapping_app = typer.Typer(
    help="Field mappings: check, draw and try them. No system is written.",
    no_args_is_help=True,
)

MostOption = Annotated[
    int, typer.Option("--limit", min=1, help="Read at most so many records of each kind.")
]


class SheetFormat(StrEnum):
    """How the mapping sheet is printed."""

    TABLE = "table"
    CSV = "csv"
    MARKDOWN = "markdown"


class PictureFormat(StrEnum):
    """How the data flow is drawn."""

    MERMAID = "mermaid"
    SVG = "svg"


@mapping_app.command("check")
def check(
    config: ConfigOption = DEFAULT_CONFIG,
    live: Annotated[
        bool,
        typer.Option("--live", help="Also read some records of both systems, and try them."),
    ] = False,
    limit: MostOption = 50,
    as_json: JsonOption = False,
) -> None:
    """Check all mappings. --live tries them on real records."""
    from sync_cli.admin import mapping_files, mapping_live
    from sync_cli.flows.clock import utc_now
    from sync_cli.report.mapping_words import looked_data, show_looked

    with exit_codes():
        force = mapping_files.in_force(config, DEFAULT_CONFIG)
        files, rules = mapping_files.count_rules(force)
        if not live:
            typer.echo(f"{files} mappings with {rules} rules are sound.")
            return
        with mapping_live.sides(force) as opened:
            looked = list(mapping_live.look(opened, utc_now(), limit))
    if as_json:
        _print_json(looked_data(looked))
        sound = not any(one.findings for one in looked)
    else:
        sound = show_looked(looked)
    if not sound:
        raise typer.Exit(int(ExitCode.FAILURES))


@mapping_app.command("sheet")
def sheet(
    entity: Annotated[
        str, typer.Argument(help="Only this kind of record, such as order or document.")
    ] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    format: Annotated[SheetFormat, typer.Option("--format", "-f", help="How to print it.")] = (
        SheetFormat.TABLE
    ),
) -> None:
    """Every field with source, target, type, check and owner."""
    from sync_cli.admin import mapping_files
    from sync_cli.report.mapping_sheet import as_csv, as_markdown, show_sheet

    with exit_codes():
        force = mapping_files.in_force(config, DEFAULT_CONFIG)
        rows = mapping_files.sheet_of(force, entity)
    match format:
        case SheetFormat.TABLE:
            show_sheet(rows)
        case SheetFormat.CSV:
            typer.echo(as_csv(rows), nl=False)
        case SheetFormat.MARKDOWN:
            typer.echo(as_markdown(rows, force.mappings))


@mapping_app.command("diagram")
def diagram(
    journey: Annotated[
        str, typer.Argument(help="One kind of record field by field: order, product, stock ...")
    ] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    format: Annotated[PictureFormat, typer.Option("--format", "-f", help="How to draw it.")] = (
        PictureFormat.MERMAID
    ),
) -> None:
    """The data flow between shop and ERP, as Mermaid text or SVG."""
    from sync_cli.admin import mapping_files
    from sync_cli.report import diagram as drawing

    with exit_codes():
        flow = mapping_files.picture(mapping_files.in_force(config, DEFAULT_CONFIG), journey)
    draw = drawing.svg if format is PictureFormat.SVG else drawing.mermaid
    typer.echo(draw(flow), nl=False)


@mapping_app.command("preview")
def preview(
    journey: Annotated[
        str,
        typer.Argument(
            help="order, refund, customer, product or stock; document, shipment, fulfillment,"
            " tracking, invoice or customer_number (the way back)."
        ),
    ],
    name: Annotated[str, typer.Argument(help="Its id; also a SKU, reference or e-mail address.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """One record as read, canonical, and as it would be written."""
    from sync_cli.admin import mapping_files, mapping_live
    from sync_cli.admin import preview as previewing
    from sync_cli.report.mapping_words import show_preview

    with exit_codes():
        force = mapping_files.in_force(config, DEFAULT_CONFIG)
        with mapping_live.sides(force) as opened:
            shown = previewing.preview(opened, journey, name)
    if as_json:
        _print_json(previewing.as_data(shown))
    else:
        show_preview(shown)
    if shown.problems:
        raise typer.Exit(int(ExitCode.FAILURES))


@mapping_app.command("diff")
def diff(
    other: Annotated[
        Path | None,
        typer.Argument(
            help="Another folder of overlays to compare with. Without it: what yours changes in"
            " the shipped mappings."
        ),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    records: Annotated[
        Path | None,
        typer.Option(
            "--records", help="Try them on these recorded records (JSON), not on live ones."
        ),
    ] = None,
    only: Annotated[
        str, typer.Option("--of", help="What the recorded records are: order, product ...")
    ] = "order",
    rules_only: Annotated[
        bool, typer.Option("--rules-only", help="Only compare the rules; call no system.")
    ] = False,
    unmasked: Annotated[
        bool, typer.Option("--unmasked", help="Show names, addresses and texts too, not ***.")
    ] = False,
    limit: MostOption = 50,
    as_json: JsonOption = False,
) -> None:
    """What a changed mapping would write otherwise, field by field."""
    from sync_cli.admin import mapping_diff, mapping_files
    from sync_cli.flows.clock import utc_now
    from sync_cli.report.mapping_words import difference_data, show_difference

    with exit_codes():
        before, after = mapping_files.both(config, DEFAULT_CONFIG, other)
        found = mapping_diff.compare(
            before,
            after,
            utc_now(),
            limit,
            recorded=records,
            of=only,
            rules_only=rules_only,
            unmasked=unmasked,
        )
    if as_json:
        _print_json(difference_data(found))
    else:
        show_difference(found)


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, default=str, ensure_ascii=False, indent=1))
