"""Entry point of the command line; the tutor itself starts without click.

Exit codes: 0 done (for `play`: solved), 1 not solved or something could not be used, 2 the command line could not be
understood, 70 an error of the program itself, 128 + n ended by signal n.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import tutor
from tutor import i18n, settings
from tutor.commands.errors import print_error
from tutor.i18n import N_, message
from tutor.paths import move_old_files
from tutor.run_options import RunOptions, is_completing

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The exit code when the reader of the output has gone, as a shell reports an end by SIGPIPE.
_BROKEN_PIPE_CODE = 141
_TWO_DISTRIBUTIONS = N_(
    "Another program has installed files into the same package “tutor” ({names}), and the two overwrite each other. "
    "Install backprop-tutor in an environment of its own."
)
_MAX_NAMES_SHOWN = 3


def main(argv: Sequence[str] | None = None) -> None:
    """Run `backprop-tutor` and exit."""
    sys.exit(run(list(sys.argv[1:] if argv is None else argv)))


def foreign_names(folder: Path) -> list[str]:
    """Return the names in the folder of this package that its distribution has not installed; none in a checkout."""
    records = sorted(folder.parent.glob("backprop_tutor-*.dist-info/RECORD"))
    try:
        lines = records[-1].read_text(encoding="utf-8").splitlines() if records else []
        own = {line.split("/")[1].split(",")[0] for line in lines if line.startswith(f"{folder.name}/")}
        names = {path.name for path in folder.iterdir()} if own else set()
    except (OSError, ValueError, IndexError):
        return []
    return sorted(name for name in names - own if name[0] not in "._")


def run(argv: list[str]) -> int:
    """Run a command line and return its exit code. Raises nothing."""
    try:
        return _run(argv)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output has gone.
        _discard_output()
        return _BROKEN_PIPE_CODE
    except OSError as error:
        if error.filename is not None:  # It is about a file, not about the output.
            return report_crash(error)
        print_error(message(N_("The output can't be written: {reason}."), reason=i18n.describe_os_error(error)))
        _discard_output()
        return 1
    except Exception as error:
        return report_crash(error)


def _run(argv: list[str]) -> int:
    move_old_files()
    loaded = settings.load()
    # Commands translate their help when they are defined, so the language comes first.
    requested = _language_option(argv)
    i18n.set_language(
        requested if requested in i18n.LANGUAGES else loaded.settings.language or i18n.language_from_env()
    )
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    with contextlib.suppress(AttributeError, ValueError, LookupError):
        # A locale of ASCII is nearly always a missing one on a terminal of UTF-8; click writes results so, too.
        if codecs.lookup(sys.stderr.encoding).name == "ascii":
            sys.stderr.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    # What is wrong is said when a command runs: a shell would show it in the middle of the line that it completes.
    completes = is_completing()
    foreign = [] if completes else foreign_names(Path(__file__).parent)
    if foreign:
        print_error(message(_TWO_DISTRIBUTIONS, names=", ".join(foreign[:_MAX_NAMES_SHOWN])))
        if not hasattr(tutor, "DISTRIBUTION"):  # Even this package's own files were replaced.
            return 1
    if not argv and not completes and not (options := RunOptions()).use_plain:
        from tutor.commands.launch import launch

        return launch(options)
    if loaded.faults and not completes:
        print_error(loaded.faults[0])
    from tutor.commands.group import run_click

    return run_click(argv)


def report_crash(error: Exception) -> int:
    """Save a report about an unexpected error, say where it is, and return the exit code."""
    # Nothing of it is needed unless something is broken.
    from tutor import crash_report, tui

    crash = crash_report.report_end(error)
    if isinstance(error, tui.AppError):
        from tutor.tui.crash_page import show_crash_page

        show_crash_page(crash, has_unsaved=error.has_unsaved)
    print_error(crash.sentence)
    return crash_report.EXIT_CODE


def _discard_output() -> None:
    """Discard what is still to be written, about which Python would complain at exit."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()
            continue
        with contextlib.suppress(AttributeError, OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _language_option(argv: Sequence[str]) -> str | None:
    for position, word in enumerate(argv):
        if word.startswith("--lang="):
            return word.partition("=")[2]
        if word == "--lang" and position + 1 < len(argv):
            return argv[position + 1]
    return None
