"""A learner's progress: rules, packs, days, weeks and mistakes, derived from the events."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tutor.grading.mistakes.labels import mistake_label
from tutor.i18n import N_, message
from tutor.practice import review
from tutor.practice.calibration import PREDICTIONS, Calibration, calibration_of
from tutor.practice.code_credit import load_code_credit
from tutor.practice.event_rules import EventRules, old_rules_of
from tutor.practice.placement_result import load_results
from tutor.practice.practice_days import Day, load_daily_work, monday_of, plausible_day, streak
from tutor.practice.rule_ids import all_rule_ids
from tutor.practice.rule_progress import SETTLING_VERDICTS, RuleProgress, load_rules
from tutor.practice.scheduler import utc_today

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.packs.library import Pack
    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.placement_result import PlacementResult
    from tutor.practice.storage.store import Store

#: This many mistakes are listed.
MAX_MISTAKES = 10
_FIRST_TRIES = f"""
SELECT day, count(*), sum(verdict = 'right' AND hints = 0) FROM (
    SELECT min(seq), date(at) AS day, verdict, hints FROM active_event
    WHERE kind = 'answer' AND {SETTLING_VERDICTS} GROUP BY worksheet, blank
) GROUP BY day
"""
#: A reply takes back the mistake of its answer, or confirms another one.
_MISTAKE_COUNTS = """
SELECT mistake, pack, exercise, rule, blank, max(date(at)),
    sum(kind = 'answer') - sum(kind = 'reply' AND text = 'no' AND verdict = 'mistaken')
    + sum(kind = 'reply' AND text = 'yes' AND verdict = '') AS times
FROM active_event WHERE kind IN ('answer', 'reply') AND mistake <> ''
GROUP BY mistake, rule HAVING times > 0 ORDER BY times DESC, mistake
"""


@dataclass(frozen=True, slots=True)
class PackProgress:
    """The progress in one pack."""

    id: str
    title: str
    solved: int
    begun: int
    exercises: int
    in_code: int = 0


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
    """A mistake that was made, when it was last, and the name and title of an exercise that practises its rule."""

    id: str
    name: str
    count: int
    exercise: str | None
    title: str
    last: date


@dataclass(frozen=True, slots=True)
class Progress:
    """All of a learner's progress up to `today`.

    `weeks` has no gaps, `days` has only those on which something was done. `all_rules` are the ids of every rule that
    an exercise practises or that was practised, in a fixed order.
    """

    due_rules: tuple[str, ...]
    rules: tuple[RuleProgress, ...]
    packs: tuple[PackProgress, ...]
    weeks: tuple[Week, ...]
    mistakes: tuple[MistakeCount, ...]
    today: date
    days: tuple[Day, ...]
    all_rules: tuple[str, ...]
    #: In how many exercises each rule was right in code, whether it was practised by hand or not.
    code_credit: Mapping[str, int] = field(default_factory=dict)
    calibration: Calibration = field(default_factory=Calibration)
    #: The results of the placement tests, oldest first.
    placement: tuple[PlacementResult, ...] = ()
    #: The name and the title of each exam whose result was told, with its score, such as `7.5/10`.
    exams: tuple[tuple[str, str, str], ...] = ()

    @property
    def solved(self) -> int:
        """The number of exercises solved."""
        return sum(pack.solved for pack in self.packs)

    @property
    def in_code(self) -> int:
        """The number of exercises solved in code."""
        return sum(pack.in_code for pack in self.packs)

    @property
    def exercises(self) -> int:
        """The number of all exercises."""
        return sum(pack.exercises for pack in self.packs)

    @property
    def since(self) -> date | None:
        """The first day on which something was done."""
        return self.days[0].day if self.days else None

    @property
    def days_practised(self) -> int:
        """The number of days with answers."""
        return sum(day.answers > 0 for day in self.days)

    @property
    def streak(self) -> int:
        """How many days in a row had answers, up to now."""
        return streak(self.days, self.today)

    @property
    def due_tomorrow(self) -> int:
        """The number of rules that will be due tomorrow and are not yet."""
        return sum(rule.due == self.today + timedelta(days=1) for rule in self.rules)

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
            "mistakes": [_json_ready(asdict(mistake)) for mistake in self.mistakes],
            "days": [_json_ready(asdict(day)) | {"rate": day.first_try_rate} for day in self.days],
            "days_practised": self.days_practised,
            "streak": self.streak,
            "solved_in_code": self.in_code,
            "rules_in_code": dict(self.code_credit),
            "calibration": self.calibration.as_json(),
            "placement": [result.as_json() for result in self.placement],
            "exams": [{"exercise": name, "title": title, "score": score} for name, title, score in self.exams],
        }


def load_progress(store: Store, index: ExerciseIndex, packs: Sequence[Pack], day: date | None = None) -> Progress:
    """Return the progress up to `day`, today by default."""
    today = day or utc_today()
    due = tuple(review.rules_to_review(store, index, day))
    code_credit = load_code_credit(store)
    event_rules = EventRules(old_rules_of(index))
    rules = load_rules(store, due, code_credit, event_rules, today)
    days = _days(store, today)
    known = index.rules | {rule.id for rule in rules}
    return Progress(
        due,
        rules,
        _packs(store, packs),
        _weeks(days, today),
        _mistakes(store, index, packs, today, event_rules),
        today,
        days,
        (*(rule for rule in all_rule_ids() if rule in known), *sorted(known.difference(all_rule_ids()))),
        code_credit,
        calibration_of(store.query(PREDICTIONS)),
        tuple(load_results(store)),
        tuple(_exams(store, packs)),
    )


def format_duration(seconds: float) -> str:
    """Return a time as people say it, such as "12 min" or "3 h 5 min"."""
    minutes = round(seconds / 60)
    if minutes < 60:
        return str(message(N_("{m} min"), m=minutes))
    return str(message(N_("{h} h {m} min"), h=minutes // 60, m=minutes % 60))


def _packs(store: Store, packs: Sequence[Pack]) -> tuple[PackProgress, ...]:
    states, in_code = store.states(), store.solved_in_code()
    progress = []
    for pack in packs:
        reached = [states.get((pack.id, entry.id), "new") for entry in pack.entries]
        counts = reached.count("solved"), reached.count("begun"), len(reached)
        coded = sum((pack.id, entry.id) in in_code for entry in pack.entries)
        progress.append(PackProgress(pack.id, str(pack.title), *counts, coded))
    return tuple(progress)


def _exams(store: Store, packs: Sequence[Pack]) -> Iterator[tuple[str, str, str]]:
    scores = store.exam_scores()
    if not scores:
        return
    titles = {(pack.id, entry.id): str(entry.title) for pack in packs for entry in pack.entries}
    for (pack_id, exercise), score in sorted(scores.items()):
        name = f"{pack_id}/{exercise}"
        yield name, titles.get((pack_id, exercise), name), score


def _days(store: Store, today: date) -> tuple[Day, ...]:
    work = load_daily_work(store, today)
    tries: dict[date, tuple[int, int]] = {}
    for text, blanks, first in store.query(_FIRST_TRIES):
        day = plausible_day(text, today)
        tried = tries.get(day, (0, 0))
        tries[day] = tried[0] + int(blanks), tried[1] + int(first)
    return tuple(Day(day, *work[day], *tries.get(day, (0, 0))) for day in sorted(work))


def _weeks(days: Sequence[Day], today: date) -> tuple[Week, ...]:
    """Return every week from the first day of practice on."""
    weeks: dict[date, list[Day]] = {}
    for day in days:
        weeks.setdefault(monday_of(day.day), []).append(day)
    if not weeks:
        return ()
    start = min(weeks)
    mondays = [start + timedelta(weeks=number) for number in range((monday_of(today) - start).days // 7 + 1)]
    return tuple(_week(monday, weeks.get(monday, ())) for monday in mondays)


def _week(monday: date, days: Sequence[Day]) -> Week:
    return Week(
        monday,
        sum(day.seconds for day in days),
        sum(day.answers for day in days),
        sum(day.blanks for day in days),
        sum(day.first for day in days),
    )


def _mistakes(
    store: Store, index: ExerciseIndex, packs: Sequence[Pack], today: date, event_rules: EventRules
) -> tuple[MistakeCount, ...]:
    """Return the most frequent mistakes; one made at several rules is trained at the rule where it was made most."""
    counts: dict[str, int] = {}
    rules: dict[str, str] = {}
    last: dict[str, date] = {}
    for mistake, pack, exercise, rule, blank, latest, count in store.query(_MISTAKE_COUNTS):
        counts[mistake] = counts.get(mistake, 0) + count
        day = plausible_day(latest, today)
        last[mistake] = max(last.get(mistake, day), day)
        rules.setdefault(mistake, next(iter(event_rules.at((pack, exercise), rule, blank)), ""))
    most = sorted(counts.items(), key=lambda item: -item[1])[:MAX_MISTAKES]
    titles = {f"{pack.id}/{entry.id}": str(entry.title) for pack in packs for entry in pack.entries}
    trained = {mistake: _training_exercise(rules[mistake], index) for mistake, _count in most}
    return tuple(
        MistakeCount(
            mistake,
            mistake_label(mistake),
            count,
            trained[mistake],
            titles.get(trained[mistake] or "", ""),
            last[mistake],
        )
        for mistake, count in most
    )


def _training_exercise(rule: str, index: ExerciseIndex) -> str | None:
    exercises = index.exercises_for(rule)
    return exercises[0].name if exercises else None


def _json_ready(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in data.items()}
