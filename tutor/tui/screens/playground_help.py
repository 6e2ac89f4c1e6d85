"""The help page of the playground."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, _, message
from tutor.tui.content import styled

if TYPE_CHECKING:
    from textual.content import Content

    from tutor.glyphs import Glyphs

_FORMULA_HELP = N_(
    "Type any formula, such as L = (w*x + b - y)^2. The graph is drawn as far as the formula can be "
    "read. Separate several steps with ;, as in u = x*y; z = u + x. You can also paste a Python "
    "function: def loss(w, x): …"
)
_INPUTS_HELP = N_(
    "Inputs without a value get one, shown in italics. {up} and {down} choose an input, {left} and "
    "{right} nudge it, {smaller} and {larger} change the step, {reset} restores the value. Type a "
    "number to replace it, or several values, as in w=2 X=[[1, 2], [3, 4]]. start=2 sets the gradient "
    "at the output."
)
_COMPARISON_HELP = N_(
    "The gradient predicts what a nudge does: change of the output ≈ gradient × step. The list "
    "compares this with the actual change; the smaller the step, the closer they are. The curve shows "
    "the output against the chosen input. The slope of its tangent is the gradient."
)
_KEYS_HELP = N_(
    "{exercise} makes an exercise of the formula, {worked} shows its solution, {code} shows it as a "
    "program, and {save} saves it as a file. {gradient} replaces the formula by its gradient for the "
    "chosen input. {recent} lists recent formulas."
)


def playground_help(glyphs: Glyphs) -> list[Content]:
    """Return the paragraphs, with the keys as the learner has them."""
    label = glyphs.key_label
    inputs = message(
        _INPUTS_HELP,
        up=label("playground.up", "↑"),
        down=label("playground.down", "↓"),
        left=label("playground.left", "←"),
        right=label("playground.right", "→"),
        smaller=label("playground.smaller-step", "["),
        larger=label("playground.larger-step", "]"),
        reset=label("playground.reset", "0"),
    )
    keys = message(
        _KEYS_HELP,
        exercise=label("playground.exercise", "Enter"),
        worked=label("playground.worked", "F6"),
        code=label("playground.code", "F8"),
        save=label("playground.save", "^S"),
        gradient=label("playground.gradient", "F7"),
        recent=label("playground.recent", "F3"),
    )
    return [
        styled(glyphs, (_("Formula"), "bold"), "\n", _(_FORMULA_HELP)),
        styled(glyphs, (_("Inputs"), "bold"), "\n", str(inputs)),
        styled(glyphs, _(_COMPARISON_HELP)),
        styled(glyphs, str(keys)),
    ]
