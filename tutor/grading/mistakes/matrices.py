"""Matrices that are right except for their order, a sign, or one cell, row or column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.grading.mistakes.candidate import GeneralMistake, is_close
from tutor.grading.tolerances import MISTAKE_TOLERANCE
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Value

TRANSPOSED = GeneralMistake(
    "matrix",
    "matrix.transposed",
    N_("rows and columns swapped"),
    N_("The numbers are right, but rows and columns are swapped. Which numbers belong in the first row?"),
)
_REORDERED_ROWS = GeneralMistake(
    "matrix",
    "matrix.reordered-rows",
    N_("rows in the wrong order"),
    N_("The rows are right, but in the wrong order. Which of them comes first?"),
)
_REORDERED_COLUMNS = GeneralMistake(
    "matrix",
    "matrix.reordered-columns",
    N_("columns in the wrong order"),
    N_("The columns are right, but in the wrong order. Which of them comes first?"),
)
_REORDERED_ENTRIES = GeneralMistake(
    "matrix",
    "matrix.reordered-columns",
    N_("columns in the wrong order"),
    N_("The numbers are right, but in the wrong order. Which of them comes first?"),
)
_SOME_SIGNS = GeneralMistake(
    "matrix",
    "matrix.some-signs",
    N_("wrong sign in some cells"),
    N_("The sizes are right, but not every sign. Check {cells}: positive or negative?"),
)
#: The same of a formula, whose cells have a sign only for numbers.
SIGNS_OF_FORMULA = N_("The sizes are right, but not every sign. Which part of your formula has the wrong sign?")
_ONE_CELL = GeneralMistake(
    "matrix",
    "matrix.one-cell",
    N_("one wrong cell"),
    N_("All cells except {cells} are right. How did you get that one?"),
)
_ONE_ROW = GeneralMistake(
    "matrix",
    "matrix.one-row",
    N_("one wrong row"),
    N_("All rows except row {n} are right. How did you get that one?"),
)
_ONE_COLUMN = GeneralMistake(
    "matrix",
    "matrix.one-column",
    N_("one wrong column"),
    N_("All columns except column {n} are right. How did you get that one?"),
)

#: All mistakes of this module, in the order of the catalogue.
GENERAL_MISTAKES = (
    *(TRANSPOSED, _REORDERED_ROWS, _REORDERED_COLUMNS, _REORDERED_ENTRIES),
    *(_SOME_SIGNS, _ONE_CELL, _ONE_ROW, _ONE_COLUMN),
)


def find_pattern(
    value: Value,
    truth: Value,
    marks: Sequence[Sequence[bool]] | None,
    is_vector: bool = False,
    first_number: int = 1,
) -> tuple[GeneralMistake, int | None] | None:
    """Return what is wrong with a matrix, and the number of the row or column if it is only one; None if unclear.

    `marks` says which cells are right, if the shape is. A vector has entries, but no rows and columns. Rows and columns
    are counted from `first_number`.
    """
    if value.T.shape == truth.shape and not _same(truth, truth.T) and _same(value.T, truth):
        return TRANSPOSED, None
    if marks is None or value.shape != truth.shape:
        return None
    if _same(abs(value), abs(truth)) and not _same(value, -truth):
        return _SOME_SIGNS, None
    if _is_permuted(value, truth):
        return _REORDERED_ROWS, None
    if _is_permuted(value.T, truth.T):
        return _REORDERED_ENTRIES if is_vector else _REORDERED_COLUMNS, None
    wrong = [(i, j) for i, row in enumerate(marks) for j, right in enumerate(row) if not right]
    rows, columns = {i for i, _ in wrong}, {j for _, j in wrong}
    if len(wrong) == 1 and truth.size > 2:
        return _ONE_CELL, None
    if len(rows) == 1 and len(marks) > 1:
        return _ONE_ROW, rows.pop() + first_number
    if len(columns) == 1 and len(marks[0]) > 1 and not is_vector:
        return _ONE_COLUMN, columns.pop() + first_number
    return None


def _same(a: Value, b: Value) -> bool:
    """Return whether two matrices, or two rows, are equal within the tolerance of numbers with decimals."""
    if a.shape != b.shape:
        return False
    return all(
        x == y or is_close(float(x), float(y), MISTAKE_TOLERANCE) for x, y in zip(a.ravel(), b.ravel(), strict=True)
    )


def _is_permuted(value: Value, truth: Value) -> bool:
    """Return whether the rows of `value` are those of `truth` in another order."""
    left = list(truth)
    for row in value:
        for position, other in enumerate(left):
            if _same(row, other):
                del left[position]
                break
        else:
            return False
    return True
