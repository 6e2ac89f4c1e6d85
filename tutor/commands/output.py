"""Output files of commands, and rows of CSV."""

from __future__ import annotations

import csv
import io
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

from tutor.atomic_files import replace_file
from tutor.commands.errors import CommandError
from tutor.i18n import N_, describe_os_error, message
from tutor.packs.sanitize import format_output

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def is_standard_output(path: Path | None) -> bool:
    """Return whether --to was left out or is `-`, as in other programs."""
    return path is None or str(path) == "-"


@contextmanager
def open_output(path: Path | None) -> Iterator[TextIO]:
    """Open standard output, which `-` means as well, or a file that is written as a whole. Raise CommandError."""
    if path is None or is_standard_output(path):
        if sys.stdout is None:
            raise CommandError(message(N_("Standard output is closed. Use --to FILE.")))
        yield sys.stdout
        return
    try:
        with replace_file(path, mode=0o666) as file:
            out = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
            yield out
            out.detach()  # flushes it
    except OSError as error:
        raise CommandError(
            message(N_("{file} can't be written: {reason}."), file=path, reason=describe_os_error(error))
        ) from None


def echo(text: object, *, err: bool = False, nl: bool = True) -> None:
    """Print text of a command, whatever is in it: nothing can style the terminal or move its cursor."""
    click.echo(format_output(text), err=err, nl=nl)


def format_csv_row(cells: Iterable[str]) -> str:
    """Return a row of CSV without a line end."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
