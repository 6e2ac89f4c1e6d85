"""Values written in the text of a formula: the `x = 2` of a whole program, in which every name has a number."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import free_names
from tutor.algebra.parser import parse_equations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value
    from tutor.engine.builder import CustomFunction


def split_assigned_values(
    text: str, inputs: Mapping[str, Value], functions: Mapping[str, CustomFunction]
) -> tuple[str, dict[str, Value]]:
    """Return a formula without the values assigned in it, and these values by name.

    They are inputs only where nothing else is: in `x = 2; z = x * y` the 2 is a constant. What is taken out leaves
    spaces, so that offsets stay. A text that can't be read is returned as it is.
    """
    if text.count("=") < 2:
        return text, {}
    sizes = {name: (each.min_operands, each.max_operands) for name, each in functions.items()}
    try:
        equations = parse_equations(text, own_functions=sizes, redefinable=list(sizes), given=list(inputs))
    except AlgebraError:
        return text, {}
    times = Counter(equation.name for equation in equations)
    used = [free_names(equation.expr) for equation in equations]
    # K^T and K' are transposes.
    if any(name.rstrip("'") not in {*times, "T"} for names in used for name in names):
        return text, {}
    values: dict[str, Value] = {}
    ends = [equation.position for equation in equations[1:]]
    for equation, names, end in zip(equations, used, ends, strict=False):
        if equation.name is None or names or times[equation.name] > 1:
            continue
        try:
            values[equation.name] = evaluate(equation.expr, {})
        except AlgebraError:
            continue
        text = text[: equation.position] + " " * (end - equation.position) + text[end:]
    return text, values
