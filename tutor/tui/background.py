"""What is done behind the first screen, so that the first exercise opens as quickly as the next one."""

from __future__ import annotations

import gc
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.glyphs import Glyphs
    from tutor.packs.library import Pack


def preload_first_exercise(packs: Sequence[Pack], glyphs: Glyphs, ascii: bool) -> None:
    """Load what an exercise needs, open the first one of `packs`, and draw it; nobody sees it. Runs beside the app."""
    import flint  # noqa: F401
    import numpy  # noqa: F401

    import tutor.tui.screens.exercise  # noqa: F401
    from tutor.algebra.errors import AlgebraError
    from tutor.drawing.from_problem import boxes_of
    from tutor.packs.diagnostics import PackError
    from tutor.practice.worksheet import Worksheet
    from tutor.tui import panel_content
    from tutor.tui.exercise_state import ExerciseState
    from tutor.tui.layout import DrawingCache

    for pack in packs[:1]:
        for entry in pack.entries[:1]:
            with suppress(PackError, AlgebraError):
                # A copy of the pack: it is in use on the screen.
                desk = ExerciseState(Worksheet(copy(pack).open(entry.id).variant()))
                drawings = DrawingCache(boxes_of(desk.worksheet.problem, glyphs), glyphs)
                for density in drawings:
                    drawings[density]
                panel_content.blank_title(desk, glyphs)
                panel_content.feedback(desk, glyphs)


def enable_gc() -> None:
    """Look for garbage from now on, but never among what is loaded by now, which stays: that would take 60 ms."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
