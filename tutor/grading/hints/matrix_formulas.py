"""Hints for formulas of matrices: what goes into the rule and with which shapes, and the right formula in names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate, format_shape
from tutor.algebra.expr import Apply, Expr, free_names, postorder, substitute
from tutor.algebra.lexer import COMPARISONS
from tutor.algebra.limits import ANSWER
from tutor.algebra.matrix_expr import expr_of
from tutor.algebra.printing import format_expr
from tutor.algebra.simplify import simplify
from tutor.grading.problem import named_value
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tutor.algebra.ops import Shape, Value
    from tutor.grading.problem import Blank, Problem

#: Names that an answer may not use are replaced at most so many times, one inside the other.
_MAX_DEPTH = 12

_SLOPE = N_("The local derivative of {node} is {slope}, cell by cell. Multiply the upstream by it.")
_PARTS = N_(
    "The rule uses {parts}. The result is {shape}: in which order do they fit, and what do you transpose or sum?"
)


def matrix_step(problem: Problem, blank: Blank) -> Message:
    """Return the local derivative of an edge, or what goes into its rule with the shapes."""
    assert blank.edge
    node, record = (
        problem.graph.nodes[blank.edge.target],
        problem.exact_passes.edges[blank.edge.target, blank.edge.slot],
    )
    if record.local_gradient is not None:
        slope = format_expr(expr_of(record.local_gradient))
        return message(_SLOPE, node=node.symbol, slope=slope)
    graph = problem.graph
    parts = [("up", node.shape)]
    others = [arg for slot, arg in enumerate(node.args) if arg is not None and slot != blank.edge.slot]
    parts += [(graph.label(arg), graph.nodes[arg].shape) for arg in others]
    if not others:
        parts.append((graph.label(blank.edge.target), node.shape))
    listed = ", ".join(f"{name} ({_shape_text(shape)})" for name, shape in dict(parts).items())
    return message(_PARTS, parts=listed, shape=_shape_text(blank.shape))


def forward_step(problem: Problem, blank: Blank) -> Message:
    """Return what a node computes, with the shapes of what flows into it."""
    graph = problem.graph
    node = graph.nodes[blank.node]
    parts = {graph.label(arg): graph.nodes[arg].shape for arg in node.args if arg is not None}
    listed = ", ".join(f"{name} ({_shape_text(shape)})" for name, shape in parts.items())
    return message(N_("{node} takes {parts} and outputs {shape}."), node=node.symbol, parts=listed,
                   shape=_shape_text(blank.shape))  # fmt: skip


def _shape_text(shape: Shape) -> str | Message:
    return format_shape(shape) if shape else message(N_("a single number"))


def matrix_answer(problem: Problem, blank: Blank) -> str:
    """Format the right formula at a blank in names that an answer may use."""
    truth = expr_of(problem.truth(blank))
    if blank.kind == "question":
        question = problem.question(blank)
        return format_expr(truth if question.formula is None else _question_formula(problem, blank, truth))
    usable = problem.names_at(blank).keys()
    formulas = (formula for formula in (truth, *_rule_on_upstream(problem, blank)) if free_names(formula) <= usable)
    texts = [_format_answer(_with_outer_products(formula, problem.names_at(blank))) for formula in formulas]
    short = next((text for text in texts if len(text) <= ANSWER.characters), None)
    return short or (texts[0] if texts else _format_answer(_spell_out(problem, truth, usable)))


def _with_outer_products(formula: Expr, names: Mapping[str, Value]) -> Expr:
    """Return a formula with outer(u, v) for the product uᵀ @ v of two vectors, which have no rows and columns to turn."""
    done: dict[int, Expr] = {}
    for part in postorder(formula):
        new = part
        if isinstance(part, Apply):
            args = tuple(done[id(arg)] for arg in part.args)
            left = args[0] if part.op == "matmul" else None
            if (
                isinstance(left, Apply)
                and left.op == "T"
                and all(_is_vector(x, names) for x in (left.args[0], args[1]))
            ):
                new = Apply("outer", (left.args[0], args[1]))
            else:
                new = Apply(part.op, args)
        done[id(part)] = new
    return done[id(formula)]


def _is_vector(formula: Expr, names: Mapping[str, Value]) -> bool:
    try:
        return ops.is_vector_shape(ops.shape_of(evaluate(formula, names)))
    except AlgebraError:
        return False


def _format_answer(formula: Expr) -> str:
    """Format a formula as it is typed: a comparison in brackets."""
    is_comparison = isinstance(formula, Apply) and formula.op in COMPARISONS.values()
    return f"({format_expr(formula)})" if is_comparison else format_expr(formula)


def _question_formula(problem: Problem, blank: Blank, truth: Expr) -> Expr:
    """Return the author's formula if a learner could type it, or else the right value."""
    question = problem.question(blank)
    assert question.formula is not None
    return question.formula if free_names(question.formula) <= question.names.keys() else truth


def _rule_on_upstream(problem: Problem, blank: Blank) -> Iterator[Expr]:
    """Yield the right rule of an edge with `up` for its upstream, if that gives a formula."""
    if not blank.edge or "up" not in problem.names_at(blank):
        return
    graph, target = problem.graph, blank.edge.target
    names = problem.names_at(blank)
    values = [
        node.const if arg is None else names.get(graph.nodes[arg].name or "", problem.exact_passes.values[arg])
        for node in (graph.nodes[target],)
        for arg in node.args
    ]
    output = names.get(graph.nodes[target].name or "", problem.exact_passes.values[target])
    up = named_value("up", graph.nodes[target].shape)
    try:
        value = graph.nodes[target].operation.backpropagate(up, output, tuple(values), blank.edge.slot)
    except (ArithmeticError, ValueError, AlgebraError):
        return
    shapes = {name: ops.shape_of(named) for name, named in names.items()}
    yield simplify(expr_of(value), shapes)


def _spell_out(problem: Problem, formula: Expr, usable: Collection[str]) -> Expr:
    """Return a formula with the formulas of nodes and gradients in place of names that an answer may not use."""
    graph, passes = problem.graph, problem.exact_passes
    meanings: dict[str, Expr] = {}
    for position, node in enumerate(graph.nodes):
        meanings[node.id] = expr_of(passes.values[position])
        if passes.gradients[position] is not None:
            meanings[f"d{problem.target_name}/d{node.id}"] = expr_of(passes.gradients[position])
    for _ in range(_MAX_DEPTH):
        hidden = free_names(formula) - set(usable)
        if not hidden & meanings.keys():
            break
        formula = substitute(formula, {name: meanings[name] for name in hidden & meanings.keys()})
    return formula
