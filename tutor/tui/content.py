"""Texts as contents of the screen. What comes from outside is never markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from textual.content import Content

from tutor.packs.sanitize import LIGHT_MARKUP

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs

#: A piece of text, plain or in a style.
Part: TypeAlias = "str | Content | tuple[str, str]"

#: In fewer columns a text is not indented.
_MIN_INDENTED_WIDTH = 16


def styled(glyphs: Glyphs, *parts: Part) -> Content:
    """Parts joined, each as this set of signs can show it."""
    return Content.assemble(
        *(
            part
            if isinstance(part, Content)
            else glyphs.render(part)
            if isinstance(part, str)
            else (glyphs.render(part[0]), part[1])
            for part in parts
        )
    )


def from_markup(glyphs: Glyphs, text: str, style: str = "") -> Content:
    """A text of several sentences with its light marks turned into styles: `**strong**`, `*emphasis*`, `` `code` ``."""
    parts: list[Part] = []
    end = 0
    for found in LIGHT_MARKUP.finditer(text):
        parts.append((text[end : found.start()], style))
        if found["strong"]:
            parts.append((found["strong"], f"{style} bold"))
        elif found["stress"]:
            parts.append((found["stress"], f"{style} italic"))
        else:
            parts.append((found["code"][1:-1], "bold $text-accent"))
        end = found.end()
    parts.append((text[end:], style))
    return styled(glyphs, *(part for part in parts if part[0]))


def hanging_indent(lead: Content, text: Content, room: int) -> Content:
    """A text behind its lead, in `room` columns: what wraps goes on below the text and not below the lead."""
    indent = lead.cell_length
    if room - indent < _MIN_INDENTED_WIDTH:
        return lead + text
    lines = text.wrap(room - indent)
    return Content("\n").join(
        [lead + line if at == 0 else Content(" " * indent) + line for at, line in enumerate(lines)]
    )
