"""Open an exercise where the learner left it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.practice.exam import exam_seed
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tutor.packs.exercise import Exercise
    from tutor.practice.storage.store import Store


def open_worksheet(store: Store, exercise: Exercise, seed: int | None = None, restart: bool = False) -> Worksheet:
    """The worksheet for `exercise`: the latest try, replayed, where it is open; otherwise a new one.

    A try is taken up again only with the same numbers (its fingerprint tells), so an exercise that was changed
    begins anew. `seed` asks for the numbers of a seed, `restart` for a new try in any case. An exam has the learner's
    own numbers whatever is asked, and stays as it is when it is finished.
    """
    if exercise.exam:
        seed, restart = exam_seed(exercise), False
    events = () if restart or not exercise.pack else store.events(exercise.pack, exercise.id)
    if events and seed in (None, events[0].seed):
        stages = range(max(len(exercise.stages), 1))
        variants = (exercise.variant(events[0].seed, stage) for stage in stages)
        variant = next((one for one in variants if one.fingerprint == events[0].fingerprint), None)
        if variant is not None:
            worksheet = Worksheet(variant, store, events)
            if not worksheet.done or exercise.exam:
                return worksheet
    worksheet = Worksheet(exercise.variant(seed), store)
    if restart:
        worksheet.start()
    return worksheet


def rebase_worksheet(worksheet: Worksheet, exercise: Exercise) -> Worksheet:
    """A worksheet, kept nowhere, on an exercise as it is written now: the same numbers and answers, judged anew."""
    stage = min(worksheet.variant.stage, max(len(exercise.stages) - 1, 0))
    renewed = Worksheet(exercise.variant(worksheet.variant.seed, stage))
    for node in worksheet.unfolded:
        renewed.unfold(node)
    asked = {blank.id for blank in renewed.fillable}
    for name, entry in worksheet.entries.items():
        if name not in asked:
            continue
        if entry.revealed and not exercise.exam:
            renewed.reveal(name)
        elif entry.text and not entry.revealed:
            renewed.answer(name, entry.text)
    if worksheet.last_blank is not None:
        renewed.set_resume_place(worksheet.last_blank)
    return renewed
