"""`backprop-tutor pack table`: a Markdown table of the exercises in packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.documents import Table, as_markdown
from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import FilePath, common_options
from tutor.commands.output import echo, open_output
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout.planned import TIGHT, PlannedDrawings
from tutor.i18n import LANGUAGES, N_, LocalizedText, _, describe_os_error, message, other_languages
from tutor.packs.code_settings import STYLE_WORDS
from tutor.packs.diagnostics import PackError
from tutor.packs.pack import Pack
from tutor.packs.path_argument import open_path
from tutor.practice.exercise_index import index_exercise
from tutor.practice.rule_ids import rule_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tutor.drawing.model import Density
    from tutor.packs.exercise import Exercise
    from tutor.run_options import RunOptions

#: The lines around the table in a page.
BEGIN_MARK, END_MARK = "<!-- table of exercises -->", "<!-- end of the table -->"


@click.command("table", cls=LocalizedCommand)
@click.argument("paths", nargs=-1, required=True, type=FilePath(), metavar="PACK...")
@click.option(
    "--into",
    type=FilePath(),
    metavar="FILE",
    help=_("Update the table between two marks in this file instead."),
)
@common_options
def pack_table(options: RunOptions, paths: tuple[Path, ...], into: Path | None) -> int:
    lines = exercise_table([_open_pack(path.expanduser()) for path in paths])
    if into is None:
        echo("\n".join(lines))
        return 0
    before, after = _split_at_table(into)
    with open_output(into) as file:
        file.write("\n".join([before + BEGIN_MARK, "", *lines, "", END_MARK, after]))
    return 0


def exercise_table(packs: Sequence[Pack]) -> list[str]:
    """Return the lines of the table, the packs in their order. Raise CommandError if an exercise can't be opened."""
    packs = sorted(packs, key=lambda pack: (pack.order is None, pack.order or 0))
    other = [code for code in other_languages() if _has_language(packs, code)]
    titles = [_("exercise"), _("title"), *(_title_header(code) for code in other)]
    titles += [_("rules practised"), _("blanks"), _("columns"), _("drawn small")]
    return as_markdown([Table(titles, [row for pack in packs for row in _table_rows(pack, other)])])


def _title_header(code: str) -> str:
    return str(message(N_("title in {language}"), language=_(LANGUAGES[code].english_name)))


def _has_language(packs: Sequence[Pack], code: str) -> bool:
    return any(code in entry.title.texts for pack in packs for entry in pack.entries)


def _table_rows(pack: Pack, other: Sequence[str]) -> Iterator[list[str]]:
    for entry in pack.entries:
        try:
            exercise = pack.open(entry.id)
        except PackError as error:
            raise CommandError(error) from None
        rules = ", ".join(rule_name(rule) for rule in index_exercise(exercise).rules)
        if exercise.code.only:
            rules = _(STYLE_WORDS[exercise.code.style])
        yield [
            f"{pack.id}/{entry.id}",
            str(exercise.title),
            *(_title_in(exercise.title, code) for code in other),
            rules,
            str(len(exercise.variant().problem.blanks)),
            *_drawing_widths(exercise),
        ]


def _title_in(title: LocalizedText, code: str) -> str:
    return title.texts.get(code, "")


def _drawing_widths(exercise: Exercise) -> list[str]:
    """Return the number of columns of the full and the compact drawing; empty texts if there is no graph."""
    densities: tuple[Density, ...] = ("full", "compact")
    if not exercise.graph.nodes:
        return [""] * len(densities)
    problem = exercise.variant().problem
    drawings = PlannedDrawings(boxes_of(problem, shown=problem.drawn_places))
    return [str(drawings.draw(density, TIGHT).width) for density in densities]


def _open_pack(path: Path) -> Pack:
    try:
        pack = open_path(path)
    except PackError as error:
        raise CommandError(error, 2) from None
    if not isinstance(pack, Pack):
        raise CommandError(message(N_("{path} is an exercise. Give the folder or the .zip of its pack."), path=path), 2)
    return pack


def _split_at_table(file: Path) -> tuple[str, str]:
    """Return the text of a file before and after its table. Raise CommandError."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(
            message(N_("{file} can't be read: {reason}."), file=file, reason=describe_os_error(error)), 2
        ) from None
    except UnicodeDecodeError:
        raise CommandError(message(N_("{file} is not UTF-8 text. Save it as UTF-8."), file=file), 2) from None
    before, begin, rest = f"\n{text}".partition(f"\n{BEGIN_MARK}\n")
    _old, end, after = f"\n{rest}".partition(f"\n{END_MARK}\n")
    if not begin or not end:
        sentence = N_("{file} has no place for the table. Write the lines {begin} and {end} where the table belongs.")
        raise CommandError(message(sentence, file=file, begin=BEGIN_MARK, end=END_MARK), 2)
    return f"{before}\n"[1:], after
