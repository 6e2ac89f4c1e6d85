"""Options that hold for every command: plain mode and ASCII; and whether a shell asks for completions instead."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor import settings
from tutor.glyphs import ASCII, UNICODE, terminal_needs_ascii

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs


#: Set by the script of a shell when it asks how a command line goes on.
COMPLETION_VARIABLE = "_BACKPROP_TUTOR_COMPLETE"


def is_completing() -> bool:
    """Return whether a shell asks for completions instead of running a command."""
    return COMPLETION_VARIABLE in os.environ


def _default_ascii() -> bool:
    """Return what the settings say about ASCII, or whether the terminal needs it if they say nothing."""
    choice = settings.load().settings.ascii
    return terminal_needs_ascii(sys.stdout) if choice is None else choice


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options `--plain` and `--ascii`."""

    plain: bool = False
    ascii: bool = field(default_factory=_default_ascii)

    @property
    def use_plain(self) -> bool:
        """Whether to run in plain mode: on request, or if there is no terminal to draw on."""
        # A closed stream is None.
        is_terminal = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
        return self.plain or not is_terminal or os.environ.get("TERM") == "dumb"

    @property
    def glyphs(self) -> Glyphs:
        return ASCII if self.ascii else UNICODE
