"""Texts as contents of the screen. What comes from outside is never markup."""

from __future__ import annotations

import re
from typing import TypeAlias

from textual.content import Content

from tutor.tui.signs import Signs

#: A piece of text, plain or in a style.
Part: TypeAlias = "str | Content | tuple[str, str]"


def content(signs: Signs, *parts: Part) -> Content:
    """Parts joined, each as this set of signs can show it."""
    return Content.assemble(
        *(
            part
            if isinstance(part, Content)
            else signs.text(part)
            if isinstance(part, str)
            else (signs.text(part[0]), part[1])
            for part in parts
        )
    )


#: `*emphasis*` that hugs words, after a space or an opening sign, and `` `code` ``. In `a * b` and `2*a*b` the
#: star is a sign of multiplication. A Korean particle may follow at once.
_LIGHT = re.compile(r"(?P<code>`[^`\n]+`)|(?<![^\s(\[“‘「—])(?P<stress>\*\w(?:[^*\n]*[^\s*])?\*)(?![A-Za-z0-9_*(])")


def prose(signs: Signs, text: str, style: str = "") -> Content:
    """A text of several sentences with its light marks, `*emphasis*` and `` `code` ``, turned into styles."""
    parts: list[Part] = []
    end = 0
    for found in _LIGHT.finditer(text):
        parts.append((text[end : found.start()], style))
        parts.append((found[0][1:-1], f"{style} italic" if found["stress"] else "bold $text-accent"))
        end = found.end()
    parts.append((text[end:], style))
    return content(signs, *(part for part in parts if part[0]))
