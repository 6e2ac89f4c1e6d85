"""Records of exercises: how each try went, whether one was right at the first try throughout, and that in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tutor.grading.verdict import WRONG_ATTEMPT_KINDS
from tutor.i18n import N_, _, message
from tutor.practice.event import NOTED, PART, UNJUDGED, parse_day
from tutor.practice.score_texts import score_text
from tutor.practice.storage.store import FINISHING_KINDS, STARTING_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date

    from tutor.glyphs import Glyphs
    from tutor.practice.storage.store import Store

#: (pack, exercise)
ExerciseName = tuple[str, str]

_WRONG = ", ".join(f"'{kind}'" for kind in WRONG_ATTEMPT_KINDS)
_FINISHED = ", ".join(f"'{kind}'" for kind in FINISHING_KINDS)
_STARTED = ", ".join(f"'{kind}'" for kind in STARTING_KINDS)
#: Every try in the order in which they were last worked on.
_TRIES = f"""
SELECT pack, exercise, worksheet, max(at), sum(duration), sum(kind = 'answer' AND verdict IN ({_WRONG})),
    sum(kind = 'hint'), sum(kind = 'reveal'), max(kind IN ({_FINISHED})), max(kind = 'begin'), max(kind = '{PART}'),
    max(kind = '{NOTED}')
FROM active_event WHERE pack <> '' GROUP BY pack, exercise, worksheet HAVING max(kind IN ({_STARTED})) ORDER BY max(seq)
"""
_ENTRIES = "SELECT blank, kind, verdict FROM active_event WHERE worksheet = ? AND blank <> '' ORDER BY seq"


@dataclass(frozen=True, slots=True)
class TryResult:
    """The result of one try. `filled` counts the blanks that are settled in an unfinished one."""

    day: date | None
    seconds: float
    wrong: int
    hints: int
    revealed: int
    finished: bool
    filled: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether every blank was right at the first try, without help."""
        return self.finished and not (self.wrong or self.hints or self.revealed)


@dataclass(frozen=True, slots=True)
class ExerciseRecord:
    """How one exercise went: its latest try, and whether some try was right at the first try throughout.

    `unfinished` is the try that would be resumed, None if there is none. An exam has the `score` of the sitting that
    counts, such as `7.5/10`, once it is shown.
    """

    latest: TryResult
    first_try: bool
    solved: bool
    unfinished: TryResult | None = None
    is_exam: bool = False
    score: str = ""


def load_records(store: Store) -> Mapping[ExerciseName, ExerciseRecord]:
    """Return how each exercise went that was begun or solved."""
    records: dict[ExerciseName, ExerciseRecord] = {}
    scores = store.exam_scores()
    for row in store.query(_TRIES):
        pack, exercise, worksheet, at, seconds, wrong, hints, revealed, finished, can_resume, part, noted = row
        name = str(pack), str(exercise)
        is_exam = bool(noted)
        result = TryResult(
            parse_day(str(at)),
            float(seconds),
            int(wrong),
            int(hints),
            int(revealed),
            bool(finished),
            0 if finished or part else _count_filled(store.query(_ENTRIES, (worksheet,))),
        )
        before = records.get(name)
        if part and before is not None:
            # It says nothing about the exercise as a whole, but after a stage the next one comes.
            records[name] = replace(before, unfinished=result if can_resume else before.unfinished)
            continue
        unfinished = before.unfinished if before is not None else None
        if can_resume:
            unfinished = None if finished else result
        records[name] = ExerciseRecord(
            result,
            (result.is_clean and not is_exam) or (before is not None and before.first_try),
            result.finished or (before is not None and before.solved),
            unfinished,
            is_exam,
            scores.get(name, "") if is_exam else "",
        )
    # A reset hides the tries of an exam, but not the score of its first sitting.
    hidden = TryResult(None, 0.0, 0, 0, 0, finished=True)
    for name, score in scores.items():
        records.setdefault(name, ExerciseRecord(hidden, first_try=False, solved=True, is_exam=True, score=score))
    return records


def _count_filled(events: Iterable[tuple[Any, ...]]) -> int:
    """Return how many blanks are settled after the events of a try; as on the worksheet, undo takes back the last."""
    filled: dict[str, bool] = {}
    history: list[tuple[str, bool]] = []
    for blank, kind, verdict in events:
        if kind == "undo":
            if history:
                undone, was_filled = history.pop()
                filled[undone] = was_filled
        elif kind in ("answer", NOTED, UNJUDGED, "reveal", "clear"):
            history.append((blank, filled.get(blank, False)))
            is_settled = kind == "answer" and verdict in ("right", NOTED)
            filled[blank] = kind in (NOTED, UNJUDGED, "reveal") or is_settled
    return sum(filled.values())


def describe_state(state: str, record: ExerciseRecord | None, minutes: int | None) -> str:
    """Return the state of an exercise in a few words: "in progress, 2 filled", "solved", or how long it takes."""
    if state == "solved" and record is not None and record.is_exam:
        return exam_words(record)
    if state == "solved":
        return _("solved on the first try") if record is not None and record.first_try else _("solved")
    if state == "revealed":
        return _("values shown")
    if state == "begun":
        filled = record.unfinished.filled if record is not None and record.unfinished is not None else 0
        return str(message(N_("in progress, {n} filled"), n=filled)) if filled else _("in progress")
    return minutes_text(minutes) if minutes else ""


def exam_words(record: ExerciseRecord) -> str:
    """Return the score of an exam that is finished, in a few words."""
    return str(message(N_("exam: {score}"), score=score_text(record.score))) if record.score else _("exam finished")


def minutes_text(minutes: int) -> str:
    return str(message(N_("{m} min"), m=minutes))


def code_mark(glyphs: Glyphs) -> str:
    """Return the sign of an exercise that was solved in code, with what it means."""
    words = _("solved in code")
    return glyphs.render(f"{glyphs.coded} {words}")


def last_worked_on(store: Store, names: Collection[ExerciseName]) -> tuple[ExerciseName | None, bool]:
    """Return the exercise with an unfinished try and True if it is among `names`, else the last one and False."""
    unfinished = store.exercise_to_continue()
    return (unfinished, True) if unfinished in names else (store.last_exercise(), False)


def next_exercise(
    names: Sequence[ExerciseName],
    last: ExerciseName | None,
    is_unfinished: bool,
    is_to_do: Callable[[ExerciseName], bool],
) -> ExerciseName | None:
    """Return the exercise last worked on if its try is unfinished, else the first that is to do after it, or before."""
    begin = names.index(last) if last in names else 0
    if is_unfinished and last in names:
        return last
    return next((name for name in (*names[begin:], *names[:begin]) if is_to_do(name)), None)
