"""Graphs with their values for programs that lay them out themselves: Mermaid and Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.drawing.pictures.picture import Picture, PictureBox, PictureEdge

#: The placeholder of a gradient that is to be filled in.
_BLANK = "____"


def mermaid(picture: Picture) -> str:
    """Return a flowchart of Mermaid, for Markdown that shows one: each edge with its forward value and ∂ its gradient."""
    names = _names(picture)
    lines = ["flowchart LR"]
    for box in picture.boxes:
        opening, closing = ('(["', '"])') if box.kind != "op" else ('("', '")')
        lines.append(f"    {names[box.id]}{opening}{_mermaid_text(_caption(box))}{closing}")
    for edge in picture.edges:
        label = _mermaid_text("<br/>".join(_labels(edge)))
        arrow = f'-- "{label}" -->' if label else "-->"
        lines.append(f"    {names[edge.source]} {arrow} {names[edge.target]}")
    return "\n".join(lines) + "\n"


def dot(picture: Picture) -> str:
    """Return a digraph in the language of Graphviz: each edge with its forward value and ∂ its gradient."""
    names = _names(picture)
    lines = [
        "digraph {",
        f"    label={_dot_text(picture.title)}",
        "    rankdir=LR",
        '    node [shape=box, style=rounded, fontname="Helvetica"]',
        '    edge [fontname="Helvetica", fontsize=11]',
    ]
    for box in picture.boxes:
        shape = ", shape=plaintext" if box.kind == "input" else ""
        lines.append(f"    {names[box.id]} [label={_dot_text(_caption(box))}{shape}]")
    for edge in picture.edges:
        label = "\n".join(_labels(edge))
        lines.append(f"    {names[edge.source]} -> {names[edge.target]} [label={_dot_text(label)}]")
    return "\n".join([*lines, "}"]) + "\n"


def _names(picture: Picture) -> dict[str, str]:
    """Return a name for each box that every program takes; the names of a graph may be words of its language."""
    return {box.id: f"n{number}" for number, box in enumerate(picture.boxes, 1)}


def _caption(box: PictureBox) -> str:
    return f"{box.name} = {box.label}" if box.name else box.label


def _labels(edge: PictureEdge) -> Iterator[str]:
    if edge.forward:
        yield edge.forward
    if edge.gradient != "":
        yield f"∂ {_BLANK if edge.gradient is None else edge.gradient}"


def _mermaid_text(text: str) -> str:
    """Return text in which nothing has a meaning for Mermaid or HTML, but for our own line breaks."""
    lines = text.split("<br/>")
    return "<br/>".join("".join(c if c.isalnum() or c in " .,-_" else f"#{ord(c)};" for c in line) for line in lines)


def _dot_text(text: str) -> str:
    """Return a quoted string of Graphviz."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", " ").replace("\n", "\\n")
    return f'"{escaped}"'
