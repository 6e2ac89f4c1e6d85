"""Pictures of graphs in TikZ, for LaTeX documents: the layout of the terminal, in lengths that scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.drawing.pictures.picture import BACKWARD_LEGEND, FORWARD_LEGEND
from tutor.engine.codegen.latex_names import GREEK
from tutor.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.drawing.model import Cell
    from tutor.drawing.pictures.picture import Picture, PictureBox, ValueBlock

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "{}$&#%_"},
}
_SIGNS = {
    "×": r"\times", "÷": r"\div", "−": "-", "·": r"\cdot", "∂": r"\partial", "√": r"\surd", "≈": r"\approx",
    "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "→": r"\to", "∞": r"\infty", "ᵀ": r"^{\top}", "′": "'", "<": "<", ">": ">",
    "Σ": r"\Sigma", "½": r"\frac12", "…": r"\dots", "|": "|", "∈": r"\in", "⊙": r"\odot", "●": r"\bullet", "◇": r"\diamond", "✓": r"\surd", "≪": r"\ll", "≫": r"\gg", "∇": r"\nabla",
    **{sign: f"^{{{digit}}}" for sign, digit in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", [*"0123456789", "-"], strict=True)},
    **{sign: f"_{{{digit}}}" for sign, digit in zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)},
    **{letter: f"\\{name}" for letter, name in GREEK.items() if letter != "Σ"},
}  # fmt: skip
#: Signs of texts that LaTeX reads as they are.
_PUNCTUATION = "“”‘’–—«»°¿¡"
#: The colours of forward values and gradients: dark enough for a printer without colours.
_COLOURS = {"forward": "0B5CAD", "backward": "8A4500"}


def tikz(picture: Picture) -> str:
    """Return a tikzpicture; its first line says which package it needs."""
    lines = [
        r"% needs \usepackage{tikz}; names in other scripts than Greek need LuaLaTeX or XeLaTeX",
        f"% {_comment(picture.title)}",
        *(rf"\definecolor{{bp{name}}}{{HTML}}{{{colour}}}" for name, colour in _COLOURS.items()),
        r"\begin{tikzpicture}[x=1.75mm, y=-4.2mm, >=latex, every node/.style={inner sep=0pt, font=\small}]",
        *map(_wire, picture.wires),
        *(rf"\fill ({_middle(dot)}) circle[radius=0.6mm];" for dot in picture.dots),
        *(line for box in picture.boxes for line in _box(box)),
        *(line for block in picture.values for line in _value(block)),
        *_legend(picture),
        r"\end{tikzpicture}",
    ]
    return "\n".join(lines) + "\n"


def _comment(text: str) -> str:
    return latex_text(" ".join(text.split()))


def latex_text(text: str) -> str:
    """Return text for LaTeX in which nothing is a command but our own signs."""
    pieces = []
    for character in text:
        if character in _SIGNS:
            pieces.append(f"\\ensuremath{{{_SIGNS[character]}}}")
        elif character in _SPECIAL or character.isascii() or character.isalpha() or character in _PUNCTUATION:
            pieces.append(_SPECIAL.get(character, character))
        else:
            pieces.append("?")
    return "".join(pieces)


def _middle(cell: Cell) -> str:
    return f"{cell[0] + 0.5:g},{cell[1] + 0.5:g}"


def _wire(corners: Sequence[Cell]) -> str:
    (x, y), (end_x, end_y) = corners[0], corners[-1]
    points = [f"{x},{y + 0.5:g}", *map(_middle, corners[1:-1]), f"{end_x + 1},{end_y + 0.5:g}"]
    return rf"\draw[->, rounded corners=1.2mm] {' -- '.join(f'({point})' for point in points)};"


def _box(box: PictureBox) -> Iterator[str]:
    rect = box.rect
    centre = f"{rect.x + rect.width / 2:g},{rect.y + rect.height / 2:g}"
    if box.kind != "input":
        corner, opposite = (f"{rect.x},{rect.y + 0.5:g}", f"{rect.x + rect.width},{rect.y + rect.height - 0.5:g}")
        yield rf"\draw[rounded corners=1mm, fill=black!4] ({corner}) rectangle ({opposite});"
    yield rf"\node at ({centre}) {{{latex_text(box.label)}}};"
    if box.name:
        yield (
            rf"\node[fill=white, inner sep=1pt, font=\scriptsize] at ({rect.x + rect.width / 2:g},{rect.y + 0.5:g})"
            f" {{{latex_text(box.name)}}};"
        )


def _value(block: ValueBlock) -> Iterator[str]:
    colour = "bpbackward" if block.is_gradient else "bpforward"
    if not block.rows:
        yield from _fields(block, colour)
        return
    for number, row in enumerate(block.rows):
        y = block.y + number + 0.5
        if not block.is_matrix:
            yield rf"\node[{colour}] at ({block.centre:g},{y:g}) {{{latex_text(row[0])}}};"
            continue
        for text, end in zip(row, block.ends, strict=True):
            yield rf"\node[{colour}, anchor=east] at ({end:g},{y:g}) {{{latex_text(text)}}};"
    if block.is_matrix:
        top, bottom = block.y + 0.1, block.y + block.height - 0.1
        for x, inwards in ((block.x, 0.4), (block.ends[-1] + 0.4, -0.4)):
            yield rf"\draw[{colour}] ({x + inwards:g},{top:g}) -| ({x:g},{bottom:g}) -- ({x + inwards:g},{bottom:g});"


def _fields(block: ValueBlock, colour: str) -> Iterator[str]:
    """Yield an empty field for each number of a blank."""
    if block.label:
        place = f"({block.x - 0.3:g},{block.y + 0.5:g})"
        yield rf"\node[{colour}, anchor=east, font=\scriptsize] at {place} {{{latex_text(block.label)}}};"
    for row in range(block.height):
        top, bottom = block.y + row + 0.1, block.y + row + 0.9
        for start, end in block.columns:
            yield rf"\draw[{colour}, densely dashed] ({start},{top:g}) rectangle ({end},{bottom:g});"


def _legend(picture: Picture) -> Iterator[str]:
    texts = rf"\textcolor{{bpforward}}{{{latex_text(_(FORWARD_LEGEND))}}},\quad"
    texts += rf" \textcolor{{bpbackward}}{{{latex_text(_(BACKWARD_LEGEND))}}}"
    yield rf"\node[anchor=west, font=\scriptsize] at (0,{picture.height + 1}) {{{texts}}};"
