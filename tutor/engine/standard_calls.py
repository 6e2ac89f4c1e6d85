"""Standard functions in answers: each call is written out for the shapes of its operands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.expr import Apply, Expr, Grid, free_names, postorder, substitute
from tutor.engine.standard_functions import STANDARD_FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor.algebra.ops import Shape
    from tutor.engine.standard_function import StandardFunction

#: The least and the greatest number of operands of each standard function.
ARITIES: Mapping[str, tuple[int, int]] = {
    name: (function.min_operands, function.max_operands) for name, function in STANDARD_FUNCTIONS.items()
}


def write_out_calls(tree: Expr, shape_of: Callable[[Expr], Shape]) -> Expr:
    """Return a tree without calls of standard functions; `shape_of` gives the shape of a part.

    Raises `AlgebraError` if operands don't fit, and what `shape_of` raises.
    """
    if not any(isinstance(part, Apply) and part.op in STANDARD_FUNCTIONS for part in postorder(tree)):
        return tree
    done: dict[int, Expr] = {}
    for part in postorder(tree):
        new = part
        if isinstance(part, Grid):
            rows = tuple(tuple(done[id(cell)] for cell in row) for row in part.rows)
            new = Grid(rows, part.position, part.is_vector)
        elif isinstance(part, Apply):
            new = Apply(part.op, tuple(done[id(arg)] for arg in part.args), part.position)
            function = STANDARD_FUNCTIONS.get(part.op)
            if function is not None:
                new = _write_out(function, new, shape_of)
        done[id(part)] = new
    return done[id(tree)]


def _write_out(function: StandardFunction, call: Apply, shape_of: Callable[[Expr], Shape]) -> Expr:
    """Return the formula of one call whose operands have no such calls."""
    is_constant = [not free_names(arg) for arg in call.args]
    arguments = [arg if fixed else shape_of(arg) for arg, fixed in zip(call.args, is_constant, strict=True)]
    definition, operands = function.definition_for(arguments, call.position)
    given = (arg for arg, fixed in zip(call.args, is_constant, strict=True) if not fixed)
    values = [operand if isinstance(operand, Expr) else next(given) for operand in operands]
    bindings = dict(zip(definition.inputs, values, strict=True))
    for equation in definition.equations:
        result = write_out_calls(substitute(equation.expr, bindings), shape_of)
        if equation.name:
            bindings[equation.name] = result
    return result
