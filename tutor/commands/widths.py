"""Whether a graph can be drawn in a terminal's width: a check of packs that needs the drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.engine.graph import Graph
    from tutor.packs.checks.target import CheckTarget
    from tutor.packs.diagnostics import Diagnostic

TERMINAL_WIDTH = 80
#: Graphs with paths shorter than this, and no long names, always fit.
_SHORT_PATH, _SHORT_NAME = 9, 8

_TOO_WIDE = N_(
    "The graph is {n} columns wide even where it is drawn small; a terminal has {columns}. "
    "Make two exercises of it, or fold some of its nodes."
)


def check_width(subject: CheckTarget) -> Iterator[Diagnostic]:
    """A warning where the graph is wider than a terminal."""
    exercise = subject.exercise
    if exercise is None or _surely_fits(exercise.graph):
        return
    from tutor.drawing.from_problem import boxes_of
    from tutor.drawing.layout import draw

    width = draw(boxes_of(exercise.variant().problem), "compact").width
    if width > TERMINAL_WIDTH:
        yield subject.warning(message(_TOO_WIDE, n=width, columns=TERMINAL_WIDTH), "graph")


def _surely_fits(graph: Graph) -> bool:
    ranks: list[int] = []
    for node in graph.nodes:
        ranks.append(1 + max((ranks[arg] for arg in node.args if arg is not None), default=-1))
    names = max((len(node.symbol if not node.is_input else node.id) for node in graph.nodes), default=0)
    return max(ranks, default=0) < _SHORT_PATH and names <= _SHORT_NAME
