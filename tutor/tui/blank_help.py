"""What the help page says about the focused blank, and the signs of a compact drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tutor.grading.wording import describe_blank
from tutor.i18n import _
from tutor.tui.content import from_markup, styled

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs
    from tutor.tui.exercise_state import ExerciseState


def blank_title(state: ExerciseState, glyphs: Glyphs) -> Content:
    """Return what is asked at the focused blank, with the choices of a question."""
    title = str(describe_blank(state.worksheet.problem, state.focused_blank, state.visible_texts()))
    if state.focused_blank.kind != "question":
        return styled(glyphs, (title, "bold"))
    lines = [from_markup(glyphs, title, "bold")]
    choices = state.worksheet.problem.question(state.focused_blank).choices
    lines += [from_markup(glyphs, f"{number}  {choice.text}") for number, choice in enumerate(choices, 1)]
    return Content("\n").join(lines)


def legend(glyphs: Glyphs) -> Content:
    """Return the meaning of the signs in a compact drawing."""
    blank, given, node = _("a blank"), _("a given value"), _("a node")
    states = _("right, not yet, nearly, shown")
    marks = f"{glyphs.correct} {glyphs.incorrect} {glyphs.near} {glyphs.revealed}"
    return styled(
        glyphs,
        (glyphs.blank, "$backward"),
        f" {blank}   ",
        (glyphs.given, "$backward"),
        f" {given}   ",
        (marks, "bold"),
        f" {states}   ",
        ("(×)", "bold"),
        f" {node}",
    )
