"""The lab: a formula as far as it can be read, the values of its inputs, and both passes at each of them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import format_shape
from tutor.algebra.expr import ONE, Num
from tutor.engine.finite_differences import to_floats
from tutor.engine.passes import NonFiniteError, forward_backward
from tutor.engine.python_source.source import is_python
from tutor.grading.misreadings import find_misreadings
from tutor.i18n import N_, message
from tutor.packs.builder.formula import exercise_from_formula, read_formula
from tutor.practice.lab.filling import fill_inputs
from tutor.practice.lab.model import STEPS, Change, Handle, cell_of, list_handles, with_cell
from tutor.practice.lab.numbers import format_lab_cells, typed_value, without_noise
from tutor.practice.lab.partial_text import PartialText, partial_texts
from tutor.practice.lab.snapshot import LabSnapshot
from tutor.practice.playground import FieldError, PlaygroundInput, parse_assignments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph
    from tutor.engine.passes import Passes
    from tutor.grading.problem import Problem
    from tutor.i18n import Message
    from tutor.packs.exercise import Exercise

_NO_VALUE_THERE = N_("{label} can't be {value}: {reason}")
_WHOLE = N_("{label} is the index of an entry, so it must be a whole number.")


class Lab:
    """A formula and its inputs. `read` takes a text in whatever state it is; what could be read last stays."""

    def __init__(self, formula: str = "", values: str = "") -> None:
        self.step = STEPS[2]
        self.open(formula, values)

    def open(self, formula: str, values: str = "") -> None:
        """Begin with another formula and its values. Raise `AlgebraError` if the values can't be parsed."""
        given = parse_assignments(values)
        self.text = ""
        #: The values that were typed, and those that were chosen for the other inputs.
        self.given: dict[str, Value] = given
        self.filled: dict[str, Value] = {}
        #: Why the text as typed can't be read; None if it can.
        self.error: AlgebraError | None = None
        #: The part of the text that was read; None if it was nothing of this text.
        self.read_text: PartialText | None = None
        self.exercise: Exercise | None = None
        self.notes: tuple[Message, ...] = ()
        self.passes: Passes | None = None
        self._floats: dict[str, Value] = {}
        #: The values of the inputs of what was read, as they are now.
        self.values: dict[str, Value] = {}
        #: The starting values, which `reset` restores.
        self._home: dict[str, Value] = {}
        #: The handle that is being moved, and the values and the passes before.
        self._moved: Handle | None = None
        self._before: tuple[Mapping[str, Value], Passes] | None = None
        self.read(formula)

    def snapshot(self) -> LabSnapshot:
        """Return the state as it is now."""
        return LabSnapshot.of(vars(self))

    def restore(self, snapshot: LabSnapshot) -> None:
        """Go back to a state."""
        vars(self).update(snapshot.state())

    # --- reading ---

    def read(self, text: str) -> None:
        """Read a text as far as possible. If nothing of it can be read, what was read before stays."""
        self.text = text
        self.error = self.read_text = None
        if not text.strip():
            self.exercise = self.passes = None
            self.filled = {}
            return
        forms = [PartialText(text, is_whole=True, is_only_closed=True)] if is_python(text) else partial_texts(text)
        for form in forms:
            try:
                exercise, notes, filled = self._read_form(form.text)
            except AlgebraError as error:
                self.error = self.error or error
            else:
                self._use(exercise, filled)
                self.read_text, self.notes = form, notes
                return

    def _read_form(self, text: str) -> tuple[Exercise, tuple[Message, ...], dict[str, Value]]:
        """Return the exercise of a text, notes on it, and the values chosen for it. Raise `AlgebraError`."""
        given = {name: value for name, value in self.given.items() if name != "start"}
        formula = read_formula(text, given)
        if isinstance(formula, str):
            filled = fill_inputs(formula, given, self.filled)
            return exercise_from_formula(formula, {**given, **filled}, self.start), (), filled
        notes = formula.notes
        try:
            return exercise_from_formula(formula, given, self.start), notes, {}
        except AlgebraError:
            filled = fill_inputs(formula.text, {**given, **formula.inputs}, self.filled)
            inputs = {**given, **filled}
            return exercise_from_formula(read_formula(text, inputs), inputs, self.start), notes, filled

    @property
    def start(self) -> Value:
        """The gradient at the output, 1 unless `start` was given a value."""
        return self.given.get("start", ONE)

    def _use(self, exercise: Exercise, filled: dict[str, Value]) -> None:
        self.exercise = exercise
        self.filled = filled
        self.values = dict(exercise.inputs)
        self._home = dict(exercise.inputs)
        self._floats = {}
        self._moved = self._before = None
        if self.problem.symbolic:
            self.passes = self.problem.exact_passes
        else:
            self._floats = {name: to_floats(value) for name, value in exercise.inputs.items()}
            self.passes = self._run(self._floats)

    def give_values(self, text: str) -> None:
        """Give inputs the values in a text such as `w=2 X=[[1, 2]]`. Raise `AlgebraError` if they don't fit."""
        given = parse_assignments(text)
        before, filled = self.given, self.filled
        self.given = {**before, **given}
        self.filled = {name: value for name, value in filled.items() if name not in given}
        try:
            self._check_given(text)
        except AlgebraError:
            self.given, self.filled = before, filled
            self.read(self.text)
            raise

    def _check_given(self, text: str) -> None:
        """Read the formula with the values as they are. Raise `AlgebraError` if that made it worse."""
        was_read = self.read_text
        self.read(self.text)
        if was_read is not None and self.read_text != was_read:
            fault = self.error.message if self.error else None
            if fault is not None:
                raise AlgebraError(fault, 0, len(text))

    # --- what there is ---

    @property
    def problem(self) -> Problem:
        """The problem that was read, with the values it was read with."""
        assert self.exercise is not None
        return self.exercise.variant().problem

    @property
    def graph(self) -> Graph:
        assert self.exercise is not None
        return self.exercise.graph

    @property
    def is_whole(self) -> bool:
        """Whether the text as typed can be read in full."""
        return self.read_text is not None and self.read_text.is_whole

    @property
    def misreadings(self) -> list[AlgebraError]:
        """Readings of the formula that may not be meant."""
        if self.exercise is None or not self.is_whole:
            return []
        return find_misreadings(self.problem, are_words=is_python(self.text))

    def handles(self) -> list[Handle]:
        """Return every number that can be nudged, cell by cell, in the order of the formula."""
        return list_handles(self.graph, self.values) if self.exercise is not None else []

    def has(self, handle: Handle | None) -> bool:
        """Return whether a handle is one of the formula as it is now."""
        return handle is not None and handle in self.handles()

    def value(self, handle: Handle) -> Value:
        """Return the number at a handle."""
        return cell_of(self.values[handle.name], handle.cell)

    def number(self, handle: Handle) -> float:
        """Return the number at a handle as a float."""
        return nearest_float(self.value(handle))

    def others_of(self, handle: Handle) -> tuple[Value, ...]:
        """Return all numbers but that of a handle, in floats."""
        own = self._floats.get(handle.name)
        rest = [value for name, value in self._floats.items() if name != handle.name]
        if own is not None and handle.cell is not None:
            own = own.copy()
            own[handle.cell] = 0.0
            rest.append(own)
        return tuple(rest)

    def home_value(self, handle: Handle) -> Value:
        """Return the number from which a handle was moved."""
        return cell_of(self._home[handle.name], handle.cell)

    def is_moved(self, handle: Handle) -> bool:
        """Return whether a number is not where it began."""
        return nearest_float(self.home_value(handle)) != self.number(handle)

    def is_filled(self, handle: Handle) -> bool:
        """Return whether the number was chosen and not given."""
        return handle.name in self.filled

    def gradient(self, handle: Handle) -> Value | None:
        """Return the gradient of the number at a handle; None for data."""
        assert self.passes is not None
        gradient = self.passes.gradients[self.graph.position[handle.name]]
        return None if gradient is None else cell_of(gradient, handle.cell)

    def step_of(self, handle: Handle) -> Fraction:
        """Return by how much a handle is nudged."""
        return Fraction(1) if handle.is_whole else self.step

    @property
    def has_matrix_output(self) -> bool:
        return self.exercise is not None and self.graph.nodes[self.graph.output_position].shape is not None

    @property
    def output(self) -> float | None:
        """The output, of a matrix the sum of its entries, each weighted by the start; None for a formula."""
        if self.passes is None or not self._floats:
            return None
        return self.weighted(self.passes.values[-1])

    @property
    def float_values(self) -> Mapping[str, Value]:
        """The values of the inputs in floats; none if there are symbols."""
        return self._floats

    def weighted(self, value: Value) -> float:
        """Return a value of the output as one number, of a matrix the sum of its entries weighted by the start."""
        if not ops.is_matrix(value):
            return float(value)
        return float(ops.sum_axis(value * to_floats(self.start)))

    def output_text(self) -> str:
        """Return the output's value as a text, of a matrix its weighted sum."""
        assert self.passes is not None
        output = self.output
        return format_lab_cells(self.passes.values[-1] if output is None else output)[0][0]

    def output_shape(self) -> str:
        """Return the shape of a matrix or a vector at the output: `2×3`, `(3,)`."""
        assert self.passes is not None
        return format_shape(ops.shape_of(self.passes.values[-1]))

    # --- nudging ---

    def change_step(self, by: int) -> None:
        """Take the next larger or smaller step."""
        self.step = STEPS[min(max(STEPS.index(self.step) + by, 0), len(STEPS) - 1)]

    def nudge(self, handle: Handle, steps: int = 1) -> Message | None:
        """Move a number by some steps. Return why it can't be moved there, if it can't."""
        return self.set_number(handle, self.value(handle) + Num(steps * self.step_of(handle)))

    def move_to_step(self, handle: Handle, steps: int) -> Message | None:
        """Move a number to so many steps from where it began."""
        return self.set_number(handle, self.home_value(handle) + Num(steps * self.step_of(handle)))

    def reset(self, handle: Handle) -> Message | None:
        """Move a number back to where it began."""
        return self.set_number(handle, self.home_value(handle))

    def set_number(self, handle: Handle, number: Value, *, is_home: bool = False) -> Message | None:
        """Move a number to a value. Return why it can't be moved there, if it can't.

        With `is_home`, `reset` goes back to this value from now on.
        """
        if handle.is_symbol or self.passes is None:
            return None
        text = format_lab_cells(number)[0][0]
        if handle.is_whole and not (isinstance(number, Num) and number.value.denominator == 1):
            return message(_WHOLE, label=handle.label)
        value = with_cell(self.values[handle.name], handle.cell, number)
        try:
            floats = {**self._floats, handle.name: to_floats(value)} if self._floats else {}
            passes = self._run(floats) if floats else self._exact_passes({**self.values, handle.name: value})
        except (NonFiniteError, AlgebraError) as error:
            return message(_NO_VALUE_THERE, label=handle.label, value=text, reason=error.message)
        if self._moved != handle:
            self._moved, self._before = handle, (dict(self.values), self.passes)
        self._floats, self.passes = floats, passes
        self.values[handle.name] = value
        (self.filled if handle.name in self.filled and not is_home else self.given)[handle.name] = value
        if is_home:
            self.filled.pop(handle.name, None)
            self._home[handle.name] = with_cell(self._home[handle.name], handle.cell, number)
        return None

    def _run(self, floats: Mapping[str, Value]) -> Passes:
        return without_noise(forward_backward(self.graph, floats, to_floats(self.problem.start)))

    def _exact_passes(self, values: Mapping[str, Value]) -> Passes:
        assert self.exercise is not None
        return self.exercise.make_problem(values).exact_passes

    def settle(self) -> None:
        """Begin a new comparison: the next nudge is compared with the values as they are now."""
        self._moved = self._before = None

    def change(self) -> Change | None:
        """Return what the last moves of one handle changed; None if it stands where it began, or there is no number."""
        if self._moved is None or self._before is None or self.passes is None or not self._floats:
            return None
        handle, (values, passes) = self._moved, self._before
        before, after = cell_of(values[handle.name], handle.cell), self.value(handle)
        distance = nearest_float(after) - nearest_float(before)
        if distance == 0:
            return None
        gradient = passes.gradients[self.graph.position[handle.name]]
        return Change(
            handle,
            before,
            after,
            distance,
            self.weighted(passes.values[-1]),
            self.weighted(self.passes.values[-1]),
            None if gradient is None else float(cell_of(gradient, handle.cell)),
        )

    def path_from(self, handle: Handle) -> frozenset[str]:
        """Return the ids of the nodes whose value depends on a handle's input, with that of the input itself."""
        graph = self.graph
        depends = {graph.position[handle.name]}
        for position, node in enumerate(graph.nodes):
            if any(arg in depends for arg in node.args):
                depends.add(position)
        return frozenset(graph.nodes[position].id for position in depends)

    # --- taking it along ---

    def to_input(self, *, only_given: bool = False) -> PlaygroundInput:
        """Return the text as typed and every input with its value as it is now, or only those that were given."""
        values = dict(self.given)
        if self.exercise is not None and self.read_text is not None and not only_given:
            values = {**self.values, **({"start": self.given["start"]} if "start" in self.given else {})}
        return PlaygroundInput(self.text, " ".join(f"{name}={typed_value(value)}" for name, value in values.items()))

    def to_exercise(self) -> Exercise:
        """Return the exercise of the text as typed, with the values as they are. Raise `FieldError`."""
        if self.error is not None and not self.is_whole:
            raise FieldError(self.error, "formula")
        return self.to_input().to_exercise()
