"""Signs and colours of progress: the mastery of a rule, a first try, and a day of practice.

Where a theme shows every colour, squares differ in colour; elsewhere in their signs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style

from tutor.practice.mastery_levels import LEVELS, STEPS_FOR_SOLID, MasteryState, mastery_label, mastery_signs
from tutor.tui.themes import blend

if TYPE_CHECKING:
    from tutor.practice.rule_progress import Try
    from tutor.tui.canvas import Run
    from tutor.tui.themes import Palette

#: The share of green in the square of a rule that is not solid yet, and how far its dots and tries fade.
_HALF = 0.55
_FADE = 0.4
#: The share of green in the square of a day, by its step.
_DAY_TINTS = (0.0, 0.32, 0.54, 0.77, 1.0)
_DAY_SIGNS = ("·", "░", "▒", "▓", "█")
_DAY_SIGNS_ASCII = (".", "-", "+", "*", "#")
_RULE_SIGNS = {"new": "·", "shaky": "!", "learning": "+", "solid": "■"}
#: The state that the legend shows for each level.
_LEGEND_STATES = {
    "shaky": MasteryState("shaky"),
    "learning": MasteryState("learning", 2),
    "solid": MasteryState("solid", STEPS_FOR_SOLID),
}
_TRY_SIGNS: dict[Try, str] = {"right": "■", "helped": "=", "wrong": "□"}


def mastery_style(palette: Palette, mastery: str, *, on: str = "ground") -> Style:
    """Return the style in which a mastery level is shown."""
    if mastery == "learning":
        return palette.ink("right", on=on, fade=_FADE)
    colour = {"new": "faint", "shaky": "wrong", "solid": "right"}[mastery]
    return palette.ink(colour, on=on)


def mastery_dots(palette: Palette, state: MasteryState, *, on: str = "ground") -> list[Run]:
    """Return how far a rule has come as three cells: a dot for each step, and a sign in front after a mistake."""
    full, empty = mastery_signs(state)
    return [(full, mastery_style(palette, state.level, on=on)), (empty, palette.ink("edge", on=on))]


def rule_square(palette: Palette, mastery: str, *, ascii: bool = False) -> Run:
    """Return one square of the strip of all rules."""
    if _has_colours(palette, ascii):
        styles = {"new": palette.ink("line"), "learning": _green(palette, _HALF)}
        return ("■", styles.get(mastery) or mastery_style(palette, mastery))
    return (_RULE_SIGNS[mastery], mastery_style(palette, mastery))


def mastery_legend(palette: Palette, *, ascii: bool = False) -> list[Run]:
    """Return the dots of each mastery level with its name, and its square where that is another sign."""
    runs: list[Run] = []
    for mastery in reversed(LEVELS):
        dots = mastery_dots(palette, _LEGEND_STATES[mastery])
        square = (
            () if _has_colours(palette, ascii) else ((" ", palette.ink()), rule_square(palette, mastery, ascii=ascii))
        )
        runs += [
            *dots,
            *square,
            (f" {mastery_label(mastery)}  ", palette.ink("muted")),
        ]
    return [*runs[:-1], (runs[-1][0].rstrip(), runs[-1][1])]


def try_mark(palette: Palette, outcome: Try, *, on: str = "ground") -> Run:
    """Return the square of a first try at a blank: full only if it was right without help."""
    if outcome == "right":
        return (_TRY_SIGNS[outcome], palette.ink("right", on=on, fade=_FADE))
    return (_TRY_SIGNS[outcome], palette.ink("help" if outcome == "helped" else "wrong", on=on))


def day_square(palette: Palette, level: int, *, ascii: bool = False) -> Run:
    """Return the square of a day, whose level is from 0 (nothing) to 4."""
    if not _has_colours(palette, ascii):
        sign = (_DAY_SIGNS_ASCII if ascii else _DAY_SIGNS)[level]
        return (sign, palette.ink("right" if level else "faint"))
    if not level:
        return ("■", palette.ink("raised"))
    return ("■", _green(palette, _DAY_TINTS[level]))


def _green(palette: Palette, share: float) -> Style:
    """Return the style of a square with this share of green. It is no text, so it may come near its ground."""
    return Style(color=blend(palette.ground, palette.right, share), bgcolor=palette.ground)


def _has_colours(palette: Palette, ascii: bool) -> bool:
    """Return whether squares can be distinguished by their colours."""
    return palette.colours == "all" and not ascii
