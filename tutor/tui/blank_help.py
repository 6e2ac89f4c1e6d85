"""Help texts for the focused blank, and the signs of a compact drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tutor.grading.wording import describe_blank, usable_names
from tutor.i18n import N_, _
from tutor.tui.content import from_markup, styled

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs
    from tutor.tui.exercise_state import ExerciseState

_PREDICTION_HELP = N_(
    "Before you calculate, predict the result: type a letter, and a digit for how sure you are, as in "
    "b3. A prediction is not an attempt. Once your value is right, you learn whether the prediction "
    "was. To skip it, press Esc or type the answer."
)
_MARK_HELP = N_("Move with the arrow keys and mark choices with Space or a click. Enter checks all marked choices.")
_WHY_HELP = N_(
    "Sometimes you are asked why an answer is right. Type a letter and press Enter to choose the "
    "reason. It costs nothing. To skip it, press Esc or type the next answer."
)


def blank_title(state: ExerciseState, glyphs: Glyphs) -> Content:
    """Return what is asked at the focused blank, with the choices of a question."""
    title = str(describe_blank(state.worksheet.problem, state.focused_blank, state.visible_texts()))
    if state.focused_blank.kind != "question":
        return styled(glyphs, (title, "bold"))
    lines = [from_markup(glyphs, title, "bold")]
    choices = state.worksheet.problem.question(state.focused_blank).choices
    lines += [from_markup(glyphs, f"{number}  {choice.text}") for number, choice in enumerate(choices, 1)]
    if state.selection.question is not None:
        lines.append(styled(glyphs, _(_MARK_HELP)))
    return Content("\n").join(lines)


def names_help(state: ExerciseState, glyphs: Glyphs) -> Content | None:
    """Return which names may be typed at the focused blank; None if there are none."""
    sentences = usable_names(state.worksheet.problem, state.focused_blank)
    return styled(glyphs, " ".join(map(str, sentences))) if sentences else None


def aside_help(state: ExerciseState, glyphs: Glyphs) -> Content | None:
    """Return what a prediction or a reason that is asked for is; None if there is none."""
    if state.asides.why is not None:
        return styled(glyphs, _(_WHY_HELP))
    return None if state.asides.prediction is None else styled(glyphs, _(_PREDICTION_HELP))


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
