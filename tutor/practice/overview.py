"""The learner's overview: how each exercise went, the days of practice, the rules and what is due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from tutor.practice.exercise_records import load_records
from tutor.practice.practice_days import load_daily_work
from tutor.practice.review import due_rules, load_skills, plan_review, rules_to_review
from tutor.practice.review_plan import ReviewPlan
from tutor.practice.scheduler import utc_today

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.exercise_records import ExerciseName, ExerciseRecord
    from tutor.practice.mastery_levels import MasteryState
    from tutor.practice.storage.store import Store


@dataclass(frozen=True)
class Overview:
    """The learner's data for lists and previews.

    `blanks` and `minutes` are those of each exercise. `days` counts the answers of each day of practice. `due` are
    the due rules, longest overdue first, `review` is the session that would review them; `states` say how far
    every practised rule has come.
    """

    today: date
    records: Mapping[ExerciseName, ExerciseRecord] = field(default_factory=dict)
    blanks: Mapping[ExerciseName, int] = field(default_factory=dict)
    minutes: Mapping[ExerciseName, float] = field(default_factory=dict)
    days: Mapping[date, int] = field(default_factory=dict)
    due: tuple[str, ...] = ()
    review: ReviewPlan = field(default_factory=ReviewPlan)
    states: Mapping[str, MasteryState] = field(default_factory=dict)

    @property
    def review_minutes(self) -> int:
        """The minutes of the review, rounded up to whole ones."""
        return -int(-self.review.minutes // 1)

    def last_days(self, number: int) -> list[int]:
        """Return the answers on each of the last days, today last."""
        return [self.days.get(self.today - timedelta(days=back), 0) for back in range(number - 1, -1, -1)]


def load_overview(store: Store, index: ExerciseIndex | None, day: date | None = None) -> Overview:
    """Return the overview up to `day`, today by default. Without an index there is no review in it.

    Rebuild the skills if they are out of date.
    """
    today = day or utc_today()
    exercises = index.exercises if index is not None else ()
    due = tuple(due_rules(store, None, today) if index is None else rules_to_review(store, index, today))
    skills = load_skills(store)
    return Overview(
        today,
        load_records(store),
        {(each.pack, each.exercise): each.blanks for each in exercises},
        {(each.pack, each.exercise): each.minutes for each in exercises},
        {day: answers for day, (_seconds, answers) in load_daily_work(store, today).items() if answers},
        due,
        plan_review(store, index, due) if index is not None else ReviewPlan(),
        {rule: skill.state for rule, skill in skills.items()},
    )
