"""Output files of commands, and rows of CSV."""

from __future__ import annotations

import csv
import io
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from tutor.commands.errors import CommandError
from tutor.i18n import N_, describe_os_error, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@contextmanager
def open_output(path: Path | None) -> Iterator[TextIO]:
    """Open standard output, or a file that is written completely or not at all. Raise CommandError."""
    if path is None:
        if sys.stdout is None:
            raise CommandError(message(N_("There is no output to write to. Use --to FILE.")))
        yield sys.stdout
        return
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise CommandError(
            message(N_("{file} can't be written: {reason}."), file=path, reason=describe_os_error(error))
        ) from None
    finally:
        with suppress(OSError):
            part.unlink()


def format_csv_row(cells: Iterable[str]) -> str:
    """Return a row of CSV without a line end."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
