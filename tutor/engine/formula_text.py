"""The formula of a graph as people write it: `q = a + b;  z = q·c`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.parser import parse_equations
from tutor.algebra.printing import format_expr

if TYPE_CHECKING:
    from tutor.engine.graph import Graph


def formula_text(graph: Graph) -> str:
    """Return the equations of a graph in one line; as they were typed if they use functions of their own.

    Brackets that group a sum or a product are kept: each group is a node of the graph.
    """
    if not graph.nodes:
        return ""
    try:
        equations = parse_equations(graph.text)
    except AlgebraError:
        return " ".join(graph.text.split())
    last = len(equations) - 1
    texts = []
    for index, equation in enumerate(equations):
        name = equation.name or (graph.output if index == last else "")
        formula = format_expr(equation.expr, keeps_groups=True)
        texts.append(f"{name} = {formula}" if name else formula)
    return ";  ".join(texts)
