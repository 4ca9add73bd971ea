"""The data flow as a picture: Mermaid text, and SVG with a layout of our own.

The columns of a flow are known beforehand, so that its layout is a sum of heights; the layout
libraries that there are for Python need a native Graphviz, or lay out graphs of any shape anew
each time, which would change the committed picture with every release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from msgspec import Struct

from sync_cli.mapping.flow import Column, Edge, Flow, Node

ROW = 20
HEAD = 34
GAP = 150
MARGIN = 24
LETTER = 6.7
"""Width of a letter in the font of the rows, in the picture's units."""
LONGEST = 46
ARROWS = ("#2563a8", "#a14a24", "#2f7d4f", "#7a4fa0", "#8a6d1a", "#b03060")
"""Neighbouring arrows differ in colour, so that the eye can follow one; all are dark enough."""

_STYLE = (
    "text{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:11px;fill:#1d2733}"
    ".title{font:600 15px system-ui,sans-serif}"
    ".head{font:600 12px system-ui,sans-serif;fill:#fff}"
    ".note{font:11px system-ui,sans-serif;fill:#4a5866}"
    ".needed{font-weight:700}"
    "path{fill:none;stroke-width:1.3;opacity:.75}"
)


def mermaid(flow: Flow) -> str:
    """The flow as a Mermaid flowchart."""
    lines = ["flowchart LR"]
    names: dict[tuple[int, str], str] = {}
    for at, column in enumerate(flow.columns):
        lines.append(f'  subgraph c{at}["{_quoted(column.title)}"]')
        for number, node in enumerate(column.nodes):
            names[at, node.name] = f"n{at}_{number}"
            lines.append(f'    n{at}_{number}["{_quoted(_caption(node))}"]')
        lines.append("  end")
    for edge in flow.edges:
        start, end = names[edge.column, edge.start], names[edge.column + 1, edge.end]
        if edge.back:
            start, end = end, start
        lines.append(f"  {start} --> {end}")
    return "\n".join(lines) + "\n"


def svg(flow: Flow) -> str:
    """The flow as an SVG picture with a white ground, the same text for the same flow."""
    layout = _Layout(flow)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.width} {layout.height}"'
        f' width="{layout.width}" height="{layout.height}" role="img">',
        f"<title>{escape(flow.title)}</title>",
        f"<style>{_STYLE}</style>",
        _markers(),
        f'<rect width="{layout.width}" height="{layout.height}" fill="#fff"/>',
        f'<text class="title" x="{MARGIN}" y="30">{escape(flow.title)}</text>',
        *layout.boxes(),
        *layout.arrows(),
        _legend(flow, layout.height - 14),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _legend(flow: Flow, baseline: int) -> str:
    if not any(node.needed for column in flow.columns for node in column.nodes):
        return ""
    said = "● must have a value; without it the record is held"
    return f'<text class="note" x="{MARGIN}" y="{baseline}">{said}</text>'


class _Box(Struct, frozen=True):
    """Where a column is drawn."""

    column: Column
    left: int
    width: int

    @property
    def right(self) -> int:
        return self.left + self.width


class _Layout:
    """Places the columns side by side, each of its nodes one row high."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._boxes: list[_Box] = []
        left = MARGIN
        for column in flow.columns:
            box = _Box(column, left, _width(column))
            self._boxes.append(box)
            left = box.right + GAP
        self.width = max(left - GAP + MARGIN, 420)
        self._top = 48
        rows = max(len(column.nodes) for column in flow.columns)
        self.height = self._top + HEAD + rows * ROW + 12 + 36

    def boxes(self) -> Iterator[str]:
        """The columns with their rows."""
        for box in self._boxes:
            height = HEAD + len(box.column.nodes) * ROW + 8
            yield (
                f'<rect x="{box.left}" y="{self._top}" width="{box.width}" height="{height}"'
                ' rx="6" fill="#f6f8fa" stroke="#9aa7b4"/>'
            )
            yield (
                f'<rect x="{box.left}" y="{self._top}" width="{box.width}" height="{HEAD - 8}"'
                ' rx="6" fill="#33475b"/>'
            )
            title = escape(box.column.title)
            yield f'<text class="head" x="{box.left + 12}" y="{self._top + 18}">{title}</text>'
            for at, node in enumerate(box.column.nodes):
                yield _row(node, box.left + 12, self._middle(at) + 4)

    def arrows(self) -> Iterator[str]:
        """The edges, from the right side of a row to the left side of another."""
        places = [
            {node.name: at for at, node in enumerate(box.column.nodes)} for box in self._boxes
        ]
        for edge in self._flow.edges:
            start = places[edge.column][edge.start]
            end = places[edge.column + 1][edge.end]
            yield self._arrow(edge, start, end)

    def _arrow(self, edge: Edge, start: int, end: int) -> str:
        left, right = self._boxes[edge.column].right, self._boxes[edge.column + 1].left
        first, last = self._middle(start), self._middle(end)
        bend = GAP // 2
        if edge.back:
            left, right, first, last, bend = right, left, last, first, -bend
        colour = start % len(ARROWS)
        return (
            f'<path d="M{left} {first}C{left + bend} {first} {right - bend} {last} {right} {last}"'
            f' stroke="{ARROWS[colour]}" marker-end="url(#a{colour})"/>'
        )

    def _middle(self, row: int) -> int:
        return self._top + HEAD + row * ROW + ROW // 2


def _width(column: Column) -> int:
    longest = max((len(_shown(node)) for node in column.nodes), default=0)
    return round(max(longest * LETTER, len(column.title) * 8.4) + 26)


def _row(node: Node, left: int, baseline: int) -> str:
    kind = ' class="needed"' if node.needed else ""
    name = _shown(node)
    whole = f"<title>{escape(node.name)}</title>" if name.endswith("…") else ""
    return f'<text{kind} x="{left}" y="{baseline}">{whole}{escape(name)}</text>'


def _shown(node: Node) -> str:
    caption = _caption(node)
    return caption if len(caption) <= LONGEST else f"{caption[: LONGEST - 1]}…"


def _caption(node: Node) -> str:
    mark = "● " if node.needed else ""
    note = f" ({node.note})" if node.note else ""
    return f"{mark}{node.name}{note}"


def _markers() -> str:
    drawn = "".join(
        f'<marker id="a{at}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        f' orient="auto"><path d="M0 0L8 4L0 8z" style="fill:{colour};opacity:1"/>'
        "</marker>"
        for at, colour in enumerate(ARROWS)
    )
    return f"<defs>{drawn}</defs>"


_ENTITIES: Mapping[str, str] = {'"': "#quot;", "<": "#lt;", ">": "#gt;", "[": "#91;", "]": "#93;"}


def _quoted(text: str) -> str:
    """Text as a Mermaid label takes it between quotes."""
    return "".join(_ENTITIES.get(sign, sign) for sign in text)
