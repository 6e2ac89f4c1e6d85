"""What is done behind the first screen, so that the first exercise opens as quickly as the next one."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.packs import Pack
    from tutor.tui.signs import Signs


def rehearse(packs: Sequence[Pack], signs: Signs, ascii: bool) -> None:
    """Load what an exercise needs, open the first one of `packs`, and draw it; nobody sees it. Runs beside the app."""
    import flint  # noqa: F401
    import numpy  # noqa: F401

    import tutor.tui.screens.exercise  # noqa: F401
    from tutor.algebra.errors import AlgebraError
    from tutor.drawing import sketch
    from tutor.packs import PackError, loading  # noqa: F401
    from tutor.practice.worksheet import Worksheet
    from tutor.tui import words
    from tutor.tui.desk import Desk
    from tutor.tui.drawings import Drawings

    for pack in packs[:1]:
        for entry in pack.entries[:1]:
            with suppress(PackError, AlgebraError):
                # A copy of the pack: it is in use on the screen.
                desk = Desk(Worksheet(copy(pack).open(entry.id).variant()))
                drawings = Drawings(sketch(desk.worksheet.problem, ascii=ascii), ascii)
                for density in drawings:
                    drawings[density]
                words.quantity(desk, signs)
                words.notes(desk, signs)


def begin_to_look_for_garbage() -> None:
    """Look for garbage from now on, but never among what is loaded by now, which stays: that would take 60 ms."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
