"""The local derivative of the asked edge, as far as the open rungs tell: in letters, with numbers, or in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import format_shape
from tutor.algebra.expr import Apply, Expr, Sym, free_names
from tutor.algebra.matrix_expr import MatrixExpr, expr_of
from tutor.algebra.printing import format_expr, format_value
from tutor.grading.confirmation import reason_at
from tutor.grading.hints.rule_formulas import local_gradient_text, rule_in_letters, slope_in_letters
from tutor.grading.hints.symbolic import local_gradient_is_symbolic, slope_in_names
from tutor.grading.problem import named_value
from tutor.practice.close_up.data import Quantity
from tutor.practice.close_up.known import PRODUCT, RULE

if TYPE_CHECKING:
    from tutor.algebra.ops import Shape
    from tutor.engine.graph import Edge, Node
    from tutor.grading.problem import Blank, Problem
    from tutor.i18n import Message
    from tutor.practice.close_up.known import Known

#: A longer formula in the names of the graph is replaced by one in letters.
_MAX_NAMED = 20
#: A factor of a product: whether it is the upstream, its name, and its shape.
_Factor = tuple[bool, str, str]


@dataclass(frozen=True, slots=True)
class LocalDerivative:
    """The local derivative as a term, and a sentence that explains its letters or replaces it."""

    quantity: Quantity
    note: Message | None = None


def local_derivative(known: Known, blank: Blank, edge: Edge) -> LocalDerivative:
    """Return the local derivative; unknown before the rung of the rule, and where that rung states it only in words."""
    if known.rung < RULE:
        return LocalDerivative(Quantity())
    problem = known.problem
    if known.rung >= PRODUCT and known.numbers_are_shown:
        if blank.shape is None:
            return LocalDerivative(Quantity(_number(known, blank, edge), state="hinted"))
        if blank.is_matrix_formula and (text := _matrix_slope(problem, edge)):
            return LocalDerivative(Quantity(text, state="hinted"))
    operation = problem.graph.nodes[edge.target].operation
    if operation.calculus_rule and local_gradient_is_symbolic(problem, blank):
        # The hint only names the rule here, because its formula would be a part of the answer.
        return LocalDerivative(Quantity())
    text, has_letters = problem.memoize(("local letters", blank.id), lambda: _letters(problem, blank, edge))
    if not text:
        return LocalDerivative(Quantity(), reason_at(problem, blank))
    return LocalDerivative(Quantity(text, state="hinted"), rule_in_letters(problem, edge) if has_letters else None)


def _number(known: Known, blank: Blank, edge: Edge) -> str:
    """Return the local derivative ready to multiply; its value once the gradient is known."""
    problem = known.problem
    if local_gradient_is_symbolic(problem, blank) and (slope := slope_in_names(problem, edge)) is not None:
        return format_expr(slope)
    if known.is_correct:
        return format_value(problem.exact_passes.edges[edge.target, edge.slot].local_gradient)
    return problem.memoize(("local number", blank.id), lambda: local_gradient_text(problem, edge))


def _matrix_slope(problem: Problem, edge: Edge) -> str:
    local = problem.exact_passes.edges[edge.target, edge.slot].local_gradient
    return format_expr(expr_of(local)) if isinstance(local, MatrixExpr | Expr) else ""


def _letters(problem: Problem, blank: Blank, edge: Edge) -> tuple[str, bool]:
    """Return the local derivative in the names of the graph or in letters, empty if the rule is only in words.

    The second item is whether it has letters: they replace long formulas, and names that would be a part of the answer.
    """
    node = problem.graph.nodes[edge.target]
    names_are_answer = local_gradient_is_symbolic(problem, blank) or blank.is_matrix_formula
    if not names_are_answer:
        slope = slope_in_letters(node, edge.slot, _reading(node), _operand_readings(problem, node))
        text = format_expr(slope) if slope is not None else ""
        if 0 < len(text) <= _MAX_NAMED:
            return text, False
    slope = slope_in_letters(node, edge.slot)
    return (format_expr(slope), bool(free_names(slope))) if slope is not None else ("", False)


def _reading(node: Node) -> Expr:
    return Sym(node.name) if node.name else node.formula


def _operand_readings(problem: Problem, node: Node) -> list[Expr]:
    constant = Sym("C") if ops.is_matrix(node.const) else node.const
    return [constant if arg is None else _reading(problem.graph.nodes[arg]) for arg in node.args]


# --- rules that are products of matrices -------------------------------------------------------------------


def product_factors(known: Known, blank: Blank, edge: Edge) -> tuple[_Factor, _Factor] | None:
    """Return the two factors of a rule that is a matrix product, in the right order; None for any other rule.

    Where the answer is itself a formula of matrices, this would be the answer.
    """
    if blank.is_matrix_formula and not known.is_correct:
        return None
    problem = known.problem
    return problem.memoize(("factors", blank.id), lambda: _factors(problem, edge))


def _factors(problem: Problem, edge: Edge) -> tuple[_Factor, _Factor] | None:
    node = problem.graph.nodes[edge.target]
    if node.body is not None or node.operation.data_slots or node.const is not None:
        return None
    names = {"up": node.shape}
    operands = []
    for arg in node.args:
        assert arg is not None
        name, shape = problem.graph.label(arg), problem.graph.nodes[arg].shape
        names[name] = shape
        operands.append(named_value(name, shape))
    try:
        result = node.operation.backpropagate(
            named_value("up", node.shape), named_value("y", node.shape), tuple(operands), edge.slot
        )
    except (ArithmeticError, ValueError, AlgebraError):
        return None
    formula = expr_of(result)
    if not isinstance(formula, Apply) or formula.op != "matmul":
        return None
    left, right = (_factor(part, names) for part in formula.args)
    return (left, right) if left and right and left[0] != right[0] else None


def _factor(part: Expr, shapes: dict[str, Shape]) -> _Factor | None:
    """Return a matrix, a transposed one or a vector as a factor; None for anything else."""
    is_turned = isinstance(part, Apply) and part.op == "T"
    inner = part.args[0] if isinstance(part, Apply) and part.op == "T" else part
    shape = shapes.get(inner.name) if isinstance(inner, Sym) else None
    # A vector has no rows and columns to turn.
    if not isinstance(inner, Sym) or shape is None or (is_turned and ops.is_vector_shape(shape)):
        return None
    turned = (shape[1], shape[0]) if is_turned else shape
    return inner.name == "up", format_expr(part), format_shape(turned)
