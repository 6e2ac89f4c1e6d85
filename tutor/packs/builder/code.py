"""The table `[code]` of an exercise: how its backward pass is written in code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, message
from tutor.packs.code_settings import CodeSettings, parameter_error

if TYPE_CHECKING:
    from tutor.grading.problem import Problem
    from tutor.packs.builder.context import BuildContext

_EXAM = N_("An exam is answered in backprop-tutor, not in code. Remove this.")
_SYMBOLS = N_("This exercise has symbols instead of numbers, but code needs numbers. Remove this.")
_NO_GRAPH = N_("This style needs a graph, and there is none. Add a graph, or name a built-in layer with layer.")
_OWN_GRAPH = N_("This style has its own graph, so yours would have no effect. Remove one of the two.")
_NO_GRADIENT = N_("No input of this graph gets a gradient, so there is nothing to write in code.")


def build_code(context: BuildContext, problem: Problem) -> CodeSettings:
    """Return how the exercise is written in code; report what can't be."""
    file = context.file
    table = file.code
    if table is None:
        return CodeSettings()
    has_graph = bool(problem.graph.nodes)
    only = not file.question and (not has_graph or (file.blanks == () and not file.forward and not file.stages))
    settings = CodeSettings(table.style, table.parameters, table.layer or "", table.faulty, only)
    if context.exam:
        context.report(message(_EXAM), "code")
    elif settings.needs_graph:
        _check_graph(context, problem, settings)
    elif file.graph is not None:
        context.report(message(_OWN_GRAPH), "code", "layer" if settings.layer else "style")
    return settings


def _check_graph(context: BuildContext, problem: Problem, settings: CodeSettings) -> None:
    if context.file.graph is None:
        context.report(message(_NO_GRAPH), "code", "style")
        return
    if not problem.graph.nodes:
        return
    if problem.symbolic or problem.has_matrix_symbols:
        context.report(message(_SYMBOLS), "code")
    errors = [parameter_error(problem.graph, name) for name in settings.parameters]
    for number, error in enumerate(errors):
        if error is not None:
            context.report(error, "code", "parameters", number)
    wrt = problem.graph.inputs if problem.wrt is None else problem.wrt
    if not set(problem.graph.differentiable_inputs()) & {*wrt, *settings.parameters}:
        context.report(message(_NO_GRADIENT), "code")
