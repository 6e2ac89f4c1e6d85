"""The table `[code]` of an exercise: how its backward pass is written in code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, message
from tutor.packs.code_settings import CodeSettings, parameter_error

if TYPE_CHECKING:
    from tutor.grading.problem import Problem
    from tutor.packs.builder.context import BuildContext

_EXAM = N_("An exam is answered in the tutor, not in code. Leave this out.")
_SYMBOLS = N_("This exercise has symbols in place of numbers, and code needs numbers. Leave this out.")


def build_code(context: BuildContext, problem: Problem) -> CodeSettings:
    """Return how the exercise is written in code; report parameters that are none."""
    table = context.file.code
    if table is None or not problem.graph.nodes:
        return CodeSettings()
    if context.exam:
        context.report(message(_EXAM), "code")
    elif problem.symbolic or problem.has_matrix_symbols:
        context.report(message(_SYMBOLS), "code")
    for number, name in enumerate(table.parameters):
        error = parameter_error(problem.graph, name)
        if error is not None:
            context.report(error, "code", "parameters", number)
    return CodeSettings(table.style, table.parameters)
