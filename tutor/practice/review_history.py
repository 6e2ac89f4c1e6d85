"""A learner's history, as far as it decides what a review asks: exercises used last, and questions asked before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tutor.packs.diagnostics import PackError
from tutor.practice.review_plan import ReviewHistory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tutor.packs.exercise import Exercise, Variant
    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.mastery import Skill
    from tutor.practice.storage.store import Store

#: Exercises of a review that were begun closer together than this belong to one session.
_SESSION_GAP = timedelta(hours=1)
#: So many earlier tries at a question are compared with a new one.
_MAX_TRIES = 12
_LAST = "SELECT seq FROM active_event ORDER BY seq DESC LIMIT 1"
_BEGUN_AT = "SELECT min(at) FROM active_event WHERE worksheet = ?"
_ASKED = """
SELECT DISTINCT blank FROM active_event
WHERE pack = ? AND exercise = ? AND kind IN ('answer', 'reveal', 'noted', 'unjudged')
"""
_TRIES = """
SELECT worksheet, seed, fingerprint, max(seq) FROM active_event
WHERE pack = ? AND exercise = ? AND kind IN ('answer', 'reveal', 'noted', 'unjudged') AND blank = ?
GROUP BY worksheet ORDER BY max(seq) DESC LIMIT ?
"""
_BLANKS = "SELECT DISTINCT blank FROM active_event WHERE worksheet = ? AND blank <> ''"


def load_history(
    store: Store, index: ExerciseIndex, rules: Sequence[str], skills: Mapping[str, Skill]
) -> ReviewHistory:
    """Return what matters for a review of these rules."""
    used = store.latest_uses()
    return ReviewHistory(
        last_used={f"{pack}/{exercise}": number for number, (pack, exercise, _kind, _try) in enumerate(used)},
        last_session=frozenset(_last_session(store, used)),
        asked_questions=asked_questions(store, index, rules),
        known_rules=frozenset(skills),
        proved_in={
            rule: frozenset(proof.exercise for proof in skills[rule].proofs)
            for rule in rules
            if rule in skills and "exercise" in skills[rule].needs
        },
        turn=next((int(seq) for (seq,) in store.query(_LAST)), 0),
    )


def asked_questions(store: Store, index: ExerciseIndex, rules: Iterable[str]) -> set[tuple[str, str]]:
    """Return exercise and blank of what was answered in the exercises for these rules that have fixed questions."""
    questioned = {
        exercise.name: (exercise.pack, exercise.exercise)
        for rule in rules
        for exercise in index.exercises_for(rule)
        if exercise.fixed_questions
    }
    return {(name, str(blank)) for name, pair in questioned.items() for (blank,) in store.query(_ASKED, pair)}


def _last_session(store: Store, used: Sequence[tuple[str, str, str, str]]) -> Iterator[str]:
    """Yield the exercises of the last review, from its end."""
    later: datetime | None = None
    for pack, exercise, kind, worksheet in reversed(used):
        if kind != "review":
            continue
        ((at,),) = store.query(_BEGUN_AT, (worksheet,)) or ((None,),)
        begun = _parse(at)
        if begun is None or (later is not None and later - begun > _SESSION_GAP):
            return
        later = begun
        yield f"{pack}/{exercise}"


def _parse(at: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(at))
    except ValueError:
        return None


class EarlierQuestions:
    """The questions of an exercise as they were asked before, with the numbers that they had."""

    def __init__(self, store: Store, exercise: Exercise) -> None:
        self._store = store
        self._exercise = exercise
        self._asked: dict[str, set[tuple[str, ...]]] = {}

    def repeated(self, variant: Variant) -> list[str]:
        """Return the questions of a variant that were asked before in the same words and with the same answer."""
        return [
            question.id
            for question in variant.problem.questions
            if _contents_of(variant, question.id) in self._earlier(question.id)
        ]

    def _earlier(self, question: str) -> set[tuple[str, ...]]:
        if question not in self._asked:
            tries = self._store.query(_TRIES, (self._exercise.pack, self._exercise.id, question, _MAX_TRIES))
            variants = [self._variant_of(str(worksheet), seed, str(mark)) for worksheet, seed, mark, _last in tries]
            self._asked[question] = {_contents_of(variant, question) for variant in variants if variant is not None}
        return self._asked[question]

    def _variant_of(self, worksheet: str, seed: int | None, fingerprint: str) -> Variant | None:
        """Return the variant of a try, whole or cut; None if the exercise was edited since."""
        try:
            whole = self._exercise.variant(seed)
            if whole.fingerprint == fingerprint:
                return whole
            known = {blank.id for blank in whole.problem.blanks}
            blanks = {str(blank) for (blank,) in self._store.query(_BLANKS, (worksheet,))} & known
            cut = self._exercise.cut([blank.id for blank in whole.problem.blanks if blank.id in blanks], seed)
        except PackError:
            return None
        return cut if cut.fingerprint == fingerprint else None


def _contents_of(variant: Variant, question: str) -> tuple[str, ...]:
    """Return what a question asks with these numbers."""
    return next((each.contents for each in variant.problem.questions if each.id == question), ())
