"""A learner's progress: rules, packs, weeks and mistakes, derived from the events."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tutor.grading.mistakes.labels import mistake_label
from tutor.i18n import N_, message
from tutor.practice import review
from tutor.practice.mastery import parse_day
from tutor.practice.rule_ids import normalise_rule_id, rule_name
from tutor.practice.scheduler import utc_today

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.packs.library import Pack
    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.storage.store import Store

#: This many mistakes are listed.
MAX_MISTAKES = 10

_MONDAY = "date(at, 'weekday 0', '-6 days')"
#: The verdicts that count as a first try; an answer with too few digits, or that of another blank, does not.
_SETTLING_VERDICTS = "verdict IN ('right', 'mistaken', 'wrong', 'wrong-shape')"
_FIRST_TRIES = f"""
SELECT monday, count(*), sum(verdict = 'right' AND hints = 0) FROM (
    SELECT min(seq), {_MONDAY} AS monday, verdict, hints FROM active_event
    WHERE kind = 'answer' AND {_SETTLING_VERDICTS} GROUP BY worksheet, blank
) GROUP BY monday
"""
_WEEKLY_WORK = f"SELECT {_MONDAY} AS monday, sum(duration), sum(kind = 'answer') FROM active_event GROUP BY monday"
#: A reply takes back the mistake of its answer, or confirms another one.
_MISTAKE_COUNTS = """
SELECT mistake, rule, blank,
    sum(kind = 'answer') - sum(kind = 'reply' AND text = 'no' AND verdict = 'mistaken')
    + sum(kind = 'reply' AND text = 'yes' AND verdict = '') AS times
FROM active_event WHERE kind IN ('answer', 'reply') AND mistake <> ''
GROUP BY mistake, rule HAVING times > 0 ORDER BY times DESC, mistake
"""


@dataclass(frozen=True, slots=True)
class RuleProgress:
    """A practised rule, with the mistake that keeps coming back."""

    id: str
    name: str
    standing: str
    due: date | None
    mistake: str | None


@dataclass(frozen=True, slots=True)
class PackProgress:
    """The progress in one pack."""

    id: str
    title: str
    solved: int
    begun: int
    exercises: int


@dataclass(frozen=True, slots=True)
class Week:
    """One week. `blanks` counts those first tried in it, `first` those that were right at once, without a hint."""

    monday: date
    seconds: float
    answers: int
    blanks: int
    first: int

    @property
    def first_try_rate(self) -> float | None:
        return self.first / self.blanks if self.blanks else None


@dataclass(frozen=True, slots=True)
class MistakeCount:
    """A mistake that was made, and the name and title of an exercise that practises its rule."""

    id: str
    name: str
    count: int
    exercise: str | None
    title: str


@dataclass(frozen=True, slots=True)
class Progress:
    """All of a learner's progress. `weeks` has no gaps."""

    due_rules: tuple[str, ...]
    rules: tuple[RuleProgress, ...]
    packs: tuple[PackProgress, ...]
    weeks: tuple[Week, ...]
    mistakes: tuple[MistakeCount, ...]

    @property
    def seconds(self) -> float:
        return sum(week.seconds for week in self.weeks)

    @property
    def answers(self) -> int:
        return sum(week.answers for week in self.weeks)

    @property
    def first_try_rate(self) -> float | None:
        """The fraction of blanks that were right at once, without a hint."""
        blanks = sum(week.blanks for week in self.weeks)
        return sum(week.first for week in self.weeks) / blanks if blanks else None

    def as_json(self) -> dict[str, Any]:
        """Return the progress as JSON data, with days in ISO 8601."""
        return {
            "due": list(self.due_rules),
            "seconds": round(self.seconds, 3),
            "answers": self.answers,
            "first_try_rate": self.first_try_rate,
            "rules": [_json_ready(asdict(rule)) for rule in self.rules],
            "packs": [asdict(pack) for pack in self.packs],
            "weeks": [_json_ready(asdict(week)) | {"rate": week.first_try_rate} for week in self.weeks],
            "mistakes": [asdict(mistake) for mistake in self.mistakes],
        }


def load_progress(store: Store, index: ExerciseIndex, packs: Sequence[Pack], day: date | None = None) -> Progress:
    """Return the progress up to `day`, today by default."""
    return Progress(
        tuple(review.due_rules(store, index.rules, day)),
        _rules(store),
        _packs(store, packs),
        _weeks(store, day or utc_today()),
        _mistakes(store, index, packs),
    )


def format_duration(seconds: float) -> str:
    """Return a time as people say it, such as "12 min" or "3 h 5 min"."""
    minutes = round(seconds / 60)
    if minutes < 60:
        return str(message(N_("{m} min"), m=minutes))
    return str(message(N_("{h} h {m} min"), h=minutes // 60, m=minutes % 60))


def _rules(store: Store) -> tuple[RuleProgress, ...]:
    order = ("shaky", "learning", "solid")
    skills = sorted(review.load_skills(store).values(), key=lambda skill: (order.index(skill.mastery), str(skill.due)))
    return tuple(
        RuleProgress(skill.rule, rule_name(skill.rule), skill.mastery, skill.due, skill.recurring_mistake)
        for skill in skills
    )


def _packs(store: Store, packs: Sequence[Pack]) -> tuple[PackProgress, ...]:
    states = store.states()
    progress = []
    for pack in packs:
        reached = [states.get((pack.id, entry.id), "new") for entry in pack.entries]
        counts = reached.count("solved"), reached.count("begun"), len(reached)
        progress.append(PackProgress(pack.id, str(pack.title), *counts))
    return tuple(progress)


def _weeks(store: Store, day: date) -> tuple[Week, ...]:
    this_week = day - timedelta(days=day.weekday())
    work: dict[date, tuple[float, int]] = {}
    for text, seconds, answers in _query(store, _WEEKLY_WORK):
        monday = _week_of(text, this_week)
        before = work.get(monday, (0.0, 0))
        work[monday] = before[0] + float(seconds), before[1] + int(answers)
    tries: dict[date, tuple[int, int]] = {}
    for text, blanks, first in _query(store, _FIRST_TRIES):
        monday = _week_of(text, this_week)
        tried = tries.get(monday, (0, 0))
        tries[monday] = tried[0] + int(blanks), tried[1] + int(first)
    if not work:
        return ()
    start = min(work)
    mondays = [start + timedelta(weeks=number) for number in range((this_week - start).days // 7 + 1)]
    return tuple(Week(monday, *work.get(monday, (0.0, 0)), *tries.get(monday, (0, 0))) for monday in mondays)


def _week_of(text: object, this_week: date) -> date:
    """Return the Monday of a week; that of `this_week` for what the clock dated ahead, or at no plausible time."""
    monday = parse_day(text) if isinstance(text, str) else None
    return this_week if monday is None else min(monday, this_week)


def _mistakes(store: Store, index: ExerciseIndex, packs: Sequence[Pack]) -> tuple[MistakeCount, ...]:
    """Return the most frequent mistakes; one made at several rules is trained at the rule where it was made most."""
    counts: dict[str, int] = {}
    rules: dict[str, str] = {}
    for mistake, rule, blank, count in _query(store, _MISTAKE_COUNTS):
        counts[mistake] = counts.get(mistake, 0) + count
        rules.setdefault(mistake, normalise_rule_id(rule, blank) or "")
    most = sorted(counts.items(), key=lambda item: -item[1])[:MAX_MISTAKES]
    titles = {f"{pack.id}/{entry.id}": str(entry.title) for pack in packs for entry in pack.entries}
    trained = {mistake: _training_exercise(rules[mistake], index) for mistake, _count in most}
    return tuple(
        MistakeCount(mistake, mistake_label(mistake), count, trained[mistake], titles.get(trained[mistake] or "", ""))
        for mistake, count in most
    )


def _training_exercise(rule: str, index: ExerciseIndex) -> str | None:
    exercises = index.exercises_for(rule)
    return exercises[0].name if exercises else None


def _query(store: Store, sql: str) -> list[tuple[Any, ...]]:
    return store.with_database(lambda database: database.query(sql)) or []


def _json_ready(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in data.items()}
