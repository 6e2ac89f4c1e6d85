"""Inputs, ranges of fresh numbers, start and conditions of an exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import format_shape
from tutor.algebra.expr import ONE, Sym, free_names
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.parser import is_reserved
from tutor.engine.batch import forward_backward_batch
from tutor.engine.finite_differences import to_floats
from tutor.engine.passes import NonFiniteError, forward_backward
from tutor.engine.symbolic import has_symbols
from tutor.grading.matrix_points import points_of
from tutor.i18n import N_, LocalizedText, Message, message
from tutor.packs.batch_size import sets_in_passes
from tutor.packs.builder.sizes import build_sizes
from tutor.packs.conditions import Condition, parse_condition
from tutor.packs.data_inputs import (
    data_input_message,
    default_source,
    find_data_input,
    index_range_errors,
    index_value_errors,
)
from tutor.packs.diagnostics import with_position
from tutor.packs.exercise import Exercise, compute_passes
from tutor.packs.model import ExerciseFile
from tutor.packs.random_batches import draw_batch
from tutor.packs.random_inputs import MAX_ATTEMPTS, ChoiceSource, InputDraw, RandomInputs, StepSource
from tutor.packs.symbols import MatrixSymbol
from tutor.packs.validators import MISPLACED_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.algebra.parser import Equation
    from tutor.engine.graph import Graph
    from tutor.grading.problem import Problem
    from tutor.packs.builder.context import BuildContext
    from tutor.packs.model import VaryTable

#: Operations that send entries back to other places, for which formulas have no name.
_PICKING_OPS = ("index", "reshape", "squeeze", "unsqueeze", "grid")
_NO_FORMULA = N_(
    "The gradient that reaches a symbolic matrix through {name} can't be written as a formula. Use "
    "numbers, or remove the matrix from wrt."
)
NO_POINTS = N_('No matrix that was tried gives finite values. Restrict the matrices, as in domain = "positive".')
NO_FINITE_NUMBERS = N_("None of the fresh numbers gives a finite value. Choose others.")


def build_inputs(context: BuildContext, equations: Sequence[Equation]) -> dict[str, Value]:
    """Return the values of `[inputs]` that are inputs of the graph."""
    defined = {equation.name for equation in equations if equation.name}
    used = {name for equation in equations for name in free_names(equation.expr)} - defined
    context.sizes = build_sizes(context, used | defined)
    inputs = {}
    for name, value in context.file.inputs.items():
        if name in used:
            inputs[name] = _named(context, name, value)
        elif name in defined:
            text = N_("“{name}” is computed in the graph, so you can't give it a value. Delete this.")
            context.report(message(text, name=name), "inputs", name)
        elif name in ExerciseFile.model_fields:
            context.report(message(MISPLACED_KEY, key=name), "inputs", name)
        else:
            context.report(_unknown_input_message(name, used), "inputs", name)
    return inputs


def _named(context: BuildContext, name: str, value: Value | MatrixSymbol) -> Value:
    """Return the value of an input; a symbol gets its name."""
    if isinstance(value, MatrixSymbol):
        # A name beyond the greatest number of them was reported.
        known = all(size in context.sizes for size in value.size_names)
        return value.named(name, context.sizes) if known else ONE
    return Sym(name, domain=value.domain) if isinstance(value, Sym) and not value.name else value


def build_random_inputs(context: BuildContext, graph: Graph, inputs: Mapping[str, Value]) -> RandomInputs:
    """Return how fresh numbers are drawn for the inputs in `[vary]` and for those without a value."""
    draws = {}
    for name, vary in context.file.vary.items():
        if name not in graph.inputs:
            context.report(_unknown_input_message(name, graph.inputs), "vary", name)
        elif _has_symbols(inputs.get(name)):
            text = N_("“{name}” is a symbol, so no numbers can be drawn for it. Delete this, or make it a number.")
            context.report(message(text, name=name), "vary", name)
        else:
            draws[name] = _build_draw(context, name, vary, inputs.get(name))
    missing = [name for name in graph.inputs if name not in inputs and name not in draws]
    sources = {name: default_source(graph, name) for name in missing}
    draws |= {name: InputDraw(source) for name, source in sources.items() if source}
    return RandomInputs(draws, tuple(name for name in missing if not sources[name]))


def check_indexes(
    context: BuildContext, graph: Graph, inputs: Mapping[str, Value], draws: Mapping[str, InputDraw]
) -> None:
    """Report values, and ranges of fresh numbers, that can't be the index they are used as."""
    if context.has_invalid_values:
        return
    for name, error in index_value_errors(graph, inputs):
        context.report(error, "inputs", name)
    for name, key, error in index_range_errors(graph, draws):
        context.report(error, "vary", name, key)


def _has_symbols(value: Value) -> bool:
    return isinstance(value, MatrixExpr) or any(isinstance(cell, Sym) for cell in ops.cells(value))


def _build_draw(context: BuildContext, name: str, vary: VaryTable, value: Value) -> InputDraw:
    _check_fix(context, name, vary, ops.shape_of(value))
    matrix = value if ops.is_matrix(value) else None
    if vary.choose is not None:
        return InputDraw(ChoiceSource(vary.choose), matrix, vary.fix)
    assert vary.first is not None
    assert vary.to is not None
    count = int((vary.to - vary.first) / vary.step) + 1
    return InputDraw(StepSource(vary.first, vary.step, count), matrix, vary.fix)


def _check_fix(context: BuildContext, name: str, vary: VaryTable, shape: Shape) -> None:
    if shape is None:
        if vary.fix and not context.has_invalid_values:
            text = N_("fix keeps cells of a matrix, but this is a number. Remove it.")
            context.report(message(text), "vary", name, "fix")
        return
    for row, column in sorted(vary.fix):
        if not (0 <= row < shape[0] and 0 <= column < shape[1]):
            text = N_("There is no cell [{row}, {column}]. The matrix is {shape}, counted from 0.")
            context.report(message(text, row=row, column=column, shape=format_shape(shape)), "vary", name, "fix")


def build_start(context: BuildContext, graph: Graph, inputs: Mapping[str, Value]) -> Value:
    """Return the start, or 1 if it does not fit the output."""
    start = context.file.start
    if isinstance(start, Sym):
        return _build_symbolic_start(context, graph, start)
    has_symbols = any(isinstance(value, MatrixExpr) for value in inputs.values())
    if has_symbols and graph.nodes[graph.output_position].shape and ops.shape_of(start) is None:
        text = N_('The output {output} is a matrix of symbols. Name its gradient: start = "dL/d{output}".')
        context.report(message(text, output=graph.output), "start" if "start" in context.source.data else "graph")
        return ONE
    shape, output_shape = ops.shape_of(start), graph.nodes[graph.output_position].shape
    if shape is None or shape == output_shape or context.has_invalid_values:
        return start
    if output_shape is None:
        text = N_("The start has the shape {shape}, but the output is a number. Write a number.")
    else:
        text = N_(
            "The start has the shape {shape}, but the output has the shape {output}. Write a number or "
            "a matrix of that shape."
        )
    context.report(message(text, shape=format_shape(shape), output=format_shape(output_shape)), "start")
    return ONE


def _build_symbolic_start(context: BuildContext, graph: Graph, start: Sym) -> Value:
    goal, _, output = start.name.removeprefix("d").partition("/d")
    if output != graph.output:
        text = N_("{start} can't be the start of this graph, because its output is {output}. Write d{goal}/d{output}.")
        context.report(message(text, start=start.name, output=graph.output, goal=goal), "start")
        return ONE
    if goal in graph.position:
        text = N_("“{name}” is already a name in this graph. Choose another name for the final result.")
        context.report(message(text, name=goal), "start")
        return ONE
    return start


def build_wrt(context: BuildContext, graph: Graph) -> tuple[str, ...] | None:
    """Return the inputs whose gradients are asked for, None for all."""
    unknown = [name for name in context.file.wrt or () if name not in graph.inputs]
    for name in unknown:
        context.report(_unknown_input_message(name, graph.inputs), "wrt")
    if unknown:
        return None
    if data := find_data_input(graph, context.file.wrt):
        context.report(data_input_message(data), "wrt")
    return context.file.wrt


def check_constants(context: BuildContext, graph: Graph) -> None:
    """Report names of `[values]` that the graph or the language of formulas has already."""
    for name, value in context.file.values.items():
        if isinstance(value, MatrixSymbol):
            context.report(
                message(N_("Write symbolic matrices under [inputs]. Numbers are expected here.")), "values", name
            )
        if not name.isidentifier() or is_reserved(name) or name in graph.position:
            text = N_("“{name}” can't be used here: the graph has this name, or it has a special meaning. Rename it.")
            context.report(message(text, name=name), "values", name)


def build_labels(context: BuildContext, graph: Graph) -> dict[str, LocalizedText]:
    """Return the labels that are shown in place of inputs' names."""
    for name in context.file.labels:
        if name not in graph.inputs:
            context.report(_unknown_input_message(name, graph.inputs), "labels", name)
    return context.file.labels


def check_finite(context: BuildContext, exercise: Exercise) -> bool:
    """Return whether both passes have finite values for the author's numbers and for some fresh ones."""
    if any(index_value_errors(exercise.graph, exercise.inputs)) or any(
        index_range_errors(exercise.graph, exercise.random_inputs.draws)
    ):
        return False
    try:
        compute_passes(exercise.variant().problem)
    except NonFiniteError as error:
        text = message(N_("{problem} Choose other numbers."), problem=error.message)
        context.report(text, "inputs" if context.file.inputs else "graph")
        return False
    problem = exercise.variant().problem
    if name := _untypable_part(problem):
        context.report(message(_NO_FORMULA, name=name), "graph")
        return False
    if problem.has_matrix_symbols and not points_of(problem):
        context.report(message(NO_POINTS), "inputs" if context.file.inputs else "graph")
        return False
    if exercise.random_inputs.draws and not context.numbers_checked_elsewhere and not has_finite_variant(exercise):
        context.report(message(NO_FINITE_NUMBERS), "vary")
        return False
    return True


def _untypable_part(problem: Problem) -> str | None:
    """Return the symbol of a node whose backward step no formula of matrices can name; None if there is none."""
    if not problem.has_matrix_symbols:
        return None
    symbolic = problem.graph.depends_on([name for name, value in problem.inputs.items() if has_symbols(value)])
    for position, node in enumerate(problem.graph.nodes):
        if node.op in _PICKING_OPS and symbolic[position] and problem.needs_gradient[position]:
            return node.symbol
    return None


def build_conditions(context: BuildContext, exercise: Exercise) -> tuple[Condition, ...]:
    """Return the conditions of `[[where]]`, which the author's numbers must meet too."""
    if not context.file.where:
        return ()
    problem = exercise.variant().problem
    if problem.symbolic:
        context.report(message(N_("Conditions compare numbers, but there are symbols here. Remove this.")), "where")
        return ()
    exact = {node.name: problem.exact_passes.values[i] for i, node in enumerate(problem.graph.nodes) if node.name}
    floats = {name: to_floats(value) for name, value in exact.items()}
    has_author_numbers = all(name in exercise.inputs for name in exercise.graph.inputs)
    conditions = []
    for position, where in enumerate(context.file.where):
        key_path = ("where", position, "that")
        try:
            condition = parse_condition(where.that, exact)
        except AlgebraError as error:
            context.report(with_position(error, where.that), *key_path)
            continue
        if has_author_numbers and not condition.holds(floats, 1).all():
            text = N_("The numbers under [inputs] don't meet this condition. Change the numbers or the condition.")
            context.report(message(text), *key_path)
        conditions.append(condition)
    return tuple(conditions)


def has_finite_variant(exercise: Exercise) -> bool:
    """Return whether some fresh numbers have finite values: those drawn first, or else one of up to 40 sets tried at once."""
    problem = exercise.variant().problem
    if problem.symbolic:
        return exercise.first_finite(1) is not None
    graph, start = exercise.graph, to_floats(exercise.start)
    authored = {name: to_floats(value) for name, value in problem.inputs.items()}
    drawn = draw_batch(exercise.random_inputs, exercise.id, (1,), 1)
    first = {name: float(value[0]) if value.ndim == 1 else value[0] for name, value in drawn.items()}
    try:
        return forward_backward(graph, {**authored, **first}, start, exercise.wrt) is not None
    except NonFiniteError:
        attempts = min(MAX_ATTEMPTS, sets_in_passes(graph))
        drawn = draw_batch(exercise.random_inputs, exercise.id, (1,), attempts)
    repeated = {name: np.repeat(np.asarray(value)[None], attempts, axis=0) for name, value in authored.items()}
    try:
        with np.errstate(all="ignore"):
            _, finite = forward_backward_batch(graph, {**repeated, **drawn}, start, exercise.wrt)
    except NonFiniteError:
        return False
    return bool(finite.any())


def _unknown_input_message(name: str, known: Iterable[str]) -> Message:
    text = N_("“{name}” is not an input of the graph. Its inputs are {known}.")
    return message(text, name=name, known=", ".join(sorted(known)))
