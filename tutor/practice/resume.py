"""Resuming an exercise where the learner left it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.practice.exam import exam_seed
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tutor.packs.exercise import Exercise
    from tutor.practice.storage.store import Store


def open_worksheet(store: Store, exercise: Exercise, seed: int | None = None, restart: bool = False) -> Worksheet:
    """Return the worksheet of the latest try, if it is unfinished, otherwise a new one.

    A try is only resumed with the same fingerprint: an exercise that was edited starts again. `seed` selects the
    numbers, and `restart` forces a new try. An exam ignores both and is resumed even when it is finished.
    """
    if exercise.exam:
        seed, restart = exam_seed(exercise), False
    events = () if restart or not exercise.pack else store.events(exercise.pack, exercise.id)
    if events and seed in (None, events[0].seed):
        stages = range(max(len(exercise.stages), 1))
        variants = (exercise.variant(events[0].seed, stage) for stage in stages)
        variant = next((variant for variant in variants if variant.fingerprint == events[0].fingerprint), None)
        if variant is not None:
            worksheet = Worksheet(variant, store, events)
            if not worksheet.done or exercise.exam:
                return worksheet
    worksheet = Worksheet(exercise.variant(seed), store)
    if restart:
        worksheet.start()
    return worksheet


def rebase_worksheet(worksheet: Worksheet, exercise: Exercise) -> Worksheet:
    """Return an unsaved worksheet on a new version of the exercise, with the same seed and the answers graded again."""
    stage = min(worksheet.variant.stage, max(len(exercise.stages) - 1, 0))
    rebased = Worksheet(exercise.variant(worksheet.variant.seed, stage))
    for node in worksheet.unfolded:
        rebased.unfold(node)
    if worksheet.whole_pass.is_on:
        rebased.start_whole_pass()
    fillable = {blank.id for blank in rebased.fillable}
    for name, entry in worksheet.entries.items():
        if name not in fillable:
            continue
        if entry.revealed and not exercise.exam:
            rebased.reveal(name)
        elif entry.text and not entry.revealed:
            rebased.answer(name, entry.text)
    if worksheet.last_blank is not None:
        rebased.set_resume_place(worksheet.last_blank)
    return rebased
