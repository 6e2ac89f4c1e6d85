"""`backprop-tutor export` and `import`: attempts as files, and a report about the learner."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import click

from tutor.commands.documents import as_html, as_markdown
from tutor.commands.errors import CommandError, print_error
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import FilePath, common_options
from tutor.commands.output import echo, format_csv_row, open_output
from tutor.commands.progress import progress_page
from tutor.commands.store import open_store
from tutor.i18n import N_, _, message
from tutor.packs.sanitize import clean_title, escape_invisible
from tutor.practice.event import sanitize_text
from tutor.practice.export import ATTEMPTS_HEADER, InvalidExportError, as_row, export_lines, read_export
from tutor.practice.learner import load_packs_and_index
from tutor.practice.progress import load_progress
from tutor.practice.storage.errors import StoreError
from tutor.practice.student import student_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tutor.practice.event import Event
    from tutor.practice.storage.store import Store
    from tutor.run_options import RunOptions

#: The message about a file that can't be used.
SKIPPED_FILE = N_("Skipped {file}. {why}")
#: A longer id would make lines that no import takes.
_MAX_LEARNER = 200


@click.command(cls=LocalizedCommand)
@click.option("--csv", "as_csv", is_flag=True, help=_("Write CSV for a spreadsheet."))
@click.option(
    "--report", type=click.Choice(["md", "html"]), help=_("Write one page about the learner's progress instead.")
)
@click.option("--to", type=FilePath(), metavar="FILE", help=_("Write to this file."))
@click.option(
    "--learner",
    default="",
    metavar="ID",
    help=_("Mark the export with this id; by default with the student id."),
)
@common_options
def export(options: RunOptions, as_csv: bool, report: str | None, to: Path | None, learner: str) -> int:
    if as_csv and report:
        raise CommandError(message(N_("--csv and --report can't be combined. Choose one.")), 2)
    # What an instructor gave says whose it is.
    learner = clean_title(sanitize_text(learner)) or student_id()
    if len(learner) > _MAX_LEARNER:
        raise CommandError(
            message(N_("This id has more than {n} characters. Choose a shorter one."), n=_MAX_LEARNER), 2
        )
    with open_store() as store:
        if not store.readable:
            return 1
        lines = _report_lines(store, report, learner) if report else _attempt_lines(store, as_csv, learner)
        with open_output(to) as out:
            for line in lines:
                out.write(line + "\n")
        return 0 if store.writable else 1


def _attempt_lines(store: Store, as_csv: bool, learner: str) -> Iterator[str]:
    if as_csv:
        yield format_csv_row(ATTEMPTS_HEADER)
        yield from (format_csv_row(as_row(event, learner)) for event in _all_events(store))
        return
    yield from export_lines(_all_events(store), learner)


def _all_events(store: Store) -> Iterator[Event]:
    """Yield every event in the file. Raise CommandError if it can't be read to its end."""
    # Read to the end first, so that a damaged file is replaced before anything is written.
    store.with_database(lambda database: deque(database.all_events(), maxlen=0))
    events = store.with_database(lambda database: database.all_events())
    try:
        yield from events or ()
    except StoreError as error:
        raise CommandError(error.notice) from None


def _report_lines(store: Store, kind: str, learner: str) -> list[str]:
    packs, index = load_packs_and_index()
    title = str(message(N_("Progress of {learner}"), learner=learner)) if learner else _("Progress")
    blocks = progress_page(load_progress(store, index, packs), title)
    return as_html(blocks) if kind == "html" else as_markdown(blocks)


@click.command("import", cls=LocalizedCommand)
@click.argument("files", nargs=-1, type=FilePath(), metavar="FILE...")
@click.option("--undo", is_flag=True, help=_("Undo the last import."))
@common_options
def import_attempts(options: RunOptions, files: tuple[Path, ...], undo: bool) -> int:
    if bool(files) == undo:
        raise CommandError(message(N_("Give the files to import, or --undo.")), 2)
    with open_store() as store:
        if not store.writable:
            return 1
        code = _undo_import(store) if undo else _import_files(store, files)
        store.ensure_skills()
    return code


def _import_files(store: Store, files: tuple[Path, ...]) -> int:
    """Add the attempts of each file and say how many were new; return 1 if a file can't be used, otherwise 0."""
    code = 0
    for file in files:
        try:
            events = [attempt.event for attempt in read_export(file)]
        except InvalidExportError as error:
            print_error(message(SKIPPED_FILE, file=escape_invisible(str(file)), why=error.notice))
            code = 1
            continue
        before = store.states()
        source = escape_invisible(str(file))
        num_new = store.with_database(
            lambda database, events=events, source=source: database.merge(events, source)  # type: ignore[misc]
        )
        if num_new is None:
            raise CommandError(store.notice)
        text = N_("{file}: {new} new, {known} already known.")
        echo(message(text, file=file, new=num_new, known=len(events) - num_new))
        num_hidden = len(before.keys() - store.states().keys())
        if num_hidden:
            text = N_(
                "{file} also resets exercises that you started or solved here: {n}. To undo the "
                "import: backprop-tutor import --undo"
            )
            echo(message(text, file=file, n=num_hidden))
    return code


def _undo_import(store: Store) -> int:
    """Remove what the last import added, and say so."""
    undone = store.with_database(lambda database: database.undo_import())
    if undone is None:
        raise CommandError(store.notice or message(N_("There is no import to undo.")))
    text = N_("{file}: {n} removed. What you have done here since the import is kept.")
    echo(message(text, file=undone.source, n=undone.num_removed))
    return 0
