"""Work in the background that loads what the first exercise needs; imported in a thread only."""

from __future__ import annotations

import time
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING

# The first exercise needs these; nothing here does.
import flint  # noqa: F401
import numpy  # noqa: F401

import tutor.tui.navigator  # noqa: F401
from tutor.drawing.from_problem import boxes_of
from tutor.packs.diagnostics import PackError
from tutor.practice.close_up.build import close_up
from tutor.practice.learner import load_packs_and_index
from tutor.practice.overview import load_overview
from tutor.practice.worksheet import Worksheet
from tutor.tui.answer_content import AnswerContent
from tutor.tui.exercise_state import ExerciseState
from tutor.tui.layout import DrawingCache
from tutor.tui.themes import DARK_PALETTE

__all__ = ["find_broken", "load_overview_of", "load_packs_and_index", "open_first_exercise"]

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from tutor.glyphs import Glyphs
    from tutor.packs.library import ExerciseEntry, Pack
    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.overview import Overview
    from tutor.practice.storage.store import Store


def open_first_exercise(packs: Sequence[Pack], glyphs: Glyphs) -> None:
    """Open the first exercise of `packs` and draw it, so that the next one opens quickly."""
    for pack in packs[:1]:
        for entry in pack.entries[:1]:
            with suppress(Exception):  # What fails here fails again, with a message, when it is needed.
                # The pack itself is in use on the screen.
                state = ExerciseState(Worksheet(copy(pack).open(entry.id).variant()))
                DrawingCache(boxes_of(state.worksheet.problem, glyphs), glyphs).fit(100, 20)
                content = AnswerContent(state, glyphs, DARK_PALETTE)
                content.asked(60)
                content.feedback(60, slim=False, with_text=True)
                close_up(state.worksheet, state.focused_id)


def find_broken(
    packs: Sequence[Pack],
    known: Container[tuple[str, str]],
    is_cancelled: Callable[[], bool],
    report: Callable[[Pack, ExerciseEntry, str], None],
) -> None:
    """Open every exercise that is not known to open, and report those that can't be opened with the reason."""
    for pack in map(copy, packs):  # The packs themselves are in use on the screen.
        for entry in pack.entries:
            if is_cancelled():
                return
            if (pack.id, entry.id) in known:
                continue
            start = time.monotonic()
            try:
                pack.open(entry.id)
            except PackError as error:
                report(pack, entry, str(error))
            # Keys come first: leave the screen twice the time that this took.
            time.sleep(2 * (time.monotonic() - start))


def load_overview_of(app_store: Store, index: ExerciseIndex | None) -> Overview:
    """Return the overview of the app's store, for use in another thread; derive the skills if need be."""
    with app_store.open_for_thread() as store:
        return load_overview(store, index)
