"""Events that wait in files beside the progress file until it can take them, so that a kill doesn't lose them."""

from __future__ import annotations

import json
from contextlib import suppress
from operator import attrgetter
from typing import TYPE_CHECKING

from tutor.atomic_files import read_regular_file, replace_file
from tutor.practice.event import COLUMNS, Event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_row_values = attrgetter(*COLUMNS)


def pending_path(path: Path, id: str) -> Path:
    """Return the file in which the events of a session or of a damaged file wait for the progress file at `path`."""
    return path.with_name(f"{path.name}.pending-{id}")


def write_pending(file: Path, events: Iterable[Event]) -> None:
    """Write events, in order, to a file that `pending_files` finds; completely or not at all. Raise OSError."""
    with replace_file(file) as out:
        for event in events:
            out.write(json.dumps(dict(zip(COLUMNS, _row_values(event), strict=True))).encode() + b"\n")


def pending_files(path: Path) -> list[Path]:
    """Return the files with events that wait for the progress file at `path`."""
    prefix = f"{path.name}.pending-"
    try:
        return sorted(file for file in path.parent.iterdir() if file.name.startswith(prefix))
    except OSError:
        return []


def read_pending(file: Path) -> tuple[list[Event], bool]:
    """Return the events of a file, and whether each line of it is one. Raise OSError."""
    events, complete = [], True
    for line in read_regular_file(file).splitlines():
        try:
            data = json.loads(line)
            # A later version may have more fields.
            events.append(Event(**{name: data[name] for name in COLUMNS if name in data}))
        except (ValueError, TypeError, KeyError, RecursionError):
            complete = False
    return events, complete


def remove_pending(file: Path, *, complete: bool) -> None:
    """Remove a file whose events are in the progress file; keep one with unreadable lines under another name."""
    with suppress(OSError):
        if complete:
            file.unlink()
        else:
            file.rename(file.with_name(file.name.replace(".pending-", ".damaged-pending-")))
