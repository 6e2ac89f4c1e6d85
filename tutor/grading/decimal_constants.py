"""Numbers with decimals inside formulas: each must be a rounding of the number that makes the formula right.

With the decimals as unknowns, a formula c·x + d is solved for the values at which it equals the truth at every point.
Then 7.389·x is compared with e²·x as 7.389 with e², and x + 0.0001 with x as 0.0001 with 0, which it is not.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra import ops
from tutor.algebra.balls import ball_from_fraction, to_ball
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym, children, postorder
from tutor.algebra.limits import ANSWER
from tutor.algebra.literals import MAX_EXACT_DIGITS, split_literal
from tutor.algebra.precision import Ball, working_precision
from tutor.grading.tolerances import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.sample_points import Point

#: A formula with more decimals is not solved for them.
_MAX_CONSTANTS = 8
_BITS = 384
#: The step of difference quotients, and what a Newton step must shrink to, relative to a constant.
_STEP, _CONVERGED = Fraction(1, 2**150), Fraction(1, 2**120)
#: Formulas are equal if they differ by less than this, relatively, and a solved number is a decimal this close to it.
_EQUAL = Fraction(1, 2**100)
#: Formulas that differ by more than this multiple of what rounded constants explain, at one of the first points, are
#: not solved.
_MAX_UNEXPLAINED = 8
_NUM_QUICK_POINTS = 4
#: Solved numbers beyond this can't be typed.
_MAX_SOLVED = Fraction(10**308)
#: A pivot smaller than this part of the first says that the constants only count together, as in 2.0·x·0.5.
_RANK_TOLERANCE = 2.0**-40
_MAX_ITERATIONS = 12
#: The most parts of a formula that are evaluated to solve for its constants; 1,000 take about 3 ms.
_MAX_WORK = 10_000
#: Newton steps beyond this multiple of a constant lead away from any rounding of it.
_MAX_STEP = 64

_Matrix: TypeAlias = "list[list[Ball]]"


@dataclass(frozen=True, slots=True)
class DecimalPattern:
    """A formula with a name in place of each number with decimals.

    `constants` are those numbers by name: as they were typed, and their exact values.
    """

    formula: Expr
    constants: Mapping[str, tuple[Expr, Expr]]


def decimal_patterns(tree: Expr, names: Mapping[str, Value]) -> list[list[DecimalPattern | None]]:
    """Return the pattern of each cell of a typed formula; None for a cell without decimals, or with too many."""
    if isinstance(tree, Grid):
        return [[decimal_patterns(cell, names)[0][0] for cell in row] for row in tree.rows]
    constants: dict[str, Expr] = {}
    with_names = _name_constants(tree, constants)
    value = None
    if 0 < len(constants) <= _MAX_CONSTANTS:
        with suppress(AlgebraError):
            value = evaluate(with_names, names, ANSWER)
            numbers = {name: (number, evaluate(number, {})) for name, number in constants.items()}
    if value is None:
        return [[None]]
    rows = value if ops.is_matrix(value) else [[value]]
    return [[DecimalPattern(cell, numbers) for cell in row] for row in rows]


def _name_constants(tree: Expr, constants: dict[str, Expr]) -> Expr:
    """Return a tree with names in place of its largest parts that are numbers with decimals; they are added by name."""
    is_number: dict[int, bool] = {}
    has_decimals: dict[int, bool] = {}
    for node in postorder(tree):
        parts = children(node)
        is_number[id(node)] = (
            isinstance(node, Num)
            or (isinstance(node, Sym) and node.name == "pi")
            or (
                isinstance(node, Apply)
                and node.op not in ("ones", "eye")
                and all(is_number[id(part)] for part in parts)
            )
        )
        has_decimals[id(node)] = (isinstance(node, Num) and node.is_decimal) or any(
            has_decimals[id(part)] for part in parts
        )

    def rename(node: Expr) -> Expr:
        if not has_decimals[id(node)]:
            return node
        if is_number[id(node)]:
            name = f"#{len(constants)}"
            constants[name] = node
            return Sym(name)
        if isinstance(node, Grid):
            return Grid(tuple(tuple(map(rename, row)) for row in node.rows), node.position, node.is_vector)
        assert isinstance(node, Apply)
        # The axis of a sum and the size of a matrix stay numbers.
        renamed = [
            arg if isinstance(arg, Num) and node.op in ("sum", "mean", "ones", "eye") else rename(arg)
            for arg in node.args
        ]
        return Apply(node.op, tuple(renamed), node.position)

    return rename(tree)


def solve_for_constants(pattern: DecimalPattern, truth: Expr, points: Iterable[Point]) -> list[dict[str, Fraction]]:
    """Return the numbers near the typed ones at which a pattern equals the truth at all points; empty if there are none.

    If several numbers only count together, as in 0.5·x·2.0, there is a solution for each of them that leaves others as
    they were typed. Solved numbers are exact if they are short decimals.
    """
    used = {node.name for node in postorder(pattern.formula) if isinstance(node, Sym)}
    typed = {name: value for name, (_, value) in pattern.constants.items() if name in used}
    with working_precision(_BITS):
        constants = {name: to_ball(number).mid() for name, number in typed.items()}
        points = iter(points)
        solver = _Solver(pattern.formula, truth, constants)
        errors = {name: _rounding_error(tree) for name, (tree, _) in pattern.constants.items()}
        try:
            solutions = solver.solutions(points, errors)
        except _TooMuchWorkError:
            return []
        return [
            {name: _nearest_fraction(value) for name, value in solved.items()}
            for solved in solutions
            if solved is not None and all(abs(value) < ball_from_fraction(_MAX_SOLVED) for value in solved.values())
        ]


def _rounding_error(tree: Expr) -> Fraction:
    """Return how far a constant may be off, relatively: half of its last digit, or a little for a calculation."""
    if isinstance(tree, Apply) and tree.op == "neg":
        tree = tree.args[0]
    if not isinstance(tree, Num) or not tree.value:
        return TOLERANCE
    mantissa, exponent = split_literal(tree.text)
    unit = Fraction(10) ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return max(TOLERANCE, unit / abs(tree.value) / 2)


class _TooMuchWorkError(Exception):
    """A formula is so long that solving it would be noticed."""


class _Solver:
    """Newton's method for the constants of a formula, at the precision at work."""

    def __init__(self, formula: Expr, truth: Expr, constants: dict[str, Ball]) -> None:
        self._formula = formula
        self._truth = truth
        self._typed = self._constants = constants
        self._names = list(constants)
        self._sizes = {name: abs(value) if value != 0 else value + 1 for name, value in constants.items()}
        #: Points with the truth there.
        self._rows: list[tuple[dict[str, Ball], Ball]] = []
        self._pivots: list[tuple[int, int]] = []
        #: Whether some constants only count together.
        self.is_dependent = False
        self._size = sum(1 for _ in postorder(formula))
        self._work_left = _MAX_WORK

    def solutions(self, points: Iterator[Point], errors: Mapping[str, Fraction]) -> list[dict[str, Ball] | None]:
        """Return a solution for each constant to change first; none if errors of this size explain no difference.

        Raise `_TooMuchWorkError` if that takes too long.
        """
        self.take_points(islice(points, _NUM_QUICK_POINTS))
        if not self.may_be_rounded(errors):
            return []
        self.take_points(points)
        solutions = [self.solve(0)]
        if self.is_dependent:
            solutions += [self.solve(i) for i in range(1, len(self._names))]
        return solutions

    def take_points(self, points: Iterable[Point]) -> None:
        """Keep the points at which both formulas have a value."""
        for point in points:
            symbols = {name: ball_from_fraction(value) for name, value in point.items()}
            true_value = to_ball(self._truth, symbols)
            if true_value.is_finite() and self._value(symbols, self._constants).is_finite():
                self._rows.append((symbols, true_value))

    def may_be_rounded(self, errors: Mapping[str, Fraction]) -> bool:
        """Return whether errors of this size, relative to the constants, may explain the differences at the points."""
        slopes = self._linearise(self._rows)
        if slopes is None or not self._rows:
            return False
        allowed = [ball_from_fraction(errors[name] * _MAX_UNEXPLAINED) for name in self._names]
        return all(
            abs(residual)
            <= sum((abs(slope) * error for slope, error in zip(row, allowed, strict=True)), slopes[0][0] * 0)
            for residual, row in zip(*slopes, strict=True)
        )

    def _value(self, symbols: Mapping[str, Ball], constants: Mapping[str, Ball]) -> Ball:
        self._work_left -= self._size
        if self._work_left < 0:
            raise _TooMuchWorkError
        return to_ball(self._formula, {**symbols, **constants})

    def solve(self, first: int) -> dict[str, Ball] | None:
        """Return the constants at which the formulas agree at all points, None if there are none.

        Of constants that only count together, the one at position `first` changes, if it is among them.
        """
        if not self._names or len(self._rows) <= len(self._names):
            return None
        self._constants, self._pivots = dict(self._typed), []
        for _ in range(_MAX_ITERATIONS):
            # Twice as many points as unknowns show which constants only count together.
            system = self._linearise(self._rows[: 2 * len(self._names) + 2])
            if system is None:
                return None
            residuals, slopes = system
            if all(abs(residual) < ball_from_fraction(_EQUAL) for residual in residuals):
                break
            steps = self._newton_step(residuals, slopes, first)
            if any(not step.is_finite() or abs(step) > _MAX_STEP for step in steps):
                return None
            for name, step in zip(self._names, steps, strict=True):
                self._constants[name] = (self._constants[name] + step * self._sizes[name]).mid()
            if all(abs(step) < ball_from_fraction(_CONVERGED) for step in steps):
                break
        return self._constants if self._agrees() else None

    def _agrees(self) -> bool:
        system = self._linearise(self._rows)
        return system is not None and all(abs(residual) < ball_from_fraction(_EQUAL) for residual in system[0])

    def _linearise(self, rows: Sequence[tuple[dict[str, Ball], Ball]]) -> tuple[list[Ball], _Matrix] | None:
        """Return truth − formula and its slopes at each point, in units of that row's size; None without values."""
        step = ball_from_fraction(_STEP)
        residuals, slopes = [], []
        for symbols, true_value in rows:
            value = self._value(symbols, self._constants)
            row = []
            for name in self._names:
                moved = {**self._constants, name: self._constants[name] + step * self._sizes[name]}
                row.append(((self._value(symbols, moved) - value) / step).mid())
            size = max((abs(number).mid() for number in (true_value, value, *row)), key=float)
            if not all(number.is_finite() for number in (value, *row)) or size == 0:
                return None
            residuals.append((true_value - value) / size)
            slopes.append([slope / size for slope in row])
        return residuals, slopes

    def _newton_step(self, residuals: Sequence[Ball], slopes: _Matrix, first: int) -> list[Ball]:
        """Return the relative change of each constant; 0 for those that don't count by themselves."""
        rows = [
            [*(slope.mid() for slope in row), residual.mid()] for row, residual in zip(slopes, residuals, strict=True)
        ]
        if self._pivots:
            for row, column in self._pivots:
                _eliminate(rows, row, column)
        else:
            self._pivots = _find_pivots(rows, len(self._names), first)
            self.is_dependent = len(self._pivots) < len(self._names)
        steps = [ball_from_fraction(Fraction(0))] * len(self._names)
        for row, column in self._pivots:
            steps[column] = (rows[row][-1] / rows[row][column]).mid()
        return steps


def _find_pivots(rows: _Matrix, num_columns: int, first: int) -> list[tuple[int, int]]:
    """Eliminate with the largest pivot left, the first one in column `first`. Return the row and column of each."""
    pivots: list[tuple[int, int]] = []
    largest = 0.0
    while len(pivots) < num_columns:
        free_rows = set(range(len(rows))) - {row for row, _ in pivots}
        free_columns = set(range(num_columns)) - {column for _, column in pivots}
        if not pivots and any(abs(float(row[first])) > _RANK_TOLERANCE for row in rows):
            free_columns = {first}
        size, row, column = max((abs(float(rows[j][k])), j, k) for j in free_rows for k in free_columns)
        largest = largest or size
        if size <= _RANK_TOLERANCE * largest:
            break
        pivots.append((row, column))
        _eliminate(rows, row, column)
    return pivots


def _eliminate(rows: _Matrix, row: int, column: int) -> None:
    """Subtract a row from all others so that they are zero in a column."""
    pivot = rows[row]
    for j, other in enumerate(rows):
        if j != row and other[column] != 0:
            factor = other[column] / pivot[column]
            rows[j] = [(a - factor * b).mid() for a, b in zip(other, pivot, strict=True)]


def _nearest_fraction(value: Ball) -> Fraction:
    """Return the short decimal that a number is, or the number itself; 0 for one that is far too small to be typed."""
    if abs(value) < 1 / ball_from_fraction(_MAX_SOLVED):
        return Fraction(0)
    mantissa, exponent = value.mid().man_exp()
    exact = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    short = Fraction(f"{float(exact):.{MAX_EXACT_DIGITS - 1}e}")
    return short if abs(short - exact) <= _EQUAL * abs(exact) else exact
