"""Styled text. Texts from outside are never read as Textual markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from textual.content import Content

from tutor.packs.sanitize import LIGHT_MARKUP

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs

#: A piece of text, plain or in a style.
Part: TypeAlias = "str | Content | tuple[str, str]"

#: The columns a text needs to be indented.
_MIN_INDENTED_WIDTH = 16


def styled(glyphs: Glyphs, *parts: Part) -> Content:
    """Return the parts joined, each as this glyph set can show it."""
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
    """Return a text with its light markup as styles: `**strong**`, `*emphasis*`, `` `code` ``."""
    parts: list[Part] = []
    end = 0
    for match in LIGHT_MARKUP.finditer(text):
        parts.append((text[end : match.start()], style))
        if match["strong"]:
            parts.append((match["strong"], f"{style} bold"))
        elif match["stress"]:
            parts.append((match["stress"], f"{style} italic"))
        else:
            parts.append((match["code"][1:-1], "bold $bright"))
        end = match.end()
    parts.append((text[end:], style))
    return styled(glyphs, *(part for part in parts if part[0]))


def hanging_indent(lead: Content, text: Content, room: int) -> Content:
    """Return a text after its lead, wrapped to `room` columns, with every line starting after the lead."""
    indent = lead.cell_length
    if room - indent < _MIN_INDENTED_WIDTH:
        return lead + text
    lines = text.wrap(room - indent)
    return Content("\n").join(
        [lead + line if number == 0 else Content(" " * indent) + line for number, line in enumerate(lines)]
    )
