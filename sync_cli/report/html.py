"""A comparison's report as HTML for a mail: inline styles only, no pictures, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from sync_cli.core.drift import Drift, DriftKind
from sync_cli.core.findings import Report, verdict
from sync_cli.report.reconcile_words import (
    AGREE,
    AGREE_SO_FAR,
    PROGRAM,
    SIDE_COLUMNS,
    Group,
    groups,
    left_out_rows,
    right,
    side_rows,
)
from sync_cli.report.together import waiting_row, waiting_together

LISTED = 20
"""A mail lists so many drifts of a part at most; the CSV beside it has all that were kept."""

_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_CELL = "padding:10px 12px;border-bottom:1px solid #e6e8eb;vertical-align:top;text-align:left"
_HEAD = f"{_CELL};font-size:12px;font-weight:600;color:#5b6570;background:#f6f7f9"
_CODE = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px"
_NOTE = "margin:10px 12px 0;color:#5b6570"
_GOOD, _BAD, _UNSURE = ("#e7f5ec", "#136c36"), ("#fdeceb", "#a3201a"), ("#fff5e0", "#7a5200")
_COLOURS = {
    DriftKind.MISSING: _BAD,
    DriftKind.DUPLICATE: _BAD,
    DriftKind.EXTRA: _UNSURE,
    DriftKind.DIFFERENT: _UNSURE,
}


def as_html(report: Report) -> str:
    """The whole page: the verdict first, both sides at a glance, then what differs."""
    title = f"Shop {report.shop}: {'in step' if report.in_step else 'not in step'}"
    parts = [
        _banner(report),
        *_doubts(report),
        _sides(report),
        *map(_group, groups(report)),
        _waiting(report),
        _left_out(report),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title></head>\n"
        f'<body style="margin:0;background:#eef0f3;{_FONT};color:#1d2329;font-size:15px;'
        'line-height:1.45">\n<div style="max-width:860px;margin:0 auto;padding:24px 12px">\n'
        '<div style="background:#ffffff;border:1px solid #dfe2e6;border-radius:8px;padding:24px">\n'
        + "\n".join(part for part in parts if part)
        + f"\n</div>\n{_foot(report)}\n</div></body></html>\n"
    )


def _banner(report: Report) -> str:
    back, fore = _GOOD if report.in_step else _BAD if report.drift_count else _UNSURE
    return (
        f'<p style="margin:0;padding:14px 16px;border-radius:6px;background:{back};color:{fore};'
        f'font-size:17px;font-weight:600">{escape(verdict(report))}</p>'
    )


def _doubts(report: Report) -> Iterable[str]:
    """What the verdict does not quote already."""
    for text in (*report.doubts, *report.notes):
        if text not in verdict(report):
            yield f'<p style="margin:14px 0 0;color:#7a5200">{escape(text)}</p>'


def _sides(report: Report) -> str:
    """Both sides beside each other: the first look of whoever has no time."""
    if not report.sums:
        return ""
    rows = [
        (escape(part), escape(shop), escape(erp), _came_to(said))
        for part, shop, erp, said in side_rows(report)
    ]
    return _headline("Both sides at a glance") + _table(SIDE_COLUMNS, rows)


def _came_to(said: str) -> str:
    if not said:
        return ""
    return _badge(said, _GOOD if said in (AGREE, AGREE_SO_FAR) else _BAD)


def _group(group: Group) -> str:
    """The drifts of one part, and the command that mends many at once."""
    listed = group.drifts[:LISTED]
    rows = [(_badge(str(each.kind), _COLOURS[each.kind]), _told(each)) for each in listed]
    below = []
    if rest := group.beyond(len(listed)):
        below.append(f"{rest:,} more are in the attached table.")
    if group.at_once:
        below.append(f"All that a command mends, at once: {_code(group.at_once)}")
    notes = "".join(f'<p style="{_NOTE}">{text}</p>' for text in below)
    return _headline(group.title) + _table((), rows, first="84px") + notes


def _told(drift: Drift) -> str:
    """What differs, and below it the remedy: one column, so that a phone shows it too."""
    small = "margin-top:4px;color:#5b6570;font-size:13px"
    mend = _code(drift.mend) if drift.mend.startswith(PROGRAM) else escape(drift.mend)
    return (
        f'{escape(drift.what)}<div style="{small}">{escape(right(drift))} To mend it: {mend}</div>'
    )


def _badge(text: str, colours: tuple[str, str]) -> str:
    back, fore = colours
    return (
        f'<span style="display:inline-block;padding:2px 8px;border-radius:10px;background:{back};'
        f'color:{fore};font-size:12px;font-weight:600">{escape(text)}</span>'
    )


def _code(command: str) -> str:
    return f'<code style="{_CODE};color:#1d2329;display:inline-block">{escape(command)}</code>'


def _waiting(report: Report) -> str:
    if not report.waiting:
        return ""
    listed = waiting_together(report.waiting)[:LISTED]
    rows = [(_name(name), escape(why)) for name, why in map(waiting_row, listed)]
    rest = report.waits - sum(map(len, listed))
    more = f'<p style="{_NOTE}">... and {rest:,} more.</p>' if rest else ""
    return _headline("In flight or held") + _table(("record", "why"), rows) + more


def _name(text: str) -> str:
    """The name of a record, which is not broken; those of several may be."""
    style = "" if ": " in text else ' style="white-space:nowrap"'
    return f"<span{style}>{escape(text)}</span>"


def _left_out(report: Report) -> str:
    if not report.left_out:
        return ""
    rows = [tuple(map(escape, row)) for row in left_out_rows(report)]
    return _headline("Left out on purpose") + _table(("why", "records"), rows, numbers=1)


def _headline(text: str) -> str:
    return f'<h2 style="margin:26px 0 8px;font-size:15px">{escape(text)}</h2>'


def _table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: int = 0, first: str = "auto"
) -> str:
    """A table of finished HTML cells; the last `numbers` columns stand to the right.

    `first` is the width of the first column.
    """
    head = _row("th", _HEAD, columns, numbers) if columns else ""
    body = "\n".join(_row("td", _CELL, row, numbers) for row in rows)
    style = "width:100%;border-collapse:collapse;font-size:14px"
    widths = f'<colgroup><col style="width:{first}"></colgroup>'
    return f'<table role="presentation" style="{style}">\n{widths}\n{head}\n{body}\n</table>'


def _row(tag: str, style: str, cells: Sequence[str], numbers: int) -> str:
    first = len(cells) - numbers
    right = ";text-align:right;white-space:nowrap"
    texts = [
        f'<{tag} style="{style}{right if index >= first else ""}">{cell}</{tag}>'
        for index, cell in enumerate(cells)
    ]
    return f"<tr>{''.join(texts)}</tr>"


def _foot(report: Report) -> str:
    since = "".join(f" Of {p} those changed since {at:%Y-%m-%d}." for p, at in report.since.items())
    text = (
        f"Written by sync-cli reconcile for shop {report.shop} on {report.at:%Y-%m-%d %H:%M} UTC."
        f"{since} Nothing was written to any system."
    )
    return f'<p style="margin:14px 12px;font-size:12px;color:#6b747d">{escape(text)}</p>'
