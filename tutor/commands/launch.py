"""Opening the tutor, on a screen or in plain lines. The way to the first screen: nothing more is imported."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tutor.packs.exercise import Exercise
    from tutor.packs.library import Pack


def _wants_ascii() -> bool:
    """Whether the learner's settings ask for ASCII; where they say nothing, whether the terminal needs it."""
    from tutor.glyphs import terminal_needs_ascii
    from tutor.settings import load

    chosen = load().settings.ascii
    return terminal_needs_ascii(sys.stdout) if chosen is None else chosen


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What holds for any command: plain lines instead of a screen, drawing in ASCII."""

    plain: bool = False
    ascii: bool = field(default_factory=_wants_ascii)

    @property
    def use_plain(self) -> bool:
        """Plain mode, asked for or because there is no terminal to draw on."""
        # A stream that was closed is None.
        terminal = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
        return self.plain or not terminal or os.environ.get("TERM") == "dumb"


def launch(
    options: RunOptions,
    exercise: Exercise | None = None,
    seed: int | None = None,
    restart: bool = False,
    packs: Sequence[Pack] | None = None,
    watch: Path | None = None,
) -> int:
    """Open the tutor at an exercise, or at the list of them. Returns the exit code.

    `packs` are those to list, None for all. What lies at `watch` is shown anew whenever it is saved.
    """
    if exercise is not None and exercise.exam and watch is None and (seed is not None or restart):
        from tutor.commands.errors import CommandError
        from tutor.practice.exam import SAME_NUMBERS

        raise CommandError(SAME_NUMBERS, 2)
    from tutor.practice.learner import open_store

    with open_store() as store:
        if options.use_plain:
            from tutor.commands.plain_app import run_plain

            return run_plain(options, store, exercise, seed, restart, packs, watch)
        from tutor.tui import run

        return run(store, exercise, seed=seed, restart=restart, ascii=options.ascii, packs=packs, watch=watch)
