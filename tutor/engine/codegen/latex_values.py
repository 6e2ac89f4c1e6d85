"""LaTeX of values: exact if short, otherwise rounded decimals; large matrices are abbreviated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import BallEvaluator, nearest_float
from tutor.algebra.expr import Expr, Num, Sym, children, postorder
from tutor.algebra.literals import exact_decimal
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import format_number
from tutor.algebra.simplify import simplify
from tutor.engine.codegen.latex_columns import PrintedFormula, with_column_vectors
from tutor.engine.codegen.latex_fragments import ATOM, QUOTIENT, LatexFragment, format_grid
from tutor.engine.codegen.latex_printer import format_decimal, format_latex, format_rational

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.engine.codegen.latex_names import LatexNames
    from tutor.engine.codegen.rule_formulas import Shapes

#: A formula in names with more parts than this is not shown as a value.
_MAX_FORMULA_PARTS = 12
#: An exact number with more parts than this, such as 2·tanh(3/2) − 2, is shown as a decimal.
_MAX_EXACT_PARTS = 5
#: A value with more parts than this is not simplified.
_MAX_SIMPLIFIED_PARTS = 100
#: A decimal with more characters than this is no better than a fraction.
_MAX_DECIMAL_LENGTH = 7
#: Matrices with more rows or columns than this are abbreviated.
_MAX_SHOWN_SIZE = 4


@dataclass(frozen=True, slots=True)
class LatexValue:
    """A value in LaTeX. `is_exact` is False if it is rounded, `is_small` is False if cells are left out."""

    text: LatexFragment
    is_exact: bool
    is_small: bool = True
    row: LatexFragment | None = None
    """the transpose of a vector"""


@dataclass(frozen=True, slots=True)
class LatexValues:
    """A formatter for the values of one derivation, which must outlive it: results are cached by the id of a part."""

    names: LatexNames
    shapes: Shapes
    decimals: bool
    _balls: BallEvaluator = field(default_factory=BallEvaluator)
    _symbolic_parts: dict[int, bool] = field(default_factory=dict)

    def is_symbolic(self, value: Value) -> bool:
        """Return whether a value contains names."""
        return isinstance(value, MatrixExpr) or any(self._has_names(cell) for cell in ops.cells(value))

    def _has_names(self, tree: Expr) -> bool:
        for part in postorder(tree, self._symbolic_parts):
            named = isinstance(part, Sym) and part.name != "pi"
            self._symbolic_parts[id(part)] = named or any(self._symbolic_parts[id(child)] for child in children(part))
        return self._symbolic_parts[id(tree)]

    def format_approximately(self, value: Expr, near_one: bool = False) -> LatexFragment:
        """Return a number as a decimal with the usual number of digits."""
        return format_decimal(format_number(nearest_float(value, self._balls), near_one=near_one))

    def format_value(self, value: Value, near_one: bool = False) -> LatexValue | None:
        """Return a number, a matrix, a vector as a column, or a formula; None for a formula that is too long."""
        if isinstance(value, MatrixExpr):
            return self._format_formula(value.expr, value.is_vector)
        if ops.is_matrix(value):
            return self._format_matrix(value, near_one)
        formula = self._format_exact(value)
        if formula is not None or self._has_names(value):
            return formula
        return LatexValue(self.format_approximately(value, near_one), False)

    def _format_exact(self, value: Expr) -> LatexValue | None:
        """Return a short number or formula, None for others; the numbers in a formula with names may be rounded."""
        if isinstance(value, Num):
            number = format_rational(value.value, self.decimals)
            return number and LatexValue(number, True)
        return self._format_formula(value)

    def _format_cell(self, value: Expr) -> LatexValue | None:
        """Return a short exact cell: a decimal rather than a fraction, because cells are low."""
        decimal = exact_decimal(value.value) if isinstance(value, Num) else None
        if decimal is None or len(decimal) > _MAX_DECIMAL_LENGTH:
            return self._format_exact(value)
        return LatexValue((decimal, ATOM), True)

    def _format_formula(self, tree: Expr, is_vector: bool = False) -> LatexValue | None:
        """Return a simplified formula, None if it is long, or if it has no names and is rounded."""
        if _has_more_parts(tree, _MAX_SIMPLIFIED_PARTS):
            return None
        simplified = simplify(tree, self.shapes)
        numbers = [part.value for part in postorder(simplified) if isinstance(part, Num)]
        is_exact = all(format_rational(number, self.decimals) for number in numbers)
        has_names = self._has_names(simplified)
        most = _MAX_FORMULA_PARTS if has_names else _MAX_EXACT_PARTS
        if _has_more_parts(simplified, most) or not (is_exact or has_names):
            return None
        formula = with_column_vectors(simplified, self.shapes, is_vector)
        return LatexValue(self._format_expr(formula), is_exact)

    def _format_expr(self, formula: PrintedFormula) -> LatexFragment:
        """Return a formula in the names of the graph."""
        symbols = {part.name for part in postorder(formula.tree) if isinstance(part, Sym)}
        names = {name: self.names.name(name) for name in symbols - {"pi"}}
        texts = {name: (latex, QUOTIENT if latex.startswith(r"\frac") else ATOM) for name, latex in names.items()}
        return format_latex(formula, texts, self.decimals)

    def _format_matrix(self, value: Value, near_one: bool) -> LatexValue | None:
        rows, columns = value.shape
        shown = [[value[i][j] for j in _shown_indices(columns)] for i in _shown_indices(rows)]
        symbolic = self.is_symbolic(value)
        rational_only = all(isinstance(cell, Num) for row in shown for cell in row)
        exact = [[self._format_cell(cell) if symbolic or rational_only else None for cell in row] for row in shown]
        if symbolic and any(cell is None for row in exact for cell in row):
            return None
        full = all(cell is not None and cell.is_exact for row in exact for cell in row)
        texts = [
            [
                (known.text if known else self.format_approximately(cell, near_one))[0]
                for known, cell in zip(*pair, strict=True)
            ]
            for pair in zip(exact, shown, strict=True)
        ]
        cells = _elide(texts, rows, columns)
        shown_row = format_grid(cells), ATOM
        is_small = rows * columns <= 2 * _MAX_SHOWN_SIZE
        if not ops.is_vector(value):
            return LatexValue(shown_row, full, is_small)
        column = [[r"\vdots" if cell == r"\cdots" else cell] for cell in cells[0]]
        return LatexValue((format_grid(column), ATOM), full, is_small, shown_row)


def _has_more_parts(tree: Expr, parts: int) -> bool:
    """Return whether a tree has more than `parts` parts, counting shared ones once; stop there."""
    seen, ahead = {id(tree)}, [tree]
    while ahead and len(seen) <= parts:
        fresh = {id(child): child for child in children(ahead.pop()) if id(child) not in seen}
        seen.update(fresh)
        ahead.extend(fresh.values())
    return len(seen) > parts


def _shown_indices(size: int) -> list[int]:
    """Return the indices of the rows or columns to show."""
    return list(range(size)) if size <= _MAX_SHOWN_SIZE else [0, 1, size - 1]


def _elide(cells: list[list[str]], rows: int, columns: int) -> list[list[str]]:
    """Return the cells with dots before the last row or column if others are left out."""
    if columns > _MAX_SHOWN_SIZE:
        cells = [[*row[:-1], r"\cdots", row[-1]] for row in cells]
    if rows > _MAX_SHOWN_SIZE:
        dots = [r"\vdots"] * len(cells[0])
        if columns > _MAX_SHOWN_SIZE:
            dots[-2] = r"\ddots"
        cells = [*cells[:-1], dots, cells[-1]]
    return cells
