"""A worked graph, for people and for machines."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

from rich.cells import cell_len

from tutor.algebra import values
from tutor.algebra.show import show, show_rows
from tutor.algebra.values import Value
from tutor.ascii import to_ascii
from tutor.drawing import draw as drawn
from tutor.drawing import paint, sketch
from tutor.grading import Problem, place_name


def as_data(problem: Problem) -> dict[str, Any]:
    """The worked graph for machines: numbers as floats, matrices as nested lists, null where there is none."""
    graph, floats = problem.graph, problem.floats
    nodes = []
    for position, node in enumerate(graph.nodes):
        entry: dict[str, Any] = {"id": node.id}
        if node.name is not None:
            entry["name"] = node.name
        entry["op"] = node.op
        if node.const is not None:
            entry["const"] = _machine(graph.float_consts[position])
        entry["value"] = _machine(floats.values[position])
        entry["gradient"] = _machine(floats.gradients[position])
        nodes.append(entry)
    edges = []
    for edge in graph.edges:
        if (edge.target, edge.slot) not in floats.edges:
            continue
        passed = floats.edges[edge.target, edge.slot]
        edges.append(
            {
                "from": graph.nodes[edge.source].id,
                "to": graph.nodes[edge.target].id,
                "slot": edge.slot,
                "upstream": _machine(passed.upstream),
                "local": _machine(passed.local),
                "gradient": _machine(passed.gradient),
            }
        )
    return {
        "output": graph.output,
        "value": _machine(floats.values[graph.last]),
        "nodes": nodes,
        "edges": edges,
    }


def _machine(value: Value) -> Any:
    """A float or a matrix for JSON, None where there is none; adding zero turns −0 into 0."""
    return None if value is None else values.nested(values.each(lambda cell: float(cell) + 0.0, value))


def as_text(problem: Problem, ascii: bool = False, *, draw: bool | None = None, width: int | None = None) -> list[str]:
    """The worked graph for people: the drawing where it fits `width` (that of the terminal) or is asked for, then
    every edge, then the gradients."""
    graph, exact = problem.graph, problem.exact
    inputs = ", ".join(f"{name} = {show(problem.inputs[name])}" for name in graph.inputs)
    lines = [f"{graph.text.strip()}    {inputs}", ""]
    width = width or shutil.get_terminal_size((80, 24)).columns
    rows = {place.id: show_rows(problem.truth(place)) for place in problem.places}
    if draw is not False:
        drawings = [drawn(sketch(problem, ascii=ascii, roomy=roomy), ascii=ascii) for roomy in (True, False)]
        fitting = next((drawing for drawing in drawings if draw or drawing.width <= width), None)
        if fitting is not None:
            lines += [*paint(fitting, rows), ""]
    lines += _table(problem, to_ascii if ascii else str)
    lines.append("")
    value = show(exact.values[graph.last], near_one=problem.near_one[graph.last])
    lines.append(f"{graph.output} = {value}")
    for name in problem.wrt or graph.inputs:
        lines.append(f"∂{problem.goal}/∂{name} = {show(exact.gradients[graph.position[name]])}")
    return [to_ascii(line) for line in lines] if ascii else lines


def _table(problem: Problem, spelled: Callable[[str], str]) -> list[str]:
    """Every place: its name, upstream × slope where it is a product of numbers, its value. `spelled` is how texts
    are written, which widths depend on."""
    rows = []
    for place in problem.places:
        name = str(place_name(problem, place))
        value = show(problem.truth(place))
        if place.edge:
            passed = problem.exact.edges[place.edge.target, place.edge.slot]
            if passed.local is not None and not values.is_matrix(passed.gradient):
                rows.append((name, f"{_bracketed(show(passed.upstream))} × {_bracketed(show(passed.local))}", value))
                continue
        elif place.kind == "sum":
            rows.append(
                (
                    name,
                    " + ".join(_bracketed(show(problem.truth(part))) for part in problem.parts(place)),
                    value,
                )
            )
            continue
        rows.append((name, "", value))
    rows = [(spelled(name), spelled(how), spelled(value)) for name, how, value in rows]
    first = max(cell_len(row[0]) for row in rows)
    second = max(cell_len(row[1]) for row in rows)
    return [
        f"{name}{' ' * (first - cell_len(name))}   {how}{' ' * (second - cell_len(how))} {'=' if how else ' '} {value}"
        for name, how, value in rows
    ]


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("−") else text
