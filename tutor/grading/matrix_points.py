"""Points of problems with symbolic matrices: the same problem with numbers in place of sizes, matrices and symbols.

They are always the same. The first one is the smallest, so that a counterexample is easy to read. Two names never have the
same size, nor one that is written as a number, so that no transposed matrix has the right shape by chance.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from itertools import islice, product
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE_HOT, Expr, Num, Sym
from tutor.algebra.matrix_expr import MatrixExpr, expr_of
from tutor.algebra.sizes import Size, shape_in_numbers
from tutor.engine.passes import NonFiniteError
from tutor.engine.sized_graph import graph_in_numbers
from tutor.engine.symbolic import has_symbols
from tutor.grading.problem import Problem
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tutor.algebra.ops import Shape, Value
    from tutor.grading.problem import Blank
    from tutor.grading.question import Question
    from tutor.i18n import Message

#: So many points are looked at, of at most so many that are drawn.
NUM_POINTS, _MAX_DRAWN = 6, 40
_MAX_SMALL = 8
#: Sizes are drawn from so many more than there are names, and are at least 2.
_SPARE_SIZES = 2
#: What computing with sizes and entries raises that do not fit: no value, or an index beyond a small size.
_NO_POINT = (NonFiniteError, AlgebraError, ArithmeticError, ValueError, IndexError)
#: The entries of the first points. None is 1, which hides factors.
_FIRST_ENTRIES = (2, 3, -2, 5, 4, -3)
_FIRST_POINTS = 2
_PROBABILITIES = 16


@dataclass(frozen=True)
class PointProblem(Problem):
    """A problem at one point: with numbers for the sizes, matrices and symbols of another one.

    `symbol_values` are the numbers of the start's symbol, `goal` is what the other problem differentiates.
    """

    numbers: Mapping[str, int] = field(default_factory=dict)
    symbol_values: Mapping[str, Value] = field(default_factory=dict)
    goal: str = ""

    @cached_property
    def target_name(self) -> str:
        """The name of what the other problem differentiates."""
        return self.goal

    def _all_names_at(self, blank: Blank) -> Mapping[str, Value]:
        names = super()._all_names_at(blank)
        if blank.kind == "question":
            return names
        start = {} if blank.kind == "forward" else self.symbol_values
        return {**self._sizes_as_numbers, **names, **start}

    @cached_property
    def _sizes_as_numbers(self) -> Mapping[str, Expr]:
        return {name: Num(Fraction(number)) for name, number in self.numbers.items()}

    @cached_property
    def all_values(self) -> Mapping[str, Value]:
        """Every value of the graph by the name that a formula may have for it, also `dL/dz`; sizes and symbols."""
        graph, passes = self.graph, self.exact_passes
        values: dict[str, Value] = dict(self._sizes_as_numbers)
        for position, node in enumerate(graph.nodes):
            for name in {node.id, node.name or node.id}:
                values[name] = passes.values[position]
                if passes.gradients[position] is not None:
                    values[f"d{self.goal}/d{name}"] = values[f"grad({name})"] = passes.gradients[position]
        return {**values, **self.symbol_values}


def points_of(problem: Problem) -> tuple[PointProblem, ...]:
    """Return up to `NUM_POINTS` points at which both passes and the answers to questions have values."""
    return problem.memoize(("matrix points", ""), lambda: tuple(islice(_draw_points(problem), NUM_POINTS)))


def describe_sizes(point: PointProblem) -> Message:
    """Say that the symbols are numbers at a point, and which sizes the matrices have there."""
    sizes = ", ".join(f"{name} = {number}" for name, number in point.numbers.items())
    return message(N_("Computed with matrices of numbers. Sizes: {sizes}."), sizes=sizes or "-")


def small_points_of(problem: Problem) -> tuple[PointProblem, ...]:
    """Return points with sizes of 1 and 2 only: enough to show a difference, but not to prove that there is none."""
    return problem.memoize(("small matrix points", ""), lambda: tuple(_draw_small_points(problem)))


def value_at(value: Value, known: Mapping[str, Value]) -> Value:
    """Return a value with numbers for its names. Raises `AlgebraError` if it has none there."""
    if not has_symbols(value):
        return value
    if isinstance(value, MatrixExpr):
        return evaluate(value.expr, known)
    return ops.map_cells(lambda cell: evaluate(cell, known), value)


def _draw_points(problem: Problem) -> Iterator[PointProblem]:
    for number in range(_MAX_DRAWN):
        try:
            yield _draw_point(problem, number)
        except _NO_POINT:
            continue


def _draw_small_points(problem: Problem) -> Iterator[PointProblem]:
    names = sorted(problem.sizes)
    one_hot = [shape for shape, domain in _own_symbols(problem).values() if domain == ONE_HOT]
    for sizes in islice(product((1, 2), repeat=len(names)), _MAX_SMALL):
        numbers = dict(zip(names, sizes, strict=True))
        if any((shape_in_numbers(shape, numbers) or (1, 1))[1] == 1 for shape in one_hot):
            # A single class is always right.
            continue
        try:
            yield _draw_point(problem, 0, numbers)
        except _NO_POINT:
            continue


def _draw_point(problem: Problem, number: int, numbers: Mapping[str, int] | None = None) -> PointProblem:
    """Return one point, with these numbers for the sizes if they are given. Raises if a value at it is not finite."""
    numbers = _draw_sizes(problem, number) if numbers is None else numbers
    drawn = {
        name: _draw_value(number, name, shape_in_numbers(shape, numbers), domain)
        for name, (shape, domain) in _own_symbols(problem).items()
    }
    inputs = {name: drawn[name] if has_symbols(value) else value for name, value in problem.inputs.items()}
    start = drawn[problem.start.name] if isinstance(problem.start, Sym) else problem.start
    point = PointProblem(
        graph_in_numbers(problem.graph, numbers),
        inputs,
        start,
        problem.wrt,
        problem.asked,
        problem.given,
        problem.author_notes,
        problem.forward,
        numbers=numbers,
        symbol_values={problem.start.name: start} if isinstance(problem.start, Sym) else {},
        goal=problem.target_name if problem.graph.nodes else "",
    )
    for value in (*point.exact_passes.values, *point.exact_passes.gradients):
        _require_finite(value)
    if _is_at_a_kink(point):
        raise ArithmeticError
    if not problem.questions:
        return point
    known = {**point.all_values, **drawn}
    return replace(point, questions=tuple(_question_at(question, known) for question in problem.questions))


def _require_finite(value: Value) -> None:
    """Raise `ArithmeticError` if there is an exact value and one of its entries is not finite."""
    if value is not None and not ops.is_finite(ops.nearest_floats(value)):
        raise ArithmeticError


def _is_at_a_kink(point: PointProblem) -> bool:
    """Return whether a slope jumps at a point: there, other forms of a rule may give another slope."""
    for position, node in enumerate(point.graph.nodes):
        if node.is_input or not node.operation.has_kink:
            continue
        x, *others = point.exact_passes.operands_of(position)
        if others and ops.shape_of(others[0]) not in (None, ops.shape_of(x)):
            continue
        distance = ops.nearest_floats(x - others[0] if others else x)
        if any(cell == 0 for cell in ops.cells(distance)):
            return True
    return False


def _question_at(question: Question, known: Mapping[str, Value]) -> Question:
    """Return a question with the numbers of a point."""
    if not question.has_value:
        return question
    names = {name: value_at(value, known) for name, value in question.names.items()}
    author_names = {name: value_at(value, known) for name, value in question.author_names.items()}
    answer = question.answer if question.formula is None else evaluate(question.formula, author_names)
    _require_finite(answer)
    return replace(question, names=names, author_names=author_names, answer=answer)


def _own_symbols(problem: Problem) -> dict[str, tuple[Shape, str]]:
    """Return the shape and the domain of each symbol that is drawn, by its name."""
    graph = problem.graph
    found: dict[str, tuple[Shape, str]] = {}
    if isinstance(problem.start, Sym):
        found[problem.start.name] = graph.nodes[graph.output_position].shape, problem.start.domain
    values = {name: value for question in problem.questions for name, value in question.names.items()}
    values |= {name: value for name, value in problem.inputs.items() if has_symbols(value)}
    for name, value in values.items():
        formula = expr_of(value) if isinstance(value, Expr | MatrixExpr) else None
        if isinstance(formula, Sym) and formula.name == name and name not in problem.sizes:
            found[name] = ops.shape_of(value), formula.domain
    return found


def _draw_sizes(problem: Problem, number: int) -> dict[str, int]:
    names, fixed = sorted(problem.sizes), set(_fixed_sizes(problem))
    pool = [size for size in range(2, 2 + len(names) + _SPARE_SIZES + len(fixed)) if size not in fixed]
    return {name: pool[(position + number) % len(pool)] for position, name in enumerate(names)}


def _fixed_sizes(problem: Problem) -> Iterable[int]:
    """Yield the sizes that are written as numbers."""
    shapes = [node.shape for node in problem.graph.nodes if node.is_input]
    shapes += [ops.shape_of(value) for question in problem.questions for value in question.names.values()]
    for shape in shapes:
        yield from (size for size in shape or () if not isinstance(size, Size))


def _draw_value(number: int, name: str, shape: Shape, domain: str) -> Value:
    if shape is None:
        return _draw_entry(number, name, 0, 0, domain)
    rows, columns = shape
    if domain == ONE_HOT:
        matrix = ops.make_matrix(tuple(_one_hot_row(number, name, row, columns) for row in range(rows)))
    else:
        matrix = ops.make_matrix(
            tuple(tuple(_draw_entry(number, name, i, j, domain) for j in range(columns)) for i in range(rows))
        )
    return ops.as_vector(matrix) if ops.is_vector_shape(shape) else matrix


def _one_hot_row(number: int, name: str, row: int, columns: int) -> tuple[Expr, ...]:
    place = _draw(number, name, row, 0) % columns
    return tuple(Num(Fraction(int(column == place))) for column in range(columns))


def _draw_entry(number: int, name: str, row: int, column: int, domain: str) -> Num:
    draw = _draw(number, name, row, column)
    if domain == "probability":
        return Num(Fraction(2 * (draw % (_PROBABILITIES // 2)) + 1, _PROBABILITIES))
    if number < _FIRST_POINTS:
        entry = Fraction(_FIRST_ENTRIES[draw % len(_FIRST_ENTRIES)])
    else:
        entry = Fraction(2 * (draw % 32) + 1, 16) * (1 if draw >> 40 & 1 else -1)
    return Num(abs(entry) if domain == "positive" else entry)


def _draw(number: int, name: str, row: int, column: int) -> int:
    return int.from_bytes(sha256(f"{number}\n{name}\n{row}\n{column}".encode()).digest()[:8], "big")
