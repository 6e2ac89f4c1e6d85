"""Texts as contents of the screen. What comes from outside is never markup."""

from __future__ import annotations

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
