"""Numbers and shapes to try a learner's code on: the example's, fresh ones, other sizes, a batch of one."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Num
from tutor.coding.arrays import to_value
from tutor.engine.builder import parse_graph
from tutor.engine.codegen.to_numpy import numpy_forward
from tutor.engine.passes import NonFiniteError
from tutor.engine.standard_functions import with_standard_functions
from tutor.grading.mistakes.equivalence import FloatProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Graph
    from tutor.grading.problem import Problem

#: Tries of each kind, the fewest for an object that is used twice, and attempts until one has finite values.
_NUM_FRESH = 4
_NUM_OTHER_SIGNS = 6
_NUM_MORE = 4
_NUM_PAIRS = 3
_MAX_ATTEMPTS = 6
#: The beginning of the seeds of all trials.
SEED = "0"
#: Numbers are scaled by these at random: signs, kinks and domains stay, and simple relations don't.
_SCALES = (0.62, 1.63)
_LARGE = 50
#: What is added to the example's sizes, in turn.
_SIZE_CHANGES = (1, 3)
#: Larger arrays make a check slow.
_MAX_CELLS = 4_000


@dataclass(frozen=True, slots=True)
class Trial:
    """A problem in floats to run the code on. A second call uses an object that the trial before it has used."""

    problem: FloatProblem
    has_other_shapes: bool = False
    is_second_call: bool = False
    is_example: bool = False


def trials_of(problem: Problem) -> Sequence[Trial]:
    """Return problems like this one in floats: fresh numbers, its own in second place, and other shapes.

    The order tells a value that was kept from the first call from one that was written out for the example.
    """
    return problem.memoize(("code trials", SEED), lambda: _find_trials(problem))


def _find_trials(problem: Problem) -> Sequence[Trial]:
    start = ops.map_cells(nearest_float, problem.start)
    own = {name: ops.map_cells(nearest_float, value) for name, value in problem.inputs.items()}
    example = FloatProblem(problem.graph, own, start, problem.wrt, forward=problem.forward, labels=problem.labels)
    fresh = [_first_finite(problem, problem.graph, f"{SEED}:{number}") for number in range(_NUM_FRESH)]
    # With its own signs a gate that is closed would be closed on all numbers, and hide what is wrong behind it.
    signed = _with_changed_signs(problem, f"{SEED}:signs", _NUM_OTHER_SIGNS)
    trials = [Trial(each) for each in (*filter(None, fresh), *signed)]
    trials.insert(1, Trial(example, is_example=True))
    for number, graph in enumerate(_other_graphs(problem)):
        other = _first_finite(problem, graph, f"{SEED}:shape:{number}")
        trials += [Trial(other, has_other_shapes=True)] if other else []
    return trials


def more_numbers(problem: Problem) -> Sequence[FloatProblem]:
    """Return problems like this one on which no code is run: they tell formulas apart that agree on the trials."""
    return problem.memoize(("more numbers", SEED), lambda: _with_changed_signs(problem, f"{SEED}:more", _NUM_MORE))


def _with_changed_signs(problem: Problem, seed: str, count: int) -> Sequence[FloatProblem]:
    found = (_first_finite(problem, problem.graph, f"{seed}:{number}", signs=number) for number in range(count))
    return [each for each in found if each is not None]


def paired_trials_of(problem: Problem, parameters: Sequence[str]) -> Sequence[Trial]:
    """Return trials in pairs: a second call has the graph and the parameters of the one before it."""
    return problem.memoize((f"code pairs {SEED}", " ".join(parameters)), lambda: _find_pairs(problem, parameters))


def _find_pairs(problem: Problem, parameters: Sequence[str]) -> Sequence[Trial]:
    single = trials_of(problem)
    of_its_shapes = [trial for trial in single if not trial.has_other_shapes]
    of_its_shapes = [*of_its_shapes[:_NUM_PAIRS], *of_its_shapes[_NUM_FRESH + 1 :]]
    pairs = []
    for number, trial in enumerate([*of_its_shapes, *(trial for trial in single if trial.has_other_shapes)]):
        graph, first = trial.problem.graph, trial.problem
        kept = {name: first.inputs[name] for name in parameters}
        second = _first_finite(problem, graph, f"{SEED}:again:{number}", kept) or first
        pairs += [trial, Trial(second, trial.has_other_shapes, is_second_call=True)]
    return pairs


def _first_finite(
    problem: Problem,
    graph: Graph,
    seed: str,
    kept: Mapping[str, Value] = MappingProxyType({}),
    *,
    signs: int | None = None,
) -> FloatProblem | None:
    """Return a problem with random numbers, but for those that are `kept`, and finite values; None if there is none.

    `signs` is the number of a problem whose numbers have other signs; in that of number 0 all have.
    """
    source = random.Random(seed)
    for attempt in range(_MAX_ATTEMPTS):
        inputs = {
            name: _fresh_value(source, problem, name, value, graph.nodes[graph.position[name]].shape)
            for name, value in problem.inputs.items()
        } | dict(kept)
        if signs is not None:
            # A domain may allow one sign only, so that some inputs stay as they are at last.
            share = 0 if attempt < 2 else 0.3
            choices = (-1,) if signs + attempt == 0 else (-1, 1)
            inputs |= {
                name: _with_other_signs(source, problem, name, value, choices)
                for name, value in inputs.items()
                if name not in kept and source.random() >= share
            }
        output = graph.nodes[graph.output_position].shape
        start = _fresh_start(source, problem.start, output)
        fresh = FloatProblem(graph, inputs, start, problem.wrt, forward=problem.forward, labels=problem.labels)
        try:
            _passes = fresh.exact_passes
        except (NonFiniteError, ArithmeticError, ValueError):
            continue
        return fresh
    return None


def _fresh_value(source: random.Random, problem: Problem, name: str, example: Value, shape: Shape) -> Value:
    """Return random numbers of the kind of an example: whole indexes, probabilities, or numbers scaled a little."""
    cells = [_as_float(cell) for cell in ops.cells(example)]
    size = problem.graph.index_sizes.get(name)
    if shape is None:
        return float(source.randrange(size)) if size else _vary(source, cells[0])
    rows, columns = shape
    if size:
        table = [[float(source.randrange(size)) for _column in range(columns)] for _row in range(rows)]
    elif _are_probabilities(example):
        table = [_probability_row(source, columns, one_hot=set(cells) <= {0.0, 1.0}) for _row in range(rows)]
    else:
        width = ops.shape_of(example)[1]  # type: ignore[index]
        table = [
            [_vary(source, cells[(row * width + column % width) % len(cells)]) for column in range(columns)]
            for row in range(rows)
        ]
    return to_value(np.array(table), shape)


def _as_float(cell: Value) -> float:
    """Return an exact number, or one that is a float already, as a float."""
    return float(cell) if isinstance(cell, int | float) else nearest_float(cell)


def _vary(source: random.Random, cell: float) -> float:
    """Return a number like another. Large ones stay close to each other: their exponentials would be too large."""
    return cell + source.uniform(-3, 3) if abs(cell) > _LARGE else cell * source.uniform(*_SCALES)


def _with_other_signs(source: random.Random, problem: Problem, name: str, value: Value, signs: Sequence[int]) -> Value:
    """Return an input with signs at random, and other numbers in place of 0. Masks, probabilities and indexes stay."""
    example = [_as_float(cell) for cell in ops.cells(problem.inputs[name])]
    is_data = (
        name in problem.graph.index_sizes or set(example) <= {0.0, 1.0} or _are_probabilities(problem.inputs[name])
    )
    if is_data:
        return value

    def change(cell: float) -> float:
        return cell if abs(cell) > _LARGE else float(cell or 1.0) * source.uniform(0.3, 1.5) * source.choice(signs)

    shape = ops.shape_of(value)
    if shape is None:
        return change(value)
    return to_value(np.array([change(cell) for cell in ops.cells(value)]), shape)


def _are_probabilities(example: Value) -> bool:
    """Return whether every row adds up to 1 and no entry is negative, in a matrix with more than one column."""
    rows = [[_as_float(cell) for cell in row] for row in example] if ops.is_matrix(example) else []
    return bool(rows) and len(rows[0]) > 1 and all(min(row) >= 0 and abs(sum(row) - 1) < 1e-9 for row in rows)


def _probability_row(source: random.Random, columns: int, *, one_hot: bool) -> list[float]:
    if one_hot:
        chosen = source.randrange(columns)
        return [float(column == chosen) for column in range(columns)]
    weights = [source.uniform(0.2, 1.0) for _column in range(columns)]
    return [weight / sum(weights) for weight in weights]


def _fresh_start(source: random.Random, example: Value, shape: Shape) -> Value:
    """Return a start that is not 1, in the shape of the output."""
    base = [_as_float(cell) for cell in ops.cells(example)]
    if shape is None or not ops.is_matrix(example):
        return (base[0] or 1.0) * source.uniform(*_SCALES)
    table = [
        [(base[source.randrange(len(base))] or 1.0) * source.uniform(*_SCALES) for _ in range(shape[1])]
        for _ in range(shape[0])
    ]
    return to_value(np.array(table), shape)


def _other_graphs(problem: Problem) -> Iterator[Graph]:
    """Yield the same graph for other sizes of its inputs, if the code of its forward pass holds for them as well."""
    if not any(ops.is_matrix(value) for value in problem.inputs.values()):
        return
    lines = numpy_forward(problem.graph)
    for change in _size_changes(problem):
        inputs = {name: _resized(value, change) for name, value in problem.inputs.items()}
        if sum(len(list(ops.cells(value))) for value in inputs.values()) > _MAX_CELLS:
            continue
        try:
            graph = parse_graph(problem.graph.text, inputs, with_standard_functions())
        except AlgebraError:
            continue
        if [node.id for node in graph.nodes] != [node.id for node in problem.graph.nodes]:
            continue
        other = numpy_forward(graph)
        if (other.lines, other.definitions) == (lines.lines, lines.definitions):
            yield graph


def _size_changes(problem: Problem) -> Iterator[Mapping[int, int]]:
    """Yield maps from the example's sizes to others; then, for each size that counts rows only, a batch of one."""
    shapes = [shape for shape in map(ops.shape_of, problem.inputs.values()) if shape is not None]
    sizes = {size for shape in shapes for size in shape if size > 1}
    for change in _SIZE_CHANGES:
        yield {size: size + change for size in sizes}
    columns = {shape[1] for shape in shapes}
    for size in sorted(sizes - columns):
        yield {size: 1}


def _resized(value: Value, change: Mapping[int, int]) -> Value:
    shape = ops.shape_of(value)
    if shape is None:
        return value
    rows, columns = (change.get(size, size) for size in shape)
    one = Num(Fraction(1, 2))
    table = ops.make_matrix(tuple((one,) * columns for _row in range(rows)))
    return ops.as_vector(table) if ops.is_vector_shape(shape) else table
