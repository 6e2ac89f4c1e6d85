"""Gradebooks as course systems import them, and the file that says what exercises are worth."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor.atomic_files import read_regular_file
from tutor.commands.errors import CommandError
from tutor.i18n import N_, describe_os_error, message
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.packs.sanitize import clean_title
from tutor.packs.toml_source import parse_source
from tutor.practice.export import spreadsheet_cell
from tutor.practice.gradebook import ExercisePoints, Gradebook, Points

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMATS = ("canvas", "moodle")
_MAX_BYTES = 2**20
#: Canvas knows its column by this title.
_CANVAS_NOTES, _MOODLE_NOTES = "Notes", "notes"

_CANT_READ = N_("{file} can't be read: {reason}.")
_TOO_LARGE = N_("{file} is larger than {n} KiB. It should contain only the points of exercises.")
_NO_POINTS = N_(
    '{file}: There are no points. Add [points], and below it a line for each exercise, such as "week-1/exam" = 20.'
)
_UNKNOWN_KEY = N_(
    "{file}: “{key}” is not a known name. Use the tables [points] and [titles], and the numbers carried and late."
)
_NO_EXERCISE = N_('{file}: “{key}” is not the name of an exercise. Include its pack, as in "week-1/exam".')
_NO_NUMBER = N_("{file}: The points of {key} must be a number of at least 0, or a table with a number for each blank.")
_NO_BLANK = N_("{file}: {key} has no blank “{blank}”. Its blanks are {known}.")
_NO_SHARE = N_("{file}: {key} must be a number between 0 and 1, such as 0.5.")
_NO_TITLE = N_("{file}: The title of {key} must be a text.")


def read_points(file: Path) -> Points:
    """Return what exercises are worth, from a TOML file. Raise CommandError."""
    try:
        content = read_regular_file(file)
    except OSError as error:
        raise CommandError(message(_CANT_READ, file=file, reason=describe_os_error(error)), 2) from None
    if len(content) > _MAX_BYTES:
        raise CommandError(message(_TOO_LARGE, file=file, n=_MAX_BYTES // 1024), 2)
    try:
        data = tomllib.loads(parse_source(content, file).text)
    except PackError as error:
        raise CommandError(error, 2) from None

    def refuse(text: str, key: object = "") -> CommandError:
        return CommandError(message(text, file=file, key=clean_title(str(key))), 2)

    if unknown := [key for key in data if key not in ("points", "titles", "carried", "late")]:
        raise refuse(_UNKNOWN_KEY, unknown[0])
    for key in ("carried", "late"):
        if key in data and not (_is_number(data[key]) and data[key] <= 1):
            raise refuse(_NO_SHARE, key)
    worth, titles = data.get("points"), data.get("titles", {})
    if not isinstance(worth, dict) or not worth:
        raise refuse(_NO_POINTS)
    if not isinstance(titles, dict):
        raise refuse(_UNKNOWN_KEY, "titles")
    exercises = {}
    for key, value in worth.items():
        if not library.is_exercise_name(key):
            raise refuse(_NO_EXERCISE, key)
        title = titles.get(key, key)
        if not isinstance(title, str) or not title.strip():
            raise refuse(_NO_TITLE, key)
        pack, _, exercise = key.partition("/")
        points = _exercise_points(clean_title(title), value)
        if points is None:
            raise refuse(_NO_NUMBER, key)
        exercises[pack, exercise] = _with_ids_of_blanks(points, key, file)
    carried = float(data["carried"]) if "carried" in data else None
    return Points(exercises, carried, float(data.get("late", 0)))


def _with_ids_of_blanks(points: ExercisePoints, name: str, file: Path) -> ExercisePoints:
    """Return points by the ids of the blanks, for which an exercise has other names, too. Raise CommandError."""
    if not points.by_blank or name not in library.exercise_names():
        return points
    try:
        problem = library.find_exercise(name).variant().problem
    except PackError:
        return points
    by_id = {}
    for blank, worth in points.by_blank.items():
        if not problem.has_place(blank):
            known = ", ".join(place.id for place in problem.blanks)
            raise CommandError(message(_NO_BLANK, file=file, key=name, blank=clean_title(blank), known=known), 2)
        by_id[problem.place(blank).id] = worth
    return replace(points, by_blank=by_id)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9


def _exercise_points(title: str, value: Any) -> ExercisePoints | None:
    """Return the points of an exercise; None if they are not numbers."""
    if _is_number(value):
        return ExercisePoints(title, float(value))
    if isinstance(value, dict) and value and all(map(_is_number, value.values())):
        return ExercisePoints(title, by_blank={blank: float(points) for blank, points in value.items()})
    return None


def gradebook_rows(gradebook: Gradebook, kind: str) -> Iterator[list[str]]:
    """Yield the rows of CSV for Canvas or Moodle, with a row for each learner, who is known by the id of the export.

    If there are notes, they are in the column that Canvas has for them, which must be right behind the section, or in
    one at the end, which Moodle leaves out unless it is told what to do with it.
    """
    titles = [spreadsheet_cell(column.title) for column in gradebook.columns]
    has_notes = bool(gradebook.notes)
    if kind == "canvas":
        space = [""] if has_notes else []
        yield [
            "Student",
            "ID",
            "SIS User ID",
            "SIS Login ID",
            "Section",
            *([_CANVAS_NOTES] if has_notes else []),
            *titles,
        ]
        yield ["Points Possible", "", "", "", "", *space, *(_number(column.most) for column in gradebook.columns)]
    else:
        yield ["username", *titles, *([_MOODLE_NOTES] if has_notes else [])]
    for learner, scores in gradebook.rows.items():
        name = spreadsheet_cell(learner)
        points = ["" if score is None else _number(score) for score in scores]
        note = [spreadsheet_cell(gradebook.notes.get(learner, ""))] if has_notes else []
        yield [name, "", name, name, "", *note, *points] if kind == "canvas" else [name, *points, *note]


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
