"""Pictures that `backprop-tutor solve` writes: SVG, PNG, TikZ, Mermaid, Graphviz."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tutor.commands.errors import CommandError
from tutor.commands.output import is_standard_output, open_output
from tutor.drawing.pictures import png, structure
from tutor.drawing.pictures.picture import picture_of
from tutor.drawing.pictures.svg import svg
from tutor.drawing.pictures.tikz import tikz
from tutor.i18n import N_, message
from tutor.packs.sanitize import format_output

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.commands.solve_target import SolveTarget
    from tutor.drawing.pictures.picture import Picture
    from tutor.drawing.pictures.svg import SvgTheme

_NO_TERMINAL = N_("A PNG is not text. Add --to FILE.png, or redirect the output to a file.")


def write_picture(target: SolveTarget, form: str, theme: SvgTheme, path: Path | None, *, blank: bool) -> None:
    """Write a picture to a file or to standard output. Raise CommandError, NonFiniteError."""
    picture = picture_of(target.problem, target.title, blank=blank)
    if form == "png":
        _write_png(picture, theme, path)
        return
    writers = {"tikz": tikz, "mermaid": structure.mermaid, "dot": structure.dot}
    text = svg(picture, theme) if form == "svg" else writers[form](picture)
    with open_output(path) as out:
        out.write(format_output(text))


def _write_png(picture: Picture, theme: SvgTheme, path: Path | None) -> None:
    if is_standard_output(path) and (sys.stdout is None or sys.stdout.isatty()):
        raise CommandError(message(_NO_TERMINAL), 2)
    try:
        image = png.render(svg(picture, theme))
    except png.RendererError as error:
        raise CommandError(error.message) from None
    with open_output(path) as out:
        out.flush()
        out.buffer.write(image)
