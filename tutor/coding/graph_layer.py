"""A layer made of the graph of an exercise or a formula: its class is generated from the checked graph alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.coding.header import HeaderError
from tutor.coding.layer_task import ClassTask, LayerForm
from tutor.coding.library import NUMPY, Library
from tutor.coding.variants import paired_trials_of
from tutor.i18n import N_, _, message
from tutor.packs.code_settings import parameter_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.coding.variants import Trial
    from tutor.grading.problem import Problem

_CLASS_NAME = "Layer"
#: Names that methods and their first argument have.
_TAKEN = (_CLASS_NAME, "self", "forward", "backward")
_TITLE = N_("The calculation as a layer")
_NO_GRADIENT = N_("No input of this graph gets a gradient, so there is nothing to write in code.")


class GraphLayerTask(ClassTask):
    """A layer with the graph of a problem; `parameters` are those of its inputs that an object keeps."""

    def __init__(self, problem: Problem, parameters: Sequence[str], library: Library = NUMPY) -> None:
        """Raise HeaderError for a parameter that is none."""
        for name in parameters:
            error = parameter_error(problem.graph, name)
            if error is not None:
                raise HeaderError(error)
        graph = problem.graph
        wrt = graph.inputs if problem.wrt is None else problem.wrt
        asked = tuple(name for name in graph.differentiable_inputs() if name in parameters or name in wrt)
        if not asked:
            raise HeaderError(message(_NO_GRADIENT))
        output = graph.nodes[graph.output_position].id
        self._problem = replace(
            problem, wrt=asked, asked=None, forward=(output,), given=("start",), questions=(), author_notes={}
        )
        super().__init__(_form(self._problem, parameters, output, library))

    @property
    def problem(self) -> Problem:
        return self._problem

    def trials(self) -> Sequence[Trial]:
        return paired_trials_of(self._problem, tuple(self.form.parameters))


def _form(problem: Problem, parameters: Sequence[str], output: str, library: Library) -> LayerForm:
    graph = problem.graph
    forward = library.forward(graph, attributes=parameters, taken=_TAKEN)
    names = {name: forward.names[graph.position[name]] for name in graph.inputs}
    assert problem.wrt is not None
    arguments = {name: names[name] for name in graph.inputs if name not in parameters}
    result = forward.names[graph.output_position]
    upstream = forward.pool.allocate(f"d{result}")
    return LayerForm(
        _CLASS_NAME,
        _(_TITLE),
        {name: names[name] for name in graph.inputs if name in parameters},
        arguments,
        tuple(name for name in arguments if name in problem.wrt),
        {name: forward.pool.allocate(f"d{names[name]}") for name in problem.wrt},
        (output, result),
        upstream,
        (*forward.lines, f"return {result}"),
        forward.definitions,
        library=library,
    )
