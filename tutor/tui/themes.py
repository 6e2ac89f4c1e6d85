"""The colour themes. A colour never carries a meaning alone: a mark or a word goes with it.

Forward values are `success`, backward values and blanks `accent`, branches and pointers `warning`, errors `error`,
keys `primary`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.theme import Theme

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs

DARK = Theme(
    name="backprop-dark",
    primary="#8fb4f0",
    secondary="#6f87ad",
    accent="#f27fa5",
    success="#7ecb97",
    warning="#f5a742",
    error="#ff7a66",
    foreground="#d9dee7",
    background="#14171c",
    surface="#1a1e25",
    panel="#232933",
    dark=True,
    variables={
        "border": "#39414f",
        "border-blurred": "#39414f",
        "block-cursor-background": "#8fb4f0",
        "block-cursor-foreground": "#14171c",
        "block-cursor-text-style": "bold",
        "scrollbar": "#39414f",
        "scrollbar-hover": "#4c566a",
        "scrollbar-active": "#6f87ad",
        "scrollbar-background": "#1a1e25",
        "scrollbar-background-hover": "#1a1e25",
        "scrollbar-background-active": "#1a1e25",
        "scrollbar-corner-color": "#1a1e25",
    },
)

LIGHT = Theme(
    name="backprop-light",
    primary="#2457a6",
    secondary="#5b6b85",
    accent="#b0215a",
    success="#1a6e38",
    warning="#935000",
    error="#b3261e",
    foreground="#20252e",
    background="#f7f8fa",
    surface="#eef0f4",
    panel="#e2e6ec",
    dark=False,
    variables={"border": "#b8c0cc", "border-blurred": "#b8c0cc"},
)

HIGH_CONTRAST = Theme(
    name="backprop-high-contrast",
    primary="#7fd4ff",
    secondary="#ffffff",
    accent="#ffb3d1",
    success="#7dffa0",
    warning="#ffd75f",
    error="#ff9c8f",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    dark=True,
    variables={
        "border": "#ffffff",
        "border-blurred": "#ffffff",
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "bold",
        "scrollbar": "#bcbcbc",
        "scrollbar-hover": "#ffffff",
        "scrollbar-active": "#ffffff",
        "scrollbar-background": "#303030",
        "scrollbar-background-hover": "#303030",
        "scrollbar-background-active": "#303030",
        "scrollbar-corner-color": "#303030",
    },
)

#: Colours that differ in every kind of colour blindness, after M. Okabe and K. Ito, "Color universal design".
COLOUR_BLIND = Theme(
    name="backprop-colour-blind",
    primary="#c5cbd6",
    secondary="#8d97a8",
    accent="#f5ee8a",
    success="#56b4e9",
    warning="#e69f00",
    error="#ff7f50",
    foreground="#e6e9ee",
    background="#14171c",
    surface="#1a1e25",
    panel="#232933",
    dark=True,
    variables={
        "border": "#4a5362",
        "border-blurred": "#4a5362",
        "block-cursor-background": "#56b4e9",
        "block-cursor-foreground": "#14171c",
        "block-cursor-text-style": "bold",
    },
)

#: The themes by their names in the settings.
THEMES = {"dark": DARK, "light": LIGHT, "high-contrast": HIGH_CONTRAST, "colour-blind": COLOUR_BLIND}

#: The theme for NO_COLOR: the terminal's own colours, all of which are then dropped.
COLOURLESS = "ansi-dark"

MASTERY_STYLES = {"new": "$foreground 60%", "learning": "$accent", "shaky": "$warning", "solid": "$success"}


def mastery_mark(glyphs: Glyphs, mastery: str) -> str:
    """Return the mark of a mastery level."""
    return {"new": glyphs.new, "learning": glyphs.started, "shaky": glyphs.near, "solid": glyphs.correct}[mastery]
