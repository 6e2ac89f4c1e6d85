"""Predictions before blanks (`[[prediction]]`): the places that they are about, and their cells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.grading.prediction import Prediction
from tutor.i18n import N_, message
from tutor.packs.builder.blanks import check_blanks

if TYPE_CHECKING:
    from tutor.grading.prediction import Cell
    from tutor.grading.problem import Blank, Problem
    from tutor.packs.builder.context import BuildContext

_NO_GRADIENT = N_("A prediction is about a gradient. Name an edge or an input, such as {example}.")
_NOT_ASKED = N_("{place} is not asked for, so a prediction can't come before it. Add it to the blanks.")
_TWICE = N_("There are two predictions before {place}. Remove one of them.")
_SYMBOLS = N_("A prediction needs numbers, but there are symbols here. Remove it.")
_NO_CELL = N_("The gradient at {place} is a {rows} × {columns} matrix. Name one cell: {key} = [0, 0].")
_NO_SUCH_CELL = N_("The gradient at {place} has no such cell. It is a {rows} × {columns} matrix, counted from 0.")
_NUMBER = N_("The gradient at {place} is a single number. Remove the cell.")
_ITSELF = N_("This compares a gradient with itself. Name another place or another cell.")


def build_predictions(
    context: BuildContext, problem: Problem, stages: tuple[tuple[str, ...] | None, ...]
) -> tuple[Prediction, ...]:
    """Return the predictions with the ids of their places; report what is wrong with them.

    `problem` asks for the blanks of the exercise, if it has no `stages`.
    """
    tables = context.file.prediction
    if not tables or not problem.graph.nodes:
        return ()
    if problem.symbolic or problem.has_matrix_symbols:
        context.report(message(_SYMBOLS), "prediction", 0)
        return ()
    variants = [replace(problem, asked=stage) for stage in stages] or [problem]
    asked = {blank.id for variant in variants for blank in variant.blanks}
    predictions: dict[str, Prediction] = {}
    for number, table in enumerate(tables):
        before = _gradient(context, problem, table.before, number, "before")
        than = _gradient(context, problem, table.than, number, "than") if table.than else before
        if before is None or than is None:
            continue
        if before.id not in asked:
            context.report(message(_NOT_ASKED, place=before.id), "prediction", number, "before")
        if before.id in predictions:
            context.report(message(_TWICE, place=before.id), "prediction", number, "before")
        cell = _check_cell(context, before, table.cell, number, "cell")
        than_cell = table.than_cell
        if table.about == "size":
            than_cell = _check_cell(context, than, table.than_cell, number, "than_cell")
            if (before.id, cell) == (than.id, than_cell):
                context.report(message(_ITSELF), "prediction", number, "than")
        compared = than.id if table.about == "size" else ""
        predictions[before.id] = Prediction(before.id, table.about, compared, cell, than_cell, table.text)
    return tuple(predictions.values())


def _gradient(context: BuildContext, problem: Problem, name: str, number: int, key: str) -> Blank | None:
    """Return the place of a gradient by its name; report any other name."""
    if not check_blanks(context, problem, (name,), "prediction", number, key):
        return None
    place = problem.place(name)
    if place.kind not in ("edge", "sum"):
        example = next((each.id for each in problem.places if each.kind == "edge"), "")
        context.report(message(_NO_GRADIENT, example=example), "prediction", number, key)
        return None
    return place


def _check_cell(context: BuildContext, place: Blank, cell: Cell | None, number: int, key: str) -> Cell | None:
    """Return the cell that is asked about, None at a number; report one that is missing or not there."""
    if place.shape is None:
        if cell is not None:
            context.report(message(_NUMBER, place=place.id), "prediction", number, key)
        return None
    rows, columns = place.shape
    if cell is None or not (0 <= cell[0] < rows and 0 <= cell[1] < columns):
        text = _NO_CELL if cell is None else _NO_SUCH_CELL
        context.report(message(text, place=place.id, rows=rows, columns=columns, key=key), "prediction", number, key)
    return cell
