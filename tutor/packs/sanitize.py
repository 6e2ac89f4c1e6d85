"""Authors' texts made harmless: a title must not colour the terminal, move its cursor or reverse a line."""

from __future__ import annotations

import re
import unicodedata

# They reorder the text around them, and most of them are not in the category of control characters.
_BIDI_CHARACTERS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def escape_invisible(text: str, keep: str = "") -> str:
    r"""Return `text` with control and direction characters, except those in `keep`, written out as `\x1b`."""
    if text.isprintable():  # None of the characters to escape is printable.
        return text
    return "".join(character if character in keep else _escape(character) for character in text)


def clean_title(text: str) -> str:
    """Return a title in one line, with single spaces and other invisible characters written out."""
    return escape_invisible(" ".join(text.split()))


def clean_text(text: str) -> str:
    """Return a text of several lines with invisible characters written out."""
    return escape_invisible(text.strip(), keep="\n\t")


#: `**strong**`, `*emphasis*` (around words, after a space or an opening bracket or quote) and `` `code` ``. In `a * b`,
#: `2*a*b` and `x**2` the stars are arithmetic. A Korean particle may follow directly.
LIGHT_MARKUP = re.compile(
    r"(?P<code>`[^`\n]+`)"
    r"|(?<![^\s(\[“‘「—])(?:"
    r"\*\*(?P<strong>[^\s*](?:[^*\n]*[^\s*])?)\*\*"
    r"|\*(?P<stress>\w(?:[^*\n]*[^\s*])?)\*"
    r")(?![A-Za-z0-9_*(])"
)


def strip_markup(text: str) -> str:
    """Return a text without its light markup, for output that has no bold."""
    return LIGHT_MARKUP.sub(lambda match: match["strong"] or match["stress"] or match["code"][1:-1], text)


def _escape(character: str) -> str:
    if (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or character in _BIDI_CHARACTERS
        or character == "\ufeff"
    ):
        code = ord(character)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return character
