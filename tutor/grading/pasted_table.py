"""Tables as answers: rows on lines of their own or behind semicolons, cells behind tabs, commas or spaces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Expr, Grid
from tutor.algebra.limits import ANSWER
from tutor.algebra.literals import MINUS_SIGNS
from tutor.algebra.parser import parse
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_ROW_END = re.compile(r"[;\n\r]+|\]\s*,?\s*(?=\[)")
_NUMBER = re.compile(rf"[+\-{MINUS_SIGNS}]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+\-{MINUS_SIGNS}]?[0-9]+)?")
#: The brackets and signs that may surround the cells of a row.
_FRAME = re.compile(r"[\[\]|\s,]*(?P<cells>.*?)[\[\]|\s,]*$", re.DOTALL)


def read_table(
    text: str, names: Collection[str], shape: tuple[int, int], spellings: Mapping[str, str] | None = None
) -> Grid | None:
    """Return the matrix in a table of `text`, or None if the text is rather one expression.

    Numbers alone make a table of any shape, other cells only one of the `shape` that is asked. Raise `AlgebraError` for
    a cell that can't be read.
    """
    if len(text) > ANSWER.matrix_characters:
        return None
    rows = _split(text)
    if sum(map(len, rows)) < 2 or any("[" in cell or "]" in cell for row in rows for _begin, cell in row):
        return None
    are_numbers = all(_NUMBER.fullmatch(cell) for row in rows for _begin, cell in row)
    has_shape = len(rows) == shape[0] and {len(row) for row in rows} == {shape[1]}
    is_divided = len(rows) > 1 or "\t" in text
    if not has_shape and not (are_numbers and is_divided):
        return None
    if not are_numbers and not is_divided:
        return None
    if len({len(row) for row in rows}) > 1:
        raise _unequal_rows_error(rows)
    if sum(map(len, rows)) > ANSWER.cells:
        raise AlgebraError(message(N_("A matrix can have at most {n} entries."), n=ANSWER.cells), 0)
    return Grid(tuple(tuple(_parse_cell(cell, begin, names, spellings) for begin, cell in row) for row in rows))


def _split(text: str) -> list[list[tuple[int, str]]]:
    """Return the rows with the offset and the text of each cell."""
    rows = []
    begin = 0
    for end, after in [*((match.start(), match.end()) for match in _ROW_END.finditer(text)), (len(text), len(text))]:
        frame = _FRAME.match(text, begin, end)
        if frame and frame["cells"]:
            rows.append(_split_row(frame["cells"], frame.start("cells")))
        begin = after
    return rows


def _split_row(row: str, begin: int) -> list[tuple[int, str]]:
    separator = r"\s*\t\s*" if "\t" in row else r"\s*,\s*" if "," in row else r"\s*\|\s*" if "|" in row else r"\s+"
    cells, at = [], 0
    for match in [*re.finditer(separator, row), None]:
        end = match.start() if match else len(row)
        cells.append((begin + at, row[at:end]))
        at = match.end() if match else end
    return cells


def _parse_cell(text: str, begin: int, names: Collection[str], spellings: Mapping[str, str] | None) -> Expr:
    try:
        return parse(text, names, spellings=spellings)
    except AlgebraError as error:
        raise AlgebraError(error.message, begin + error.position, error.length) from None


def _unequal_rows_error(rows: list[list[tuple[int, str]]]) -> AlgebraError:
    row = next(row for row in rows if len(row) != len(rows[0]))
    template = N_("Entries in this row: {n}, in the first row: {m}. Make all rows the same length.")
    return AlgebraError(message(template, n=len(row), m=len(rows[0])), row[0][0], len(row[0][1]))
