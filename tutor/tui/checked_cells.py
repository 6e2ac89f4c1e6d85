"""The checked answer of a matrix as cells, and the mark of each cell by its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.tui.answer_input import AnswerInput

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs
    from tutor.tui.answer_input import LineEditor
    from tutor.tui.exercise_state import ExerciseState


def committed_cells(state: ExerciseState) -> AnswerInput:
    """Return the checked answer of a matrix as cells, without unchecked input."""
    cells = AnswerInput(state.focused_blank.grid)
    cells.set_cells(state.worksheet.value_text(state.focused_id))
    return cells


def cell_marks(state: ExerciseState, answer: AnswerInput, glyphs: Glyphs) -> list[list[str]]:
    """Return the mark of each cell by the last verdict; empty for a cell that has changed since."""
    verdict = state.entry.verdict
    if verdict is None or not verdict.cells:
        return []
    checked = state.worksheet.value_text(state.focused_id)

    def mark(cell: LineEditor, text: str, right: bool) -> str:
        is_unchanged = cell.text.strip().replace("-", "−") == text.replace("-", "−")
        return (glyphs.correct if right else glyphs.incorrect) if is_unchanged else ""

    return [
        [mark(cell, text, right) for cell, text, right in zip(cells, texts, rights, strict=True)]
        for cells, texts, rights in zip(answer.cells, checked, verdict.cells, strict=True)
    ]
