"""What code is tried: each exercise with a graph in the styles steps and layer, the built-in layers, the autograd."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING

from tests.support.autograd_mutations import wrong_autograds
from tests.support.code_mutations import LineFacts, wrong_files
from tests.support.code_rewriting import in_float32, with_equal_formulas, with_other_names
from tests.support.code_solutions import graph_layer_facts, graph_layer_solution, solution, step_facts
from tests.support.layer_solutions import autograd_solution, layer_facts, layer_solution
from tutor.algebra import ops
from tutor.coding.arrays import to_array
from tutor.coding.graph_layer import GraphLayerTask
from tutor.coding.header import HeaderError
from tutor.coding.layers import LAYERS, LayerTask
from tutor.coding.session import exercise_style
from tutor.coding.steps import StepsTask
from tutor.coding.styles import AutogradStyle, TaskStyle
from tutor.packs import library

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.support.code_mutations import WrongFile
    from tutor.coding.styles import CodeStyle

#: The cases that the test suite tries.
_SAMPLE = (
    *("steps:basics/two-roads", "steps:matrices/sigma-xw", "layer:matrices/sigma-xw"),
    *("built-in layer:affine", "built-in layer:softmax-loss", "autograd:"),
)
#: First letters of inputs that a layer would keep.
_PARAMETERS = "WwbBUVkK"


@dataclass(frozen=True)
class CodeCase:
    """One exercise in one style. `group` is the table in which it is counted."""

    group: str
    name: str
    style: CodeStyle

    @classmethod
    def named(cls, name: str) -> CodeCase:
        """Return the case with a name such as `steps:basics/two-roads`."""
        group, _colon, what = name.partition(":")
        if group == "autograd":
            return cls(group, name, AutogradStyle())
        if group == "built-in layer":
            return cls(group, name, TaskStyle(LayerTask(LAYERS[what])))
        exercise = library.find_exercise(what)
        if group == "steps":
            return cls(group, name, exercise_style(exercise))
        graph = exercise.variant().problem.graph
        parameters = exercise.code.parameters or tuple(each for each in graph.inputs if each[0] in _PARAMETERS)
        return cls(group, name, exercise_style(exercise, "layer", parameters))

    def right_files(self) -> Iterator[tuple[str, str]]:
        """Yield ways of writing it, each with a right file."""
        kept = self._kept_names
        yield "as usual", self._text
        yield "other names", with_other_names(self._text, kept)
        yield "equal formulas", with_equal_formulas(self._text)
        if self.group != "autograd":
            yield "float32", in_float32(self._text, self._whole_numbers)
        else:
            yield "more rules", autograd_solution(accumulate=True)

    def wrong_files(self, share: float = 1) -> Iterator[WrongFile]:
        """Yield files with one mistake, or a share of them."""
        rng = Random(self.name)
        for wrong in self._all_wrong_files():
            if share >= 1 or rng.random() < share:
                yield wrong

    def _all_wrong_files(self) -> Iterator[WrongFile]:
        if not isinstance(self.style, TaskStyle):
            yield from wrong_autograds()
            return
        yield from wrong_files(self._text, self._facts, self._arrays, self._examples)

    @cached_property
    def _task(self) -> StepsTask | GraphLayerTask | LayerTask:
        assert isinstance(self.style, TaskStyle)
        task = self.style.task
        assert isinstance(task, StepsTask | GraphLayerTask | LayerTask)
        return task

    @cached_property
    def _text(self) -> str:
        if not isinstance(self.style, TaskStyle):
            return autograd_solution()
        task = self._task
        if isinstance(task, StepsTask):
            return solution(task)
        return graph_layer_solution(task) if isinstance(task, GraphLayerTask) else layer_solution(task.layer.id)

    @cached_property
    def _facts(self) -> Mapping[str, LineFacts]:
        task = self._task
        if isinstance(task, StepsTask):
            return step_facts(task)
        return graph_layer_facts(task) if isinstance(task, GraphLayerTask) else layer_facts(task.layer.id)

    @property
    def _kept_names(self) -> set[str]:
        if not isinstance(self.style, TaskStyle):
            return {"Value", "__init__"}
        task = self._task
        names = {asked.name for asked in task.values}
        return names | ({task.start} if isinstance(task, StepsTask) else {task.entry})

    @cached_property
    def _inputs(self) -> Mapping[str, str]:
        """The variables of the arguments, by input."""
        task = self._task
        if isinstance(task, StepsTask):
            return dict(zip(task.problem.graph.inputs, task.arguments, strict=True))
        return {**task.form.arguments, **task.form.parameters}

    @property
    def _arrays(self) -> list[str]:
        if isinstance(self._task, LayerTask):
            return []
        problem = self._task.problem
        parameters = () if isinstance(self._task, StepsTask) else self._task.form.parameters
        return [
            name
            for key, name in self._inputs.items()
            if ops.is_matrix(problem.inputs[key]) and key not in parameters and key not in problem.graph.index_sizes
        ]

    @property
    def _whole_numbers(self) -> set[str]:
        return {self._inputs[key] for key in self._task.problem.graph.index_sizes if key in self._inputs}

    @cached_property
    def _examples(self) -> Mapping[str, str]:
        if not isinstance(self._task, StepsTask):
            return {}
        problem = next(trial.problem for trial in self._task.trials() if trial.is_example)
        return {
            asked.name: f"np.array({to_array(problem.truth(place := asked.place_in(problem)), place.shape).tolist()})"
            for asked in self._task.values
        }


def code_cases() -> list[str]:
    """Return the names of all cases."""
    names = []
    for pack in library.all_packs(installed=False):
        for entry in pack.entries:
            for group in ("steps", "layer"):
                name = f"{group}:{pack.id}/{entry.id}"
                try:
                    CodeCase.named(name)
                except HeaderError:
                    continue
                names.append(name)
    return [*names, *(f"built-in layer:{name}" for name in LAYERS), "autograd:"]


def sample_cases() -> list[str]:
    """Return the names of the cases that the test suite tries."""
    return list(_SAMPLE)
