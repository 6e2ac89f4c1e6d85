"""The tutor as a full-screen app, made with Textual."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tutor.packs.exercise import Exercise
    from tutor.packs.library import Pack
    from tutor.practice.placement import Kind
    from tutor.practice.review import ReviewSession
    from tutor.practice.storage.store import Store


class AppError(Exception):
    """The app was ended by an unexpected error, its cause. `has_unsaved`: some entries could not be saved yet."""

    def __init__(self, *, has_unsaved: bool) -> None:
        super().__init__()
        self.has_unsaved = has_unsaved


def run(
    store: Store,
    exercise: Exercise | None = None,
    *,
    seed: int | None = None,
    restart: bool = False,
    whole: bool = False,
    ascii: bool = False,
    packs: Sequence[Pack] | None = None,
    watch: Path | None = None,
    review: ReviewSession | None = None,
    placement: Kind | None = None,
    link: str = "",
) -> int:
    """Run the app at an exercise, at a review, at a test, or at the list, until the learner leaves; return the exit code.

    `seed` chooses the numbers of the exercise, `restart` opens it from its start, `whole` judges nothing before its last
    blank. `packs` are the packs to list, None for all. The file or pack at `watch` is shown again whenever it is saved. `link` is the
    name of an exercise that a page in a browser asks for and that could not be opened. The exit code is 1 if the exercise or
    review was left open, 128 + n after signal n, else 0. Raise AppError, with the terminal
    restored, if the app has an error of its own.
    """
    # Terminals that report keys by this protocol lose Hangul typed with an input method. Textual reads it on import.
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    # Nothing loaded for the first screen is garbage; the app enables the collector after it.
    gc.disable()
    from tutor.tui.app import TutorApp

    store.use_on_screen()
    app = TutorApp(
        store,
        exercise,
        seed=seed,
        restart=restart,
        whole=whole,
        ascii=ascii,
        packs=packs,
        watch=watch,
        review=review,
        placement=placement,
        link=link,
    )
    try:
        solved = app.run()
    finally:
        app.release_terminal()
    if app.error is not None:
        raise AppError(has_unsaved=store.has_unsaved and not store.flush()) from app.error
    return app.return_code or int(solved is False)
