"""The formula of a graph as people write it: `q = a + b;  z = q·c`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.parser import parse_equations
from tutor.algebra.printing import format_expr

if TYPE_CHECKING:
    from tutor.engine.graph import Graph


def formula_text(graph: Graph) -> str:
    """Return the equations of a graph in one line, with its functions of its own as such.

    Brackets that group a sum or a product are kept: each group is a node of the graph.
    """
    if not graph.nodes:
        return ""
    try:
        equations = parse_equations(graph.text, own_functions=_own_functions(graph))
    except AlgebraError:
        return " ".join(graph.text.split())
    last = len(equations) - 1
    texts = []
    for index, equation in enumerate(equations):
        name = equation.name or (graph.output if index == last else "")
        formula = format_expr(equation.expr, keeps_groups=True)
        texts.append(f"{name} = {formula}" if name else formula)
    return ";  ".join(texts)


def _own_functions(graph: Graph) -> dict[str, tuple[int, int]]:
    """Return the least and the greatest number of operands of each function that is no operation, by name."""
    found: dict[str, tuple[int, int]] = {}
    for node in graph.nodes:
        if node.body is None:
            continue
        if node.is_group:
            inside = _own_functions(node.body)
        else:
            inside = {str(node.op): (len(node.args), len(node.args))}
        for name, (least, most) in inside.items():
            before = found.get(name, (least, most))
            found[name] = min(least, before[0]), max(most, before[1])
    return found
