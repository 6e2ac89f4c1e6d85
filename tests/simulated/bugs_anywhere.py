"""Bugs at any edge, branch, start or forward value, and slips."""

from __future__ import annotations

from functools import reduce
from operator import add, mul
from typing import TYPE_CHECKING

import numpy as np

from tests.simulated.answers import short_decimal
from tests.simulated.bug import FACTS, Bug, names
from tests.simulated.own_pass import FORWARD, SLOPES, Array, Habit, LearnerPass, Spot, forward_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.engine.graph import Graph


def _like_upstream(value: Array, spot: Spot) -> Array:
    if np.ndim(value) and np.shape(value) != np.shape(spot.g):
        raise ValueError("another shape")
    return np.ones_like(spot.g) * value


def _next_upstream(spot: Spot) -> Array:
    """Return the upstream of the only node to the right of the edge's target."""
    (edge,) = spot.learner.graph.outgoing_edges[spot.edge.target]
    return _like_upstream(spot.learner.gradients[edge.target], spot)


def _from_before(spot: Spot) -> Array:
    """Return the rule with the operand of the node before in the place of its output."""
    graph = spot.learner.graph
    for slot, arg in enumerate(spot.node.args):
        if arg is None or graph.nodes[arg].is_input:
            continue
        before = spot.learner.operands(arg)[0]
        if np.shape(before) != np.shape(spot.args[slot]):
            continue
        args = list(spot.args)
        args[slot] = before
        z = forward_value(spot.node, args)
        return spot.g * SLOPES[spot.op][spot.slot](z, *args)
    raise ValueError("no node before")


def _pushed_forward(spot: Spot) -> Array:
    if len([arg for arg in spot.node.args if arg is not None]) != 1 or spot.op == "composite":
        raise ValueError("several edges")
    args = list(spot.args)
    args[spot.slot] = spot.g
    return FORWARD[spot.op](*args)


def _gradient_of_sibling(spot: Spot) -> Array:
    """Return what the other edge of the same node gets."""
    graph = spot.learner.graph
    (other,) = (edge for edge in graph.incoming_edges[spot.edge.target] if edge.slot != spot.slot)
    return Spot(spot.learner, other, spot.g).right(spot.g)


def _one_edge_too_near(spot: Spot) -> Array:
    """Return the gradient one edge further left."""
    graph = spot.learner.graph
    edge = graph.incoming_edges[spot.edge.source][0]
    return Spot(spot.learner, edge, spot.right(spot.g)).right(spot.right(spot.g))


def _upstream_digits_swapped(spot: Spot) -> Array | None:
    """Return the right rule on an upstream copied with two digits exchanged: 47 as 74. It is shown with four digits."""
    size = abs(float(spot.g))
    text = _swap_digits(short_decimal(size) or f"{size:.4g}")
    return None if text is None else spot.right(np.sign(spot.g) * float(text))


def _only_if(condition: bool, value: Array) -> Array:
    if not condition:
        raise ValueError("does not apply")
    return value


#: Functions of what a learner sees at an edge. Each is also made at every edge, with the pass following from it.
AT_ANY_EDGE = (
    Bug("upstream left out", names("any.dropped-upstream"), edge=lambda s: s.l),
    Bug("upstream passed on", names("any.upstream-only"), edge=lambda s: _like_upstream(s.g, s)),
    Bug("forward value typed", names("any.forward-value"), edge=lambda s: s.x),
    Bug("sign wrong", names("any.wrong-sign"), edge=lambda s: -s.right(s.g)),
    Bug("doubled", names("any.doubled"), edge=lambda s: 2 * s.right(s.g)),
    Bug("halved", names("any.halved"), edge=lambda s: s.right(s.g) / 2),
    Bug("slope counted twice", names("any.local-twice"), edge=lambda s: s.g * s.l * s.l),
    Bug("upstream squared", edge=lambda s: s.right(s.g * s.g)),
    Bug("upstream and slope added", names("any.added"), edge=lambda s: s.g + s.l),
    Bug("divided by the slope", names("any.inverted-local"), edge=lambda s: s.g / s.l),
    Bug("times the output", names("any.times-output"), edge=lambda s: s.g * s.z),
    Bug("output typed on the input", edge=lambda s: s.z),
    Bug("times the input", edge=lambda s: s.g * s.x),
    Bug("times the input once more", edge=lambda s: s.g * s.l * s.x),
    Bug("times the other input", edge=lambda s: _only_if(s.has_other, s.g * s.o)),
    Bug("the other input alone", edge=lambda s: _only_if(s.has_other, s.o * np.ones_like(s.g))),
    Bug("zero", names("any.zero"), edge=lambda s: np.zeros_like(s.x)),
    Bug(
        "slope one too large",
        names("any.slip", "any.off-by-one"),
        edge=lambda s: s.g * (_only_if(_is_counted(s.l), s.l) + 1),
        systematic=False,
    ),
    Bug(
        "slope one too small",
        names("any.slip", "any.off-by-one"),
        edge=lambda s: s.g * (_only_if(_is_counted(s.l), s.l) - 1),
        systematic=False,
    ),
    Bug("upstream without its sign", names("any.wrong-sign", "matrix.some-signs"), edge=lambda s: s.right(np.abs(s.g))),
    Bug(
        "input without its sign",
        names("any.wrong-sign", "matrix.some-signs"),
        edge=lambda s: _only_if(s.op in SLOPES, s.g * np.abs(s.l)),
    ),
    Bug("pushed forward", names("any.ran-forward"), edge=_pushed_forward),
    Bug(
        "start for the upstream", names("any.skipped-node"), edge=lambda s: s.right(_like_upstream(s.learner.start, s))
    ),
    Bug("a node skipped", names("any.skipped-node"), edge=lambda s: s.right(_next_upstream(s))),
    Bug("a value from before the node", names("any.value-before"), edge=_from_before),
    Bug("output for the upstream", edge=lambda s: s.right(_like_upstream(s.z, s))),
    Bug("what the other edge gets", names("elsewhere"), edge=_gradient_of_sibling, systematic=False),
    Bug("one edge too far left", names("elsewhere"), edge=_one_edge_too_near, systematic=False),
    Bug("upstream copied with digits swapped", names("any.slip"), edge=_upstream_digits_swapped, systematic=False),
    Bug(
        "upstream copied one too large",
        names("any.slip", "any.off-by-one"),
        edge=lambda s: s.right(_only_if(_is_whole(s.g), s.g + 1)),
        systematic=False,
    ),
    Bug("upstream copied without its sign", edge=lambda s: s.right(-s.g), systematic=False),
)


def _is_counted(value: Array) -> bool:
    """Return whether a slope is a whole number that has to be worked out: nobody miscounts the 1 of an addition."""
    return _is_whole(value) and abs(value) > 1


def _is_whole(value: Array) -> bool:
    return np.ndim(value) == 0 and float(value).is_integer()


def _each_missing(learner: LearnerPass, position: int) -> list[Array]:
    parts = learner.parts(position)
    return [reduce(add, parts[:i] + parts[i + 1 :]) for i in range(len(parts))]


AT_BRANCHES = (
    Bug("branch: first line only", names("branch.one-branch"), sum=lambda p, i: p.parts(i)[0]),
    Bug("branch: last line only", names("branch.one-branch"), sum=lambda p, i: p.parts(i)[-1]),
    Bug("branch: first line left out", names("branch.one-branch"), sum=lambda p, i: _each_missing(p, i)[0]),
    Bug("branch: last line left out", names("branch.one-branch"), sum=lambda p, i: _each_missing(p, i)[-1]),
    Bug("branch: product", names("branch.product"), sum=lambda p, i: reduce(mul, p.parts(i))),
    Bug("branch: mean", names("branch.averaged"), sum=lambda p, i: reduce(add, p.parts(i)) / len(p.parts(i))),
    Bug("branch: difference", sum=lambda p, i: p.parts(i)[0] - reduce(add, p.parts(i)[1:])),
    Bug("branch: one line's sign lost", sum=lambda p, i: reduce(add, map(np.abs, p.parts(i)))),
    Bug(
        "branch: largest",
        names("branch.one-branch"),
        sum=lambda p, i: _only_if(not np.ndim(p.values[i]), max(p.parts(i))),
    ),
    Bug("branch: forward value", names("any.forward-value"), sum=lambda p, i: p.values[i]),
    Bug("branch: sign wrong", names("any.wrong-sign"), sum=lambda p, i: -reduce(add, p.parts(i))),
    Bug("branch: doubled", names("any.doubled"), sum=lambda p, i: 2 * reduce(add, p.parts(i))),
    Bug("branch: first line twice", sum=lambda p, i: p.parts(i)[0] + reduce(add, p.parts(i))),
    Bug("branch: zero", sum=lambda p, i: np.zeros_like(p.values[i])),
    Bug("branch: sum on one line", names("any.whole-on-one-line"), edge=lambda s: _sum_at_source(s), systematic=False),
    Bug(
        "branch: gone on before adding",
        names("any.unsummed-upstream"),
        edge=lambda s: _before_adding(s),
        systematic=False,
    ),
    Bug("branch: gone on with the mean", edge=lambda s: s.right(s.g / _num_parts(s)), systematic=False),
    Bug("branch: gone on with the product", edge=lambda s: s.right(reduce(mul, _parts_of_target(s))), systematic=False),
)


def _sum_at_source(spot: Spot) -> Array:
    _only_if(len(spot.learner.graph.outgoing_edges[spot.edge.source]) > 1, spot.g)
    # The learner adds what comes back along all lines, before this one is typed.
    return reduce(add, _right_parts(spot.learner, spot.edge.source))


def _right_parts(learner: LearnerPass, position: int) -> list[Array]:
    edges = learner.graph.outgoing_edges[position]
    return [Spot(learner, edge, learner.gradients[edge.target]).right(learner.gradients[edge.target]) for edge in edges]


def _parts_of_target(spot: Spot) -> list[Array]:
    parts = spot.learner.parts(spot.edge.target)
    if len(parts) < 2:
        raise ValueError("no branch")
    return parts


def _num_parts(spot: Spot) -> int:
    return len(_parts_of_target(spot))


def _before_adding(spot: Spot) -> Array:
    return spot.right(_parts_of_target(spot)[0])


AT_THE_START = (
    Bug("start: the output's value", names("start.output-value"), start=lambda start, z: z),
    Bug("start: zero", names("start.zero"), start=lambda start, z: np.zeros_like(z)),
    Bug("start: one", names("start.one"), start=lambda start, z: np.ones_like(z)),
    Bug("start: minus one", start=lambda start, z: -np.ones_like(z)),
    Bug("start: doubled", names("any.doubled"), start=lambda start, z: 2 * start * np.ones_like(z)),
)


def _of_operands(function: Callable[[Array, Array], Array]) -> Callable[[LearnerPass, int], Array]:
    def forward(learner: LearnerPass, position: int) -> Array:
        x, y = learner.operands(position)
        return function(x, y)

    return forward


FORWARD_VALUES = (
    Bug("value: added", names("forward.other-operation"), forward=_of_operands(lambda x, y: x + y)),
    Bug("value: multiplied", names("forward.other-operation"), forward=_of_operands(lambda x, y: x * y)),
    Bug(
        "value: taken off",
        names("forward.other-operation", "forward.other-order"),
        forward=_of_operands(lambda x, y: x - y),
    ),
    Bug(
        "value: divided",
        names("forward.other-operation", "forward.other-order"),
        forward=_of_operands(lambda x, y: x / y),
    ),
    Bug(
        "value: the other order",
        names("forward.other-order", "forward.other-operation"),
        forward=_of_operands(lambda x, y: y - x),
    ),
    Bug("value: an operand", names("forward.operand"), forward=lambda p, i: p.operands(i)[0]),
    Bug("value: the slope", forward=lambda p, i: SLOPES[str(p.graph.nodes[i].op)][0](p.values[i], *p.operands(i))),
    Bug("value: sign wrong", names("any.wrong-sign"), forward=lambda p, i: -p.values[i]),
    Bug("value: doubled", names("any.doubled"), forward=lambda p, i: 2 * p.values[i]),
    Bug("value: one too large", names("any.slip", "any.off-by-one"), forward=lambda p, i: p.values[i] + 1),
)


def _forgotten_paths(graph: Graph) -> list[Habit]:
    """Return habits that each forget one edge of one branch."""

    def forget(target: int, slot: int) -> Habit:
        def edge(spot: Spot) -> Array | None:
            return 0 * spot.right(spot.g) if (spot.edge.target, spot.slot) == (target, slot) else None

        return Habit(edge=edge)

    return [forget(e.target, e.slot) for edges in graph.outgoing_edges if len(edges) > 1 for e in edges]


ON_PAPER = (
    Bug("pass started at 1", passes=lambda graph: [Habit(start=lambda start, z: np.ones_like(z))]),
    Bug(
        "pass started from the output's value",
        names("any.started-at-output"),
        passes=lambda graph: [Habit(start=lambda start, z: z)],
    ),
    Bug("a path forgotten", names("branch.path-forgotten"), passes=_forgotten_paths),
    Bug(
        "pass with means at branches",
        passes=lambda graph: [Habit(branch=lambda parts: reduce(add, parts) / len(parts))],
    ),
    Bug("pass with products at branches", passes=lambda graph: [Habit(branch=lambda parts: reduce(mul, parts))]),
    Bug(
        "pass with the last part at branches",
        names("branch.path-forgotten", "branch.one-branch", "any.unsummed-upstream"),
        passes=lambda graph: [Habit(branch=lambda parts: parts[-1])],
    ),
    Bug("pass with only slopes", passes=lambda graph: [Habit(edge=lambda s: s.l)]),
)


def _digits_of(text: str) -> str:
    if not text.lstrip("-").replace(".", "", 1).isdigit():
        raise ValueError("not a plain number")
    return text


def _swap_digits(text: str) -> str | None:
    text = _digits_of(text)
    first = next((i for i, sign in enumerate(text) if sign in "123456789"), len(text))
    for i in range(first, len(text) - 1):
        if text[i : i + 2].isdigit() and text[i] != text[i + 1] and text[i + 1] != "0":
            return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    return None


def _drop_digit(text: str) -> str | None:
    text = _digits_of(text)
    digits = [i for i, sign in enumerate(text) if sign.isdigit()]
    return text[: digits[1]] + text[digits[1] + 1 :] if len(digits) > 2 else None


def _repeat_digit(text: str) -> str | None:
    text = _digits_of(text)
    digits = [i for i, sign in enumerate(text) if sign.isdigit() and text[: i + 1].strip("-0.")]
    return text[: digits[0]] + text[digits[0]] + text[digits[0] :] if len(digits) > 1 else None


def _move_point(text: str, places: int) -> str | None:
    return f"{float(_digits_of(text)) * 10.0**places:.10g}"


IN_TYPING = (
    Bug("typed with two digits swapped", FACTS | names("any.slip"), text=_swap_digits),
    Bug("typed without a digit", FACTS | names("any.slip"), text=_drop_digit),
    Bug("typed with a digit twice", FACTS | names("any.slip"), text=_repeat_digit),
    Bug("point too far right", FACTS | names("any.slip"), text=lambda text: _move_point(text, 1)),
    Bug("point too far left", FACTS | names("any.slip"), text=lambda text: _move_point(text, -1)),
)

BUGS = (*AT_ANY_EDGE, *AT_BRANCHES, *AT_THE_START, *FORWARD_VALUES, *ON_PAPER, *IN_TYPING)
