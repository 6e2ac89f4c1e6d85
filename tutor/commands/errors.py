"""Errors of the command line: one sentence on standard error."""

from __future__ import annotations

import sys
from contextlib import suppress

from tutor.packs.sanitize import format_output


class CommandError(Exception):
    """A refusal with its sentence; `code` is the exit code of the program."""

    def __init__(self, text: object, code: int = 1) -> None:
        super().__init__(format_output(text))
        self.code = code


def print_error(text: object) -> None:
    # A closed stream is None, and its reader may have gone.
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(f"backprop-tutor: {format_output(text)}", file=sys.stderr, flush=True)
