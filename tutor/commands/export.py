"""`backprop-tutor export` and `import`: attempts leave this computer, and come back in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from tutor.commands.errors import Refused, say_error
from tutor.commands.help import Command
from tutor.commands.options import common
from tutor.commands.progress import everything, gathered, opened, page
from tutor.commands.start import Settings
from tutor.i18n import N_, _, message
from tutor.system_errors import reason

if TYPE_CHECKING:
    from tutor.practice.event import Event
    from tutor.practice.store import Store

#: A file that is passed over, and why.
SKIPPED = N_("Skipped {file}. {why}")


@click.command(cls=Command, help=_("Write all attempts, one JSON object a line, to standard output."))
@click.option("--csv", "as_csv", is_flag=True, help=_("Write CSV, for a spreadsheet."))
@click.option("--report", type=click.Choice(["md", "html"]), help=_("Write one page about the learner instead."))
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=_("Write to this file."))
@click.option("--learner", default="", metavar="ID", help=_("Mark what is written with whose it is."))
@common
def export(settings: Settings, as_csv: bool, report: str | None, to: Path | None, learner: str) -> int:
    from tutor.packs.plain_text import one_line
    from tutor.practice.event import storable

    if as_csv and report:
        raise Refused(message(N_("--csv and --report exclude each other. Choose one.")), 2)
    learner = one_line(storable(learner))
    with opened() as store:
        lines = _report(store, report, learner) if report else _attempts(store, as_csv, learner)
        with output(to) as out:
            for line in lines:
                out.write(line + "\n")
        return 0 if store.writable else 1


def _attempts(store: Store, as_csv: bool, learner: str) -> Iterator[str]:
    from tutor.practice.exporting import HEADER, as_json, as_row

    if as_csv:
        yield csv_line(HEADER)
        for event in history(store):
            yield csv_line(as_row(event, learner))
    else:
        for event in history(store):
            yield as_json(event, learner)


def history(store: Store) -> Iterable[Event]:
    """Every event in the file. Raises `Refused` where it can't be read to its end."""
    from tutor.practice.trouble import Trouble

    found = store.consult(lambda database: database.all())
    try:
        yield from found or ()
    except Trouble as trouble:
        raise Refused(trouble.notice) from None


def csv_line(cells: Iterable[str]) -> str:
    """A row of CSV, without its end."""
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def _report(store: Store, kind: str, learner: str) -> list[str]:
    from tutor.commands.pages import as_html, as_markdown

    packs, atlas = everything()
    title = str(message(N_("Progress of {learner}"), learner=learner)) if learner else _("Progress")
    blocks = page(gathered(store, atlas, packs), title)
    return as_html(blocks) if kind == "html" else as_markdown(blocks)


@contextmanager
def output(to: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that is there in full or not at all. Raises `Refused`."""
    if to is None:
        if sys.stdout is None:
            raise Refused(message(N_("There is no output to write to. Use --to FILE.")))
        yield sys.stdout
        return
    part = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        part.replace(to)
    except OSError as error:
        raise Refused(message(N_("{file} can't be written: {reason}."), file=to, reason=reason(error))) from None
    finally:
        with suppress(OSError):
            part.unlink()


@click.command("import", cls=Command, help=_("Add the attempts that `export` wrote on another computer."))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@common
def import_attempts(settings: Settings, files: tuple[Path, ...]) -> int:
    from tutor.packs.plain_text import visible
    from tutor.practice.exporting import Unusable, read

    code = 0
    with opened() as store:
        if not store.writable:
            return 1
        for file in files:
            try:
                events = [attempt.event for attempt in read(file)]
            except Unusable as error:
                say_error(str(message(SKIPPED, file=visible(str(file)), why=error.notice)))
                code = 1
                continue
            new = store.consult(lambda database, events=events: database.merge(events))  # type: ignore[misc]
            if new is None:
                raise Refused(store.notice)
            text = N_("{file}: {new} new, {known} were here already.")
            click.echo(str(message(text, file=file, new=new, known=len(events) - new)))
        from tutor.practice.review import make_skills

        make_skills(store)
    return code
