"""The named mistakes that apply at a blank, with the wrong values they lead to on these numbers.

A mistake's rule is run in floats, or on formulas where there are symbols. Order is likelihood: an author's own, the
operation's, those that can happen anywhere. Where a mistake's value is the right one it is none here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from tutor.algebra import values
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.tree import Expr, lift
from tutor.algebra.values import Value
from tutor.engine import OPERATIONS, Edge, Spot
from tutor.engine.symbolic import has_symbols
from tutor.grading.apart import Apart
from tutor.grading.identity import Outcome, compare_formulas
from tutor.grading.problem import Blank, Problem
from tutor.i18n import N_, Text

#: Values nearer to each other than this can't be told apart by an answer with decimals.
APART = 0.03


@dataclass(frozen=True, slots=True)
class Suspect:
    """A mistake that would give `value` at a blank. `says` is a template or an author's text."""

    id: str
    value: Value
    says: str | Text


@dataclass(frozen=True, slots=True)
class Named:
    """A mistake that no operation declares. `where` it can happen is a word of the catalogue."""

    where: str
    id: str
    says: str

    def leads_to(self, value: Value) -> Suspect:
        """This mistake at a blank where it gives `value`."""
        return Suspect(self.id, value, self.says)


@dataclass(frozen=True, slots=True)
class _General:
    id: str
    rule: Callable[[_Around], Value]
    says: str


@dataclass(frozen=True, slots=True)
class _Around:
    """A spot and what lies around it: what a mistake needs that looks past its own node."""

    spot: Spot
    problem: Problem
    blank: Blank

    @property
    def ones(self) -> Value:
        return values.constant(1, self.spot.g)

    @property
    def without_upstream(self) -> Value:
        return self.back(self.ones)

    def back(self, g: Value) -> Value:
        """What the right rule makes of another upstream."""
        assert self.blank.edge
        node = self.problem.graph.nodes[self.blank.edge.target]
        return node.operation.send_back(g, self.spot.z, self.spot.operands, self.spot.slot)

    @property
    def forward_of_upstream(self) -> Value:
        """The upstream pushed forward through a node with one line."""
        assert self.blank.edge
        graph = self.problem.graph
        node = graph.nodes[self.blank.edge.target]
        if len(graph.incoming[self.blank.edge.target]) != 1:
            raise ValueError("two lines")
        args = list(self.spot.operands)
        args[self.spot.slot] = self.spot.g
        return node.operation.forward(*args)

    @property
    def from_the_start(self) -> Value:
        """The rule with the start for the upstream."""
        return self.back(self._in_place_of_upstream(self.problem.passes.start))

    @property
    def further_right(self) -> Value:
        """The rule with the upstream of the next node to the right."""
        assert self.blank.edge
        graph, passes = self.problem.graph, self.problem.passes
        (edge,) = graph.outgoing[self.blank.edge.target]
        return self.back(self._in_place_of_upstream(passes.edges[edge.target, edge.slot].upstream))

    @property
    def from_the_output(self) -> Value:
        """What comes back when the pass starts from the output's value."""
        assert self.blank.edge
        return self.problem.from_output.edges[self.blank.edge.target, self.blank.edge.slot].gradient

    def _in_place_of_upstream(self, value: Value) -> Value:
        """`value` in the upstream's shape. Raises `ValueError` where a matrix has another one."""
        spread = value if values.is_matrix(value) else values.spread(value, self.spot.g)
        if values.shape(spread) != values.shape(self.spot.g):
            raise ValueError("another shape")
        return spread

    @property
    def loss_behind(self) -> tuple[Value, Value]:
        """The upstream of the cross-entropy that takes what this softmax puts out, and its targets."""
        assert self.blank.edge
        graph, passes = self.problem.graph, self.problem.passes
        (edge,) = graph.outgoing[self.blank.edge.target]
        if (graph.nodes[self.blank.edge.target].op, graph.nodes[edge.target].op, edge.slot) != (*_SOFTMAX_LOSS, 0):
            raise ValueError("no such loss")
        return passes.edges[edge.target, edge.slot].upstream, passes.operands(edge.target)[1]


#: What is often taken in one step.
_SOFTMAX_LOSS = ("softmax", "cross_entropy")


def _predictions_alone(a: _Around) -> Value:
    g, targets = a.loss_behind
    return a.spot.z * (g / values.rows(targets))


def _sum_over_rows(a: _Around) -> Value:
    g, targets = a.loss_behind
    return (a.spot.z - targets) * g


#: Mistakes of those who take softmax and the cross-entropy behind it in one step.
_BEFORE_A_LOSS = (
    _General(
        "softmax.y-only",
        _predictions_alone,
        N_("The outputs are in it. Through CE and softmax together they come back less something: what was wanted?"),
    ),
    _General(
        "softmax.not-by-rows",
        _sum_over_rows,
        N_("Outputs less targets, right. The loss is a mean over the rows: what becomes of their number?"),
    ),
)

_AT_EDGES = (
    _General(
        "any.dropped-upstream",
        lambda a: a.without_upstream,
        N_(
            "That is the node's own slope, and it is right. What came in from the right is still waiting to be multiplied in."
        ),
    ),
    _General(
        "any.upstream-only",
        lambda a: a.spot.g,
        N_("That is the upstream, passed on as it came. What does {node} do to a small change on this line?"),
    ),
    _General(
        "any.forward-value",
        lambda a: a.spot.x,
        N_("{v} is the value that flowed forward here. Asked is what comes back: how much the output moves with it."),
    ),
    _General(
        "any.wrong-sign",
        lambda a: -a.back(a.spot.g),
        N_("The size is right. If this line grows, does the output grow or shrink?"),
    ),
    _General(
        "any.ran-forward",
        lambda a: a.forward_of_upstream,
        N_(
            "You sent the upstream through {node} as if it went forward. On the way back it is multiplied by a slope: "
            "how fast does {node} rise here?"
        ),
    ),
    _General(
        "any.started-at-output",
        lambda a: a.from_the_output,
        N_("The steps look right, but the pass started from the output's value. What does it start from?"),
    ),
    _General(
        "any.skipped-node",
        lambda a: a.from_the_start,
        N_("Looks as if you took the start for the upstream. What came back to {node} itself?"),
    ),
    _General(
        "any.skipped-node",
        lambda a: a.further_right,
        N_("Looks as if you took the upstream from further right. What came back to {node} itself?"),
    ),
    _General(
        "any.added",
        lambda a: a.spot.g + a.spot.l,
        N_(
            "You added the upstream and the slope. If 1 here moves {node} by 3, and 1 there moves the output by 2: by how much in all?"
        ),
    ),
    _General(
        "any.inverted-local",
        lambda a: a.spot.g / a.spot.l,
        N_("Looks as if you divided by the slope. Which one moves which: this line the node, or the node this line?"),
    ),
    _General(
        "any.local-twice",
        lambda a: a.spot.g * a.spot.l * a.spot.l,
        N_("Looks as if the slope of {node} went in twice. It stands for one node and counts once."),
    ),
    _General(
        "any.times-output",
        lambda a: a.spot.g * a.spot.z,
        N_("You multiplied by what {node} put out. What counts is how much that moves when this line moves."),
    ),
    _General(
        "any.zero",
        lambda a: values.constant(0, a.spot.x),
        N_("Zero would say that this line doesn't move the output at all. Raise it a little: what happens?"),
    ),
)

_WHOLE = Named(
    "branch",
    "any.whole-on-one-line",
    N_("That is the whole of {name}'s gradient; this blank is one line only, into {node}. The parts meet at ●."),
)
_UNSUMMED = Named(
    "branch",
    "any.unsummed-upstream",
    N_(
        "Looks as if you went on with one line's part. The value of {node} goes to {n} places: what comes back is added first."
    ),
)
_ONE_BRANCH = Named(
    "branch",
    "branch.one-branch",
    N_(
        "That came back along one line. The value of {name} went to {n} places: what came back from the others, "
        "and how do they go together?"
    ),
)
_MISSING_BRANCH = Named(
    "branch",
    "branch.one-branch",
    N_("Something is still missing. The value of {name} went to {n} places: what came back from each?"),
)
#: Where the start is no 1, nothing at the output tells it.
NOT_THE_END = N_("The calculation goes on behind {output}: the start is what comes back from there. The text says it.")
_PRODUCT = Named(
    "branch",
    "branch.product",
    N_("You multiplied what came back. Each line moves the output on its own: how do two movements go together?"),
)
_AVERAGED = Named(
    "branch",
    "branch.averaged",
    N_("A branch takes no mean. Raise only {name} by 1: every line moves the output, each by its own amount."),
)
_FORWARD = Named(
    "branch", "any.forward-value", N_("{v} is the value that flowed forward here. Asked is what comes back.")
)
_START_VALUE = Named(
    "start",
    "start.output-value",
    N_("{v} is the output's value. The backward pass asks how much {name} moves when {name} moves by 1."),
)
_START_ZERO = Named(
    "start", "start.zero", N_("Zero would say that {name} doesn't move when {name} moves. By how much does it?")
)
_START_ONE = Named(
    "start",
    "start.one",
    N_("1 is the start where the output is the end of everything. Here the calculation goes on: look at the text."),
)
_OTHER_OPERATION = Named(
    "forward",
    "forward.other-operation",
    N_("That is another operation on the same values. Which sign stands in the node?"),
)
_OTHER_ORDER = Named(
    "forward", "forward.other-order", N_("The two values are there, in the other order. Which line comes first?")
)
_OPERAND = Named("forward", "forward.operand", N_("That is a value that flows in. What does {node} make of it?"))
SLIP = Named("everywhere", "any.slip", N_("Close: the way looks right. Check the arithmetic."))
POWER_OF_TEN = Named("everywhere", "any.slip", N_("The digits are right. Check where the point stands."))
_SUM_SIGN = Named(
    "branch", "any.wrong-sign", N_("The size is right. If this line grows, does the output grow or shrink?")
)
_VALUE_SIGN = Named("forward", "any.wrong-sign", N_("The size is right. Look at the sign."))

#: All of these, in the order of the catalogue.
ANYWHERE = (
    *(Named("edge", general.id, general.says) for general in _AT_EDGES),
    *(_WHOLE, _UNSUMMED, _ONE_BRANCH, _MISSING_BRANCH, _PRODUCT, _AVERAGED, _FORWARD, _SUM_SIGN),
    *(Named("loss", general.id, general.says) for general in _BEFORE_A_LOSS),
    *(_OTHER_OPERATION, _OTHER_ORDER, _OPERAND, _VALUE_SIGN),
    *(_START_VALUE, _START_ZERO, _START_ONE),
    *(SLIP, POWER_OF_TEN),
)


def suspects(problem: Problem, blank: Blank, held: Value = None) -> list[Suspect]:
    """The mistakes that lead to another value than the right one here, the likeliest first.

    `held` is the upstream as the learner has it, where that is wrong: mistakes may have been made on it as well.
    """
    if held is not None:
        return _leading_elsewhere(problem, blank, held)
    if blank.id not in problem.suspected:
        problem.suspected[blank.id] = _leading_elsewhere(problem, blank)
    return list(problem.suspected[blank.id])


def _leading_elsewhere(problem: Problem, blank: Blank, held: Value = None) -> list[Suspect]:
    truth = _truth(problem, blank)
    apart = Apart(problem.domains) if has_symbols(truth) else None
    found = []
    for suspect in mistakes_at(problem, blank, held):
        if not _usable(suspect.value):
            continue
        if (apart and values.is_exact(suspect.value) and apart(suspect.value, truth)) or not _coincide(
            suspect.value, truth, 1e-9
        ):
            found.append(suspect)
    return found


def hidden(problem: Problem) -> set[tuple[str, str]]:
    """The mistakes that these numbers hide, as (blank, mistake): their value lies within 3 % of the right one."""
    return {(blank.id, mistake) for blank in problem.blanks for mistake in hidden_at(problem, blank)}


def hidden_at(problem: Problem, blank: Blank, apart: float = APART) -> set[str]:
    """The mistakes whose value at a blank is the right one, or within `apart` of it; none where there are symbols."""
    if problem.symbolic or blank.kind == "question":
        return set()
    truth = problem.truth_in_floats(blank)
    return {
        suspect.id
        for suspect in mistakes_at(problem, blank)
        if _usable(suspect.value) and _coincide(suspect.value, truth, apart)
    }


def _truth(problem: Problem, blank: Blank) -> Value:
    truth = problem.truth(blank)
    return truth if problem.domains and has_symbols(truth) else problem.truth_in_floats(blank)


def mistakes_at(problem: Problem, blank: Blank, held: Value = None) -> Iterator[Suspect]:
    """All mistakes at a blank, the likeliest first, also those that lead to the right value or to none.

    Where the inputs are batches of floats, so are the values.
    """
    yield from _own(problem, blank)
    if blank.kind == "start":
        yield from _at_start(problem)
    elif blank.kind == "sum":
        yield from _at_branch(problem, blank)
    elif blank.kind == "forward":
        yield from _at_forward(problem, blank)
    elif blank.kind == "edge":
        yield from _at_edge(problem, blank)
        if held is not None:
            yield from _declared(problem, blank, problem.passes.spot(_edge(blank), held))


def _own(problem: Problem, blank: Blank) -> Iterator[Suspect]:
    advice = problem.advice.get(blank.id)
    for mistake in advice.mistakes if advice else ():
        try:
            value = evaluate(mistake.answer, problem.names_for(blank))
        except AlgebraError:
            continue
        if not has_symbols(value):
            value = values.each(nearest_float, value)
        yield Suspect(mistake.id, value, mistake.says)


def _edge(blank: Blank) -> Edge:
    assert blank.edge
    return blank.edge


def _declared(problem: Problem, blank: Blank, spot: Spot) -> Iterator[Suspect]:
    """The mistakes that the operation behind an edge declares."""
    node = problem.graph.nodes[_edge(blank).target]
    operation = node.operation
    for mistake in operation.mistakes:
        if mistake.slots is None or spot.slot in mistake.slots:
            says = mistake.says if node.const is None or mistake.alone is None else mistake.alone
            value = _value(mistake.rule, spot) if says else None
            if value is not None:
                yield Suspect(f"{operation.called}.{mistake.id}", value, says)


def _at_edge(problem: Problem, blank: Blank) -> Iterator[Suspect]:
    graph, passes, edge = problem.graph, problem.passes, _edge(blank)
    spot = passes.spot(edge)
    if len(graph.outgoing[edge.source]) > 1:
        yield _WHOLE.leads_to(passes.gradients[edge.source])
    yield from _declared(problem, blank, spot)
    around = _Around(spot, problem, blank)
    if len(graph.outgoing[edge.target]) > 1:
        for part in graph.outgoing[edge.target]:
            value = _value(around.back, passes.edges[part.target, part.slot].gradient)
            if value is not None:
                yield _UNSUMMED.leads_to(value)
    for general in (*_BEFORE_A_LOSS, *_AT_EDGES):
        value = _value(general.rule, around)
        if value is not None:
            yield Suspect(general.id, value, general.says)


def _at_branch(problem: Problem, blank: Blank) -> Iterator[Suspect]:
    passes = problem.passes
    parts = [problem.truth(part, passes) for part in problem.parts(blank)]
    for part in parts:
        yield _ONE_BRANCH.leads_to(part)
    if len(parts) > 2:
        for left_out in range(len(parts)):
            rest = [part for i, part in enumerate(parts) if i != left_out]
            yield _MISSING_BRANCH.leads_to(sum(rest[1:], rest[0]))
    product = parts[0]
    for part in parts[1:]:
        product = product * part
    yield _PRODUCT.leads_to(product)
    yield _AVERAGED.leads_to(passes.gradients[blank.node] / len(parts))
    yield _FORWARD.leads_to(passes.values[blank.node])
    yield _SUM_SIGN.leads_to(-passes.gradients[blank.node])


def _at_forward(problem: Problem, blank: Blank) -> Iterator[Suspect]:
    """What comes out where another operation is carried out, or none."""
    passes = problem.passes
    operands, right = passes.operands(blank.node), passes.values[blank.node]
    if len(operands) == 2:
        for op in ("add", "mul", "sub", "div"):
            for pair in (operands, operands[::-1]):
                value = _value(lambda both, op=op: OPERATIONS[op].forward(*both), pair)
                if value is not None and op != problem.graph.nodes[blank.node].op:
                    yield _OTHER_OPERATION.leads_to(value)
                elif value is not None:
                    yield _OTHER_ORDER.leads_to(value)
    for operand in operands:
        yield _OPERAND.leads_to(operand)
    yield _VALUE_SIGN.leads_to(-right)


def _at_start(problem: Problem) -> Iterator[Suspect]:
    output = problem.passes.values[problem.graph.last]
    end = problem.starts_at_one
    for mistake, value in ((_START_VALUE, output), (_START_ZERO, values.constant(0, output))):
        yield mistake.leads_to(value) if end else Suspect(mistake.id, value, NOT_THE_END)
    yield _START_ONE.leads_to(values.constant(1, output))


def _value(rule: Callable[..., Value], argument: Spot | _Around | Value) -> Value | None:
    """The value a wrong rule gives, None where it gives none."""
    try:
        if not _has_matrices(argument):
            return rule(argument)
        import numpy as np

        with np.errstate(all="ignore"):
            return rule(argument)
    except (ArithmeticError, ValueError, TypeError, AttributeError, IndexError):
        return None


def _has_matrices(argument: Spot | _Around | Value) -> bool:
    spot = argument.spot if isinstance(argument, _Around) else argument
    if isinstance(spot, tuple):
        return any(values.is_matrix(value) for value in spot)
    if isinstance(spot, Spot):
        return any(map(values.is_matrix, (spot.g, spot.z, *spot.operands)))
    return values.is_matrix(spot)


def _usable(value: Value) -> bool:
    if values.is_exact(value):
        return True
    if values.is_matrix(value):
        import numpy as np

        return value.ndim == 2 and bool(np.isfinite(value).all())
    return isinstance(value, int | float) and math.isfinite(value)


def _coincide(a: Value, b: Value, apart: float) -> bool:
    """Whether two values of one shape lie within `apart` of each other, relatively, in every cell."""
    if values.shape(a) != values.shape(b):
        return False
    if values.is_exact(a) or values.is_exact(b):
        return all(compare_formulas(x, y).outcome is Outcome.SAME for x, y in zip(_exact(a), _exact(b), strict=True))
    if not values.is_matrix(a):
        return near(float(a), float(b), apart)
    return all(near(x, y, apart) for x, y in zip(a.ravel(), b.ravel(), strict=True))


def _exact(value: Value) -> list[Expr]:
    """The cells as trees."""
    cells = list(value.ravel()) if values.is_matrix(value) else [value]
    return [cell if isinstance(cell, Expr) else lift(Fraction(cell)) for cell in cells]


def near(a: float, b: float, apart: float) -> bool:
    """|a − b| ≤ apart · the larger of the two."""
    return math.isfinite(a) and math.isfinite(b) and abs(a - b) <= apart * max(abs(a), abs(b))
