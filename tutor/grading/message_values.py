"""The words that templates of mistakes, hints and questions may use at a blank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.algebra.evaluate import format_shape
from tutor.algebra.expr import Expr, children, postorder
from tutor.algebra.printing import format_expr, format_value
from tutor.engine.composite import formula_in_letters, operand_letter
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.engine.graph import Graph
    from tutor.grading.problem import Blank, Problem

#: A formula of more parts than this is not read any more.
MAX_FORMULA_SIZE = 40


def template_values(problem: Problem, blank: Blank, text: str = "") -> Mapping[str, Any]:
    """The words by name; `text` is the answer as it was typed."""
    if blank.kind == "question":
        return {"v": text}
    if blank.id not in problem.template_values_cache:
        problem.template_values_cache[blank.id] = _blank_values(problem, blank)
    return {**problem.template_values_cache[blank.id], "v": text}


def _blank_values(problem: Problem, blank: Blank) -> dict[str, Any]:
    graph = problem.graph
    words: dict[str, Any] = {
        "name": graph.label(blank.node),
        "output": graph.output,
        "goal": problem.target_name,
        "n": len(graph.outgoing_edges[blank.node]),
    }
    if blank.kind == "forward":
        words["node"] = graph.nodes[blank.node].symbol
    if blank.edge:
        target = graph.nodes[blank.edge.target]
        upstream = problem.exact_passes.edges[blank.edge.target, blank.edge.slot].upstream
        words |= {
            "node": target.symbol,
            "n": len(graph.outgoing_edges[blank.edge.target]),
            "x": format_value(
                problem.exact_passes.values[blank.edge.source], near_one=problem.needs_extra_digits[blank.edge.source]
            ),
            "g": format_value(upstream),
            "shape": format_shape(blank.shape) if blank.shape else message(N_("a single number")),
            "up_shape": format_shape(ops.shape_of(upstream)),
        }
        if target.custom_operation and target.custom_operation.body:
            words |= _composite_values(target.custom_operation.body, blank.edge.slot)
    return words


def _composite_values(parts: Graph, slot: int) -> dict[str, Any]:
    """What a composite node consists of, in letters, and the letter of one operand."""
    inside = formula_in_letters(parts)
    steps = len(parts.nodes) - len(parts.inputs)
    long = expanded_size(inside) > MAX_FORMULA_SIZE
    return {
        "inside": message(N_("a function of {n} steps"), n=steps) if long else format_expr(inside),
        "letter": operand_letter(slot, parts.nodes[slot].shape),
    }


def expanded_size(tree: Expr) -> int:
    """How many parts a formula has when it is written out, what is shared each time."""
    sizes: dict[int, int] = {}
    for node in postorder(tree):
        sizes[id(node)] = 1 + sum(sizes[id(child)] for child in children(node))
    return sizes[id(tree)]
