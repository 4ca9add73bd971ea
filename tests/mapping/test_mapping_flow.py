"""The pictures of the data flow show every field and every way that it takes."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from sync_cli.admin.mapping_files import InForce, as_shipped, fields_of, glance
from sync_cli.flows.journeys import Way
from sync_cli.mapping.flow import Column, Edge, Flow, Lane, Node, overview
from sync_cli.mapping.sheet import Direction, Need, rows_of
from sync_cli.report.diagram import GAP, ROW, mermaid, svg

SVG = "{http://www.w3.org/2000/svg}"
WAYS = [(force, way) for force in as_shipped() for way in force.ways()]
FLOWS = [fields_of(force, way) for force, way in WAYS] + [glance(force) for force in as_shipped()]
each_flow = pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.title)


def order_of(system: str) -> tuple[InForce, Way]:
    """The way of an order to the ERP of this kind."""
    found = ((f, w) for f, w in WAYS if w.journey.name == "order" and w.target.system == system)
    return next(found)


def names(column: Column) -> list[str]:
    return [node.name for node in column.nodes]


@each_flow
def test_every_arrow_joins_fields_of_neighbouring_columns(flow: Flow) -> None:
    for edge in flow.edges:
        assert edge.start in names(flow.columns[edge.column])
        assert edge.end in names(flow.columns[edge.column + 1])


@each_flow
def test_no_field_stands_twice_in_a_column(flow: Flow) -> None:
    for column in flow.columns:
        assert len(names(column)) == len(set(names(column)))


@pytest.mark.parametrize(("force", "way"), WAYS, ids=lambda one: getattr(one, "journey", None))
def test_every_written_field_is_in_the_picture(force: InForce, way: Way) -> None:
    flow = fields_of(force, way)
    drawn = names(flow.columns[-1])
    for row in rows_of(way.target):
        if row.direction is Direction.WRITE:
            assert any(row.target == name or row.target.startswith(f"{name}.") for name in drawn)


@pytest.mark.parametrize(("force", "way"), WAYS, ids=lambda one: getattr(one, "journey", None))
def test_what_must_have_a_value_is_marked(force: InForce, way: Way) -> None:
    marked = {node.name for node in fields_of(force, way).columns[0].nodes if node.needed}
    needed = {
        row.source
        for row in rows_of(way.source)
        if row.direction is Direction.READ and row.required is Need.VALUE
    }
    assert marked
    assert marked <= needed


def test_an_order_can_be_followed_from_end_to_end() -> None:
    force, way = order_of("sandbox-erp")
    flow = fields_of(force, way)
    steps = {(edge.column, edge.start, edge.end) for edge in flow.edges}
    path = ("line_items[].total", "lines[].total", "lines[].net", "lines[].net")
    assert all((at, *pair) in steps for at, pair in enumerate(pairwise(path)))
    assert (1, "id", "reference") in steps
    assert (1, "lines[].variation_id", "lines[].product_key") in steps
    assert (1, "lines[].product_id", "lines[].product_key") in steps
    assert (1, "shipping_lines[].total", "lines[].net") in steps


def test_an_object_is_one_field_of_the_picture() -> None:
    force, way = order_of("sandbox-erp")
    for column in fields_of(force, way).columns:
        assert "billing" in names(column)
        assert not [name for name in names(column) if name.startswith("billing.")]


@each_flow
def test_the_svg_is_sound_and_shows_every_field(flow: Flow) -> None:
    root = ElementTree.fromstring(svg(flow))
    shown = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    for column in flow.columns:
        assert column.title in shown
        for node in column.nodes:
            assert any(node.name[:40] in text for text in shown), node.name
    drawn = [path for path in root.iter(f"{SVG}path") if path.get("marker-end")]
    assert len(drawn) == len(flow.edges)


@each_flow
def test_nothing_in_the_svg_lies_upon_another(flow: Flow) -> None:
    root = ElementTree.fromstring(svg(flow))
    places = [(text.get("x"), text.get("y")) for text in root.iter(f"{SVG}text")]
    assert len(places) == len(set(places))
    boxes = [box for box in root.iter(f"{SVG}rect") if box.get("fill") == "#f6f8fa"]
    edges = [(int(box.get("x", 0)), int(box.get("width", 0))) for box in boxes]
    assert len(boxes) == len(flow.columns)
    for (left, width), (next_left, _) in pairwise(edges):
        assert left + width + GAP == next_left
    width = int(root.get("width", 0))
    assert all(left + size < width for left, size in edges)
    assert max(int(text.get("y", 0)) for text in root.iter(f"{SVG}text")) < int(
        root.get("height", 0)
    )


@each_flow
def test_an_arrow_of_the_svg_begins_and_ends_at_its_fields(flow: Flow) -> None:
    root = ElementTree.fromstring(svg(flow))
    drawn = [path.get("d", "") for path in root.iter(f"{SVG}path") if path.get("marker-end")]
    tops = {int(text.get("y", 0)) - 4 for text in root.iter(f"{SVG}text")}
    for path in drawn:
        numbers = [int(number) for number in re.findall(r"-?\d+", path)]
        assert {numbers[1], numbers[-1]} <= tops
        assert numbers[0] != numbers[-2]


def test_an_arrow_back_points_to_the_left() -> None:
    there = Flow("t", (Column("a", (Node("x"),)), Column("b", (Node("y"),))), (Edge(0, "x", "y"),))
    back = Flow("t", there.columns, (Edge(0, "x", "y", back=True),))
    starts = []
    for flow in (there, back):
        [path] = [
            one.get("d", "")
            for one in ElementTree.fromstring(svg(flow)).iter(f"{SVG}path")
            if one.get("marker-end")
        ]
        starts.append(int(path[1:].split(" ")[0]))
    assert starts[0] < starts[1]
    assert "n0_0 --> n1_0" in mermaid(there)
    assert "n1_0 --> n0_0" in mermaid(back)


@each_flow
def test_the_mermaid_text_has_every_field_and_arrow(flow: Flow) -> None:
    text = mermaid(flow)
    assert text.count(" --> ") == len(flow.edges)
    assert len(re.findall(r"^    n\d+_\d+\[", text, re.MULTILINE)) == sum(
        len(column.nodes) for column in flow.columns
    )


def test_signs_that_mean_something_to_mermaid_and_svg_are_escaped() -> None:
    flow = Flow("<t>", (Column("a", (Node('x[] || "y" <z>'),)), Column("b", ())), ())
    assert 'n0_0["x#91;#93; || #quot;y#quot; #lt;z#gt;"]' in mermaid(flow)
    assert ElementTree.fromstring(svg(flow)).findtext(f"{SVG}title") == "<t>"


def test_the_overview_has_a_lane_a_journey() -> None:
    lanes = [Lane("order", "Order", "document", True), Lane("stock", "Level", "stock", False)]
    flow = overview("all", ("shop", "canonical", "erp"), lanes)
    assert [names(column) for column in flow.columns] == [
        ["order", "stock"],
        ["Order", "Level"],
        ["document", "stock"],
    ]
    assert [(edge.start, edge.end, edge.back) for edge in flow.edges] == [
        ("order", "Order", False),
        ("Order", "document", False),
        ("stock", "Level", True),
        ("Level", "stock", True),
    ]


def test_the_same_flow_gives_the_same_text() -> None:
    [(force, way)] = [(f, w) for f, w in WAYS if w.journey.name == "product"][:1]
    assert svg(fields_of(force, way)) == svg(fields_of(force, way))
    assert ROW > 0
