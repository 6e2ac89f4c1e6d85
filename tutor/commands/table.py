"""`backprop-tutor pack table`: what the exercises of packs practise, as a table for a page in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutor.commands.errors import Refused
from tutor.commands.export import output
from tutor.commands.help import Command
from tutor.commands.options import common
from tutor.commands.start import Settings
from tutor.i18n import LANGUAGES, N_, Text, _, language, message
from tutor.system_errors import reason

if TYPE_CHECKING:
    from tutor.packs import Exercise
    from tutor.packs.library import Pack

#: What a table stands between in a page that is renewed.
BEGIN, END = "<!-- table of exercises -->", "<!-- end of the table -->"

_IN_LANGUAGE = {"en": N_("title in English"), "ko": N_("title in Korean")}


@click.command(
    "table", cls=Command, help=_("Print a table of packs' exercises in Markdown: rules practised, blanks, width.")
)
@click.argument("places", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PACK...")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=_("Renew the table in this file instead, between two marks."),
)
@common
def table(settings: Settings, places: tuple[Path, ...], into: Path | None) -> int:
    lines = table_of([_pack(place.expanduser()) for place in places])
    if into is None:
        click.echo("\n".join(lines))
        return 0
    before, after = _around(into)
    with output(into) as file:
        file.write("\n".join([before + BEGIN, "", *lines, "", END, after]))
    return 0


def table_of(packs: Sequence[Pack]) -> list[str]:
    """The lines of the table, in the language in use, the packs in the order they ask for.

    Raises `Refused` where an exercise can't be opened.
    """
    from tutor.commands.pages import Table, as_markdown

    packs = sorted(packs, key=lambda pack: (pack.order is None, pack.order or 0))
    other = [code for code in LANGUAGES if code != language() and _spoken(packs, code)]
    titles = [_("exercise"), _("title"), *(_(_IN_LANGUAGE[code]) for code in other)]
    titles += [_("rules practised"), _("blanks"), _("columns"), _("drawn small")]
    return as_markdown([Table(titles, [row for pack in packs for row in _rows(pack, other)])])


def _spoken(packs: Sequence[Pack], code: str) -> bool:
    return any(code in entry.title.texts for pack in packs for entry in pack.entries)


def _rows(pack: Pack, other: Sequence[str]) -> Iterator[list[str]]:
    from tutor.packs import PackError
    from tutor.practice import skills
    from tutor.practice.atlas import describe

    for entry in pack.entries:
        try:
            exercise = pack.open(entry.id)
        except PackError as error:
            raise Refused(error) from None
        rules = ", ".join(skills.name(rule) for rule in describe(exercise).rules)
        yield [
            f"{pack.id}/{entry.id}",
            str(exercise.title),
            *(_title_in(exercise.title, code) for code in other),
            rules,
            str(len(exercise.variant().problem.blanks)),
            *_widths(exercise),
        ]


def _title_in(title: Text, code: str) -> str:
    return title.texts.get(code, "")


def _widths(exercise: Exercise) -> list[str]:
    """How many columns the graph needs with its values, and drawn small; nothing where there is no graph."""
    from tutor.drawing import Density, draw, sketch

    densities: tuple[Density, ...] = ("full", "compact")
    if not exercise.graph.nodes:
        return [""] * len(densities)
    boxes = sketch(exercise.variant().problem)
    return [str(draw(boxes, density).width) for density in densities]


def _pack(place: Path) -> Pack:
    from tutor.packs import PackError
    from tutor.packs.pack import Pack
    from tutor.packs.places import open_place

    try:
        found = open_place(place)
    except PackError as error:
        raise Refused(error, 2) from None
    if not isinstance(found, Pack):
        raise Refused(message(N_("{path} is an exercise. Name the folder or the .zip of its pack."), path=place), 2)
    return found


def _around(file: Path) -> tuple[str, str]:
    """What stands in a file before and after its table. Raises `Refused`."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(message(N_("{file} can't be read: {reason}."), file=file, reason=reason(error)), 2) from None
    except UnicodeDecodeError:
        raise Refused(message(N_("{file} is no text in UTF-8. Save it as one."), file=file), 2) from None
    before, begin, rest = f"\n{text}".partition(f"\n{BEGIN}\n")
    _old, end, after = f"\n{rest}".partition(f"\n{END}\n")
    if not begin or not end:
        sentence = N_("{file} has no place for the table. Write the lines {begin} and {end} where it is to stand.")
        raise Refused(message(sentence, file=file, begin=BEGIN, end=END), 2)
    return f"{before}\n"[1:], after
