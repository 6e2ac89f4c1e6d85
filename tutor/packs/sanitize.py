"""What an author wrote, as text that can do nothing but be read.

A pack comes from someone else: a title must not colour the terminal, move its cursor or turn a line around.
"""

from __future__ import annotations

import re
import unicodedata

# These reorder the text around them, and most of them are not controls by category.
_BIDI_CHARACTERS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def escape_invisible(text: str, keep: str = "") -> str:
    r"""`text` with every control and direction character written out, as `\x1b`; those in `keep` stay."""
    if text.isprintable():  # None of what is written out is printable.
        return text
    return "".join(character if character in keep else _escape(character) for character in text)


def clean_title(text: str) -> str:
    """A title: runs of blanks and line ends are one blank, everything else invisible is written out."""
    return escape_invisible(" ".join(text.split()))


def clean_text(text: str) -> str:
    """A text of several lines, which keep their ends."""
    return escape_invisible(text.strip(), keep="\n\t")


#: `**strong**` and `*emphasis*` that hug words, after a space or an opening sign, and `` `code` ``. In `a * b`,
#: `2*a*b` and `x**2` the stars are signs of arithmetic. A Korean particle may follow at once.
LIGHT_MARKUP = re.compile(
    r"(?P<code>`[^`\n]+`)"
    r"|(?<![^\s(\[“‘「—])(?:"
    r"\*\*(?P<strong>[^\s*](?:[^*\n]*[^\s*])?)\*\*"
    r"|\*(?P<stress>\w(?:[^*\n]*[^\s*])?)\*"
    r")(?![A-Za-z0-9_*(])"
)


def strip_markup(text: str) -> str:
    """A text without its light marks, where nothing can be set in bold."""
    return LIGHT_MARKUP.sub(lambda found: found["strong"] or found["stress"] or found["code"][1:-1], text)


def _escape(character: str) -> str:
    if (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or character in _BIDI_CHARACTERS
        or character == "\ufeff"
    ):
        code = ord(character)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return character
