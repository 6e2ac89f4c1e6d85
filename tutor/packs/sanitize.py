"""Authors' texts made harmless: a title must not colour the terminal, move its cursor or reverse a line."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from tutor.i18n import Message

#: Control characters, halves of surrogate pairs, separators of lines and paragraphs, the byte order mark, and what
#: reorders the text around it.
_INVISIBLE = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\u2028\\u2029\\ufeff\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]"
)


#: Invisible characters that can't be typed; they come along when text is copied from a page.
_WITHOUT_WIDTH = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
#: Characters that XML can't hold, escaped or not.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Return text in which characters that XML can't hold are replaced."""
    return _NO_XML.sub("\ufffd", text)


def escape_invisible(text: str, keep: str = "") -> str:
    r"""Return `text` with control and direction characters, except those in `keep`, written out as `\x1b`."""
    if text.isprintable():  # None of the characters to escape is printable.
        return text
    return _INVISIBLE.sub(lambda match: match[0] if match[0] in keep else _escape(match[0]), text)


def format_output(text: object, keep: str = "\n") -> str:
    """Return what is printed, in lines, with other invisible characters except those in `keep` written out.

    A message is one sentence: what it quotes must not begin a line of its own.
    """
    return escape_invisible(str(text), "" if isinstance(text, Message) else keep)


def format_json(data: Any, indent: int | None = None) -> str:
    r"""Return data as JSON in which characters are readable, and invisible ones written as `\u202e`."""
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    # All that JSON leaves in a string; the line breaks are those of the indentation.
    return _INVISIBLE.sub(lambda match: match[0] if match[0] == "\n" else f"\\u{ord(match[0]):04x}", text)


def clean_title(text: str) -> str:
    """Return a title in one line, with single spaces and other invisible characters written out."""
    return escape_invisible(" ".join(text.split()))


def clean_id(text: str) -> str:
    """Return the id of a person: the same for every way to write it that looks the same."""
    return clean_title(unicodedata.normalize("NFC", text.translate(_WITHOUT_WIDTH)))


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
    # A bracket may follow a Korean word, as in `*분기*(branch)`; else it may be a product, as in `2 *a*(b + c)`.
    r")(?![A-Za-z0-9_*])(?:(?<=[가-힣]\*)|(?<=[가-힣]\*\*)|(?!\())"
)


def strip_markup(text: str) -> str:
    """Return a text without its light markup, for output that has no bold."""
    return LIGHT_MARKUP.sub(lambda match: match["strong"] or match["stress"] or match["code"][1:-1], text)


def escape_markdown(text: str) -> str:
    """Return a text for Markdown in which nothing is markup."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>()#|!~&" else sign for sign in escape_invisible(text))


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
