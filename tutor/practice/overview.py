"""The learner's overview: how each exercise went, the days of practice, the rules and what is due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tutor.grading.verdict import WRONG_ATTEMPT_KINDS
from tutor.practice.mastery import parse_day
from tutor.practice.review import due_rules, load_skills, plan_session
from tutor.practice.scheduler import utc_today
from tutor.practice.storage.store import FINISHING_KINDS, STARTING_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.review import ReviewItem
    from tutor.practice.storage.store import Store

#: (pack, exercise)
ExerciseName = tuple[str, str]

_WRONG = ", ".join(f"'{kind}'" for kind in WRONG_ATTEMPT_KINDS)
_FINISHED = ", ".join(f"'{kind}'" for kind in FINISHING_KINDS)
_STARTED = ", ".join(f"'{kind}'" for kind in STARTING_KINDS)
#: Every try in the order in which they were last worked on.
_TRIES = f"""
SELECT pack, exercise, worksheet, max(at), sum(duration), sum(kind = 'answer' AND verdict IN ({_WRONG})),
    sum(kind = 'hint'), sum(kind = 'reveal'), max(kind IN ({_FINISHED})), max(kind = 'begin')
FROM active_event WHERE pack <> '' GROUP BY pack, exercise, worksheet HAVING max(kind IN ({_STARTED})) ORDER BY max(seq)
"""
_ENTRIES = "SELECT blank, kind, verdict FROM active_event WHERE worksheet = ? AND blank <> '' ORDER BY seq"
_DAYS = "SELECT date(at), count(*) FROM active_event WHERE kind IN ('answer', 'noted') GROUP BY date(at)"


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

    `unfinished` is the try that would be resumed, None if there is none.
    """

    latest: TryResult
    first_try: bool
    solved: bool
    unfinished: TryResult | None = None


@dataclass(frozen=True)
class Overview:
    """What lists and previews show of a learner.

    `blanks` and `minutes` are those of each exercise. `days` counts the answers of each day of practice. `due` are
    the due rules, longest overdue first, `review` is the session that would review them; `mastery` and `due_days` are
    those of every practised rule.
    """

    today: date
    records: Mapping[ExerciseName, ExerciseRecord] = field(default_factory=dict)
    blanks: Mapping[ExerciseName, int] = field(default_factory=dict)
    minutes: Mapping[ExerciseName, float] = field(default_factory=dict)
    days: Mapping[date, int] = field(default_factory=dict)
    due: tuple[str, ...] = ()
    review: tuple[ReviewItem, ...] = ()
    mastery: Mapping[str, str] = field(default_factory=dict)
    due_days: Mapping[str, date] = field(default_factory=dict)

    @property
    def review_minutes(self) -> int:
        """The minutes of the review, rounded up to whole ones."""
        return -int(-sum(item.indexed.minutes for item in self.review) // 1)

    def last_days(self, number: int) -> list[int]:
        """Return the answers on each of the last days, today last."""
        return [self.days.get(self.today - timedelta(days=back), 0) for back in range(number - 1, -1, -1)]


def load_overview(store: Store, index: ExerciseIndex | None, day: date | None = None) -> Overview:
    """Return the overview up to `day`, today by default. Without an index there is no review in it.

    Rebuild the skills if they are out of date.
    """
    today = day or utc_today()
    exercises = index.exercises if index is not None else ()
    due = tuple(due_rules(store, index.rules if index is not None else None, today))
    skills = load_skills(store)
    return Overview(
        today,
        load_records(store),
        {(each.pack, each.exercise): each.blanks for each in exercises},
        {(each.pack, each.exercise): each.minutes for each in exercises},
        _load_days(store),
        due,
        plan_session(due, index, known_rules=skills) if index is not None else (),
        {rule: skill.mastery for rule, skill in skills.items()},
        {rule: skill.due for rule, skill in skills.items() if skill.due is not None},
    )


def load_records(store: Store) -> Mapping[ExerciseName, ExerciseRecord]:
    """Return how each exercise went that was begun or solved."""
    records: dict[ExerciseName, ExerciseRecord] = {}
    for pack, exercise, worksheet, at, seconds, wrong, hints, revealed, finished, can_resume in _query(store, _TRIES):
        name = str(pack), str(exercise)
        result = TryResult(
            parse_day(str(at)),
            float(seconds),
            int(wrong),
            int(hints),
            int(revealed),
            bool(finished),
            0 if finished else _count_filled(_query(store, _ENTRIES, (worksheet,))),
        )
        before = records.get(name)
        unfinished = before.unfinished if before is not None else None
        if can_resume:
            unfinished = None if finished else result
        records[name] = ExerciseRecord(
            result,
            result.is_clean or (before is not None and before.first_try),
            result.finished or (before is not None and before.solved),
            unfinished,
        )
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
        elif kind in ("answer", "noted", "reveal", "clear"):
            history.append((blank, filled.get(blank, False)))
            filled[blank] = kind in ("noted", "reveal") or (kind == "answer" and verdict == "right")
    return sum(filled.values())


def _load_days(store: Store) -> Mapping[date, int]:
    days: dict[date, int] = {}
    for text, number in _query(store, _DAYS):
        day = parse_day(text) if isinstance(text, str) else None
        if day is not None:
            days[day] = int(number)
    return days


def _query(store: Store, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
    return store.with_database(lambda database: database.query(sql, parameters)) or []
