"""The command line. It imports nothing heavy until a command needs it.

Exit codes: 0 done (for `play`: solved), 1 not solved, or something could not be used, 2 the command line could
not be understood.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> None:
    """Run `backprop-tutor` and exit."""
    sys.exit(run(list(sys.argv[1:] if argv is None else argv)))


def run(argv: list[str]) -> int:
    """Run a command line and return its exit code."""
    from tutor import i18n, settings

    found = settings.load()
    # Help texts are made while commands are defined, so the language comes first.
    wish = _language_option(argv)
    i18n.set_language(wish if wish in i18n.LANGUAGES else found.settings.language or i18n.language_from_env())
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        if not argv:
            # The most common way in needs no reading of options, and so none of the library for it.
            from tutor.commands.launch import RunOptions, launch

            wished = RunOptions()
            if not wished.use_plain:
                return launch(wished)
        if found.faults:
            from tutor.commands.errors import print_error

            print_error(str(found.faults[0]))
        from tutor.commands.group import run_click

        return run_click(argv)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            from tutor.commands.errors import print_error
            from tutor.i18n import describe_os_error

            print_error(
                str(i18n.message(i18n.N_("The output can't be written: {reason}."), reason=describe_os_error(error)))
            )
        # Whoever read our output has gone; Python must not complain about it at exit.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _language_option(argv: Sequence[str]) -> str | None:
    for here, word in enumerate(argv):
        if word.startswith("--lang="):
            return word.partition("=")[2]
        if word == "--lang" and here + 1 < len(argv):
            return argv[here + 1]
    return None
