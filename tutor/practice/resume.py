"""Resuming an exercise where the learner left it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tutor.grading.skills import BRANCH
from tutor.packs.diagnostics import pack_error
from tutor.practice.event import SCORED, SOLVED
from tutor.practice.exam import NUM_SEEDS, exam_seed
from tutor.practice.score import score_of
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

    Raises `PackError` if the exercise isn't open yet.
    """
    refusal = exercise.assessment.opening_refusal(exercise.title)
    if refusal is not None:
        raise pack_error(refusal)
    if exercise.exam:
        return _open_exam(store, exercise)
    events = () if restart or not exercise.pack else store.events(exercise.pack, exercise.id)
    latest = _latest_variant(exercise, events) if seed in (None, _seed_of(events)) or exercise.stages else None
    stage = 0
    if latest is not None:
        worksheet = Worksheet(latest, store, events, sums_found=count_sums(store, latest))
        if not worksheet.done and seed in (None, latest.seed):
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


def _open_exam(store: Store, exercise: Exercise) -> Worksheet:
    """Return the latest try at an exam, finished or not, or a new one.

    A reset begins another try, for practice, once the first sitting is finished, which goes on to count. It can't
    replace a sitting that is in progress.
    """
    seed = exam_seed(exercise)
    sittings = store.exam_sittings(exercise.pack, exercise.id) if exercise.pack else []
    latest = store.events(exercise.pack, exercise.id) if exercise.pack else ()
    counted = next((events for events in sittings if any(event.kind == SOLVED for event in events)), None)
    if counted is None and not latest and sittings:
        latest = sittings[-1]
    # A try of an earlier version has the author's numbers if there are no others.
    is_own = latest and (latest[0].seed == seed or not exercise.has_variants)
    variant = _latest_variant(exercise, latest) if is_own else None
    is_repeated = counted is not None and (variant is None or latest[0].worksheet != counted[0].worksheet)
    first_score = _score_of_first(store, exercise, counted) if counted is not None and is_repeated else ""
    return Worksheet(
        variant or exercise.variant(seed),
        store,
        latest if variant else (),
        is_repeated=is_repeated,
        first_score=first_score,
    )


def _score_of_first(store: Store, exercise: Exercise, events: Sequence[Event]) -> str:
    """Return the score of the sitting that counts; store it if it may be told by now."""
    score = next((event.text for event in events if event.kind == SCORED), "")
    variant = None if score else _latest_variant(exercise, events)
    if variant is None:
        return score
    worksheet = Worksheet(variant, store, events)
    return score_of(worksheet).text if worksheet.tells_result else ""


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
