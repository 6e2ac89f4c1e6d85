"""The close-up of the focused node of a worksheet. It shows nothing that the graph or an open hint does not show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.grading.wording import drawn_name
from tutor.practice.close_up.cell import cell_origin
from tutor.practice.close_up.curve import curve_at
from tutor.practice.close_up.data import UNKNOWN, BranchPart, CloseUpData, Operand, Output, Quantity
from tutor.practice.close_up.equation import (
    branch_equation,
    edge_equation,
    forward_equation,
    forward_text,
    hidden_sum,
    start_equation,
)
from tutor.practice.close_up.known import Known

if TYPE_CHECKING:
    from tutor.grading.problem import Blank
    from tutor.practice.worksheet import Worksheet

#: The sign of a branch.
BRANCH_SIGN = "●"


def close_up(worksheet: Worksheet, place_id: str, cell: tuple[int, int] | None = None) -> CloseUpData | None:
    """Return the close-up at a place; None at a question, where no node is in focus.

    `cell` is the active cell of a matrix, whose origin is told once the rule is known.
    """
    blank = worksheet.problem.place(place_id)
    if blank.kind == "question":
        return None
    known = Known(worksheet, blank)
    if blank.kind == "start":
        return _start(known, blank)
    data = _branch(known, blank) if blank.kind == "sum" else _node(known, blank)
    return data if cell is None else replace(data, cell=cell_origin(known, cell))


def _node(known: Known, blank: Blank) -> CloseUpData:
    """Return the node that the asked edge leads into, or whose forward value is asked."""
    problem = known.problem
    position = blank.edge.target if blank.edge else blank.node
    operands = _operands(known, position)
    output = Output(
        problem.graph.label(position),
        known.gradient(blank.id) if blank.kind == "forward" else known.forward(position),
        known.upstream() if blank.edge else Quantity("", state="none"),
        _source(known, position) if blank.edge else "",
    )
    return CloseUpData(
        "edge" if blank.edge else "forward",
        blank.id,
        problem.graph.nodes[position].id,
        known.label(position),
        operands,
        output,
        edge_equation(known, blank, blank.edge, output.upstream) if blank.edge else forward_equation(known, operands),
        forward=forward_text(known, position, operands),
        curve=curve_at(known, position),
    )


def _operands(known: Known, position: int) -> tuple[Operand, ...]:
    """Return the operands that come along an edge; a constant is part of the node's symbol."""
    problem = known.problem
    graph = problem.graph
    operands = []
    for edge in graph.incoming_edges[position]:
        operands.append(
            Operand(
                drawn_name(problem, edge.source),
                known.forward(edge.source),
                known.gradient(edge.id if problem.has_place(edge.id) else None),
                is_asked=edge == known.blank.edge,
                is_data=graph.is_data(edge),
            )
        )
    return tuple(operands)


def _source(known: Known, position: int) -> str:
    """Return the sign of what sends a node its upstream gradient: a node, a branch, or the output."""
    problem = known.problem
    if position == problem.graph.output_position:
        return problem.graph.output
    ahead = problem.gradient_edges[position]
    return known.label(ahead[0].target) if len(ahead) == 1 else BRANCH_SIGN


def _branch(known: Known, blank: Blank) -> CloseUpData:
    problem = known.problem
    hides = known.worksheet.hides_addends(blank.id)
    parts = tuple(
        BranchPart(known.label(part.edge.target), known.hidden(part.id) if hides else known.gradient(part.id))
        for part in problem.branch_edges(blank)
        if part.edge
    )
    name, value = problem.graph.label(blank.node), known.forward(blank.node)
    node = problem.graph.nodes[blank.node].id
    return CloseUpData(
        "sum",
        blank.id,
        node,
        BRANCH_SIGN,
        (Operand(name, value, known.gradient(blank.id), is_asked=True),),
        Output(name, value, Quantity("", state="none")),
        hidden_sum(known, blank) if hides else branch_equation(known, blank, parts),
        parts,
        f"{name} = {value.text}" if value.is_known and not value.shape and value.text != name else "",
        hides_addends=hides,
    )


def _start(known: Known, blank: Blank) -> CloseUpData:
    graph = known.problem.graph
    value = known.forward(blank.node)
    return CloseUpData(
        "start",
        blank.id,
        graph.nodes[blank.node].id,
        known.label(blank.node),
        (Operand(known.label(blank.node), value, known.gradient(blank.id), is_asked=True),),
        Output(graph.output, value, Quantity("", state="none")),
        start_equation(known, blank),
        forward=f"{graph.output} = {value.text}" if value.text != UNKNOWN and not value.shape else "",
    )
