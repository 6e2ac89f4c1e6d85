"""`backprop-tutor export` and `import`: attempts leave this computer, and come back in."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from tutor.commands.errors import CommandError, print_error
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.progress import open_store, progress_page
from tutor.i18n import N_, _, describe_os_error, message
from tutor.practice.learner import load_packs_and_index

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.commands.launch import RunOptions
    from tutor.practice.event import Event
    from tutor.practice.storage.store import Store

#: A file that is passed over, and why.
SKIPPED_FILE = N_("Skipped {file}. {why}")


@click.command(cls=LocalizedCommand, help=_("Write all attempts, one JSON object a line, to standard output."))
@click.option("--csv", "as_csv", is_flag=True, help=_("Write CSV, for a spreadsheet."))
@click.option("--report", type=click.Choice(["md", "html"]), help=_("Write one page about the learner instead."))
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=_("Write to this file."))
@click.option("--learner", default="", metavar="ID", help=_("Mark what is written with whose it is."))
@common_options
def export(settings: RunOptions, as_csv: bool, report: str | None, to: Path | None, learner: str) -> int:
    from tutor.packs.sanitize import clean_title
    from tutor.practice.event import sanitize_text

    if as_csv and report:
        raise CommandError(message(N_("--csv and --report exclude each other. Choose one.")), 2)
    learner = clean_title(sanitize_text(learner))
    with open_store() as store:
        lines = _report_lines(store, report, learner) if report else _attempt_lines(store, as_csv, learner)
        with open_output(to) as out:
            for line in lines:
                out.write(line + "\n")
        return 0 if store.writable else 1


def _attempt_lines(store: Store, as_csv: bool, learner: str) -> Iterator[str]:
    from tutor.practice.export import ATTEMPTS_HEADER, as_json, as_row

    if as_csv:
        yield format_csv_row(ATTEMPTS_HEADER)
        for event in all_events(store):
            yield format_csv_row(as_row(event, learner))
    else:
        for event in all_events(store):
            yield as_json(event, learner)


def all_events(store: Store) -> Iterable[Event]:
    """Every event in the file. Raises `Refused` where it can't be read to its end."""
    from tutor.practice.storage.errors import StoreError

    found = store.with_database(lambda database: database.all_events())
    try:
        yield from found or ()
    except StoreError as trouble:
        raise CommandError(trouble.notice) from None


def format_csv_row(cells: Iterable[str]) -> str:
    """A row of CSV, without its end."""
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def _report_lines(store: Store, kind: str, learner: str) -> list[str]:
    from tutor.commands.documents import as_html, as_markdown
    from tutor.practice.progress import load_progress

    packs, index = load_packs_and_index()
    title = str(message(N_("Progress of {learner}"), learner=learner)) if learner else _("Progress")
    blocks = progress_page(load_progress(store, index, packs), title)
    return as_html(blocks) if kind == "html" else as_markdown(blocks)


@contextmanager
def open_output(to: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that is there in full or not at all. Raises `Refused`."""
    if to is None:
        if sys.stdout is None:
            raise CommandError(message(N_("There is no output to write to. Use --to FILE.")))
        yield sys.stdout
        return
    part = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        part.replace(to)
    except OSError as error:
        raise CommandError(
            message(N_("{file} can't be written: {reason}."), file=to, reason=describe_os_error(error))
        ) from None
    finally:
        with suppress(OSError):
            part.unlink()


@click.command("import", cls=LocalizedCommand, help=_("Add the attempts that `export` wrote on another computer."))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@common_options
def import_attempts(settings: RunOptions, files: tuple[Path, ...]) -> int:
    from tutor.packs.sanitize import escape_invisible
    from tutor.practice.export import InvalidExportError, read_export

    code = 0
    with open_store() as store:
        if not store.writable:
            return 1
        for file in files:
            try:
                events = [attempt.event for attempt in read_export(file)]
            except InvalidExportError as error:
                print_error(str(message(SKIPPED_FILE, file=escape_invisible(str(file)), why=error.notice)))
                code = 1
                continue
            new = store.with_database(lambda database, events=events: database.merge(events))  # type: ignore[misc]
            if new is None:
                raise CommandError(store.notice)
            text = N_("{file}: {new} new, {known} were here already.")
            click.echo(str(message(text, file=file, new=new, known=len(events) - new)))
        from tutor.practice.review import ensure_skills

        ensure_skills(store)
    return code
