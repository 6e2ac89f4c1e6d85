"""What practice has come to: rules, packs, weeks, mistakes, time. All of it derived from the events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tutor.grading.labels import label
from tutor.practice import review
from tutor.practice.schedule import today
from tutor.practice.skills import known, name
from tutor.practice.store import Store

if TYPE_CHECKING:
    from tutor.packs.library import Pack
    from tutor.practice.atlas import Atlas

#: So many of the mistakes are told.
MISTAKES = 10

_MONDAY = "date(at, 'weekday 0', '-6 days')"
#: The verdicts that settle how a blank's first try went; a coarse answer, or one of another blank, settles nothing.
_TELLING = "verdict IN ('right', 'mistaken', 'wrong', 'wrong-shape')"
_FIRST_TRIES = f"""
SELECT monday, count(*), sum(verdict = 'right' AND hints = 0) FROM (
    SELECT min(seq), {_MONDAY} AS monday, verdict, hints FROM lasting
    WHERE kind = 'answer' AND {_TELLING} GROUP BY worksheet, blank
) GROUP BY monday
"""
_WORK = f"SELECT {_MONDAY} AS monday, sum(duration), sum(kind = 'answer') FROM lasting GROUP BY monday"
_MISTAKES = """
SELECT mistake, rule, blank, count(*) FROM lasting
WHERE kind = 'answer' AND mistake <> '' GROUP BY mistake, rule ORDER BY 4 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that was practised. `mistake` is the one that keeps coming back."""

    id: str
    name: str
    standing: str
    due: date | None
    mistake: str | None


@dataclass(frozen=True, slots=True)
class Completion:
    """How far a pack has come."""

    id: str
    title: str
    solved: int
    begun: int
    exercises: int


@dataclass(frozen=True, slots=True)
class Week:
    """One week, by its Monday. `blanks` are those first tried in it, `first` of them right at once, without a hint."""

    monday: date
    seconds: float
    answers: int
    blanks: int
    first: int

    @property
    def rate(self) -> float | None:
        return self.first / self.blanks if self.blanks else None


@dataclass(frozen=True, slots=True)
class Met:
    """A mistake that was made, and an exercise that trains its rule: its name and what people call it."""

    id: str
    name: str
    count: int
    exercise: str | None
    title: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything together. `due` are the rules that are due today; `weeks` has no gaps."""

    due: tuple[str, ...]
    rules: tuple[Rule, ...]
    packs: tuple[Completion, ...]
    weeks: tuple[Week, ...]
    mistakes: tuple[Met, ...]

    @property
    def seconds(self) -> float:
        return sum(week.seconds for week in self.weeks)

    @property
    def answers(self) -> int:
        return sum(week.answers for week in self.weeks)

    @property
    def rate(self) -> float | None:
        """The part of all blanks that were right at once, without a hint."""
        blanks = sum(week.blanks for week in self.weeks)
        return sum(week.first for week in self.weeks) / blanks if blanks else None

    def as_json(self) -> dict[str, Any]:
        """The same as plain data; days are written as ISO 8601."""
        return {
            "due": list(self.due),
            "seconds": round(self.seconds, 3),
            "answers": self.answers,
            "first_try_rate": self.rate,
            "rules": [_plain(asdict(rule)) for rule in self.rules],
            "packs": [asdict(pack) for pack in self.packs],
            "weeks": [_plain(asdict(week)) | {"rate": week.rate} for week in self.weeks],
            "mistakes": [asdict(met) for met in self.mistakes],
        }


def progress(store: Store, atlas: Atlas, packs: Sequence[Pack], day: date | None = None) -> Progress:
    """What the events in the file come to."""
    return Progress(
        tuple(review.due(store, atlas.rules, day)),
        _rules(store),
        _packs(store, packs),
        _weeks(store, day or today()),
        _mistakes(store, atlas, packs),
    )


def _rules(store: Store) -> tuple[Rule, ...]:
    order = ("shaky", "learning", "solid")
    found = sorted(review.skills(store).values(), key=lambda skill: (order.index(skill.standing), str(skill.due)))
    return tuple(Rule(skill.rule, name(skill.rule), skill.standing, skill.due, skill.tendency) for skill in found)


def _packs(store: Store, packs: Sequence[Pack]) -> tuple[Completion, ...]:
    states = store.states()
    found = []
    for pack in packs:
        here = [states.get((pack.id, entry.id), "new") for entry in pack.entries]
        found.append(Completion(pack.id, str(pack.title), here.count("solved"), here.count("begun"), len(here)))
    return tuple(found)


def _weeks(store: Store, day: date) -> tuple[Week, ...]:
    tries = {monday: (blanks, first) for monday, blanks, first in _asked(store, _FIRST_TRIES)}
    work = {monday: (seconds, answers) for monday, seconds, answers in _asked(store, _WORK)}
    mondays = [monday for text in work if (monday := _day(text)) is not None and monday <= day]
    if not mondays:
        return ()
    first = min(mondays)
    return tuple(_week(first + timedelta(weeks=number), work, tries) for number in range((day - first).days // 7 + 1))


def _week(monday: date, work: Mapping[str, tuple[float, int]], tries: Mapping[str, tuple[int, int]]) -> Week:
    key = monday.isoformat()
    seconds, answers = work.get(key, (0.0, 0))
    blanks, first = tries.get(key, (0, 0))
    return Week(monday, float(seconds), int(answers), int(blanks), int(first))


def _mistakes(store: Store, atlas: Atlas, packs: Sequence[Pack]) -> tuple[Met, ...]:
    """The most frequent first; the same mistake at several rules is one, trained where it was made most."""
    counts: dict[str, int] = {}
    rules: dict[str, str] = {}
    for mistake, rule, blank, count in _asked(store, _MISTAKES):
        counts[mistake] = counts.get(mistake, 0) + count
        rules.setdefault(mistake, known(rule, blank) or "")
    most = sorted(counts.items(), key=lambda item: -item[1])[:MISTAKES]
    titles = {f"{pack.id}/{entry.id}": str(entry.title) for pack in packs for entry in pack.entries}
    trained = {mistake: _trains(rules[mistake], atlas) for mistake, _count in most}
    return tuple(
        Met(mistake, label(mistake), count, trained[mistake], titles.get(trained[mistake] or "", ""))
        for mistake, count in most
    )


def _trains(rule: str, atlas: Atlas) -> str | None:
    found = atlas.asking(rule)
    return found[0].name if found else None


def _asked(store: Store, question: str) -> list[tuple[Any, ...]]:
    return store.consult(lambda database: database.ask(question)) or []


def _day(text: object) -> date | None:
    from tutor.practice.standing import day_of

    return day_of(text) if isinstance(text, str) else None


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in data.items()}
