"""The words that templates of mistakes, hints and questions may use at a blank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.algebra import values
from tutor.algebra.evaluate import describe
from tutor.algebra.show import show
from tutor.grading.problem import Blank, Problem


def fill(problem: Problem, blank: Blank, text: str = "") -> Mapping[str, Any]:
    """The words by name; `text` is the answer as it was typed."""
    graph = problem.graph
    if blank.kind == "question":
        return {"v": text}
    words: dict[str, Any] = {
        "v": text,
        "name": graph.title(blank.node),
        "output": graph.output,
        "goal": problem.goal,
        "n": len(graph.outgoing[blank.node]),
    }
    if blank.edge:
        target = graph.nodes[blank.edge.target]
        upstream = problem.exact.edges[blank.edge.target, blank.edge.slot].upstream
        words |= {
            "node": target.sign,
            "n": len(graph.outgoing[blank.edge.target]),
            "x": show(problem.exact.values[blank.edge.source], near_one=problem.near_one[blank.edge.source]),
            "g": show(upstream),
            "shape": describe(blank.shape),
            "up_shape": describe(values.shape(upstream)),
        }
    return words
