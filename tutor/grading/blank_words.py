"""The words that templates of mistakes, hints and questions may use at a blank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.algebra import values
from tutor.algebra.evaluate import describe
from tutor.algebra.show import show, write
from tutor.algebra.tree import Expr, children, postorder
from tutor.engine import Graph
from tutor.engine.composite import in_letters, letter
from tutor.grading.problem import Blank, Problem
from tutor.i18n import N_, message

#: A formula of more parts than this is not read any more.
LONG = 40


def fill(problem: Problem, blank: Blank, text: str = "") -> Mapping[str, Any]:
    """The words by name; `text` is the answer as it was typed."""
    if blank.kind == "question":
        return {"v": text}
    if blank.id not in problem.words:
        problem.words[blank.id] = _words(problem, blank)
    return {**problem.words[blank.id], "v": text}


def _words(problem: Problem, blank: Blank) -> dict[str, Any]:
    graph = problem.graph
    words: dict[str, Any] = {
        "name": graph.title(blank.node),
        "output": graph.output,
        "goal": problem.goal,
        "n": len(graph.outgoing[blank.node]),
    }
    if blank.kind == "forward":
        words["node"] = graph.nodes[blank.node].sign
    if blank.edge:
        target = graph.nodes[blank.edge.target]
        upstream = problem.exact.edges[blank.edge.target, blank.edge.slot].upstream
        words |= {
            "node": target.sign,
            "n": len(graph.outgoing[blank.edge.target]),
            "x": show(problem.exact.values[blank.edge.source], near_one=problem.near_one[blank.edge.source]),
            "g": show(upstream),
            "shape": describe(blank.shape) if blank.shape else message(N_("a single number")),
            "up_shape": describe(values.shape(upstream)),
        }
        if target.own and target.own.parts:
            words |= _inside(target.own.parts, blank.edge.slot)
    return words


def _inside(parts: Graph, slot: int) -> dict[str, Any]:
    """What a composite node consists of, in letters, and the letter of one operand."""
    inside = in_letters(parts)
    steps = len(parts.nodes) - len(parts.inputs)
    long = written_size(inside) > LONG
    return {
        "inside": message(N_("a function of {n} steps"), n=steps) if long else write(inside),
        "letter": letter(slot, parts.nodes[slot].shape),
    }


def written_size(tree: Expr) -> int:
    """How many parts a formula has when it is written out, what is shared each time."""
    sizes: dict[int, int] = {}
    for node in postorder(tree):
        sizes[id(node)] = 1 + sum(sizes[id(child)] for child in children(node))
    return sizes[id(tree)]
