"""Worksheets as a LaTeX document, which needs TikZ, and kotex for Korean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.drawing.pictures.tikz import latex_text, tikz
from tutor.drawing.sheets.content import choice_letter, key_titles
from tutor.packs.sanitize import escape_invisible, strip_markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.drawing.sheets.content import Sheet, SheetExercise, SheetItem
    from tutor.drawing.sheets.html import Paper

_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
#: A picture that is wider than the page is made as wide as the page.
_PREAMBLE = r"""\usepackage[margin=2cm]{geometry}
\usepackage{tikz, amssymb, array, longtable}
\pagestyle{myheadings}
\setlength{\parindent}{0pt}
\renewcommand{\arraystretch}{1.25}
\newsavebox{\graphbox}
\newenvironment{graph}{\begin{lrbox}{\graphbox}}{\end{lrbox}\par\medskip
  \ifdim\wd\graphbox>\linewidth \resizebox{\linewidth}{!}{\usebox{\graphbox}}\else\usebox{\graphbox}\fi\par\medskip}"""


def sheets_as_latex(sheets: Iterable[Sheet], paper: Paper) -> Iterator[str]:
    """Yield the lines of a document with all sheets, each on pages of its own with its heading on top."""
    body = [line for sheet in sheets for line in _sheet(sheet)]
    yield rf"\documentclass[11pt, {paper}paper]{{article}}"
    yield _PREAMBLE
    if any(map(_HANGUL.search, body)):
        yield r"\usepackage{kotex}"
    yield r"\begin{document}"
    yield from body
    yield r"\end{document}"


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield rf"\clearpage\setcounter{{page}}{{1}}\markright{{\textup{{{_text(str(sheet.heading))}}}}}"
    for position, exercise in enumerate(sheet.exercises, 1):
        yield from _exercise(exercise, position, is_key=sheet.is_key)


def _exercise(exercise: SheetExercise, position: int, *, is_key: bool) -> Iterator[str]:
    yield rf"\par\bigskip\begin{{minipage}}{{\linewidth}}\subsection*{{{position}. {_text(exercise.title)}}}"
    if not is_key:
        yield from (_text(strip_markup(part)) + r"\par\smallskip" for part in exercise.text.split("\n\n") if part)
    if exercise.picture is not None:
        yield r"\begin{graph}"
        yield tikz(exercise.picture).rstrip()
        yield r"\end{graph}"
    yield r"\end{minipage}\par"
    if is_key:
        yield from _key(exercise.items)
        return
    for item in exercise.items:
        yield from _item(item)


def _item(item: SheetItem) -> Iterator[str]:
    number = rf"\makebox[1.6em][l]{{{item.number}}}"
    if not item.is_question:
        yield rf"{number}{_text(item.name)}\ \hrulefill\rule{{0pt}}{{1.4em}}\hspace*{{0.45\linewidth}}\par"
        return
    yield rf"\smallskip {number}{_text(strip_markup(item.description))}\par"
    for position, choice in enumerate(item.choices):
        yield rf"\hspace*{{2em}}$\square$ {choice_letter(position)}) {_text(strip_markup(choice))}\par"
    if not item.choices:
        yield from [r"\rule{0pt}{1.6em}\hrulefill\par"] * item.num_lines


def _key(items: Iterable[SheetItem]) -> Iterator[str]:
    columns = r"r >{\raggedright}p{.13\linewidth} >{\raggedright}p{.18\linewidth} >{\raggedright}p{.22\linewidth}"
    yield rf"\par\small\begin{{longtable}}[l]{{{columns} >{{\raggedright\arraybackslash}}p{{.25\linewidth}}}}"
    yield " & ".join(map(_text, key_titles())) + r" \\ \hline \endhead"
    for item in items:
        assert item.key is not None
        mistakes = r"\newline ".join(
            f"{_text(value)}: {_text(strip_markup(label))}" for value, label in item.key.mistakes
        )
        cells = map(_text, (item.number, item.name, item.key.value, item.key.rule))
        yield " & ".join([*cells, mistakes]) + r" \\"
    yield r"\end{longtable}\normalsize\par"


def _text(text: str) -> str:
    return latex_text(escape_invisible(" ".join(text.split())))
