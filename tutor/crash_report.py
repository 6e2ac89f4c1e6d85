"""Crash reports: versions and a traceback in the learner's folder, without answers, names or paths of the learner."""

from __future__ import annotations

import os
import tempfile
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.i18n import N_, Message, message
from tutor.paths import data_folder
from tutor.system_report import system_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The exit code after a crash: EX_SOFTWARE of sysexits.h.
EXIT_CODE = 70
#: Reports that are kept; older ones are deleted.
_MAX_REPORTS = 10
#: Frames at the start and at the end of a traceback; an endless recursion has more.
_NUM_FIRST_FRAMES, _NUM_LAST_FRAMES = 10, 40

_SAVED = N_("The program has stopped because of an internal error. A report without your answers is in {path}.")
_NOT_SAVED = N_("The program has stopped because of an internal error, and no report could be saved.")
_GOES_ON = N_("A background task has failed. A report without your answers is in {path}.")


@dataclass(frozen=True, slots=True)
class Crash:
    """The end of the program by an error of its own: the kind of error, its place in the program, and the report."""

    kind: str
    place: str
    report: Path | None

    @property
    def sentence(self) -> Message:
        """Return what to tell the learner in one sentence."""
        return message(_NOT_SAVED) if self.report is None else message(_SAVED, path=self.report)


def report_end(error: BaseException) -> Crash:
    """Save a report about an error that has ended the program. Never raises."""
    report = save_crash_report(error)
    try:
        return Crash(*_kind_and_place(error), report)
    except Exception:
        return Crash(type(error).__name__, "", report)


def _kind_and_place(error: BaseException) -> tuple[str, str]:
    """Return the kind of the error that came first, without its text, and where in the program it was raised."""
    while error.__cause__ is not None:
        error = error.__cause__
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _short_path(frame.filename)]
    own = [frame for frame in frames if _short_path(frame.filename).startswith("tutor/")] or frames
    return type(error).__name__, f"{_short_path(own[-1].filename)}:{own[-1].lineno}" if own else ""


def report_in_background(error: BaseException) -> Message | None:
    """Save a report about an error after which the program goes on; return what to tell the learner if it is saved."""
    path = save_crash_report(error)
    return None if path is None else message(_GOES_ON, path=path)


def save_crash_report(error: BaseException) -> Path | None:
    """Save a report about an unexpected error; return its path, None if it can't be saved. Never raises."""
    name = f"crash-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.log"
    for find_folder in (data_folder, lambda: Path(tempfile.gettempdir())):
        try:
            text = "\n".join(_report_lines(error)) + "\n"
            folder = find_folder()
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / name
            path.write_text(text, encoding="utf-8", errors="replace")
            _delete_old_reports(folder)
            return path
        except Exception:
            continue
    return None


def _report_lines(error: BaseException) -> Iterator[str]:
    try:
        yield from system_lines()
    except Exception as problem:  # What has failed may be what these lines need.
        yield f"(no more about the system: {type(problem).__name__})"
    yield ""
    yield from _traceback_lines(traceback.TracebackException.from_exception(error))


def _traceback_lines(error: traceback.TracebackException) -> Iterator[str]:
    """Yield the frames of an error after those of its cause. The text of an error is left out: it may hold an answer."""
    if error.__cause__ is not None:
        yield from _traceback_lines(error.__cause__)
        yield "This was the direct cause of:"
    elif error.__context__ is not None and not error.__suppress_context__:
        yield from _traceback_lines(error.__context__)
        yield "While this was handled:"
    yield "Traceback:"
    frames = list(error.stack)
    num_left_out = len(frames) - _NUM_FIRST_FRAMES - _NUM_LAST_FRAMES
    if num_left_out > 0:
        frames[_NUM_FIRST_FRAMES:-_NUM_LAST_FRAMES] = []
    for number, frame in enumerate(frames):
        if num_left_out > 0 and number == _NUM_FIRST_FRAMES:
            yield f"  ... {num_left_out} frames"
        yield f"  {_short_path(frame.filename)}:{frame.lineno} in {frame.name}"
        if frame.line:
            yield f"    {frame.line}"
    yield _kind(error)


def _kind(error: traceback.TracebackException) -> str:
    kind = getattr(error, "exc_type", None)
    return f"{kind.__module__}.{kind.__qualname__}" if kind is not None else "?"


def _short_path(filename: str) -> str:
    """Return a path below the folder of its package: what is above it may hold the name of the learner."""
    parts = Path(filename).parts
    for folder in ("site-packages", "tutor"):
        if folder in parts:
            at = len(parts) - 1 - parts[::-1].index(folder)
            return "/".join(parts[at + (folder == "site-packages") :])
    return parts[-1] if parts else ""


def _delete_old_reports(folder: Path) -> None:
    reports = sorted(folder.glob("crash-*.log"))
    for report in reports[:-_MAX_REPORTS]:
        report.unlink(missing_ok=True)
