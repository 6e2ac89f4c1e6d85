"""Resuming an exercise where the learner left it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tutor.grading.skills import BRANCH
from tutor.practice.exam import NUM_SEEDS, exam_seed
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.packs.exercise import Exercise, Variant
    from tutor.practice.event import Event
    from tutor.practice.storage.store import Store


def open_worksheet(store: Store, exercise: Exercise, seed: int | None = None, restart: bool = False) -> Worksheet:
    """Return the worksheet of the latest try, if it is unfinished, otherwise a new one.

    A try is only resumed with the same fingerprint: an exercise that was edited starts again. `seed` selects the
    numbers, and `restart` forces a new try. An exam ignores both and is resumed even when it is finished. A new try is
    at the first stage, after a finished stage at the next one, and at the whole exercise once it was solved.
    """
    if exercise.exam:
        seed, restart = exam_seed(exercise), False
    events = () if restart or not exercise.pack else store.events(exercise.pack, exercise.id)
    latest = _latest_variant(exercise, events) if seed in (None, _seed_of(events)) or exercise.stages else None
    stage = 0
    if latest is not None:
        worksheet = Worksheet(latest, store, events, sums_found=count_sums(store, latest))
        if (not worksheet.done or exercise.exam) and seed in (None, latest.seed):
            return worksheet
        stage = latest.stage + worksheet.done
        if seed is None and latest.is_partial and exercise.has_variants:
            # From the try before, so that the same numbers come until one of them is answered.
            seed = Random(events[0].worksheet).randrange(1, NUM_SEEDS)
    if exercise.stages and exercise.pack and store.state(exercise.pack, exercise.id) == "solved":
        stage = exercise.last_stage
    variant = exercise.variant(seed, stage)
    worksheet = Worksheet(variant, store, sums_found=count_sums(store, variant))
    if restart:
        worksheet.start()
    return worksheet


def count_sums(store: Store, variant: Variant) -> int:
    """Return how many sums at branches were found without help since the last mistake; 0 if none is asked here."""
    if not any(blank.kind == "sum" for blank in variant.problem.blanks):
        return 0
    skills = store.with_database(lambda database: database.skills()) or {}
    return len(skills[BRANCH].proofs) if BRANCH in skills else 0


def _seed_of(events: Sequence[Event]) -> int | None:
    return events[0].seed if events else None


def _latest_variant(exercise: Exercise, events: Sequence[Event]) -> Variant | None:
    """Return the variant that these events are about; None if there is none, or the exercise was edited."""
    if not events:
        return None
    variants = (exercise.variant(events[0].seed, stage) for stage in range(exercise.last_stage + 1))
    return next((variant for variant in variants if variant.fingerprint == events[0].fingerprint), None)


def rebase_worksheet(worksheet: Worksheet, exercise: Exercise) -> Worksheet:
    """Return an unsaved worksheet on a new version of the exercise, with the same seed and the answers graded again."""
    stage = min(worksheet.variant.stage, exercise.last_stage)
    rebased = Worksheet(exercise.variant(worksheet.variant.seed, stage))
    for node in worksheet.unfolded:
        rebased.unfold(node)
    if worksheet.whole_pass.is_on:
        rebased.start_whole_pass()
    rebased.asides.take_over(worksheet.asides)
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
