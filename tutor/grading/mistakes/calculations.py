"""Wrong calculations written out with the numbers that the learner saw: `2·3` for the own input at ×."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Apply, Expr, Num, Sym, children, free_names, postorder, substitute
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import format_expr, format_scalar
from tutor.engine.operation import EdgeContext
from tutor.grading.mistakes.candidate import apply_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem

#: A calculation with more parts than this is not written out.
_MAX_PARTS = 24
_UPSTREAM, _OUTPUT = "up", "z"


def edge_calculation(
    problem: Problem, blank: Blank, rule: Callable[[EdgeContext], Value], upstream: Value = None
) -> Expr | None:
    """Return what a wrong rule calculates at an edge, None if it can't be written out or is a bare number.

    Numbers are as shown; a matrix is its name. `upstream` is the learner's, if it is not the right one.
    """
    assert blank.edge
    edge, graph, passes = blank.edge, problem.graph, problem.exact_passes
    node = graph.nodes[edge.target]
    if upstream is None:
        upstream = passes.edges[edge.target, edge.slot].upstream
    shown: dict[str, Expr] = {}
    g = _named(_UPSTREAM, upstream, shown)
    z = _named(_OUTPUT, passes.values[edge.target], shown)
    operands = []
    for slot, (arg, value) in enumerate(zip(node.args, passes.operands_of(edge.target), strict=True)):
        name = graph.nodes[arg].name if arg is not None and ops.is_matrix(value) else None
        operands.append(value if arg is None else _named(name or f"x{slot}", value, shown))
    operation = node.operation
    local = None if operation.vjp else apply_rule(partial(_apply, operation.derivative[edge.slot]), (z, *operands))
    tree = apply_rule(rule, EdgeContext(g, z, tuple(operands), edge.slot, local))
    if isinstance(tree, MatrixExpr):
        tree = tree.expr
    if not isinstance(tree, Expr) or not isinstance(tree, Apply) or _is_too_long(tree):
        return None
    calculation = substitute(tree, shown)
    unnamed = {f"x{slot}" for slot in range(len(operands))} | {_OUTPUT}
    return None if is_bare_number(calculation) or free_names(calculation) & unnamed else calculation


def _apply(rule: Callable[..., Value], arguments: tuple[Value, ...]) -> Value:
    return rule(*arguments)


def _named(name: str, value: Value, shown: dict[str, Expr]) -> Value:
    """Return a symbol for a value, and note how the value is shown in its place; a matrix stays a symbol."""
    shape = ops.shape_of(value)
    if shape is not None:
        return MatrixExpr(Sym(name), shape)
    shown[name] = shown_number(value)
    return Sym(name)


def shown_number(value: Value) -> Expr:
    """Return a number as it is shown, with few digits; a formula as it is."""
    if isinstance(value, Expr) and free_names(value):
        return value
    text = format_scalar(value)
    try:
        return Num(Fraction(text.replace("−", "-")), text)
    except ValueError:
        return Num(Fraction(nearest_float(value) if isinstance(value, Expr) else float(value)))


def formula_calculation(formula: Expr, names: Mapping[str, Value]) -> Expr | None:
    """Return a formula with the numbers that its names stand for; None if it is too long or a bare number."""
    if _is_too_long(formula):
        return None
    numbers = {name: shown_number(value) for name, value in names.items() if ops.shape_of(value) is None}
    calculation = substitute(formula, numbers)
    return None if is_bare_number(calculation) else calculation


def is_bare_number(tree: Expr) -> bool:
    """Return whether a tree is a number or a name, perhaps with a sign: nothing is calculated there."""
    if isinstance(tree, Apply) and tree.op == "neg":
        tree = tree.args[0]
    return not isinstance(tree, Apply)


def _is_too_long(tree: Expr) -> bool:
    return sum(1 for _ in postorder(tree)) > _MAX_PARTS


def is_same_calculation(a: Expr, b: Expr) -> bool:
    """Return whether two trees are the same sum or product of the same numbers, in any order."""
    return _in_order(a) == _in_order(b)


def _in_order(tree: Expr) -> str:
    """Return a text of a tree that does not depend on the order of terms and factors."""
    if not isinstance(tree, Apply):
        return format_expr(tree)
    parts = list(_flatten(tree, tree.op)) if tree.op in ("add", "mul") else list(children(tree))
    texts = [_in_order(part) for part in parts]
    if tree.op in ("add", "mul"):
        texts = sorted(text for text in texts if not (tree.op == "mul" and text == "1"))
        if len(texts) == 1:
            return texts[0]
    return f"{tree.op}({', '.join(texts)})"


def _flatten(tree: Expr, op: str) -> list[Expr]:
    if isinstance(tree, Apply) and tree.op == op:
        return [part for child in tree.args for part in _flatten(child, op)]
    return [tree]
