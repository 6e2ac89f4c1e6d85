"""What is computed in an exercise: its inputs, where fresh numbers come from, the start, conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import format_shape
from tutor.algebra.expr import ONE, Sym
from tutor.algebra.expr import free_names as names_in
from tutor.algebra.parser import Equation, is_reserved
from tutor.engine.batch import forward_backward_batch
from tutor.engine.finite_differences import to_floats
from tutor.engine.passes import NonFiniteError, forward_backward
from tutor.i18n import N_, LocalizedText, Message, message
from tutor.packs.builder.context import BuildContext
from tutor.packs.conditions import Condition, parse_condition
from tutor.packs.diagnostics import with_position
from tutor.packs.exercise import MAX_ATTEMPTS, Exercise, compute_passes
from tutor.packs.model import ExerciseFile, VaryTable
from tutor.packs.random_inputs import ChoiceSource, InputDraw, RandomInputs, StepSource
from tutor.packs.validators import MISPLACED_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Graph

NO_FINITE_NUMBERS = N_("None of the fresh numbers gives a finite value. Choose other ones.")


class InputBuilder(BuildContext):
    """Reads what belongs to the graph; `file` may name what the graph does not have."""

    def _build_inputs(self, equations: list[Equation]) -> dict[str, Value]:
        """The values that belong to inputs of the graph."""
        defined = {equation.name for equation in equations if equation.name}
        used = {name for equation in equations for name in names_in(equation.expr)} - defined
        found = {}
        for name, value in self.file.inputs.items():
            if name in used:
                found[name] = value
            elif name in defined:
                text = N_("“{name}” is computed in the graph, so it takes no value. Delete this.")
                self.report(message(text, name=name), "inputs", name)
            elif name in ExerciseFile.model_fields:
                self.report(message(MISPLACED_KEY, key=name), "inputs", name)
            else:
                self.report(_unknown_input_message(name, used), "inputs", name)
        return found

    def _build_random_inputs(self, graph: Graph, inputs: Mapping[str, Value]) -> RandomInputs:
        draws = {}
        for name, vary in self.file.vary.items():
            if name not in graph.inputs:
                self.report(_unknown_input_message(name, graph.inputs), "vary", name)
            else:
                draws[name] = self._build_draw(name, vary, inputs.get(name))
        missing = tuple(name for name in graph.inputs if name not in inputs and name not in draws)
        return RandomInputs(draws, missing)

    def _build_draw(self, name: str, vary: VaryTable, value: Value) -> InputDraw:
        self._check_fix(name, vary, ops.shape_of(value))
        matrix = value if ops.is_matrix(value) else None
        if vary.choose is not None:
            return InputDraw(ChoiceSource(vary.choose), matrix, vary.fix)
        assert vary.first is not None
        assert vary.to is not None
        count = int((vary.to - vary.first) / vary.step) + 1
        return InputDraw(StepSource(vary.first, vary.step, count), matrix, vary.fix)

    def _check_fix(self, name: str, vary: VaryTable, shape: Shape) -> None:
        if shape is None:
            if vary.fix and not self.has_invalid_values:
                text = N_("fix keeps cells of a matrix, and this is a number. Leave it out.")
                self.report(message(text), "vary", name, "fix")
            return
        for row, column in sorted(vary.fix):
            if not (0 <= row < shape[0] and 0 <= column < shape[1]):
                text = N_("There is no cell [{row}, {column}]: the matrix is {shape}, and cells count from 0.")
                told = message(text, row=row, column=column, shape=format_shape(shape))
                self.report(told, "vary", name, "fix")

    def _build_start(self, graph: Graph) -> Value:
        """The start, or 1 where its shape does not fit."""
        if isinstance(self.file.start, Sym):
            return self._build_symbolic_start(graph, self.file.start)
        shape, wanted = ops.shape_of(self.file.start), graph.nodes[graph.output_position].shape
        if shape is None or shape == wanted or self.has_invalid_values:
            return self.file.start
        if wanted is None:
            text = N_("The start is {shape}, but the output is a number. Write a number.")
        else:
            text = N_("The start is {shape}, but the output is {output}. Write a number or such a matrix.")
        self.report(message(text, shape=format_shape(shape), output=format_shape(wanted)), "start")
        return ONE

    def _build_symbolic_start(self, graph: Graph, start: Sym) -> Value:
        """The start as a symbol, or 1 where it is not what comes back to this output."""
        goal, _, output = start.name.removeprefix("d").partition("/d")
        if output != graph.output:
            text = N_("{start} is no start of this graph: its output is {output}. Write d{goal}/d{output}.")
            self.report(message(text, start=start.name, output=graph.output, goal=goal), "start")
            return ONE
        if goal in graph.position:
            text = N_("“{name}” is a name in this graph. What the calculation ends in needs another one.")
            self.report(message(text, name=goal), "start")
            return ONE
        return start

    def _build_wrt(self, graph: Graph) -> tuple[str, ...] | None:
        unknown = [name for name in self.file.wrt or () if name not in graph.inputs]
        for name in unknown:
            self.report(_unknown_input_message(name, graph.inputs), "wrt")
        return None if unknown else self.file.wrt

    def _build_constants(self, graph: Graph) -> dict[str, Value]:
        """The numbers that only texts and questions use."""
        for name in self.file.values:
            if not name.isidentifier() or is_reserved(name) or name in graph.position:
                text = N_("“{name}” can't be a name here: the graph has it, or it has a meaning of its own. Rename it.")
                self.report(message(text, name=name), "values", name)
        return self.file.values

    def _build_labels(self, graph: Graph) -> dict[str, LocalizedText]:
        for name in self.file.labels:
            if name not in graph.inputs:
                self.report(_unknown_input_message(name, graph.inputs), "labels", name)
        return self.file.labels

    def _check_finite(self, exercise: Exercise) -> bool:
        """Whether both passes have values: for the author's numbers, and for fresh ones."""
        try:
            compute_passes(exercise.variant().problem)
        except NonFiniteError as error:
            text = message(N_("{problem} Choose other numbers."), problem=error.message)
            self.report(text, "inputs" if self.file.inputs else "graph")
            return False
        if exercise.random_inputs.draws and not self.numbers_checked_elsewhere and not has_finite_variant(exercise):
            self.report(message(NO_FINITE_NUMBERS), "vary")
            return False
        return True

    def _build_conditions(self, exercise: Exercise) -> tuple[Condition, ...]:
        """The conditions on fresh numbers, which the author's numbers meet too."""
        problem = exercise.variant().problem
        if problem.symbolic:
            self.report(message(N_("Conditions compare numbers, and here are symbols. Leave this out.")), "where")
            return ()
        exact = {node.name: problem.exact_passes.values[i] for i, node in enumerate(problem.graph.nodes) if node.name}
        found = []
        for position, where in enumerate(self.file.where):
            place = ("where", position, "that")
            try:
                condition = parse_condition(where.that, exact)
            except AlgebraError as error:
                self.report(with_position(error, where.that), *place)
                continue
            numbers = {name: to_floats(value) for name, value in exact.items()}
            authored = all(name in exercise.inputs for name in exercise.graph.inputs)
            if authored and not condition.holds(numbers, 1).all():
                text = N_("The numbers under [inputs] don't meet this condition. Change one or the other.")
                self.report(message(text), *place)
            found.append(condition)
        return tuple(found)


def has_finite_variant(exercise: Exercise) -> bool:
    """Whether there are fresh numbers with values: the first ones drawn, or some of the others, tried all at once."""
    problem = exercise.variant().problem
    if problem.symbolic:
        return True
    graph, start = exercise.graph, to_floats(exercise.start)
    authored = {name: to_floats(value) for name, value in problem.inputs.items()}
    drawn = exercise.random_inputs.draw_batch(exercise.id, (1,), 1)
    first = {name: float(value[0]) if value.ndim == 1 else value[0] for name, value in drawn.items()}
    try:
        return forward_backward(graph, {**authored, **first}, start, exercise.wrt) is not None
    except NonFiniteError:
        import numpy as np

        drawn = exercise.random_inputs.draw_batch(exercise.id, (1,), MAX_ATTEMPTS)
        rest = {name: np.repeat(np.asarray(value)[None], MAX_ATTEMPTS, axis=0) for name, value in authored.items()}
    try:
        with np.errstate(all="ignore"):
            _, finite = forward_backward_batch(graph, {**rest, **drawn}, start, exercise.wrt)
    except NonFiniteError:
        return False
    return bool(finite.any())


def _unknown_input_message(name: str, known: Iterable[str]) -> Message:
    return message(
        N_("“{name}” is no input of the graph. Its inputs are {known}."),
        name=name,
        known=", ".join(sorted(known)),
    )
