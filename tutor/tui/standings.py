"""How a rule stands, as a mark, a word and a tone."""

from __future__ import annotations

from tutor.i18n import N_, _
from tutor.tui.signs import Signs

_WORDS = {"new": N_("new"), "learning": N_("learning"), "shaky": N_("shaky"), "solid": N_("solid")}
TONES = {"new": "$foreground 60%", "learning": "$accent", "shaky": "$warning", "solid": "$success"}


def called(standing: str) -> str:
    return _(_WORDS[standing])


def mark(signs: Signs, standing: str) -> str:
    return {"new": signs.new, "learning": signs.begun, "shaky": signs.near, "solid": signs.right}[standing]
