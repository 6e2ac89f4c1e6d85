"""Rosters: the ids of students, from a CSV file."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING

from tutor.atomic_files import read_regular_file
from tutor.commands.errors import CommandError
from tutor.i18n import N_, describe_os_error, message
from tutor.packs.sanitize import clean_id

if TYPE_CHECKING:
    from pathlib import Path

_MAX_STUDENTS, _MAX_ID = 5_000, 100
#: Titles of the column with the ids, as course systems write them; without one of them the first column has the ids. In
#: Canvas's file, "ID" is Canvas's own number and "Student" a name.
_ID_TITLES = (
    "sis user id",
    "student id",
    "student_id",
    "id number",
    "idnumber",
    "학번",
    "username",
    "아이디",
    "id",
    "student",
)
#: The row of Canvas's file that is about no student.
_CANVAS_POINTS = "points possible"

_CANT_READ = N_("{file} can't be read: {reason}.")
_NO_CSV = N_("{file}:{line}: This is not a row of CSV. A quotation mark is not closed, or text follows a closing one.")
_NOT_UTF8 = N_("{file}:{line}: This text is not in UTF-8. Save the roster as CSV in UTF-8.")
_TWICE = N_("{file}:{line}: Student {id} is already in line {first}. Remove one of the two lines.")
_NO_ID = N_("{file}:{line}: This line has no student id. Add one, or remove the line.")
_TOO_LONG = N_("{file}:{line}: An id can have at most {n} characters.")
_TOO_MANY = N_("{file} has more than {n} students. Split the roster.")
_EMPTY = N_("{file} contains no students. Write one id on each line.")


def read_roster(file: Path) -> tuple[str, ...]:
    """Return the ids of the students in their order, each once. Raise CommandError."""
    rows = _read_rows(file)
    titles = [title.strip().casefold() for title in rows[0][1]] if rows else []
    column = next((titles.index(title) for title in _ID_TITLES if title in titles), None)
    found: dict[str, int] = {}
    for line, row in rows if column is None else rows[1:]:
        if column is not None and row[0].strip().casefold() == _CANVAS_POINTS:
            continue
        place = column or 0
        id = clean_id(row[place]) if place < len(row) else ""
        if not id:
            raise CommandError(message(_NO_ID, file=file, line=line), 2)
        if len(id) > _MAX_ID:
            raise CommandError(message(_TOO_LONG, file=file, line=line, n=_MAX_ID), 2)
        if id in found:
            raise CommandError(message(_TWICE, file=file, line=line, id=id, first=found[id]), 2)
        found[id] = line
    if not found:
        raise CommandError(message(_EMPTY, file=file), 2)
    if len(found) > _MAX_STUDENTS:
        raise CommandError(message(_TOO_MANY, file=file, n=_MAX_STUDENTS), 2)
    return tuple(found)


def _read_rows(file: Path) -> list[tuple[int, list[str]]]:
    """Return the rows that aren't empty, each with the number of its line. Raise CommandError."""
    try:
        content = read_regular_file(file)
    except OSError as error:
        raise CommandError(message(_CANT_READ, file=file, reason=describe_os_error(error)), 2) from None
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CommandError(message(_NOT_UTF8, file=file, line=line), 2) from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter, strict=True)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        raise CommandError(message(_NO_CSV, file=file, line=reader.line_num), 2) from None
