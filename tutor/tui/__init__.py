"""The tutor on a screen: a Textual app."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tutor.packs.exercise import Exercise
    from tutor.packs.library import Pack
    from tutor.practice.review import ReviewSession
    from tutor.practice.storage.store import Store


def run(
    store: Store,
    exercise: Exercise | None = None,
    *,
    seed: int | None = None,
    restart: bool = False,
    ascii: bool = False,
    packs: Sequence[Pack] | None = None,
    watch: Path | None = None,
    review: ReviewSession | None = None,
) -> int:
    """Open the tutor at `exercise`, at a `review`, or at the list of exercises, and stay until the learner leaves.

    `seed` and `restart` say with which numbers the exercise opens. `packs` are those to list, None for all. What lies
    at `watch` is shown anew whenever it is saved. The exit code: 1 where an exercise or a review was asked
    for and left open, or where the app failed, 0 otherwise.
    """
    # Terminals that report keys one by one lose Hangul on its way through an input method.
    # Textual reads this when it is imported.
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    # Nothing that is loaded on the way to the first screen is garbage; the app turns it on again behind it.
    gc.disable()
    from tutor.tui.app import TutorApp

    app = TutorApp(store, exercise, seed=seed, restart=restart, ascii=ascii, packs=packs, watch=watch, review=review)
    solved = app.run()
    return app.return_code or int(solved is False)
