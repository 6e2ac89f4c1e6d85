"""Glyph sets: the signs of the program in Unicode and in ASCII."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Signs that drawings need: an encoding that lacks one of them can't show a graph.
_DRAWING_GLYPHS = "╭─╮│╰┼◇◆✓✗▸›×∂σ"
#: Variables that Windows terminals set whose fonts have these signs.
_MODERN_TERMINAL_VARIABLES = ("WT_SESSION", "TERM_PROGRAM", "ConEmuANSI", "ALACRITTY_WINDOW_ID")

_TO_ASCII = str.maketrans(
    {
        "×": "*",
        "÷": "/",
        "−": "-",
        "≥": ">=",
        "≤": "<=",
        "σ": "sigmoid",
        "Σ": "sum",
        "∂": "d",
        "·": "*",
        "→": "->",
        "←": "<-",
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
    | {
        "δ": "delta",
        "Δ": "D",
        "Φ": "Phi",
        "φ": "phi",
        "✓": "v",
        "✗": "X",
        "“": '"',
        "”": '"',
        "’": "'",
        "…": "~",
        "✎": "p",
        "◆": "#",
        "₁": "1",
        "₂": "2",
    }
)
#: A root with its operand; √ alone is the name of a node.
_SQUARE_ROOT = re.compile(r"√(\w)")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_FROM_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def terminal_needs_ascii(
    stream: TextIO | None, environment: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> bool:
    """Whether `stream` can only show ASCII: its encoding lacks our signs, or it is the old Windows console."""
    try:
        _DRAWING_GLYPHS.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return True
    old_console = platform == "win32" and not any(name in environment for name in _MODERN_TERMINAL_VARIABLES)
    return old_console and stream is not None and stream.isatty()


def to_ascii(text: str) -> str:
    """Return `text` with our own signs in ASCII, x² as x^2; names stay as they are."""
    text = _SUPERSCRIPT.sub(
        lambda match: "^" + match[0].translate(_FROM_SUPERSCRIPT), _SQUARE_ROOT.sub(r"sqrt(\1)", text)
    )
    return text.translate(_TO_ASCII)


@dataclass(frozen=True)
class Glyphs:
    """One set of glyphs: marks, signs and keys as they are written on a terminal."""

    ascii: bool
    correct: str
    incorrect: str
    near: str
    error: str
    revealed: str
    noted: str
    coded: str
    given: str
    blank: str
    placeholder: str
    ellipsis: str
    started: str
    new: str
    prompt: str
    #: How the arrow keys are written; in ASCII by their names.
    arrows: Mapping[str, str] = field(default_factory=dict)
    #: How changed keys are written, by the id of their binding.
    changed_keys: Mapping[str, str] = field(default_factory=dict)

    def key_label(self, binding_id: str, default: str) -> str:
        """Return the key of a binding as people write it; `default` if it was not changed."""
        return self.changed_keys.get(binding_id, default)

    def render(self, text: str) -> str:
        """Return `text` as this set can show it."""
        return to_ascii(text) if self.ascii else text

    def for_state(self, state: str) -> str:
        """Return the mark of a blank's state (`Worksheet.state`), empty for one without an entry."""
        marks = {
            "right": self.correct,
            "wrong": self.incorrect,
            "near": self.near,
            "revealed": self.revealed,
            "noted": self.noted,
        }
        return marks.get(state, "")

    def for_verdict(self, mark: str) -> str:
        """Return the mark of a verdict (`verdict.MARKS`) in this set."""
        return {"✓": self.correct, "✗": self.incorrect}.get(mark, mark)


UNICODE = Glyphs(
    ascii=False,
    correct="✓",
    incorrect="✗",
    near="~",
    error="!",
    revealed="=",
    noted="*",
    coded="✎",
    given="◆",
    blank="◇",
    placeholder="·",
    ellipsis="…",
    started="▸",
    new="·",
    prompt="›",
    arrows={"left": "←", "right": "→", "up": "↑", "down": "↓"},
)
ASCII = Glyphs(
    ascii=True,
    correct="v",
    incorrect="X",
    near="~",
    error="!",
    revealed="=",
    noted="*",
    coded="p",
    given="#",
    blank="?",
    placeholder=".",
    ellipsis="~",
    started=">",
    new=".",
    prompt=">",
)
