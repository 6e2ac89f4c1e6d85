"""The program's own signs in ASCII."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor.practice.worksheet import BlankState

#: Signs that drawings are made of; an encoding without one of them can't show a graph.
_DRAWING_GLYPHS = "╭─╮│╰┼◇◆✓✗▸›×∂σ"
#: What the environment holds in a terminal for Windows that has these signs in its font.
_MODERN_TERMINAL_VARIABLES = ("WT_SESSION", "TERM_PROGRAM", "ConEmuANSI", "ALACRITTY_WINDOW_ID")

_TO_ASCII = str.maketrans(
    {
        "×": "*",
        "÷": "/",
        "−": "-",
        "σ": "sigmoid",
        "Σ": "sum",
        "∂": "d",
        "·": "*",
        "→": "->",
        "●": "*",
        "∞": "inf",
        "≈": "~",
        "π": "pi",
        "≠": "!=",
        "ᵀ": ".T",
        "√": "sqrt",
        "½": "1/2",
        "↓": "-v",
        "′": "'",
    }
    | {"δ": "delta", "✓": "v", "✗": "X", "“": '"', "”": '"', "’": "'", "…": "~"}
)
#: A root in a sentence; alone it is the name of a node.
_SQUARE_ROOT = re.compile(r"√(\w)")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_FROM_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def terminal_needs_ascii(
    stream: TextIO | None, environment: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> bool:
    """Whether what is written to `stream` has to be ASCII: its encoding lacks our signs, or it is the old console of
    Windows, whose fonts lack them.
    """
    try:
        _DRAWING_GLYPHS.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return True
    old = platform == "win32" and not any(name in environment for name in _MODERN_TERMINAL_VARIABLES)
    return old and stream is not None and stream.isatty()


def to_ascii(text: str) -> str:
    """Our own signs in ASCII, x² as x^2; names stay as they are."""
    text = _SUPERSCRIPT.sub(
        lambda power: "^" + power[0].translate(_FROM_SUPERSCRIPT), _SQUARE_ROOT.sub(r"sqrt(\1)", text)
    )
    return text.translate(_TO_ASCII)


@dataclass(frozen=True)
class Glyphs:
    """One set of glyphs. `render` turns any text into what this set can show."""

    correct: str
    incorrect: str
    near: str
    error: str
    revealed: str
    noted: str
    given: str
    blank: str
    placeholder: str
    ellipsis: str
    started: str
    new: str
    prompt: str
    render: Callable[[str], str]
    #: How the arrow keys are written; in ASCII by their names.
    arrows: Mapping[str, str] = field(default_factory=dict)
    #: How keys that were changed are written, by the id of what they do.
    changed_keys: Mapping[str, str] = field(default_factory=dict)

    def key_label(self, id: str, default: str) -> str:
        """The key that does something, as people write it; `default` where it was not changed."""
        return self.changed_keys.get(id, default)

    def for_state(self, state: BlankState) -> str:
        """The mark beside a place; empty where nothing stands in it."""
        marks: Mapping[BlankState, str] = {
            "right": self.correct,
            "wrong": self.incorrect,
            "near": self.near,
            "revealed": self.revealed,
            "noted": self.noted,
        }
        return marks.get(state, "")

    def for_verdict(self, mark: str) -> str:
        """A verdict's mark in this set."""
        return {"✓": self.correct, "✗": self.incorrect}.get(mark, mark)


UNICODE = Glyphs(
    correct="✓",
    incorrect="✗",
    near="~",
    error="!",
    revealed="=",
    noted="*",
    given="◆",
    blank="◇",
    placeholder="·",
    ellipsis="…",
    started="▸",
    new="·",
    prompt="›",
    render=str,
    arrows={"left": "←", "right": "→", "up": "↑", "down": "↓"},
)
ASCII = Glyphs(
    correct="v",
    incorrect="X",
    near="~",
    error="!",
    revealed="=",
    noted="*",
    given="#",
    blank="?",
    placeholder=".",
    ellipsis="~",
    started=">",
    new=".",
    prompt=">",
    render=to_ascii,
)
