"""How the data flows: the fields of one journey as columns, and all journeys at a glance.

A journey reads a record of one system, may make another canonical record of it, and writes that to
the other system. Which fields the middle step carries over is handed in (`carried`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from msgspec import Struct

from sync_cli.core.model import Part
from sync_cli.mapping.entity import EntityMapping
from sync_cli.mapping.shapes import Kind, shapes_of
from sync_cli.mapping.sheet import Direction, Need, Row, rows_of

Carried = Mapping[str, Sequence[str]]
"""For each canonical field that is made, the canonical fields that it is made of."""


class Node(Struct, frozen=True):
    """One field, or one object whose fields go together; `needed` claims that it must be there."""

    name: str
    needed: bool = False
    note: str = ""


class Column(Struct, frozen=True):
    """One side of the picture, its nodes from top to bottom."""

    title: str
    nodes: tuple[Node, ...]


class Edge(Struct, frozen=True):
    """An arrow from a node of `column` to one of the next column, by their names.

    `back` claims that the arrow points the other way.
    """

    column: int
    start: str
    end: str
    back: bool = False


class Flow(Struct, frozen=True):
    """A picture in columns; `title` says what it shows."""

    title: str
    columns: tuple[Column, ...]
    edges: tuple[Edge, ...]


def field_flow(
    title: str, source: EntityMapping, target: EntityMapping, carried: Carried | None = None
) -> Flow:
    """Field by field: the source's own, the canonical ones, the target's own.

    With `carried` there are two canonical records between the systems, else one.
    """
    reading = [row for row in rows_of(source) if row.direction is Direction.READ]
    writing = [row for row in rows_of(target) if row.direction is Direction.WRITE]
    drawing = _Drawing()
    drawing.read(reading, source.model)
    at = 1
    if carried is not None:
        drawing.carry(carried, source.model, target.model)
        at = 2
    drawing.write(writing, target.model, at)
    titles = [_system(source), source.model.__name__]
    if carried is not None:
        titles.append(target.model.__name__)
    return drawing.flow(title, [*titles, _system(target)])


def _system(mapping: EntityMapping) -> str:
    return f"{mapping.system}: {mapping.entity}"


class _Drawing:
    """Collects nodes and edges; a field below an object is drawn as that object."""

    def __init__(self) -> None:
        self._nodes: list[dict[str, Node]] = [{}, {}, {}, {}]
        self._edges: dict[Edge, None] = {}

    def read(self, rows: Iterable[Row], model: type[Part]) -> None:
        """From the source's own fields to canonical ones."""
        objects = _objects(row.source for row in rows if row.type.startswith("object "))
        for row in rows:
            end = self._put(1, _whole(row.target, model), needed=False)
            start = _below(row.source, objects)
            self._join(0, self._put(0, start, needed=row.required is Need.VALUE), end)

    def carry(self, carried: Carried, source: type[Part], target: type[Part]) -> None:
        """From one canonical record to the other."""
        for made, fields in carried.items():
            end = self._put(2, _whole(made, target), needed=False)
            for field in fields:
                self._join(1, self._put(1, _whole(field, source), needed=False), end)

    def write(self, rows: Iterable[Row], model: type[Part], at: int) -> None:
        """From canonical fields to the target's own."""
        objects = _objects(row.target for row in rows if row.type.startswith("object "))
        for row in rows:
            end = self._put(3, _below(row.target, objects), needed=row.required is Need.VALUE)
            for field in row.reads:
                self._join(at, self._put(at, _whole(field, model), needed=False), end)

    def flow(self, title: str, titles: Sequence[str]) -> Flow:
        """The picture, each column in the order that crosses the fewest arrows."""
        filled = [nodes for nodes in self._nodes if nodes]
        ordered = [list(filled[0].values())]
        for at, nodes in enumerate(filled[1:]):
            ordered.append(_in_order(list(nodes.values()), ordered[-1], self._between(at)))
        columns = [Column(name, tuple(nodes)) for name, nodes in zip(titles, ordered, strict=True)]
        return Flow(title, tuple(columns), tuple(self._edges))

    def _between(self, column: int) -> list[Edge]:
        return [edge for edge in self._edges if edge.column == column]

    def _put(self, column: int, name: str, *, needed: bool) -> str:
        known = self._nodes[column].get(name)
        if known is None or (needed and not known.needed):
            self._nodes[column][name] = Node(name, needed)
        return name

    def _join(self, column: int, start: str, end: str) -> None:
        self._edges[Edge(column, start, end)] = None


def _objects(sources: Iterable[str]) -> tuple[str, ...]:
    return tuple(sources)


def _below(name: str, objects: Sequence[str]) -> str:
    """The object that a field belongs to, or the field itself."""
    return next((one for one in objects if name.startswith(f"{one}.")), name)


def _whole(path: str, model: type[Part]) -> str:
    """A canonical path, cut behind the first field that holds an object."""
    names = path.split(".")
    for at, name in enumerate(names):
        shape = shapes_of(model).get(name.removesuffix("[]"))
        if shape is None or shape.model is None:
            break
        if shape.kind is Kind.PART:
            return ".".join(names[: at + 1])
        model = shape.model
    return path


def _in_order(nodes: list[Node], before: Sequence[Node], edges: Iterable[Edge]) -> list[Node]:
    """Nodes beside those that lead to them; the fields of one list stay together below it."""
    place = {node.name: at for at, node in enumerate(before)}
    reached: dict[str, list[int]] = {}
    for edge in edges:
        reached.setdefault(edge.end, []).append(place[edge.start])
    heights = {name: fmean(places) for name, places in reached.items()}
    groups: dict[str, list[float]] = {}
    for node in nodes:
        groups.setdefault(_group(node.name), []).append(heights.get(node.name, len(before)))
    return sorted(
        nodes,
        key=lambda node: (
            fmean(groups[_group(node.name)]),
            _group(node.name),
            "[]" in node.name,
            heights.get(node.name, len(before)),
        ),
    )


def _group(name: str) -> str:
    return name.partition("[]")[0]


class Lane(Struct, frozen=True):
    """One journey at a glance; `to_right` claims that it goes from the first system to the other.

    `note` counts its fields.
    """

    left: str
    canonical: str
    right: str
    to_right: bool
    note: str = ""


def overview(title: str, columns: tuple[str, str, str], lanes: Sequence[Lane]) -> Flow:
    """All journeys between two systems, one below the other."""
    sides = [[Node(lane.left) for lane in lanes], [], [Node(lane.right) for lane in lanes]]
    sides[1] = [Node(lane.canonical, note=lane.note) for lane in lanes]
    edges = [
        edge
        for lane in lanes
        for edge in (
            Edge(0, lane.left, lane.canonical, back=not lane.to_right),
            Edge(1, lane.canonical, lane.right, back=not lane.to_right),
        )
    ]
    named = [
        Column(name, tuple(dict.fromkeys(nodes)))
        for name, nodes in zip(columns, sides, strict=True)
    ]
    return Flow(title, tuple(named), tuple(edges))
