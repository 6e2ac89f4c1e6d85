"""The style `layer`: a class with `forward` and `backward`. The learner decides what it stores in between."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tutor.algebra.evaluate import format_shape
from tutor.coding.arrays import input_argument, to_argument
from tutor.coding.library import NUMPY, Library
from tutor.coding.task import AskedValue
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.coding.task import ExpectedMistake
    from tutor.coding.variants import Trial
    from tutor.grading.problem import Problem

_KEEP = N_("Store the gradients of the parameters in {names}.")
_RETURN = N_("Return the gradient of {name}.")
_RETURN_ALL = N_("Return the gradients of {names}, in this order.")
_RETURN_NOTHING = N_("Return nothing. These arguments are data: {names}.")
_NO_ARGUMENTS = N_("Return nothing, because every input is a parameter.")


@dataclass(frozen=True)
class LayerForm:
    """The form of a class. `parameters` and `arguments` are the inputs of the graph with their names in Python.

    `returned` are the arguments whose gradients `backward` returns, `gradients` the names of these and of the parameters'
    gradients. `output` is the output of the graph with its name in Python, and `upstream` that of its gradient. `first`
    are lines of `__init__`; without `backward` its lines are left open.
    """

    class_name: str
    title: str
    parameters: Mapping[str, str]
    arguments: Mapping[str, str]
    returned: tuple[str, ...]
    gradients: Mapping[str, str]
    output: tuple[str, str]
    upstream: str
    forward: tuple[str, ...]
    definitions: tuple[str, ...] = ()
    note: str = ""
    library: Library = NUMPY
    first: tuple[str, ...] = ()
    backward: tuple[str, ...] = ()


class ClassTask(ABC):
    """A class to be written. Each object of it is used twice on each size, with other numbers."""

    def __init__(self, form: LayerForm) -> None:
        self.form = form

    @property
    @abstractmethod
    def problem(self) -> Problem:
        """The example, whose forward blank is the output."""

    @abstractmethod
    def trials(self) -> Sequence[Trial]:
        """Return the numbers and shapes to run the code on. The parameters stay the same in a second call."""

    @property
    def entry(self) -> str:
        return self.form.class_name

    @cached_property
    def values(self) -> tuple[AskedValue, ...]:
        problem, form = self.problem, self.form
        output, name = form.output
        forward = AskedValue(name, problem.forward_blanks[0], f"value({output})")
        names = (*form.parameters, *form.returned)
        return (forward, *(AskedValue(form.gradients[each], problem.place(each), each) for each in names))

    def code(self) -> list[str]:
        form = self.form
        head = [
            *form.library.imports((*form.definitions, *form.forward)),
            "",
            "",
            *form.definitions,
            f"class {form.class_name}:",
            f'    """{form.title}."""',
            "",
        ]
        parameters = form.parameters.values()
        if parameters:
            head += [
                f"    def __init__(self, {', '.join(parameters)}):",
                *(f"        self.{name} = {name}" for name in parameters),
                *(f"        {line}" for line in form.first),
                "",
            ]
        note = [f"        # {form.note}"] if form.note else []
        returned = [form.gradients[name] for name in form.returned]
        head += [
            f"    def forward({', '.join(['self', *form.arguments.values()])}):",
            *note,
            *(f"        {line}" for line in form.forward),
            "",
            f"    def backward(self, {form.upstream}):",
            *(f"        # {line}" for line in self._instructions()),
            *(f"        {line}" for line in form.backward or self._open_lines()),
        ]
        return [*head, f"        return {', '.join(returned) or 'None'}"]

    def _open_lines(self) -> tuple[str, ...]:
        gradients = self.form.gradients
        kept = [f"self.{gradients[name]} = ..." for name in self.form.parameters]
        return (*kept, *(f"{gradients[name]} = ..." for name in self.form.returned))

    def _instructions(self) -> list[str]:
        form, graph = self.form, self.problem.graph
        shapes = {name: graph.nodes[graph.position[name]].shape for name in graph.inputs}
        words = {name: _in_brackets(format_shape(shape)) if shape else "" for name, shape in shapes.items()}
        lines = []
        if form.parameters:
            names = ", ".join(f"self.{form.gradients[name]}{words[name]}" for name in form.parameters)
            lines.append(str(message(_KEEP, names=names)))
        returned = [form.arguments[name] for name in form.returned]
        if len(returned) > 1:
            lines.append(str(message(_RETURN_ALL, names=", ".join(returned))))
        elif returned:
            lines.append(str(message(_RETURN, name=f"{returned[0]}{words[form.returned[0]]}")))
        elif form.arguments:
            lines.append(str(message(_RETURN_NOTHING, names=", ".join(form.arguments.values()))))
        else:
            lines.append(_(_NO_ARGUMENTS))
        return lines

    def job(self, trials: Sequence[Trial]) -> Mapping[str, Any]:
        form = self.form
        calls: list[Mapping[str, Any]] = []
        number = -1
        for trial in trials:
            problem = trial.problem
            number += not trial.is_second_call
            start = problem.places[0]
            calls.append(
                {
                    "object": number,
                    "init": [input_argument(problem, name) for name in form.parameters],
                    "forward": [input_argument(problem, name) for name in form.arguments],
                    "backward": [to_argument(problem.truth(start), start.shape)],
                }
            )
        return {
            "class": form.class_name,
            "output": form.output[1],
            "returned": [form.gradients[name] for name in form.returned],
            "kept": [form.gradients[name] for name in form.parameters],
            "calls": calls,
            **form.library.job(trials),
        }

    def expected_mistakes(self) -> Sequence[ExpectedMistake]:
        return ()

    def argument_name(self, position: int) -> str:
        return (*self.form.arguments.values(), self.form.upstream, *self.form.parameters.values())[position]


def _in_brackets(shape: str) -> str:
    return f" {shape}" if shape.startswith("(") else f" ({shape})"
